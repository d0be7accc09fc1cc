"""A venue at one moment, as the simulation plays it forward: who waits, who receives, who is still expected."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from guichet.walkup.days import closes_at, midnight, minutes_since
from guichet.walkup.dispatcher import APPOINTMENT, Waiting
from guichet.walkup.laws import Laws, from_json, nothing_known
from guichet.walkup.models import Appointment, Booking, Venue
from guichet.walkup.posts import posts_of
from guichet.walkup.queue import as_waiting, few_columns, rules_of
from guichet.walkup.reasons import Tree, tree_of
from guichet.walkup.services import services_of

if TYPE_CHECKING:
    from guichet.walkup.simulation import State

# No venue has more services in a day.
_TODAY = 5_000


def state_of(venue: Venue, *, now: datetime, tree: Tree | None = None) -> State:
    """The state, in minutes since the venue's midnight; people's ids are those of their visits."""
    # numpy comes with it, at the first estimate and not at the start.
    from guichet.walkup.simulation import State

    tree = tree or tree_of(venue)
    origin = midnight(venue, now=now)
    closing = closes_at(venue, now=now)
    return State(
        waiting=[as_waiting(visit, origin=origin, tree=tree) for visit in few_columns(venue, tree=tree)],
        posts=posts_of(venue, now=now, origin=origin),
        rules=rules_of(venue),
        expected=_expected(venue, now=now, origin=origin, tree=tree),
        today=services_of(venue, since=origin, until=now, most=_TODAY),
        skills={str(pk): skill_key(tree, pk) for pk in tree.by_id},
        closes=minutes_since(closing, origin=origin) if closing is not None else None,
    )


def laws_of(venue: Venue, *, tree: Tree) -> Laws:
    """What the venue has learnt; before that, what whoever set it up expects each reason to take."""
    if venue.laws:
        return from_json(venue.laws)
    return nothing_known(guesses={str(pk): float(reason.minutes) for pk, reason in tree.by_id.items()})


def skill_key(tree: Tree, reason: int) -> str | None:
    skill = tree.skill(tree.by_id[reason])
    return str(skill) if skill is not None else None


def _expected(venue: Venue, *, now: datetime, origin: datetime, tree: Tree) -> list[Waiting]:
    """Appointments of today whose people haven't come, and aren't late yet. Their ids are below zero."""
    booked = Appointment.objects.filter(
        venue=venue,
        state=Booking.BOOKED,
        starts_at__gt=now - timedelta(minutes=venue.late_minutes),
        starts_at__lt=origin + timedelta(days=1),
    )
    people = []
    for appointment in booked:
        slot = minutes_since(appointment.starts_at, origin=origin)
        people.append(
            Waiting(
                id=-appointment.pk,
                standing=APPOINTMENT,
                since=slot,
                arrived=slot,
                category=str(appointment.reason_id),
                skill=skill_key(tree, appointment.reason_id),
                slot=slot,
            )
        )
    return people
