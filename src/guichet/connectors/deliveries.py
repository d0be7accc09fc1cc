"""The log of what webhooks were sent: how each message stands, trying the way, and sending again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, Exists, F, Func, OuterRef, QuerySet, TextChoices, Value
from django.db.models.functions import Now
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from guichet.connectors import delivering, messages, posting
from guichet.connectors.models import Webhook
from guichet.connectors.verbs import PING
from guichet.lib import outbox
from guichet.lib.batches import batch
from guichet.lib.errors import Conflict
from guichet.lib.models import Outgoing
from guichet.people.managing import need_manager, noted
from guichet.people.models import Person

ORDER = ("-created_at", "-id")
KEPT = timedelta(days=30)
# Of those that failed, at one go.
AGAIN_AT_ONCE = 500
_AT_ONCE = 1000
# The key of the first of those that say the same.
_ORIGIN = Func(F("key"), Value("#"), Value(1), function="split_part", output_field=CharField())


class Standing(TextChoices):
    """What became of a message."""

    WAITING = "waiting", pgettext_lazy("delivery", "Waits for its turn")
    LATE = "late", pgettext_lazy("delivery", "Refused for now, will be tried again")
    DELIVERED = "delivered", pgettext_lazy("delivery", "Delivered")
    FAILED = "failed", pgettext_lazy("delivery", "Failed")


# What we say ourselves where another program would have answered.
OURS: dict[str, Promise] = {
    delivering.OFF: gettext_lazy("The webhook was switched off."),
    delivering.REMOVED: gettext_lazy("The webhook was removed."),
    delivering.NO_MORE: gettext_lazy("What it was about is no more."),
    delivering.RESTS: gettext_lazy("Nobody answers there. It waits for its turn."),
    posting.LATE: gettext_lazy("No answer within ten seconds."),
    posting.NO_NAME: gettext_lazy("The host’s name leads nowhere."),
    posting.NOBODY: gettext_lazy("Nobody listens at this address."),
}


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt; `status` 0 where nobody answered."""

    at: datetime
    status: int
    milliseconds: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message as those see it who look after the webhook."""

    row: Outgoing

    @property
    def verb(self) -> str:
        return str(self.row.payload["verb"])

    @property
    def is_trial(self) -> bool:
        return self.verb == PING

    @property
    def ident(self) -> str:
        return messages.ident_of(self.row)

    @property
    def standing(self) -> Standing:
        if self.row.delivered_at is not None:
            return Standing.DELIVERED
        if self.row.given_up_at is not None:
            return Standing.FAILED
        return Standing.LATE if self.row.attempts else Standing.WAITING

    @property
    def answer(self) -> str:
        return str(OURS.get(self.row.answer, self.row.answer))

    @property
    def tries(self) -> list[Try]:
        """The latest, oldest first."""
        return [
            Try(at=datetime.fromisoformat(one["at"]), status=one["status"], milliseconds=one["ms"])
            for one in self.row.payload.get("tries", [])
        ]

    @property
    def last(self) -> Try | None:
        return self.tries[-1] if self.tries else None


def of(webhook: Webhook) -> QuerySet[Outgoing]:
    return Outgoing.objects.filter(kind=delivering.KIND, recipient=webhook.recipient)


def only(rows: QuerySet[Outgoing], *, standing: str) -> QuerySet[Outgoing]:
    if standing == Standing.DELIVERED:
        return rows.filter(delivered_at__isnull=False)
    if standing == Standing.FAILED:
        return rows.filter(given_up_at__isnull=False)
    return rows.filter(delivered_at=None, given_up_at=None)


def body_of(delivery: Delivery, *, webhook: Webhook) -> dict[str, Any] | None:
    """What it would say now; None where what it is about is no more."""
    body = messages.body_of(delivery.row, webhook=webhook)
    return json.loads(body) if body else None


def ping(*, webhook: Webhook, actor: Person, now: datetime) -> Delivery:
    """Try the way: sent at once, whether the webhook is switched on or not."""
    need_manager(actor, webhook.organisation)
    key = f"webhook:{webhook.recipient}:ping:{int(now.timestamp() * 1000)}"
    outbox.enqueue(
        kind=delivering.KIND, key=key, payload={"verb": PING}, recipient=webhook.recipient, about="", now=now
    )
    noted("webhook tried", subject=webhook, actor=actor, now=now)
    return Delivery(Outgoing.objects.get(key=key))


def may_again(delivery: Delivery, *, webhook: Webhook) -> bool:
    return (webhook.active or delivery.is_trial) and not outbox.on_its_way(delivery.row)


def send_again(*, webhook: Webhook, delivery: Delivery, actor: Person, now: datetime) -> Delivery:
    """The same message once more, as a row of its own, with the same `webhook-id`."""
    need_manager(actor, webhook.organisation)
    _need_on(webhook, delivery)
    if outbox.on_its_way(delivery.row):
        raise Conflict(_("It is on its way already, and is tried again by itself."), code="waiting")
    noted("webhook message sent again", subject=webhook, actor=actor, now=now)
    return Delivery(Outgoing.objects.get(key=_again(delivery.row, now=now)))


def send_failed_again(*, webhook: Webhook, since: datetime, actor: Person, now: datetime) -> tuple[int, bool]:
    """What failed since then and neither arrived nor waits, oldest first; how many, and whether there is more."""
    need_manager(actor, webhook.organisation)
    _need_on(webhook)
    settled = of(webhook).filter(given_up_at=None).annotate(origin=_ORIGIN).filter(origin=OuterRef("origin"))
    failed = only(of(webhook), standing=Standing.FAILED).filter(created_at__gte=since).exclude(payload__verb=PING)
    missed = failed.annotate(origin=_ORIGIN).filter(~Exists(settled)).order_by("created_at", "pk")
    rows = list(missed[: AGAIN_AT_ONCE + 1])
    # The latest of those that say the same.
    due = {row.key.partition("#")[0]: row for row in rows[:AGAIN_AT_ONCE]}
    with batch():
        for row in due.values():
            _again(row, now=now)
    noted("webhook failures sent again", subject=webhook, actor=actor, now=now)
    return len(due), len(rows) > AGAIN_AT_ONCE


def forget() -> int:
    """Delete what was delivered or given up longer ago than it is kept; how many rows."""
    past = Outgoing.objects.filter(kind=delivering.KIND, created_at__lt=Now() - KEPT)
    old = past.exclude(delivered_at=None, given_up_at=None).order_by()
    total = 0
    while numbers := list(old.values_list("pk", flat=True)[:_AT_ONCE]):
        Outgoing.objects.filter(pk__in=numbers).delete()
        total += len(numbers)
    return total


def _again(row: Outgoing, *, now: datetime) -> str:
    row.payload = {name: value for name, value in row.payload.items() if name != "tries"}
    return outbox.again(row, now=now)


def _need_on(webhook: Webhook, delivery: Delivery | None = None) -> None:
    if not webhook.active and not (delivery and delivery.is_trial):
        raise Conflict(_("The webhook is switched off. Switch it on first."), code="off")
