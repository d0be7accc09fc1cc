"""A ticket's clocks: what is promised until when, and which time counted. Desk only."""

from datetime import datetime
from typing import Annotated

from guichet.api.door import ApiRequest
from guichet.api.resource import Resource
from guichet.api.v1.fields import Named, OneOf, Shown, named
from guichet.api.v1.tickets_shape import find_for_desk
from guichet.sla.models import Measure
from guichet.tickets.explaining import Clock, Stretch, clocks_of
from guichet.tickets.models import Severity

router = Resource(tag="Clocks", scope="tickets")
_STATES = ("running", "paused", "late", "kept", "missed", "replaced")


class StretchShown(Shown):
    """Time that counted or did not, and why."""

    start: datetime
    end: datetime
    counts: bool
    seconds: int
    why: str


class ClockShown(Shown):
    """A commitment and its clock. `due_at` is null while it stands still; `left_seconds` < 0: over by so much."""

    id: int
    measure: Annotated[str, OneOf.these(Measure)]
    severity: Annotated[str, OneOf.these(Severity)]
    policy: str
    minutes: int
    # Null: day and night.
    calendar_version: int | None
    pauses: list[str]
    shown_to_requester: bool
    made_at: datetime
    by: Named | None
    reason: str
    replaced_at: datetime | None
    state: Annotated[str, OneOf(*_STATES)]
    started_at: datetime
    due_at: datetime | None
    stopped_at: datetime | None
    counted_seconds: int
    left_seconds: int
    stretches: list[StretchShown]


@router.read("/tickets/{reference}/clocks", answer=list[ClockShown])
def list_clocks(request: ApiRequest, reference: str) -> list[ClockShown]:
    """Each promise with its clock, those that were replaced too, and every stretch that counted or not. Desk only."""
    ticket = find_for_desk(request, reference)
    return [_clock(clock) for clock in clocks_of(ticket, now=request.now)]


def _clock(told: Clock) -> ClockShown:
    promised = told.commitment
    return ClockShown(
        id=promised.pk,
        measure=promised.measure,
        severity=promised.severity,
        policy=told.policy,
        minutes=promised.minutes,
        calendar_version=promised.calendar_version_id,
        pauses=list(promised.pauses),
        shown_to_requester=promised.shown,
        made_at=promised.made_at,
        by=named(promised.by),
        reason=promised.reason,
        replaced_at=promised.replaced_at,
        state=told.state,
        started_at=told.started_at,
        due_at=told.due_at,
        stopped_at=told.stopped_at,
        counted_seconds=told.reading.elapsed,
        left_seconds=told.reading.left,
        stretches=[_stretch(stretch) for stretch in told.stretches],
    )


def _stretch(told: Stretch) -> StretchShown:
    return StretchShown(start=told.start, end=told.end, counts=told.counts, seconds=told.seconds, why=told.why)
