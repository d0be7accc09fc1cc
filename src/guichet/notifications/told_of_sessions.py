"""Who hears of a training session under the bell: those who have a place in it, or wait for one."""

from __future__ import annotations

from datetime import datetime

from guichet.activity.models import Event
from guichet.lib import events
from guichet.notifications.models import Notification
from guichet.people.models import Account, Person
from guichet.training.models import Registration, Session, Standing

_AWAITED = (Standing.REGISTERED, Standing.WAITING)
# Nobody hears of what they did themselves: a registration is told to whom somebody else registered.
VERBS = frozenset(
    {"session.registered", "session.withdrawn", "session.described", "session.moved", "session.cancelled"}
)


def tell(*, event: Event, subject: Session) -> None:
    """Of a place given back, and of a correction, hear those to whom it gave a place."""
    if events.is_long_ago():
        return
    rows = Registration.objects.filter(session=subject, standing__in=_AWAITED).exclude(person=event.actor_id)
    if event.verb == "session.registered":
        rows = rows.filter(pk=event.data["registration"])
    elif event.verb in {"session.withdrawn", "session.described"}:
        rows = rows.filter(pk__in=event.data.get("promoted", ()))
    signing_in = Account.objects.filter(is_active=True, person__in=rows.values("person"))
    told = [
        Notification(person_id=pk, session=subject, event=event, at=event.at)
        for pk in signing_in.values_list("person", flat=True)
    ]
    Notification.objects.bulk_create(told, ignore_conflicts=True)


def mark_read(person: Person, *, session: Session, now: datetime) -> int:
    """The person's news about this session, as read; how many there were."""
    return Notification.objects.filter(person=person, session=session, read_at__isnull=True).update(read_at=now)
