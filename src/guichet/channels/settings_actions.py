"""Setting up mailboxes."""

from __future__ import annotations

import re
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from guichet.catalog.models import Category
from guichet.channels.models import Fetch, Joins, Mailbox, Strangers
from guichet.lib.errors import Refused
from guichet.lib.text import one_line
from guichet.people.managing import need_manager, need_own, noted
from guichet.people.models import Organisation, Person
from guichet.tickets.models import Impact, Urgency

_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{0,79}")
_ALIASES = 50
_CHOICES = {"joins": Joins, "strangers": Strangers, "fetch": Fetch, "impact": Impact, "urgency": Urgency}


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
    fetch: str,
    host: str,
    port: int | None,
    user: str,
    password_variable: str,
    folder: str,
    done_folder: str,
    actor: Person,
    now: datetime,
) -> Mailbox:
    """An address of the desk, and what a message to it becomes. An address leads to one mailbox only."""
    need_manager(actor, desk)
    if mailbox is not None:
        need_own(mailbox, desk)
    for field, value in {
        "joins": joins, "strangers": strangers, "fetch": fetch, "impact": impact, "urgency": urgency,
    }.items():  # fmt: skip
        if value not in _CHOICES[field].values:
            raise Refused(_("Choose one of the answers offered."), code="unknown_choice", field=field)
    if home is not None and home.desk != desk:
        raise Refused(_("This desk doesn’t serve that organisation."), code="foreign", field="home")
    if category is not None and category.organisation_id not in {None, desk.pk}:
        raise Refused(_("This isn’t in your catalogue."), code="foreign", field="category")
    if password_variable and not _VARIABLE.fullmatch(password_variable):
        raise Refused(
            _("Write the variable’s name in capitals, such as GUICHET_MAIL_PASSWORD: the password isn’t kept here."),
            code="bad_variable",
            field="password_variable",
        )
    if fetch == Fetch.IMAP and not (host and password_variable):
        field = "password_variable" if host else "host"
        raise Refused(_("To fetch messages we need the server’s name and a password."), code="required", field=field)
    row = mailbox or Mailbox(organisation=desk)
    row.address = _address(address, field="address")
    row.aliases = [_address(alias, field="aliases") for alias in aliases[:_ALIASES]]
    _need_free(row)
    if row.pk and (row.host, row.folder, row.user) != (host, folder, user):
        # Another folder is numbered otherwise.
        row.uid_validity, row.last_uid = None, 0
    row.name, row.active, row.home = one_line(name)[:120], active, home
    row.joins, row.strangers, row.category, row.impact, row.urgency = joins, strangers, category, impact, urgency
    row.fetch, row.host, row.port, row.user = fetch, one_line(host)[:200], port or 993, one_line(user)[:200]
    row.password_variable = password_variable
    row.folder, row.done_folder = one_line(folder)[:200] or "INBOX", one_line(done_folder)[:200]
    row.trouble = ""
    row.save()
    noted("mailbox saved", subject=row, actor=actor, now=now)
    return row


def remove_mailbox(*, mailbox: Mailbox, actor: Person, now: datetime) -> None:
    """What came by it stays in the ledger."""
    need_manager(actor, mailbox.organisation)
    noted("mailbox removed", subject=mailbox, actor=actor, now=now)
    mailbox.delete()


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
