"""What a venue learns from its own days, and how past outcomes correct its estimates."""

import json
import math
import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.walkup.calibration import LEVELS, Calibration, fell_at, from_levels, recalibrate
from guichet.walkup.dispatcher import URGENT, WALK_IN
from guichet.walkup.laws import (
    STRETCHES,
    Booked,
    Came,
    Laws,
    Past,
    Paused,
    Served,
    Waited,
    fit,
    from_json,
    nothing_known,
)
from guichet.walkup.statistics import monotone, weighted_quantiles


def services(draw: random.Random, days: int, a_day: int, **levels: float) -> list[Served]:
    return [
        Served(day=day, category=c, agent=agent, minutes=math.exp(draw.gauss(level + (0.2 if agent == 1 else 0), 0.5)))
        for day in range(days)
        for c, level in levels.items()
        for agent in (1, 2)
        for _ in range(a_day)
    ]


def learn(rows: list[Served], today: int = 20, **more: object) -> Laws:
    return fit(Past(days=range(today), served=rows, **more), today=today)


def test_levels_speeds_and_shapes_are_found_again() -> None:
    laws = learn(services(random.Random(1), 20, 20, short=1.5, long=3.0))
    # The mean of the logarithms, without what agents differ by: one takes 0.2 longer.
    assert laws.agents[1] - laws.agents[2] == pytest.approx(0.2, abs=0.05)
    assert laws.categories["long"].level - laws.categories["short"].level == pytest.approx(1.5, abs=0.06)
    assert laws.categories["short"].level == pytest.approx(1.6, abs=0.06)
    assert laws.within == pytest.approx(0.5, abs=0.03)
    shape = laws.categories["long"].shape
    assert shape[39] == pytest.approx(0, abs=0.06)
    assert shape[71] == pytest.approx(0.5 * 1.28, abs=0.08)
    assert laws.categories["long"].count == laws.services / 2


def test_few_services_are_drawn_towards_all_the_others() -> None:
    rows = services(random.Random(2), 20, 20, usual=2.0)
    odd = [Served(day=19, category="odd", agent=2, minutes=60.0) for _ in range(2)]
    laws = learn([*rows, *odd])
    alone = math.log(60.0)
    assert 2.0 < laws.categories["odd"].level < alone - 0.2
    assert laws.categories["odd"].unsure > 5 * laws.categories["usual"].unsure
    assert laws.of("never seen").unsure > laws.categories["odd"].unsure
    assert laws.of("never seen").count == 0


def test_a_guess_holds_until_there_are_services() -> None:
    guess = nothing_known(guesses={"a": 12.0, "b": 40.0})
    assert guess.categories["b"].level - guess.categories["a"].level == pytest.approx(math.log(40 / 12), abs=1e-4)
    # A guess is of the mean; that of a lognormal time is half its variance above the level.
    assert math.exp(guess.categories["a"].level + guess.within**2 / 2) == pytest.approx(12.0, rel=1e-3)
    learnt = fit(Past(days=[0], served=services(random.Random(3), 1, 200, a=1.0)), today=1, guesses={"a": 12.0})
    assert learnt.categories["a"].level == pytest.approx(1.1, abs=0.1)


def test_new_days_weigh_more() -> None:
    old = services(random.Random(4), 40, 10, a=1.0)
    new = [Served(day=s.day + 40, category="a", agent=s.agent, minutes=s.minutes * math.e) for s in old]
    laws = fit(Past(days=range(80), served=[*old, *new]), today=80)
    assert laws.categories["a"].level > 1.1 + 0.75


def test_pace_of_days_is_told_from_chance() -> None:
    draw = random.Random(5)
    calm = learn(services(draw, 20, 20, a=2.0))
    moody = []
    for day in range(20):
        pace = draw.gauss(0, 0.3)
        moody += [
            Served(day=day, category="a", agent=1, minutes=math.exp(2 + pace + draw.gauss(0, 0.5))) for _ in range(40)
        ]
    assert calm.daily < 0.1
    assert learn(moody).daily == pytest.approx(0.3, abs=0.1)


def test_giving_up_is_learnt_by_how_long_one_has_waited() -> None:
    draw = random.Random(6)
    rows = []
    for _ in range(6000):
        # One in fifty minutes says so in the first ten minutes, then one in ten.
        gone = draw.expovariate(1 / 50)
        gone = gone if gone < 10 else 10 + draw.expovariate(1 / 10)
        called = draw.uniform(0, 40)
        rows.append(
            Waited(day=0, standing=WALK_IN, minutes=min(gone, called), end="left" if gone < called else "called")
        )
    law = fit(Past(days=[0], waited=rows), today=1).leaving[WALK_IN]
    assert law.rates[0] == pytest.approx(1 / 50, rel=0.15)
    assert law.rates[2] == pytest.approx(1 / 10, rel=0.15)
    assert law.silent[3] < 0.05


def test_slipping_away_is_learnt_from_calls_without_an_answer() -> None:
    draw = random.Random(7)
    rows = []
    for _ in range(8000):
        called = draw.uniform(0, 60)
        silent = draw.expovariate(1 / 40) < called
        rows.append(Waited(day=0, standing=WALK_IN, minutes=called, end="no_answer" if silent else "called"))
    law = fit(Past(days=[0], waited=rows), today=1).leaving[WALK_IN]
    for (start, end), found in zip(pairwise(STRETCHES[:6]), law.silent, strict=False):
        assert found == pytest.approx((start + end) / 2 / 40, rel=0.2, abs=0.03)
    assert list(law.silent) == sorted(law.silent)


def test_what_else_is_learnt() -> None:
    came = [Came(day=d, standing=URGENT, category="a", at=610.0 + m) for d in range(20) for m in (0, 20, 40)]
    came += [Came(day=d, standing=WALK_IN, category="b", at=700.0) for d in range(20)]
    booked = [Booked(day=d, slot=600.0, arrived=None if d % 4 == 0 else 597.0) for d in range(80)]
    paused = [Paused(planned=15, actual=18.0) for _ in range(95)]
    laws = learn([], came=came, booked=booked, paused=paused, lost=[3.0] * 95)
    assert laws.influx[URGENT].per_hour[10] == pytest.approx(3, abs=0.3)
    assert laws.influx[URGENT].per_hour[9] == 0
    assert laws.influx[URGENT].mix["a"] > 0.95
    assert laws.shows == pytest.approx(0.75, abs=0.02)
    assert laws.punctual[0] == pytest.approx(-3, abs=0.3)
    assert laws.overrun[0] == pytest.approx(3, abs=0.2)
    assert laws.lost == pytest.approx(3, abs=0.1)


def test_laws_go_through_json() -> None:
    came = [Came(day=1, standing=URGENT, category="a", at=610.0)]
    waited = [Waited(day=1, standing=WALK_IN, minutes=5.0, end="left")]
    laws = fit(
        Past(days=range(3), served=services(random.Random(8), 3, 5, a=1.0, b=2.0), came=came, waited=waited),
        today=3,
        guesses={"c": 8.0},
        calibration=from_levels([0.2, 0.9, 0.4]),
    )
    assert from_json(json.loads(json.dumps(laws.as_json()))) == laws
    assert from_json(json.loads(json.dumps(nothing_known().as_json()))) == nothing_known()


def test_calibration_finds_the_levels_that_hold_what_they_promise() -> None:
    draw = random.Random(9)
    foretold = [draw.gauss(0, 1) for _ in range(4001)]
    foretold.sort()
    quantiles = [100 + foretold[int(level * 4000)] for level in LEVELS]
    # The truth varies twice as much as was foretold, and lies one higher.
    outcomes = [(quantiles, 101 + 1.5 * draw.gauss(0, 1)) for _ in range(3000)]
    found = recalibrate(outcomes)
    assert found.count == 600
    fell = [fell_at(q, wait) for q, wait in outcomes]
    for level in (0.1, 0.5, 0.8):
        below = sum(f <= found.read(level) for f in fell) / len(fell)
        assert below == pytest.approx(level, abs=0.05)


def test_without_outcomes_levels_are_read_as_they_are() -> None:
    assert Calibration().read(0.1) == pytest.approx(0.1)
    for level in LEVELS:
        assert from_levels([]).read(level) == pytest.approx(level, abs=0.01)
        assert from_levels([i / 500 for i in range(501)]).read(level) == pytest.approx(level, abs=0.01)
    # A handful of outcomes changes little.
    assert from_levels([0.99] * 3).read(0.5) == pytest.approx(0.5, abs=0.06)


@given(st.lists(st.floats(0, 1), max_size=700))
def test_levels_to_read_never_cross(levels: list[float]) -> None:
    read = from_levels(levels).levels
    assert list(read) == sorted(read)
    assert all(0 <= level <= 1 for level in read)


def test_where_a_wait_fell() -> None:
    quantiles = [float(i) for i in range(len(LEVELS))]
    assert fell_at(quantiles, 2.0) == LEVELS[2]
    assert LEVELS[2] < fell_at(quantiles, 2.5) < LEVELS[3]
    assert fell_at(quantiles, -1) < LEVELS[0]
    assert fell_at(quantiles, 99) > LEVELS[-1]
    assert 0 <= fell_at([0.0] * len(LEVELS), 0.0) <= 1


def test_quantiles_of_weighted_values() -> None:
    assert weighted_quantiles([(3.0, 1.0)], slices=4) == [3.0] * 4
    even = weighted_quantiles([(float(i), 1.0) for i in range(1000)], slices=4)
    assert even == pytest.approx([124.5, 374.5, 624.5, 874.5])
    heavy = weighted_quantiles([(0.0, 9.0), (1.0, 1.0)], slices=10)
    assert heavy[0] == 0
    assert heavy[-1] == 1


@given(st.lists(st.tuples(st.floats(-50, 50), st.floats(0.1, 9)), min_size=1, max_size=12))
def test_the_nearest_sequence_that_never_falls(pairs: list[tuple[float, float]]) -> None:
    values, weights = [v for v, _ in pairs], [w for _, w in pairs]
    found = monotone(values, weights)
    assert len(found) == len(values)
    assert all(a <= b + 1e-9 for a, b in pairwise(found))
    total = sum(v * w for v, w in pairs)
    assert sum(f * w for f, w in zip(found, weights, strict=True)) == pytest.approx(total, abs=1e-6)
    if values == sorted(values):
        assert found == values
