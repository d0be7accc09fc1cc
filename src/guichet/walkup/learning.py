"""What a venue does by night and by the minute: learns from its own days, and foretells its waits again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q

from guichet.lib.live import Event, publish
from guichet.walkup import waits
from guichet.walkup.calibration import recalibrate
from guichet.walkup.days import day_of, is_open
from guichet.walkup.laws import fit
from guichet.walkup.models import Venue
from guichet.walkup.past import outcomes_of, past_of
from guichet.walkup.queries import PRESENT
from guichet.walkup.reasons import tree_of
from guichet.walkup.telling import board_topic, of_venue


def learn(venue: Venue, *, now: datetime) -> bool:
    """Fit the venue's laws to its own days, its calibration to its own estimates. Done twice it says the same.

    Whether there was anything to learn from; else the first guesses stand.
    """
    past = past_of(venue, now=now)
    if not past.came:
        return False
    outcomes = outcomes_of(venue, now=now)
    guesses = {str(pk): float(reason.minutes) for pk, reason in tree_of(venue).by_id.items()}
    today = day_of(venue, now=now).toordinal()
    laws = fit(past, today=today, guesses=guesses, calibration=recalibrate(outcomes) if outcomes else None)
    kept: dict[str, Any] = laws.as_json()
    Venue.objects.filter(pk=venue.pk).update(laws=kept, laws_at=now)
    venue.laws, venue.laws_at = kept, now
    return True


def learn_all(*, now: datetime) -> int:
    return sum(learn(venue, now=now) for venue in Venue.objects.filter(active=True).with_desk())


def foretell_all(*, now: datetime) -> int:
    """The waits of every venue where people wait or are received, as the clock has it; screens are told."""
    waiting = Q(visits__state__in=PRESENT)
    candidates = Venue.objects.all().with_desk()
    busy = set(candidates.filter(waiting).values_list("pk", flat=True))
    venues = [venue for venue in candidates if venue.pk in busy or (venue.active and is_open(venue, now=now))]
    for venue in venues:
        waits.refresh(venue, now=now)
        publish(*of_venue(venue))
    return len(venues)


def foretell(venue: Venue, *, now: datetime) -> bool:
    """After a change of its queue, unless it was done meanwhile; whether there was anything to do."""
    if not waits.is_due(venue):
        return False
    waits.refresh(venue, now=now)
    publish(Event(kind="venue", topic=board_topic(venue), ref=venue.slug))
    return True
