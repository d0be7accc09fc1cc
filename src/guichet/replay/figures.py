"""What the activity log says of the replayed cases. The file is used for one thing: how each case should have ended."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import Any

from guichet.activity.models import Event
from guichet.people.models import Level, Team
from guichet.replay.log import Case, Row, lines_of
from guichet.replay.volvo import PREFIX, SLUG, key_of, team_name
from guichet.tickets import lifecycle
from guichet.tickets.models import Ticket
from guichet.watchdog.retelling import STATE_AFTER


@dataclass
class Story:
    """One ticket as its events tell it."""

    state: str = lifecycle.NEW
    level: int = 0
    teams: list[int] | None = None
    levels: set[int] | None = None
    sources: set[str] | None = None
    reopened: bool = False

    def add(self, verb: str, data: dict[str, Any], source: str) -> None:
        self.teams, self.levels, self.sources = self.teams or [], self.levels or set(), self.sources or set()
        self.sources.add(source)
        if verb == "ticket.opened":
            self._at(data["team"], data["level"])
        elif verb == "ticket.handed_over":
            self._at(data["to_team"], data["to_level"])
        self.reopened |= verb in {"ticket.reopened", "ticket.refused"} or bool(data.get("reopened"))
        self.state = lifecycle.OPEN if data.get("reopened") else STATE_AFTER.get(verb, self.state)

    def _at(self, team: int, level: int) -> None:
        assert self.teams is not None and self.levels is not None
        self.teams.append(team)
        self.levels.add(level)
        self.level = level

    @property
    def ping_pong(self) -> bool:
        """Whether the ticket came back to a team that it had left."""
        return self.teams is not None and len(set(self.teams)) < len(self.teams)


@dataclass(frozen=True)
class Figures:
    """The last line of the command."""

    cases: int
    events: int
    seconds: float
    events_per_second: float
    final_level_mismatches: int
    final_status_mismatches: int
    never_left_line_1: int
    reached_line_2: int
    reached_line_3: int
    ping_pong: int
    reopened: int
    still_open: int

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def expected_state(row: Row) -> str:
    """The state that the log's last row means."""
    if row.status == "Completed":
        return {"Resolved": lifecycle.RESOLVED, "Cancelled": lifecycle.CANCELLED}.get(row.sub_status, lifecycle.CLOSED)
    return lifecycle.ON_HOLD if row.sub_status.startswith("Wait") else lifecycle.OPEN


def figures(cases: list[Case], *, seconds: float, driven: int) -> Figures:
    """Counts over the tickets of `cases`, from their events alone. `driven` rows in `seconds` give the speed."""
    stories = _stories(cases)
    codes = dict(Level.objects.filter(scheme__organisation__slug=SLUG).values_list("pk", "code"))
    level_of_team = dict(Team.objects.filter(organisation__slug=SLUG).values_list("name", "level_id"))
    lines = [{line for level in s.levels or () for line in lines_of(codes[level])} for s in stories.values()]
    wrong_level = wrong_state = 0
    for case in cases:
        story, last = stories.get(key_of(case), Story()), case.rows[-1]
        wrong_level += story.level != level_of_team[team_name(last)]
        # A ticket that was only ever queued is still new to us; the log knows no such difference.
        state = lifecycle.OPEN if story.state == lifecycle.NEW else story.state
        wrong_state += state != expected_state(last)
    return Figures(
        cases=len(stories),
        events=sum(len(s.sources or ()) for s in stories.values()),
        seconds=round(seconds, 2),
        events_per_second=round(driven / seconds, 1) if driven else 0.0,
        final_level_mismatches=wrong_level,
        final_status_mismatches=wrong_state,
        never_left_line_1=sum(reached == {1} for reached in lines),
        reached_line_2=sum(2 in reached for reached in lines),
        reached_line_3=sum(3 in reached for reached in lines),
        ping_pong=sum(s.ping_pong for s in stories.values()),
        reopened=sum(s.reopened for s in stories.values()),
        still_open=sum(s.state in lifecycle.UNSOLVED for s in stories.values()),
    )


def _stories(cases: list[Case]) -> dict[str, Story]:
    keys = dict(
        Ticket.objects.filter(organisation__slug=SLUG, external_key__in=[key_of(case) for case in cases]).values_list(
            "pk", "external_key"
        )
    )
    stories: dict[str, Story] = defaultdict(Story)
    # What people or the product did afterwards (waking, closing in silence) has no row of the log as its source.
    events = (
        Event.objects.filter(subject_type="ticket", subject_id__in=list(keys))
        .filter(source__startswith=PREFIX)
        .order_by("subject_id", "number")
    )
    for subject, verb, data, source in events.values_list("subject_id", "verb", "data", "source").iterator():
        stories[keys[subject] or ""].add(verb, data, source)
    return stories
