"""How long a level has a ticket, and until when it may keep it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.calendars.hours import OFFICE_HOURS, Hours
from guichet.tickets import actions
from guichet.tickets.level_time import limit, limit_of, returns, since, tell_levels
from guichet.tickets.models import HandOver, Hold, Ticket
from tests import builders

HOURS = Hours(week=OFFICE_HOURS, zone="America/Montreal")
MONDAY = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)  # 9:00 there
minutes = st.integers(0, 60 * 24 * 30)


@given(minutes, st.integers(1, 2000), st.lists(st.tuples(minutes, minutes), max_size=4), minutes)
def test_left_and_over_agree_with_the_hours(
    start: int, budget: int, given_rests: list[tuple[int, int]], at: int
) -> None:
    begins, now = MONDAY + timedelta(minutes=start), MONDAY + timedelta(minutes=at)
    rests = [(MONDAY + timedelta(minutes=a), MONDAY + timedelta(minutes=a + n)) for a, n in given_rests]
    found = limit_of(minutes=budget, start=begins, rests=rests, hours=HOURS, now=now)
    assert found is not None
    assert found.over == (found.at <= now)
    assert found.at >= HOURS.add(begins, 60 * budget)
    # Rest never makes it earlier, and without rest it is the plain sum.
    alone = limit_of(minutes=budget, start=begins, rests=[], hours=HOURS, now=now)
    assert (
        alone is not None and alone.at == HOURS.add(begins, 60 * budget) and alone.left <= max(found.left, alone.left)
    )


def test_a_rest_without_an_end_has_no_limit() -> None:
    rests = [(MONDAY, None)]
    assert limit_of(minutes=20, start=MONDAY, rests=rests, hours=HOURS, now=MONDAY) is None


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3)), max_size=6))
def test_since_when(given_moves: list[tuple[int, int]]) -> None:
    """The last change of level, or the opening: told by a walk from the front."""
    moves = [(MONDAY + timedelta(hours=n + 1), a, b) for n, (a, b) in enumerate(given_moves)]
    expected = MONDAY
    for at, origin, target in moves:
        expected = at if origin != target else expected
    received = moves[-1][0] if moves else MONDAY
    assert since(received_at=received, opened_at=MONDAY, moves=moves) == expected
    # Reopened later: from then on.
    later = received + timedelta(minutes=7)
    assert since(received_at=later, opened_at=MONDAY, moves=moves) == later


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), max_size=8))
def test_what_came_back(given_moves: list[tuple[int, int]]) -> None:
    moves = [HandOver(pk=n, from_team_id=a, to_team_id=b) for n, (a, b) in enumerate(given_moves)]
    expected = [n for n, (_a, b) in enumerate(given_moves) if b in {origin for origin, _to in given_moves[: n + 1]}]
    assert [made.pk for made in returns(moves)] == expected


@pytest.mark.django_db
def test_told_to_a_list_as_on_the_page() -> None:
    desk = builders.desk()
    nadia, amelie = builders.agent(desk), builders.person(desk.organisation)
    # N1 keeps it twenty minutes; ten of its own, an hour of rest, and twelve more.
    ticket = builders.ticket(amelie, now=MONDAY)
    ticket = actions.hold(
        ticket, reason="provider", wake_at=MONDAY + timedelta(days=1), actor=nadia, now=MONDAY + timedelta(minutes=10)
    )
    ticket = actions.wake(ticket, actor=nadia, now=MONDAY + timedelta(minutes=70))
    now = MONDAY + timedelta(minutes=72)
    held = Hold.objects.filter(ticket=ticket)
    found = limit(ticket, hand_overs=[], holds=held, now=now)
    assert found is not None and (found.left, found.over) == (8, False)
    listed = list(Ticket.objects.filter(pk=ticket.pk).for_list())
    tell_levels(listed, now=now)
    assert vars(listed[0])["level_limit"] == found and vars(listed[0])["came_back"] == 0
    tell_levels(listed, now=now + timedelta(minutes=8))
    assert vars(listed[0])["level_limit"].over
    # To another team of its level: no time is gained. To the next level and back: it counts anew, and came back.
    twin = builders.team(desk.organisation, desk.front.level)
    moved = actions.hand_over(ticket, to_team=twin, reason="competence", actor=nadia, now=now)
    again = limit(moved, hand_overs=moved.hand_overs.all(), holds=held, now=now)
    assert again is not None and again.at == found.at
    for team, n in ((desk.second, 1), (desk.front, 2)):
        moved = actions.hand_over(moved, to_team=team, reason="competence", actor=nadia, now=now + timedelta(minutes=n))
    again = limit(moved, hand_overs=moved.hand_overs.all(), holds=held, now=now + timedelta(minutes=2))
    assert again is not None and again.left == 20
    listed = list(Ticket.objects.filter(pk=ticket.pk).for_list())
    tell_levels(listed, now=now)
    assert vars(listed[0])["came_back"] == 1
