"""Policies applied in the middle of any story: the log still says what the clocks say, and what was promised counts
as if it had been promised from the start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest.mock import patch

from hypothesis import event, given, settings
from hypothesis import strategies as st

from guichet.sla.models import FROM_OPENING, Measure
from guichet.sla.offers import Conditions, Offer, Offers, Terms, fallback
from guichet.tickets import applying, clocks, commitments, lifecycle
from guichet.tickets.clocks import Line
from guichet.tickets.models import How
from tests.builders import NOW
from tests.tickets import test_clocks
from tests.tickets.test_clocks import NARROW, REASONS, VERSION, Play, caches, steps

ALWAYS = {Measure.FIRST_RESPONSE, Measure.NEXT_UPDATE}


@st.composite
def terms(draw: st.DrawFn) -> Offers:
    """What a desk may say; a first answer and news are always promised."""
    offered = {
        measure.value: Offer(
            measure=measure.value,
            severity="S3",
            minutes=draw(st.integers(1, 40)),
            version=draw(st.sampled_from([None, VERSION])),
            pauses=tuple(draw(st.sets(st.sampled_from(REASONS)))),
            shown=draw(st.booleans()),
        )
        for measure in Measure
        if measure in ALWAYS or draw(st.booleans())
    }
    return Offers([Terms(conditions=Conditions(), offers={"S3": offered})], fallback(VERSION))


class Applied(Play):
    """A ticket to which other terms are applied on the way."""

    def weigh(self, at: datetime) -> applying.Weighed:
        return applying.weigh(self.ticket, self.rows, self.story(), now=at)

    def apply(self, offers: Offers, at: datetime) -> applying.Weighed:
        self.ticket.desk.__dict__["_offers"] = offers
        found = self.weigh(at)
        replaced = {id(change.row) for change in found.changes}
        self.rows = [row for row in self.rows if id(row) not in replaced]
        number = 1_000 * len(self.lines)
        for change in found.changes:
            if change.made:
                number += 1
                change.made.pk = number
                self.rows.append(change.made)
        self.lines.append(Line(1, "ticket.terms_applied", at, {"promise": {"kind": self.next()}}))
        return found


@contextmanager
def narrow() -> Iterator[None]:
    with patch.object(clocks, "hours_of", lambda _: NARROW), patch.object(commitments, "hours_of", lambda _: NARROW):
        yield


def played(play: Play, way: list[tuple[str, int]], *, since: datetime = NOW) -> datetime:
    at = since
    for what, seconds in way:
        at += timedelta(seconds=seconds)
        play.do(what, at)
        kept = caches(play.rows)
        clocks.settled(play.rows, play.story())
        assert kept == caches(play.rows), (what, play.lines)
    return at


@given(before=steps, after=steps, offers=terms(), wait=st.integers(0, 900))
@settings(max_examples=300)
def test_the_log_says_the_same_before_and_after(
    before: list[tuple[str, int]], after: list[tuple[str, int]], offers: Offers, wait: int
) -> None:
    with narrow():
        play = Applied()
        at = played(play, before) + timedelta(seconds=wait)
        if play.ticket.state not in lifecycle.UNSOLVED:
            return
        rows = list(play.rows)
        ended = [row for row in rows if row.stopped_at or applying.standing(row, now=at) < at]
        found = play.apply(offers, at)
        event(f"{len(found.changes)} changes")
        # What ended or was broken is there as it was; what is new can be kept.
        assert all(any(row is kept for kept in play.rows) for row in ended)
        assert all(change.made is None or applying.standing(change.made, now=at) > at for change in found.changes)
        assert all(change.made is None or change.made.stopped_at is None for change in found.changes)
        assert {row.measure for row in play.rows} >= ALWAYS
        # Once more changes nothing, then and a moment later.
        assert play.weigh(at).changes == []
        kept = caches(play.rows)
        clocks.settled(play.rows, play.story())
        assert kept == caches(play.rows)
        played(play, after, since=at)


@given(way=steps, offers=terms(), wait=st.integers(0, 900))
@settings(max_examples=300)
def test_it_counts_as_if_it_had_been_promised_from_the_start(
    way: list[tuple[str, int]], offers: Offers, wait: int
) -> None:
    with narrow():
        play = Applied()
        at = played(play, way) + timedelta(seconds=wait)
        with patch.object(test_clocks, "OFFERS", offers):
            other = Play()
            played(other, way)
        if play.ticket.state not in lifecycle.UNSOLVED:
            return
        found = play.apply(offers, at)
        for change in found.changes:
            if change.made and change.measure in FROM_OPENING:
                twin = next(row for row in other.rows if row.measure == change.measure)
                assert caches([change.made]) == caches([twin])


@given(way=steps, offers=terms(), wait=st.integers(0, 900))
@settings(max_examples=200)
def test_later_and_earlier_are_what_they_say(way: list[tuple[str, int]], offers: Offers, wait: int) -> None:
    with narrow():
        play = Applied()
        at = played(play, way) + timedelta(seconds=wait)
        if play.ticket.state not in lifecycle.UNSOLVED:
            return
        before = {row.measure: row for row in play.rows if row.stopped_at is None}
        for change in play.apply(offers, at).changes:
            assert change.row is before.get(change.measure)
            if change.how in {How.LATER, How.EARLIER, How.SAME}:
                assert change.was is not None and change.due is not None
                sign = (change.due > change.was) - (change.due < change.was)
                assert {1: How.LATER, -1: How.EARLIER, 0: How.SAME}[sign] == change.how
            else:
                assert (change.row is None, change.made is None) == (change.how == How.NEW, change.how == How.DROPPED)
            # By the clock itself, as if the wait ended now.
            for row, moment in ((change.row, change.was), (change.made, change.due)):
                if row and row.paused_at is None:
                    assert row.due_at == moment


@given(way=steps, wait=st.integers(0, 900))
@settings(max_examples=100)
def test_the_same_terms_change_nothing(way: list[tuple[str, int]], wait: int) -> None:
    with narrow():
        play = Applied()
        at = played(play, way) + timedelta(seconds=wait)
        assert not applying.differs(play.ticket, play.rows)
        found = play.weigh(at)
        assert (found.changes, dict(found.stays)) == ([], {})
