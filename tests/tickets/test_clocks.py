"""Clocks kept right step by step are what the whole log says, whatever happened to the ticket."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.calendars.hours import Hours
from guichet.people.models import Organisation
from guichet.sla.offers import Conditions, Offer, Offers, Terms, fallback
from guichet.tickets import clocks, commitments
from guichet.tickets.clocks import Line, Story
from guichet.tickets.models import Commitment, Ticket
from tests.builders import NOW

# A minute open, a minute closed: a few minutes cross many edges.
NARROW = Hours(week=[[[m, m + 1] for m in range(0, 1440, 2)]] * 7, zone="America/Montreal")
VERSION = 7
REASONS = ("requester", "provider", "parts")


def _offer(measure: str, minutes: int, *pauses: str, version: int | None = VERSION) -> Offer:
    return Offer(measure=measure, severity="S3", minutes=minutes, version=version, pauses=pauses)


OFFERED = {
    o.measure: o
    for o in (
        _offer("first_response", 9, "requester"),
        _offer("next_update", 5, "requester", "parts"),
        _offer("restoration", 12, "provider", version=None),
        _offer("resolution", 20, "requester", "provider", "parts"),
        _offer("level", 4),
        _offer("provider", 6),
    )
}
OFFERS = Offers([Terms(conditions=Conditions(), offers={"S3": OFFERED})], fallback(VERSION))


class Play:
    """A ticket without a database: what happens to it, told to its clocks and written in its log."""

    def __init__(self) -> None:
        desk = Organisation(pk=1)
        desk.__dict__["_offers"] = OFFERS
        self.ticket = Ticket(pk=1, desk=desk, organisation=desk, severity="S3", kind="incident", state="new")
        self.ticket.opened_at = NOW
        self.lines = [Line(1, "ticket.opened", NOW, {})]
        self.rows: list[Commitment] = []
        self.keep(commitments.first(self.ticket, now=NOW).values())
        self.works: list[int] = []
        self.resting = ""

    def keep(self, made: Any) -> None:
        for row in made:
            row.pk = len(self.rows) + 1
            self.rows.append(row)

    def story(self) -> Story:
        return clocks.story_of(self.lines, opened_at=NOW)

    def happens(self, verb: str, at: datetime, **data: Any) -> None:
        mine = commitments.Clocks(self.ticket, at=at)
        mine.__dict__["rows"] = self.rows
        mine._story = self.story
        if verb == "ticket.handed_over":
            mine.hand_over()
        if data.get("woke"):
            self.resting = ""
        mine.follow(verb, data)
        self.lines.append(Line(1, verb, at, data))
        self.keep(mine.made)

    def do(self, what: str, at: datetime) -> None:
        """`what`, where the ticket's state allows it, with what the product's actions would say of it."""
        ticket, woke = self.ticket, {"woke": True} if self.resting else {}
        unsolved = ticket.state in {"new", "open", "on_hold"}
        ended = ticket.state in {"resolved", "closed", "cancelled"}
        if what == "answer":
            ticket.answered_at = ticket.answered_at or at
            self.happens("ticket.replied", at, from_desk=True)
        elif what == "ask":
            self.ask(at, woke)
        elif what == "note":
            self.happens("ticket.noted", at)
        elif what == "try":
            self.works.append(len(self.lines))
            self.happens("ticket.attempted", at, attempt=self.works[-1], result="worked")
        elif what == "fail" and self.works:
            self.happens("ticket.attempt_tested", at, attempt=self.works.pop(), result="failed")
        elif what == "reopen" and ended:
            ticket.state = "open"
            self.works.clear()
            self.happens("ticket.reopened", at, reopened=True, promise={"kind": self.next()})
        elif what in REASONS and unsolved:
            self.resting, ticket.state = what, "on_hold"
            self.happens("ticket.held", at, reason=what, promise={"kind": "resume"})
        elif what == "wake" and self.resting:
            ticket.state = "open"
            self.happens("ticket.woken", at, promise={"kind": self.next()}, **woke)
        elif unsolved:
            self.work(what, at, woke)

    def ask(self, at: datetime, woke: dict[str, Any]) -> None:
        """The requester's side speaks."""
        said: dict[str, Any] = {}
        if self.resting == "requester":
            self.ticket.state = "open"
            said = {"promise": {"kind": self.next()}, **woke}
        elif self.ticket.state == "resolved":
            said = {"promise": {"kind": "solve"}}
        self.happens("ticket.replied", at, from_desk=False, **said)

    def work(self, what: str, at: datetime, woke: dict[str, Any]) -> None:
        if what == "take":
            self.ticket.state = "open"
            self.happens("ticket.taken", at, **woke)
        elif what == "hand":
            self.ticket.state = "open"
            self.happens("ticket.handed_over", at, promise={"kind": "take_on"}, **woke)
        elif what == "resolve":
            self.ticket.answered_at = self.ticket.answered_at or at
            self.ticket.state = "resolved"
            self.happens("ticket.resolved", at, promise={"kind": "confirm"}, **woke)
        elif what == "cancel":
            self.ticket.state = "cancelled"
            self.happens("ticket.cancelled", at, **woke)
        elif what == "promise":
            self.happens("ticket.promised", at, promise={"kind": "custom"})

    def next(self) -> str:
        return "solve" if self.ticket.answered_at else "first_answer"


WAYS = (
    "answer", "ask", "note", "try", "fail", "reopen", *REASONS, "wake", "take", "hand", "resolve", "cancel", "promise",
)  # fmt: skip
steps = st.lists(st.tuples(st.sampled_from(WAYS), st.integers(0, 400)), max_size=25)


def caches(rows: list[Commitment]) -> list[tuple[Any, ...]]:
    return [(r.measure, r.due_at, r.paused_at, r.stopped_at) for r in rows]


@given(steps=steps)
@settings(max_examples=300)
def test_step_by_step_is_what_the_log_says(steps: list[tuple[str, int]]) -> None:
    with patch.object(clocks, "hours_of", lambda _: NARROW), patch.object(commitments, "hours_of", lambda _: NARROW):
        play, at = Play(), NOW
        for what, seconds in steps:
            at += timedelta(seconds=seconds)
            play.do(what, at)
            kept = caches(play.rows)
            clocks.settled(play.rows, play.story())
            assert kept == caches(play.rows), (what, play.lines)


@given(steps=steps, more=st.integers(0, 4000))
@settings(max_examples=200)
def test_the_caches_say_what_the_clock_says(steps: list[tuple[str, int]], more: int) -> None:
    with patch.object(clocks, "hours_of", lambda _: NARROW), patch.object(commitments, "hours_of", lambda _: NARROW):
        play, at = Play(), NOW
        for what, seconds in steps:
            at += timedelta(seconds=seconds)
            play.do(what, at)
        now, story = at + timedelta(seconds=more), play.story()
        for row in play.rows:
            if row.measure in {"level", "provider"}:
                continue
            read = clocks.reading(row, clocks.course(row, story), now=now)
            assert read.stopped == (row.stopped_at is not None)
            assert read.broken == ((row.stopped_at or row.paused_at or now) > row.due_at)
            if read.due is not None and not row.paused_at:
                assert read.due == row.due_at
