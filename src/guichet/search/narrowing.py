"""Filters of a line, as conditions over entries: days and kinds, and what each findable says of itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import timezone

from guichet.people.models import Person
from guichet.search import vocabulary
from guichet.search.findable import Findable
from guichet.search.line import Filter, Line


def narrowed(line: Line, chosen: Sequence[Findable], *, person: Person) -> tuple[list[tuple[Findable, Q]], list[str]]:
    """What the filters leave to look for, each with its condition; and those filters that mean nothing here.

    What doesn't know a filter isn't found with it: articles have no severity. A filter that nobody understands is
    said, and leaves everything.
    """
    left = [(findable, Q()) for findable in chosen]
    strange = []
    for wanted in line.filters:
        understood = [(f, so_far, _condition(f, wanted, person=person)) for f, so_far in left]
        if all(own is None for _, _, own in understood):
            strange.append(str(wanted))
        elif wanted.excluded:
            left = [(f, so_far if own is None else so_far & ~own) for f, so_far, own in understood]
        else:
            left = [(f, so_far & own) for f, so_far, own in understood if own is not None]
    return left, [*line.not_understood, *strange]


def _condition(findable: Findable, wanted: Filter, *, person: Person) -> Q | None:
    if wanted.key in vocabulary.DATES:
        return _by_day(wanted, person=person)
    own = findable.filters.get(wanted.key)
    if own is not None and (said := own(person, wanted.value)) is not None:
        return said
    if wanted.key == "kind" and wanted.value in findable.kinds:
        return Q() if wanted.value == findable.name else Q(kind=wanted.value)
    return None


def _by_day(wanted: Filter, *, person: Person) -> Q | None:
    """From that day on, or before it, as days begin where the person is."""
    zone = ZoneInfo(person.time_zone or person.organisation.time_zone)
    day = vocabulary.day(wanted.value, today=timezone.now().astimezone(zone).date())
    if day is None:
        return None
    begins = datetime.combine(day, time(), tzinfo=zone)
    return Q(at__gte=begins) if wanted.key == "after" else Q(at__lt=begins)
