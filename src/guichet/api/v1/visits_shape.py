"""What programs see of walk-up points and of the people who come there."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import shown
from guichet.api.v1.fields import Named, OneOf, Shown, named
from guichet.api.v1.reach import in_path
from guichet.lib.errors import Forbidden
from guichet.people.models import Person
from guichet.walkup import policies
from guichet.walkup.models import Outcome, Standing, Venue, Visit, VisitState
from guichet.walkup.waits import Wait


class WaitShown(Shown):
    """Minutes until the call: four times in five it comes between `low` and `high`. Of little past data, a guess."""

    low: float
    high: float
    median: float
    ahead: int = Field(description="How many people are before them in the order of calling")
    little_data: bool
    unserved: float = Field(description="How likely it is, 0 to 1, that nobody calls them before the agents’ day ends")


class VisitShown(Shown):
    """Somebody's passage through the queue of a venue."""

    id: int
    number: str
    venue: Named
    state: Annotated[str, OneOf.these(VisitState)]
    outcome: Annotated[str, OneOf("", *(str(v) for v in Outcome.values))]
    standing: Annotated[str, OneOf.these(Standing)]
    reason: Named
    person: Named | None
    language: str
    ticket: str
    appointment: datetime | None = Field(description="When their appointment begins, where they have one")
    arrived_at: datetime
    called_at: datetime | None
    served_at: datetime | None
    ended_at: datetime | None
    counter: Named | None
    agent: Named | None
    wanted: Named | None = Field(description="Only this agent serves them")
    wait: WaitShown | None = Field(description="While they wait")


AROUND = (
    "venue__organisation__served_by", "venue__site", "reason", "person", "ticket", "appointment", "counter", "agent",
    "wanted",
)  # fmt: skip


def visits(person: Person) -> QuerySet[Visit]:
    return Visit.objects.visible_to(person).select_related(*AROUND)


def find_visit(request: ApiRequest, number: int) -> Visit:
    """The visit of a path, for those who receive there."""
    visit = in_path(visits(request.person), number)
    need_receiver(request.person, visit.venue)
    return visit


def find_venue(request: ApiRequest, number: int) -> Venue:
    """The venue of a path, for those who receive there."""
    venue = in_path(Venue.objects.visible_to(request.person).with_desk().select_related("site"), number)
    need_receiver(request.person, venue)
    return venue


def need_receiver(person: Person, venue: Venue) -> None:
    if not policies.may_receive(person, venue):
        raise Forbidden(_("Only those who receive at this walk-up point may do this."), code="not_desk")


def show_visit(visit: Visit, *, status: int = 200) -> HttpResponse:
    """As the action left it."""
    fresh = Visit.objects.select_related(*AROUND).get(pk=visit.pk)
    return shown(visit_shown(fresh), status=status)


def visit_shown(visit: Visit, *, wait: Wait | None = None) -> VisitShown:
    return VisitShown(
        id=visit.pk,
        number=visit.number,
        venue=Named(id=visit.venue_id, name=visit.venue.name),
        state=visit.state,
        outcome=visit.outcome,
        standing=visit.standing,
        reason=Named(id=visit.reason_id, name=visit.reason.name),
        person=named(visit.person),
        language=visit.language,
        ticket=visit.ticket.reference,
        appointment=visit.appointment.starts_at if visit.appointment is not None else None,
        arrived_at=visit.arrived_at,
        called_at=visit.called_at,
        served_at=visit.served_at,
        ended_at=visit.ended_at,
        counter=named(visit.counter),
        agent=named(visit.agent),
        wanted=named(visit.wanted),
        wait=wait_shown(wait),
    )


def wait_shown(wait: Wait | None) -> WaitShown | None:
    if wait is None:
        return None
    return WaitShown(
        low=wait.low,
        high=wait.high,
        median=wait.median,
        ahead=wait.ahead,
        little_data=wait.little_data,
        unserved=wait.unserved,
    )
