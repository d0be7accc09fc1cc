"""The effect of the sessions that were held, counted from the tickets; the arithmetic is `effect.py`'s."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from guichet.people.models import Person
from guichet.training import effect
from guichet.training.models import Effect, Presence, Session, SessionState
from guichet.training.needs import teachable

WINDOW = timedelta(days=90)
# From so many days on after the session something is said, and again each night until the window is full.
EARLIEST = timedelta(days=14)


def measure_all(*, now: datetime) -> int:
    """Measure whatever session's window is still filling, or has only just; how many."""
    since = now - WINDOW - timedelta(days=7)
    due = Session.objects.filter(state=SessionState.HELD, starts_at__gte=since, starts_at__lte=now - EARLIEST)
    return sum(measure(session, now=now) is not None for session in due.select_related("desk", "topic"))


def measure(session: Session, *, now: datetime) -> Effect | None:
    """Compare as many days on both sides as have passed, 90 at most. None while too few have."""
    passed = now - session.ends_at
    if passed < EARLIEST:
        return None
    days = min(WINDOW, passed).days
    invited = _invited(session)
    present = _who_came(session)
    came = _group(session, invited.filter(pk__in=present), days=days)
    others = _group(session, invited.exclude(pk__in=present), days=days)
    result = effect.found(came=came, others=others, days=days)
    found, _made = Effect.objects.update_or_create(
        session=session,
        defaults={
            "days": days,
            "came": came.people,
            "came_before": came.before,
            "came_after": came.after,
            "others": others.people,
            "others_before": others.before,
            "others_after": others.after,
            "verdict": result.verdict,
            "difference": result.difference,
            "low": result.low,
            "high": result.high,
            "at": now,
        },
    )
    return found


def _who_came(session: Session) -> list[int]:
    came = session.registrations.filter(attendance__presence__in=(Presence.PRESENT, Presence.PARTLY))
    return list(came.values_list("person", flat=True))


def _invited(session: Session) -> QuerySet[Person]:
    """Those for whom it was, known by then; and whoever came, wherever they are now."""
    named = list(session.organisations.values_list("pk", flat=True))
    of_desk = Q(organisation=session.desk_id) | Q(organisation__served_by=session.desk_id)
    audience = Q(organisation__in=named) if named else of_desk
    known = Q(unconfirmed=False) & audience
    # Those who treat the desk's tickets ask for others, not for themselves.
    return Person.objects.filter(known | Q(pk__in=_who_came(session))).exclude(roles__organisation=session.desk_id)


def _group(session: Session, people: QuerySet[Person], *, days: int) -> effect.Group:
    span = timedelta(days=days)
    tickets = teachable().filter(
        desk=session.desk_id,
        category__in=session.topic.categories.all(),
        requester__in=people.values("pk"),
        opened_at__gte=session.starts_at - span,
        opened_at__lt=session.ends_at + span,
    )
    rows = (
        tickets.order_by()
        .values_list("requester")
        .annotate(
            before=Count("pk", filter=Q(opened_at__lt=session.starts_at)),
            after=Count("pk", filter=Q(opened_at__gte=session.ends_at)),
        )
    )
    counts = ((before, after) for _requester, before, after in rows)
    return effect.Group.of(counts, people=people.count())
