"""One order of locks for every change at a venue: the venue's row, then the visit's; their tickets come after."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.utils.translation import gettext_lazy as _

from guichet.lib.errors import Conflict
from guichet.tickets.actions.change import together
from guichet.walkup.models import Venue, Visit


def lock_venue(venue: Venue) -> Venue:
    """The venue as it is now; whoever else calls or checks in there waits. Rows that point at it may still be made."""
    rows = Venue.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("organisation__served_by", "site").get(pk=venue.pk)


def lock_visit(visit: Visit, *, venue: Venue) -> Visit:
    rows = Visit.objects.select_for_update(of=("self",), no_key=True)
    locked = rows.select_related("ticket__desk", "ticket__team", "person", "reason", "counter", "agent").get(
        pk=visit.pk, venue=venue
    )
    locked.venue = venue
    return locked


@contextmanager
def at_venue(venue: Venue) -> Iterator[Venue]:
    """A change at this venue, all or nothing, one after the other."""
    with together():
        yield lock_venue(venue)


@contextmanager
def moving(visit: Visit, *, among: Collection[str]) -> Iterator[Visit]:
    """A change of this visit while it is in one of these states, all or nothing."""
    with at_venue(visit.venue) as venue:
        locked = lock_visit(visit, venue=venue)
        if locked.state not in among:
            raise Conflict(
                _("This is no longer possible: %(number)s is now “%(state)s”.")
                % {"number": locked.number, "state": locked.get_state_display()},
                code="wrong_state",
            )
        yield locked
