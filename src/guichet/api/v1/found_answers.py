"""How many found their answer without a ticket: by week, and by what they were shown. For managers."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import Resource, shown
from guichet.api.v1.fields import Given, OneOf, Shown
from guichet.lib.errors import Forbidden
from guichet.suggestions.deflection_figures import KINDS, PERIODS, Figures, Reach
from guichet.suggestions.models import Ended

router = Resource(tag="Found answers", scope="settings")


class EndingsShown(Shown):
    """What came of what people were shown before they asked. `deflected`: opened something, sent nothing, and opened no
    ticket within 48 hours; `left`: opened nothing and asked for nothing; `waiting`: the 48 hours aren’t over."""

    deflected: int
    came_back: int
    sent: int
    left: int
    waiting: int


class WeekOfAnswers(Shown):
    """One week, by its Monday."""

    starts: date
    endings: EndingsShown


class AnswerLine(Shown):
    """An article, decision tree or incident; `deflected` and `came_back` of those who opened it."""

    kind: Annotated[str, OneOf(*KINDS)]
    key: str = Field(description="Its reference, or the tree’s id")
    name: str
    shown: int
    opened: int
    helped: int = Field(description="Who said so")
    deflected: int
    came_back: int


class WalkedShown(Shown):
    """A decision tree that people walked alone to a solution, counted by the same rule."""

    tree: int
    name: str
    solved: int
    stayed_away: int
    came_back: int


class FoundAnswersShown(Shown):
    """`rate` is 0 to 1, of those of whom it can be said; null while there are none."""

    since: datetime
    until: datetime
    rate: float | None
    endings: EndingsShown
    weeks: list[WeekOfAnswers]
    lines: list[AnswerLine]
    walked: list[WalkedShown]


class FoundAnswersAsked(Given):
    """So many weeks back, this one among them."""

    weeks: Annotated[int, Field(ge=1, le=104)] = PERIODS[0]


@router.read("/found-answers", answer=FoundAnswersShown)
def read_found_answers(request: ApiRequest, asked: Query[FoundAnswersAsked]) -> HttpResponse:
    """How many found their answer without a ticket, among those who were shown something while they asked."""
    person = request.person
    if not person.grants.manages_in:
        raise Forbidden(_("Only a manager of a service desk may see this."), code="not_manager")
    reach = Reach(person=person, weeks=asked.weeks, now=request.now, zone=ZoneInfo(person.organisation.time_zone))
    found = reach.figures()
    return shown(
        FoundAnswersShown(
            since=reach.since,
            until=request.now,
            rate=found.rate,
            endings=_endings(found.counts),
            weeks=[WeekOfAnswers(starts=week.starts, endings=_endings(week.counts)) for week in found.weeks],
            lines=_lines(found),
            walked=[
                WalkedShown(
                    tree=one.tree,
                    name=one.name,
                    solved=one.solved,
                    stayed_away=one.stayed_away,
                    came_back=one.came_back,
                )
                for one in found.walked
            ],
        )
    )


def _endings(counts: Mapping[str, int]) -> EndingsShown:
    return EndingsShown(**{ended: counts.get(ended, 0) for ended in Ended.values})


def _lines(found: Figures) -> list[AnswerLine]:
    return [
        AnswerLine(
            kind=kind, key=one.key, name=one.name, shown=one.shown, opened=one.opened, helped=one.helped,
            deflected=one.deflected, came_back=one.came_back,
        )
        for kind, lines in found.lines.items()
        for one in lines
    ]  # fmt: skip
