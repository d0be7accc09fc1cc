"""A draft tried on past tickets is judged by the clocks themselves, whatever happened to the tickets."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.sla import drafts
from guichet.sla.drafts import Basis
from guichet.sla.models import FROM_OPENING, SEVERITIES
from guichet.sla.offers import Conditions, Offer, Offers, Terms, fallback
from guichet.tickets import clocks, commitments
from guichet.tickets.models import Commitment
from guichet.tickets.what_if import DRAFT, PROMISED, Facts, Offered, Past, Promised, Spot, Tally
from guichet.tickets.what_if import NOW as IN_FORCE
from tests.builders import NOW
from tests.tickets.test_clocks import NARROW, VERSION, WAYS, Play

MINUTES = {"first_response": 9, "next_update": 5, "restoration": 12, "resolution": 20, "level": 4, "provider": 6}
PAUSES = {
    "first_response": ("requester",), "next_update": ("requester", "parts"), "restoration": ("provider",),
    "resolution": ("requester", "provider", "parts"),
}  # fmt: skip
JUDGED = {"S2": "ticket.assessed", "S3": "ticket.severity_overridden", "S4": "ticket.assessed"}
steps = st.lists(st.tuples(st.sampled_from([*WAYS, *JUDGED]), st.integers(0, 400)), max_size=25)
# Which severities lack which measures: a severity that promises no restoration, or none of the short clocks.
LACKING = {("restoration", "S4"), ("resolution", "S2"), ("level", "S4"), ("provider", "S2")}


def offers(change: Mapping[str, dict[str, Any]] | None = None) -> Offers:
    """By measure, what is said otherwise than as usual."""
    known: dict[str, dict[str, Offer]] = {}
    for number, severity in enumerate(SEVERITIES):
        for measure, minutes in MINUTES.items():
            if (measure, severity) in LACKING:
                continue
            own = {"minutes": minutes + number, "pauses": PAUSES.get(measure, ()), "version": VERSION}
            own |= (change or {}).get(measure, {})
            known.setdefault(severity, {})[measure] = Offer(measure=measure, severity=severity, **own)
    return Offers([Terms(Conditions(), known)], fallback(VERSION))


class Judging(Play):
    """Also judged anew: what runs is replaced. Remembers what each news's clock said when the next were given."""

    def __init__(self) -> None:
        super().__init__()
        self.ticket.desk.__dict__["_offers"] = offers()
        self.rows = []
        self.keep(commitments.first(self.ticket, now=NOW).values())
        self.given: list[tuple[str, bool, datetime | None]] = []

    def happens(self, verb: str, at: datetime, **data: Any) -> None:
        news = next(row for row in self.rows if row.measure == "next_update" and row.replaced_at is None)
        before = self.story()
        mine = commitments.Clocks(self.ticket, at=at)
        mine.__dict__["rows"] = [row for row in self.rows if row.replaced_at is None]
        mine._story = self.story
        if verb == "ticket.handed_over":
            mine.hand_over()
        if verb in JUDGED.values():
            mine.change_severity(data["severity"], by=None, reason="")
        if data.get("woke"):
            self.resting = ""
        mine.follow(verb, data)
        self.lines.append(clocks.Line(1, verb, at, data))
        self.keep(mine.made)
        after = self.story()
        if after.news_at != before.news_at:
            # A reopening ends the stretch that didn't count, before the news that it gives.
            told = replace(after, news_at=before.news_at)
            way = clocks.course(news, told)
            read = clocks.reading(news, clocks.Course(way.start, way.pauses, at), now=at)
            self.given.append((news.severity, read.broken, read.due))

    def do(self, what: str, at: datetime) -> None:
        if what not in JUDGED:
            return super().do(what, at)
        if what != self.ticket.severity and self.ticket.state in {"new", "open", "on_hold"}:
            before, self.ticket.severity = self.ticket.severity, what
            self.happens(JUDGED[what], at, **{"from": before, "severity": what})
        return None

    def past(self) -> Past:
        past = Past.of(Facts(1, NOW, 1, None, None, "incident", self.ticket.severity))
        for line in self.lines:
            past.hear(line)
        return past

    def current(self, spot: Spot) -> Commitment | None:
        """The commitment of a clock that wasn't ended by news."""
        own = [row for row in self.rows if row.measure == spot.measure and row.replaced_at is None]
        if spot.measure not in FROM_OPENING:
            own = [row for row in own if row.started_at == spot.start][spot.twin :]
        return own[0] if own else None


class Rows:
    """What was promised in a play: `what_if.Made` without a database."""

    def __init__(self, play: Judging) -> None:
        self.play, self.basis = play, BASIS

    def find(self, past: Past, spot: Spot) -> Promised | None:
        row = self.play.current(spot) if spot.stop is None else None
        return row and Promised(row.severity, row.minutes, row.calendar_version_id, tuple(row.pauses))


BASIS = Basis(offers())


def played(told: list[tuple[str, int]]) -> tuple[Judging, datetime]:
    play, at = Judging(), NOW
    for what, seconds in told:
        at += timedelta(seconds=seconds)
        play.do(what, at)
    return play, at


def tally(play: Judging, *, draft: Basis, now: datetime, most: int = 100) -> Tally:
    found = Tally(most=most)
    found.take(play.past(), now_in_force=Offered(BASIS), draft=Offered(draft), made=Rows(play), now=now)
    return found


@contextmanager
def here() -> Iterator[None]:
    """All calendars are the narrow one."""
    with ExitStack() as stack:
        for module in (clocks, commitments, drafts):
            stack.enter_context(patch.object(module, "hours_of", lambda _: NARROW))
        yield


def judged_alike(play: Judging, *, now: datetime) -> int:
    """Every verdict under what is in force is the clock's own; how many."""
    past, side, count = play.past(), Offered(BASIS), 0
    for spot in past.clocks():
        promised = side.find(past, spot)
        judged = promised and past.judge(spot, promised, basis=BASIS, now=now)
        if spot.stop is not None:
            severity, broken, due = play.given[spot.number]
            assert judged is not None, spot
            assert (judged.severity, judged.broken, judged.verdict == "open") == (severity, broken, False), spot
            # While it stood still nobody could say; by now the log can.
            assert due is None or judged.due == due
            count += 1
            continue
        row = play.current(spot)
        assert (row is None) == (promised is None), (spot, play.lines)
        if row is None or judged is None:
            continue
        way = clocks.course(row, past.story, turn=spot.twin)
        read = clocks.reading(row, way, now=now)
        assert judged.severity == row.severity, (spot, play.lines)
        assert (judged.broken, judged.verdict == "open") == (read.broken, not read.stopped and not read.broken)
        assert judged.due == read.due
        count += 1
    return count


@given(told=steps, more=st.integers(0, 4000))
@settings(max_examples=300, deadline=None)
def test_what_is_in_force_is_judged_as_the_clocks_judge(told: list[tuple[str, int]], more: int) -> None:
    with here():
        play, at = played(told)
        judged_alike(play, now=at + timedelta(seconds=more))


def test_five_hundred_random_tickets_are_judged_as_the_clocks_judge() -> None:
    chance, judged, broken = random.Random(5), 0, 0
    with here():
        for _ in range(500):
            told = [(chance.choice([*WAYS, *JUDGED]), chance.randrange(400)) for _ in range(chance.randrange(30))]
            play, at = played(told)
            now = at + timedelta(seconds=chance.randrange(4000))
            judged += judged_alike(play, now=now)
            same = tally(play, draft=BASIS, now=now)
            broken += sum(n for key, n in same.verdicts.items() if key[2:] == (IN_FORCE, "broken"))
    assert judged > 2000
    assert broken > 300


@given(told=steps, more=st.integers(0, 4000))
@settings(max_examples=150, deadline=None)
def test_what_is_in_force_as_a_draft_changes_nothing(told: list[tuple[str, int]], more: int) -> None:
    with here():
        play, at = played(told)
        found = tally(play, draft=Basis(offers()), now=at + timedelta(seconds=more))
    assert not found.changes
    assert not found.moves
    for (measure, severity, side, verdict), count in found.verdicts.items():
        if side != PROMISED:
            assert found.verdicts[measure, severity, DRAFT, verdict] == count
            assert found.verdicts[measure, severity, IN_FORCE, verdict] == count


shorter = st.fixed_dictionaries({m: st.integers(1, minutes) for m, minutes in MINUTES.items()})
fewer = st.fixed_dictionaries({m: st.sets(st.sampled_from(held)) for m, held in PAUSES.items()})


@given(told=steps, more=st.integers(0, 4000), minutes=shorter, pauses=fewer, always=st.booleans())
@settings(max_examples=300, deadline=None)
def test_a_stricter_target_never_turns_broken_into_kept(
    told: list[tuple[str, int]], more: int, minutes: dict[str, int], pauses: dict[str, set[str]], always: bool
) -> None:
    """Fewer minutes, fewer holds that stop the clock, or day and night instead of opening hours."""
    strict = {
        measure: {"minutes": short, "pauses": tuple(sorted(pauses.get(measure, set())))}
        | ({"version": None} if always else {})
        for measure, short in minutes.items()
    }
    with here():
        play, at = played(told)
        found = tally(play, draft=Basis(offers(strict)), now=at + timedelta(seconds=more))
    assert all(change.worse for change in found.changes)
    assert sum(found.moves.values()) == sum(change.promises for change in found.changes)
    gained = sum(n for key, n in found.verdicts.items() if key[2:] == (DRAFT, "broken"))
    assert gained - sum(n for key, n in found.verdicts.items() if key[2:] == (IN_FORCE, "broken")) == sum(
        found.moves.values()
    )


def test_a_hold_that_no_longer_stops_the_clock_breaks_the_promise() -> None:
    with here():
        # An hour's wait for the requester; the clock runs every other minute.
        play, at = played([("answer", 60), ("requester", 60), ("wake", 3600), ("resolve", 60)])
        found = tally(play, draft=Basis(offers({"resolution": {"pauses": ()}})), now=at)
    assert [(c.measure, c.was and c.was.verdict, c.becomes and c.becomes.verdict) for c in found.changes] == [
        ("resolution", "kept", "broken")
    ]
    assert found.changes[0].promises == 1


def test_of_many_that_change_so_many_are_listed_each_way() -> None:
    with here():
        found = Tally(most=2)
        for _ in range(5):
            play, at = played([("note", 900), ("answer", 900)])
            draft = Basis(offers({"first_response": {"minutes": 60}, "next_update": {"minutes": 1}}))
            found.take(play.past(), now_in_force=Offered(BASIS), draft=Offered(draft), made=Rows(play), now=at)
    assert found.changed == {False: 5}
    assert len([change for change in found.changes if not change.worse]) == 2
