"""Who receives, as the simulation sees them: with everything that takes them away during their day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.walkup.dispatcher import Break
from guichet.walkup.models import Duty
from guichet.walkup.posts import away_of, posts_of
from guichet.walkup.waits import if_now
from tests.walkup.stage import NOW, Place, comes, later, place, seated


def two_duties(here: Place) -> None:
    """Nadia from 10 to 11, and from 13 to 15 with a break at 14; it is 10:00 there."""
    for starts, ends, breaks in ((600, 660, []), (780, 900, [[840, 10]])):
        Duty.objects.create(
            venue=here.venue, agent=here.nadia, date=NOW.date(), starts=starts, ends=ends, breaks=breaks
        )


@pytest.mark.django_db
@pytest.mark.parametrize("sits", [True, False])
def test_between_two_duties_nobody_is_counted_on(sits: bool) -> None:
    here = place()
    two_duties(here)
    if sits:
        seated(here)
    origin = NOW - timedelta(hours=10)
    post = next(p for p in posts_of(here.venue, now=later(1), origin=origin) if p.agent.id == here.nadia.pk)
    assert post.agent.breaks == (Break(start=660, length=120), Break(start=840, length=10))
    assert post.agent.ends == 900


@pytest.mark.django_db
def test_a_wait_lasts_beyond_the_gap() -> None:
    """The only one on duty goes in two minutes, and comes back two hours later."""
    here = seated(place())
    two_duties(here)
    for _ in range(2):
        comes(here, why="laptop", at=later(50))
    told = if_now(here.venue, now=later(58))[here.reasons["laptop"].pk]
    assert told.median > 60


MINUTE = st.integers(0, 1440)


@given(marks=st.lists(MINUTE, min_size=2, max_size=8, unique=True))
def test_there_or_away_never_both(marks: list[int]) -> None:
    """Whatever the duties, each minute between the first and the last is either within a duty or away."""
    marks = sorted(marks)[: len(marks) // 2 * 2]
    duties = [Duty(starts=a, ends=b, breaks=[]) for a, b in zip(marks[::2], marks[1::2], strict=True)]
    away = [minute for start, length in away_of(duties) for minute in range(start, start + length)]
    there = [minute for duty in duties for minute in range(duty.starts, duty.ends)]
    assert sorted([*away, *there]) == list(range(marks[0], marks[-1]))
