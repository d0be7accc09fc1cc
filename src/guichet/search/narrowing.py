"""Filters of a line, as conditions over entries: days and kinds, and what each findable says of itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time
from functools import reduce
from operator import or_
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
    for either in alternatives(line.filters):
        understood = [(f, so_far, [_condition(f, one, person=person) for one in either]) for f, so_far in left]
        meant = [any(own[n] is not None for _, _, own in understood) for n in range(len(either))]
        strange += [str(one) for one, known in zip(either, meant, strict=True) if not known]
        if not any(meant):
            continue
        conditions = [(f, so_far, _any_of(own)) for f, so_far, own in understood]
        if either[0].excluded:
            # An empty condition excludes all of that kind.
            left = [
                (f, so_far if own is None else so_far & ~own) for f, so_far, own in conditions if own is None or own
            ]
        else:
            left = [(f, so_far & own) for f, so_far, own in conditions if own is not None]
    return left, [*line.not_understood, *strange]


def alternatives(filters: Iterable[Filter]) -> list[list[Filter]]:
    """Of one key either will do; days all hold, and so does each that is excluded."""
    found: dict[int | str, list[Filter]] = {}
    for n, wanted in enumerate(filters):
        alone = wanted.excluded or wanted.key in vocabulary.DATES
        either = found.setdefault(n if alone else wanted.key, [])
        if wanted not in either:
            either.append(wanted)
    return list(found.values())


def _any_of(conditions: Iterable[Q | None]) -> Q | None:
    """Either of those that are understood; an empty one leaves everything. None where there is none."""
    known = [condition for condition in conditions if condition is not None]
    if not known or not all(known):
        return Q() if known else None
    return reduce(or_, known)


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
