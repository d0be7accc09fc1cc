"""How far the levels get: what the first one solves by itself, and why tickets leave it. For managers."""

from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import Resource, shown
from guichet.api.v1.fields import Given, Shown
from guichet.lib.errors import Forbidden
from guichet.tickets.levels_at_work import AIM, PERIODS, Line, Reach

router = Resource(tag="Levels", scope="settings")


class WeekOfLevels(Shown):
    """One week, by its Monday. `rate` is 0 to 1, null where nothing was solved."""

    starts: date
    solved: int
    by_first: int
    rate: float | None


class LineShown(Shown):
    """Tickets that left for a reason, of a category or to a team. `key`: the reason, or an id; "none": no category."""

    key: str
    name: str
    tickets: int


class LevelsShown(Shown):
    """Rates are 0 to 1. A ticket that left twice counts once in each line."""

    since: datetime
    until: datetime
    aim: float = Field(description="The share that the first level should solve by itself")
    rate: float | None = Field(description="The share that it did")
    solved: int
    by_first: int
    past: int = Field(description="Solved, and never with the first level")
    left: int = Field(description="Left the first level")
    fro: int = Field(description="Came back to a team that they had left")
    returned: int = Field(description="Sent back by the team that got them")
    weeks: list[WeekOfLevels]
    reasons: list[LineShown]
    categories: list[LineShown]
    teams: list[LineShown]


class LevelsAsked(Given):
    """So many weeks back, the one we are in among them."""

    weeks: Annotated[int, Field(ge=1, le=104)] = PERIODS[0]


@router.read("/levels", answer=LevelsShown)
def read_levels(request: ApiRequest, asked: Query[LevelsAsked]) -> HttpResponse:
    """The first level’s rate by week beside its aim, and why tickets left it. For managers."""
    person = request.person
    if not person.grants.manages_in:
        raise Forbidden(_("Only a manager of a service desk may see this."), code="not_manager")
    zone = ZoneInfo(person.organisation.time_zone)
    reach = Reach(person=person, weeks=asked.weeks, now=request.now, zone=zone)
    found = reach.figures()
    return shown(
        LevelsShown(
            since=reach.since,
            until=request.now,
            aim=AIM,
            rate=found.rate,
            solved=found.solved,
            by_first=found.by_first,
            past=found.past,
            left=found.left,
            fro=found.fro,
            returned=found.returned,
            weeks=[
                WeekOfLevels(starts=week.starts, solved=week.solved, by_first=week.by_first, rate=week.rate)
                for week in found.weeks
            ],
            reasons=_lines(found.reasons),
            categories=_lines(found.categories),
            teams=_lines(found.teams),
        )
    )


def _lines(lines: list[Line]) -> list[LineShown]:
    return [LineShown(key=line.key, name=line.name, tickets=line.count) for line in lines]
