"""Setting up mailboxes."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import formats
from django.utils.translation import gettext as _

from guichet.catalog.models import Category
from guichet.channels import listening
from guichet.channels.models import Auth, Fetch, Joins, Mailbox, Strangers
from guichet.lib import colours
from guichet.lib.errors import Refused
from guichet.lib.text import one_line
from guichet.people.managing import body_of, need_manager, need_own, noted
from guichet.people.models import Organisation, Person
from guichet.tickets.models import Impact, Urgency

# A prefix of their own: otherwise a mailbox could carry any secret of the installation to any server.
_VARIABLE = re.compile(r"GUICHET_MAIL_[A-Z0-9_]{1,67}")
_TENANT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,198}[A-Za-z0-9])?")
_CLIENT = re.compile(r"[!-~]{1,200}")
_SERVERS = {Auth.MICROSOFT: "outlook.office365.com", Auth.GOOGLE: "imap.gmail.com"}
# What each way in takes, besides what has a default.
NEEDED: dict[str, tuple[str, ...]] = {
    Auth.PASSWORD: ("host", "password_variable"),
    Auth.MICROSOFT: ("tenant", "client_id", "secret_variable"),
    Auth.GOOGLE: ("client_id", "secret_variable", "refresh_variable"),
}
_ALIASES = 50
_CHOICES = {"joins": Joins, "strangers": Strangers, "fetch": Fetch, "auth": Auth, "impact": Impact, "urgency": Urgency}


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetching:
    """How a mailbox's messages get here, and what we show the server: names of variables, never secrets."""

    fetch: str
    host: str
    port: int | None
    user: str
    folder: str
    done_folder: str
    auth: str
    password_variable: str
    client_id: str
    secret_variable: str
    tenant: str
    refresh_variable: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """The desk's own words and colour in its mails; what is empty is as the product has it."""

    above_fr: str = ""
    above_en: str = ""
    below_fr: str = ""
    below_en: str = ""
    accent: str = ""


FETCHING = tuple(field.name for field in fields(Fetching))
WORDING = tuple(field.name for field in fields(Wording))
WORDING_TEXTS = tuple(name for name in WORDING if name != "accent")
WORDING_LIMIT = 1000


def save_mailbox(
    *,
    mailbox: Mailbox | None,
    desk: Organisation,
    address: str,
    aliases: list[str],
    name: str,
    active: bool,
    home: Organisation | None,
    joins: str,
    strangers: str,
    category: Category | None,
    impact: str,
    urgency: str,
    fetching: Fetching,
    wording: Wording,
    actor: Person,
    now: datetime,
) -> Mailbox:
    """An address of the desk, and what a message to it becomes. An address leads to one mailbox only."""
    need_manager(actor, desk)
    if mailbox is not None:
        need_own(mailbox, desk)
    _need_offered({"joins": joins, "strangers": strangers, "impact": impact, "urgency": urgency})
    if home is not None and home.desk != desk:
        raise Refused(_("This desk doesn’t serve that organisation."), code="foreign", field="home")
    if category is not None and category.organisation_id not in {None, desk.pk}:
        raise Refused(_("This isn’t in your catalogue."), code="foreign", field="category")
    row = mailbox or Mailbox(organisation=desk)
    before = row.place
    row.address = _address(address, field="address")
    row.aliases = [_address(alias, field="aliases") for alias in aliases[:_ALIASES]]
    _need_free(row)
    row.name, row.active, row.home = one_line(name)[:120], active, home
    row.joins, row.strangers, row.category, row.impact, row.urgency = joins, strangers, category, impact, urgency
    _set_fetching(row, fetching)
    if row.place != before:
        # Another account or folder is numbered otherwise.
        row.uid_validity, row.last_uid = None, 0
    _set_wording(row, wording)
    row.trouble = ""
    row.save()
    noted("mailbox saved", subject=row, actor=actor, now=now)
    listening.changed()
    return row


def _set_fetching(row: Mailbox, given: Fetching) -> None:
    _need_offered({"fetch": given.fetch, "auth": given.auth})
    _need_plausible(given)
    host = one_line(given.host)[:200] or _SERVERS.get(Auth(given.auth), "")
    if given.fetch == Fetch.IMAP:
        for field in NEEDED[given.auth]:
            if not getattr(given, field):
                raise Refused(_("To fetch messages we need this too."), code="required", field=field)
    row.fetch, row.host, row.port, row.user = given.fetch, host, given.port or 993, one_line(given.user)[:200]
    row.folder, row.done_folder = one_line(given.folder)[:200] or "INBOX", one_line(given.done_folder)[:200]
    row.auth, row.tenant, row.client_id = given.auth, given.tenant, given.client_id
    row.password_variable, row.secret_variable = given.password_variable, given.secret_variable
    row.refresh_variable = given.refresh_variable


def _set_wording(row: Mailbox, given: Wording) -> None:
    for name in WORDING_TEXTS:
        setattr(row, name, body_of(getattr(given, name), field=name, limit=WORDING_LIMIT))
    row.accent = _accent(given.accent)


def _accent(text: str) -> str:
    """The colour as six digits in lower case. White words stand on it: they have to be readable."""
    if not text.strip():
        return ""
    accent = colours.hexadecimal(text)
    if not accent:
        raise Refused(_("Write the colour as # and six digits, such as #0e604d."), code="bad_colour", field="accent")
    ratio = colours.contrast(accent, "#ffffff")
    if ratio < colours.READABLE:
        # Rounded down: 4.499 is not said to be 4.5.
        told = {
            "ratio": formats.number_format(int(ratio * 100) / 100, 2),
            "least": formats.number_format(colours.READABLE, 1),
        }
        raise Refused(
            _(
                "White can’t be read well on this colour: the contrast is %(ratio)s, and has to be %(least)s. "
                "Take a darker one."
            )
            % told,
            code="pale_colour",
            field="accent",
        )
    return accent


def _need_plausible(given: Fetching) -> None:
    for field in ("password_variable", "secret_variable", "refresh_variable"):
        if getattr(given, field) and not _VARIABLE.fullmatch(getattr(given, field)):
            raise Refused(
                _("Write a variable’s name that begins with GUICHET_MAIL_, in capitals: the secret isn’t kept here."),
                code="bad_variable",
                field=field,
            )
    if given.tenant and not _TENANT.fullmatch(given.tenant):
        raise Refused(_("This is neither a directory’s identifier nor its domain."), code="bad_tenant", field="tenant")
    if given.client_id and not _CLIENT.fullmatch(given.client_id):
        raise Refused(_("This is no application’s identifier."), code="bad_client", field="client_id")


def _need_offered(chosen: dict[str, str]) -> None:
    for field, value in chosen.items():
        if value not in _CHOICES[field].values:
            raise Refused(_("Choose one of the answers offered."), code="unknown_choice", field=field)


def remove_mailbox(*, mailbox: Mailbox, actor: Person, now: datetime) -> None:
    """What came by it stays in the ledger."""
    need_manager(actor, mailbox.organisation)
    noted("mailbox removed", subject=mailbox, actor=actor, now=now)
    mailbox.delete()
    listening.changed()


def _address(text: str, *, field: str) -> str:
    address = one_line(text).lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise Refused(
            _("“%(text)s” is not an e-mail address.") % {"text": address[:80]}, code="bad_address", field=field
        ) from error
    return address


def _need_free(row: Mailbox) -> None:
    wanted = {row.address, *row.aliases}
    for other in Mailbox.objects.exclude(pk=row.pk):
        if taken := wanted & {other.address.lower(), *other.aliases}:
            raise Refused(
                _("“%(address)s” leads to another mailbox already.") % {"address": min(taken)},
                code="taken",
                field="address",
            )
