"""From an event to another program: what the outbox takes up, sends, and does about those who don't answer.

Only whether somebody is there at all speaks for the whole webhook: then it rests, longer each time, and everything that
waits for it rests too. A refusal speaks for one message, which the outbox tries again by itself.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from guichet import __version__
from guichet.activity.models import Event
from guichet.connectors import messages, posting, signing, wanted
from guichet.connectors.models import OffReason, Webhook
from guichet.connectors.posting import Answer
from guichet.connectors.verbs import PING
from guichet.lib import events, outbox
from guichet.lib.models import Outgoing
from guichet.lib.sending import Later, Never, NotSent, Unneeded

logger = logging.getLogger(__name__)

KIND = "webhook"
# Whoever has not taken over the new secret by then has to.
OLD_SECRET_HOLDS = timedelta(hours=24)
# One message is tried for so long; a webhook of which nothing arrives for so long is switched off.
GIVE_UP_AFTER = timedelta(days=3)
_TRIES_KEPT = 20
_AFTER = timedelta(seconds=1)
_GONE = 410
OFF = "the webhook is switched off"
REMOVED = "the webhook was removed"
NO_MORE = "what it was about is no more"
RESTS = "nobody answers there"


class Unreached(Later):
    """Nobody answered: neither would they to the next."""


class Resting(Later):
    """It was not tried: nobody answered lately."""


def write(*, event: Event, subject: Any) -> None:
    """The subscriber: a row of the outbox for each webhook of the desk that wants to hear of it."""
    if events.is_long_ago():
        return
    for recipient in wanted.recipients(event.verb, desk=subject.desk_id):
        outbox.enqueue(
            kind=KIND,
            key=f"webhook:{recipient}:{event.pk}",
            payload={"verb": event.verb, "event": event.pk},
            recipient=recipient,
            about=getattr(subject, "reference", ""),
            now=event.at,
        )


def deliver(outgoing: Outgoing) -> str:
    """The outbox's transport."""
    webhook = Webhook.objects.select_related("organisation").filter(key=outgoing.recipient).first()
    if webhook is None:
        raise Unneeded(REMOVED)
    now, is_trial = timezone.now(), outgoing.payload["verb"] == PING
    if not webhook.active and not is_trial:
        raise Unneeded(OFF)
    if webhook.rests_until is not None and webhook.rests_until > now and not is_trial:
        raise Resting(RESTS)
    body = messages.body_of(outgoing, webhook=webhook)
    if body is None:
        raise Unneeded(NO_MORE)
    answer = posting.post(webhook.url, body=body, headers=headers_of(outgoing, webhook=webhook, body=body, now=now))
    _note(outgoing, answer, now=now)
    said = f"{answer.status} {answer.text}".strip() if answer.status else answer.text
    if 200 <= answer.status < 300:
        _arrived(webhook, now=now)
        return said
    failure = Never if answer.status == _GONE else Later if answer.status else Unreached
    raise failure(said, kept=outgoing.payload)


def headers_of(outgoing: Outgoing, *, webhook: Webhook, body: bytes, now: datetime) -> dict[str, str]:
    """Signed anew at each try: the moment is part of it."""
    signed = signing.headers(
        secrets_of(webhook, now=now), ident=messages.ident_of(outgoing), timestamp=int(now.timestamp()), body=body
    )
    return {"Content-Type": "application/json", "User-Agent": f"Guichet/{__version__}", **signed}


def secrets_of(webhook: Webhook, *, now: datetime) -> list[bytes]:
    """The secret; for a day after it was changed the one before it too."""
    serials = [webhook.serial]
    if webhook.rotated_at is not None and now - webhook.rotated_at < OLD_SECRET_HOLDS:
        serials.append(webhook.serial - 1)
    return [signing.secret_of(settings.SECRET_KEY, key=webhook.recipient, serial=serial) for serial in serials]


def failed(outgoing: Outgoing, failure: NotSent) -> None:
    """What a try that failed leaves behind, in the row's transaction."""
    webhook = Webhook.objects.select_for_update().filter(key=outgoing.recipient).first()
    if webhook is None or isinstance(failure, Unneeded):
        return
    now = timezone.now()
    if isinstance(failure, Resting):
        # A turn, and no try.
        outgoing.attempts -= 1
        Outgoing.objects.filter(pk=outgoing.pk).update(next_at=webhook.rests_until, attempts=outgoing.attempts)
        return
    if outgoing.payload["verb"] == PING:
        return
    webhook.failing_since = webhook.failing_since or now
    if isinstance(failure, Unreached):
        _rest(webhook, outgoing, now=now)
    webhook.save(update_fields=["failing_since", "unreached", "rests_until"])
    if isinstance(failure, Never):
        switch_off(webhook, why=OffReason.GONE, now=now)
    elif now - webhook.failing_since >= GIVE_UP_AFTER:
        switch_off(webhook, why=OffReason.FAILING, now=now)


def switch_off(webhook: Webhook, *, why: OffReason, now: datetime) -> None:
    """The watchdog tells those who manage the desk."""
    webhook.active, webhook.off_reason, webhook.off_at = False, why, now
    webhook.save(update_fields=["active", "off_reason", "off_at"])
    wanted.changed()
    logger.warning("Webhook %s is switched off: %s", webhook.pk, why)


def waiting_for(webhook: Webhook) -> Q:
    return Q(kind=KIND, recipient=webhook.recipient, delivered_at=None, given_up_at=None)


def _rest(webhook: Webhook, tried: Outgoing, *, now: datetime) -> None:
    webhook.unreached += 1
    webhook.rests_until = now + outbox.pause(webhook.unreached)
    waiting = Outgoing.objects.filter(waiting_for(webhook), next_at__lte=webhook.rests_until)
    waiting.update(next_at=webhook.rests_until)
    # Perhaps it is this one that they can't bear: another comes first.
    waiting.filter(pk=tried.pk).update(next_at=webhook.rests_until + _AFTER)


def _arrived(webhook: Webhook, *, now: datetime) -> None:
    """Somebody is there: what waited for that has waited enough."""
    if webhook.failing_since is None and webhook.rests_until is None:
        return
    if webhook.rests_until is not None:
        Outgoing.objects.filter(waiting_for(webhook), next_at__gt=now, next_at__lte=webhook.rests_until).update(
            next_at=now
        )
    Webhook.objects.filter(pk=webhook.pk).update(failing_since=None, unreached=0, rests_until=None)


def _note(outgoing: Outgoing, answer: Answer, *, now: datetime) -> None:
    tried = {"at": now.isoformat(), "status": answer.status, "ms": answer.milliseconds}
    outgoing.payload["tries"] = [*outgoing.payload.get("tries", []), tried][-_TRIES_KEPT:]
