"""Whoever loads the demo just after midnight gets it too: nobody comes before the doors open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from guichet.demo.loading import WORLDS, load

pytestmark = [pytest.mark.django_db, pytest.mark.exhaustive]
# At the college; in Liège it is six in the morning.
MIDNIGHT = datetime(2025, 11, 18, 5, tzinfo=UTC)


@pytest.mark.parametrize("minutes", [0, 6])
def test_it_loads_just_after_midnight(minutes: int) -> None:
    assert load(now=MIDNIGHT + timedelta(minutes=minutes), begin=lambda _plan, _acts: lambda: None) == list(WORLDS)
