"""What is left of promises, all at once: as one by one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from guichet.calendars.reading import usual_hours
from guichet.routing.pending import Clocks, Item, Pending
from tests import builders
from tests.builders import NOW

moments = st.integers(0, 2 * 365 * 86_400_000).map(
    lambda after: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(milliseconds=after)
)


class LeftAndAges(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.desks = [builders.desk().organisation, builders.desk(time_zone="Asia/Tokyo").organisation]

    @given(told=st.lists(st.tuples(st.integers(0, 1), moments, st.sampled_from([None, 0])), max_size=30), now=moments)
    def test_they_are_what_each_clock_says(self, told: list[tuple[int, datetime, int | None]], now: datetime) -> None:
        clocks = Clocks(self.desks)
        asked = [(self.desks[which].pk, Pending("resolution", due, version)) for which, due, version in told]
        for (which, due, version), found in zip(told, clocks.left(asked, now=now), strict=True):
            exact = (due - now).total_seconds() / 60
            if version == 0:
                exact = usual_hours(self.desks[which]).between(now, due) / 60
                exact = exact if due > now else min(exact, -1 / 60)
            assert found == pytest.approx(exact, abs=1 / 30)
            assert (found < 0) == (due <= now) or abs(found) < 1 / 30

    @given(opened=st.lists(st.tuples(st.integers(0, 1), moments), max_size=30), now=moments)
    def test_ages_are_never_below_nothing(self, opened: list[tuple[int, datetime]], now: datetime) -> None:
        clocks = Clocks(self.desks)
        items = [
            Item(1, self.desks[which].pk, 1, None, None, "S3", 3, "open", at, None, (), None) for which, at in opened
        ]
        for (which, at), age in zip(opened, clocks.ages(items, now=now), strict=True):
            assert age == pytest.approx(max(usual_hours(self.desks[which]).between(at, now) / 60, 0))


@pytest.mark.django_db
def test_nothing_has_no_age() -> None:
    clocks = Clocks([builders.desk().organisation])
    assert clocks.left([], now=NOW) == clocks.ages([], now=NOW - timedelta(days=1)) == []
