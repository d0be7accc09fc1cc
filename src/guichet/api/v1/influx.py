"""A walk-up point in figures: how long people wait, who comes when, how right what was told was. For those who receive
there."""

from datetime import date, datetime

from django.http import HttpResponse
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import Resource, shown
from guichet.api.v1.fields import PathId, Shown
from guichet.api.v1.visits_shape import WaitShown, find_venue, wait_shown
from guichet.walkup import accuracy, influx, waits

router = Resource(tag="Walk-up points", scope="visits")


class VisitWait(Shown):
    """Somebody who waits, by the id of their visit."""

    visit: int
    wait: WaitShown | None


class ReasonWait(Shown):
    """What somebody would wait who checked in now, by the id of the reason."""

    reason: int
    wait: WaitShown | None


class WaitsShown(Shown):
    """What is foretold at this moment. Minutes."""

    at: datetime = Field(description="When it was foretold")
    visits: list[VisitWait]
    reasons: list[ReasonWait]


class HourShown(Shown):
    """One hour of the day over four weeks; `came` is a mean for each day, the others are minutes."""

    hour: int
    came: float
    median: float | None
    ninth: float | None = Field(description="What nine in ten don’t exceed")


class CellShown(Shown):
    """The mean number of arrivals in one hour of one weekday (Monday is 0)."""

    weekday: int
    hour: int
    came: float


class WeekShown(Shown):
    """Mean distance in minutes between the wait and what was told, beside two usual figures; shares of waits inside the
    ranges told, 0 to 1."""

    starts: date
    count: int
    error: float
    usual: float
    average: float
    inside80: float
    inside90: float


class InfluxShown(Shown):
    """Now, and the four weeks before today. Shares are 0 to 1."""

    waiting: int
    called: int
    serving: int
    held: int
    longest: int = Field(description="Minutes of the longest wait")
    seated: int
    came: int
    left: int
    days: int
    visits: int
    median: float | None
    ninth: float | None
    left_share: float | None
    absent_share: float | None
    missed_share: float | None = Field(description="Appointments to which nobody came")
    hours: list[HourShown]
    cells: list[CellShown]
    weeks: list[WeekShown] = Field(description="How right what was told was, the oldest week first")


@router.read("/venues/{number}/waits", answer=WaitsShown)
def read_waits(request: ApiRequest, number: PathId) -> HttpResponse:
    """How long each person waits, and whoever would check in now. For those who receive there."""
    venue = find_venue(request, number)
    found = waits.forecast_of(venue, now=request.now)
    people = waits.shown(found, now=request.now)
    reasons = waits.shown_if_now(found)
    body = WaitsShown(
        at=found.at,
        visits=[VisitWait(visit=pk, wait=wait_shown(wait)) for pk, wait in people.items()],
        reasons=[ReasonWait(reason=pk, wait=wait_shown(wait)) for pk, wait in reasons.items()],
    )
    return shown(body)


@router.read("/venues/{number}/influx", answer=InfluxShown)
def read_influx(request: ApiRequest, number: PathId) -> HttpResponse:
    """Who comes when, how long they wait, and how right what they were told was. For those who receive there."""
    venue = find_venue(request, number)
    moment = influx.moment_of(venue, now=request.now)
    history = influx.history_of(venue, now=request.now)
    _whole, weeks = accuracy.weeks_of(venue, now=request.now)
    body = InfluxShown(
        waiting=moment.waiting,
        called=moment.called,
        serving=moment.serving,
        held=moment.held,
        longest=moment.longest,
        seated=moment.seated,
        came=moment.came,
        left=moment.left,
        days=history.days,
        visits=history.visits,
        median=history.median,
        ninth=history.ninth,
        left_share=history.left,
        absent_share=history.absent,
        missed_share=history.missed,
        hours=[HourShown(hour=h.hour, came=h.came, median=h.median, ninth=h.ninth) for h in history.hours],
        cells=[CellShown(weekday=d, hour=h, came=came) for (d, h), came in sorted(history.cells.items())],
        weeks=[
            WeekShown(
                starts=week.starts,
                count=week.count,
                error=week.error,
                usual=week.usual,
                average=week.average,
                inside80=week.inside80,
                inside90=week.inside90,
            )
            for week in weeks
        ],
    )
    return shown(body)
