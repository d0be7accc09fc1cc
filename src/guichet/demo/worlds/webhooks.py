"""The worlds’ webhook: a dashboard took what it was sent until it moved, three days ago; nothing leaves the demo."""

from __future__ import annotations

from datetime import datetime, timedelta

from guichet.activity.models import Event
from guichet.connectors import delivering, posting
from guichet.connectors.models import OffReason, Webhook
from guichet.lib.models import Outgoing
from guichet.people.models import Organisation, Role, RoleKind
from guichet.tickets.models import Ticket

_VERBS = ("ticket.opened", "ticket.resolved", "major.*")
_LAST = timedelta(days=8)
_MOST = 80
_OFF_SINCE = timedelta(hours=2)


def listen(desk: Organisation, *, now: datetime) -> None:
    """The webhook, switched off, and its log."""
    manager = Role.objects.filter(organisation=desk, kind=RoleKind.MANAGER).order_by("pk")[0].person
    off_at = now - _OFF_SINCE
    webhook = Webhook.objects.create(
        organisation=desk, name="Tableau de bord de la direction", url="https://tableau.direction.example/guichet",
        verbs=list(_VERBS), active=False, off_reason=OffReason.FAILING, off_at=off_at,
        failing_since=off_at - delivering.GIVE_UP_AFTER, unreached=9, rests_until=off_at,
        made_by=manager, made_at=now - timedelta(days=60),
    )  # fmt: skip
    references = dict(Ticket.objects.filter(desk=desk).values_list("pk", "reference"))
    told = Event.objects.filter(
        subject_type="ticket", subject_id__in=list(references), verb__in=_VERBS, at__gt=now - _LAST, at__lt=off_at
    )
    for event in told.order_by("-at", "-pk")[:_MOST]:
        _sent(event, about=references[event.subject_id], webhook=webhook)


def _sent(event: Event, *, about: str, webhook: Webhook) -> None:
    assert webhook.failing_since is not None
    row = Outgoing(
        key=f"webhook:{webhook.recipient}:{event.pk}", kind=delivering.KIND, recipient=webhook.recipient, about=about,
        attempts=1, created_at=event.at, next_at=event.at,
    )  # fmt: skip
    at = event.at + timedelta(seconds=1)
    tried = {"at": at.isoformat(), "status": 204, "ms": 90 + event.pk % 140}
    if event.at < webhook.failing_since:
        row.delivered_at, row.answer = at, "204 No Content"
    else:
        tried |= {"status": 0, "ms": 12 + event.pk % 9}
        row.given_up_at, row.answer = webhook.off_at, posting.NO_NAME
    row.payload = {"verb": event.verb, "event": event.pk, "tries": [tried]}
    row.save()
