"""Setting up webhooks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from guichet.connectors import delivering, signing, wanted
from guichet.connectors.models import Webhook
from guichet.connectors.posting import parts_of
from guichet.connectors.verbs import is_known
from guichet.lib import outside
from guichet.lib.errors import Conflict, Refused
from guichet.people.managing import name_of, need_free, need_manager, need_own, noted
from guichet.people.models import Organisation, Person

MOST = 20
URL_LIMIT = 500


@transaction.atomic
def save_webhook(
    *,
    webhook: Webhook | None,
    desk: Organisation,
    name: str,
    url: str,
    verbs: Iterable[str],
    active: bool,
    actor: Person,
    now: datetime,
) -> Webhook:
    """Where which events go. Switched on again, one that failed begins anew; what it missed is for `send_again`."""
    need_manager(actor, desk)
    if webhook is not None:
        need_own(webhook, desk)
        webhook = Webhook.objects.select_for_update().get(pk=webhook.pk)
    elif Webhook.objects.filter(organisation=desk).count() >= MOST:
        raise Conflict(_("A desk has %(most)d webhooks at most. Remove one first.") % {"most": MOST}, code="too_many")
    row = webhook or Webhook(organisation=desk, made_by=actor, made_at=now)
    before = (row.url, row.active)
    row.name, row.url, row.verbs = name_of(name, field="name", limit=80), _url(url), _verbs(verbs)
    others = Webhook.objects.filter(organisation=desk, name=row.name).exclude(pk=row.pk)
    need_free(others, field="name", message=_("Another webhook has this name."))
    row.active = active
    if (row.url, row.active) != before:
        # Another place, or another try: what was known of the old one says nothing.
        row.failing_since, row.unreached, row.rests_until = None, 0, None
    if active:
        row.off_reason, row.off_at = "", None
    row.save()
    wanted.changed()
    noted("webhook saved", subject=row, actor=actor, now=now)
    return row


def remove_webhook(*, webhook: Webhook, actor: Person, now: datetime) -> None:
    """What still waits for it is not sent any more."""
    need_manager(actor, webhook.organisation)
    noted("webhook removed", subject=webhook, actor=actor, now=now)
    webhook.delete()
    wanted.changed()


def secret_of(*, webhook: Webhook, actor: Person, now: datetime) -> str:
    """What the other program verifies our signatures with, as it is typed there."""
    need_manager(actor, webhook.organisation)
    noted("webhook secret looked at", subject=webhook, actor=actor, now=now)
    return signing.told(delivering.secrets_of(webhook, now=now)[0])


@transaction.atomic
def rotate(*, webhook: Webhook, actor: Person, now: datetime) -> Webhook:
    """A new secret. For a day everything is signed with the one before too."""
    need_manager(actor, webhook.organisation)
    row = Webhook.objects.select_for_update().select_related("organisation").get(pk=webhook.pk)
    row.serial, row.rotated_at = row.serial + 1, now
    row.save(update_fields=["serial", "rotated_at"])
    noted("webhook secret changed", subject=row, actor=actor, now=now)
    return row


def _url(text: str) -> str:
    url = text.strip()
    if len(url) > URL_LIMIT:
        raise Refused(_("This text is too long."), code="too_long", field="url")
    parts = parts_of(url)
    if parts is None:
        raise Refused(
            _("Write the address as https://host/path, without spaces, accents, user names or #."),
            code="bad_url",
            field="url",
        )
    host = parts.hostname or ""
    if parts.scheme != "https" and not outside.is_named(host):
        raise Refused(
            _("Only https is safe on the way: http is for inner hosts that whoever runs Guichet named."),
            code="not_https",
            field="url",
        )
    try:
        outside.check_literal(host)
    except outside.InsideError as error:
        raise Refused(str(error), code="inside", field="url") from error
    return url


def _verbs(given: Iterable[str]) -> list[str]:
    verbs = sorted(set(given))
    if not verbs:
        raise Refused(_("Choose at least one event."), code="required", field="verbs")
    if not all(is_known(verb) for verb in verbs):
        raise Refused(_("There is no such event."), code="unknown_choice", field="verbs")
    return verbs
