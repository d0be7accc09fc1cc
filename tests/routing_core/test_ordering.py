"""The order of work: what the formula promises, whatever waits."""

import math
from itertools import pairwise

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from guichet.routing.effort import LONGEST, SHORTEST
from guichet.routing.ordering import AHEAD, BY_PRIORITY, OLD_WEIGHT, WEIGHTS, Work, decided, order, scores

ticket = st.tuples(
    st.sampled_from(sorted(WEIGHTS.values())),
    st.floats(1, 600),
    st.floats(-5000, 20000),
    st.floats(0, 4000),
    st.floats(480, 9600),
)
queue = st.lists(ticket, min_size=1, max_size=40)


def work(rows: list[tuple[float, float, float, float, float]]) -> Work:
    return Work(*(np.array(column) for column in zip(*rows, strict=True)))


@given(queue, st.floats(5, 120))
def test_it_is_the_formula_where_nothing_is_old(rows: list[tuple[float, ...]], pace: float) -> None:
    young = [(w, p, slack, 0.0, old) for w, p, slack, _, old in rows]
    for (w, p, slack, _, _), score in zip(young, scores(work(young), pace=pace), strict=True):
        cost = w / p * math.exp(-max(0.0, slack) / (AHEAD * pace))
        assert math.isclose(math.exp(score), cost, rel_tol=1e-9, abs_tol=1e-300)


@given(ticket, st.floats(0.1, 5000))
def test_a_promise_that_ends_sooner_or_costs_more_never_goes_later(row: tuple[float, ...], less: float) -> None:
    w, p, slack, age, old = row
    plain, sooner, graver = scores(work([row, (w, p, slack - less, age, old), (2 * w, p, slack, age, old)]))
    assert sooner >= plain
    assert graver >= plain


@given(queue)
def test_the_order_is_that_of_the_scores_and_of_equals_the_older_first(rows: list[tuple[float, ...]]) -> None:
    waiting = work(rows)
    placed, value = order(waiting), scores(waiting)
    assert sorted(placed) == list(range(len(rows)))
    for one, other in pairwise(placed):
        assert (value[one], waiting.age[one]) >= (value[other], waiting.age[other])


@given(queue, st.floats(1.01, 50))
def test_what_is_too_old_stands_after_no_ticket_whose_promise_still_has_time(
    rows: list[tuple[float, ...]], times: float
) -> None:
    """The least grave, opened too long ago, with all the time in the world, beside graver ones of the same length."""
    others = [(min(w, OLD_WEIGHT), 30.0, abs(slack), 0.0, 9600.0) for w, _, slack, _, _ in rows]
    found = scores(work([(1.0, 30.0, 1e6, 9600.0 * times, 9600.0), *others]))
    assert found[0] >= found[1:].max()


def test_however_old_it_stands_after_the_gravest_that_is_late() -> None:
    for times in (1.1, 2.0, 10.0, 1000.0):
        waiting = work([(1.0, 30.0, 100.0, 9600.0 * times, 9600.0), (16.0, 30.0, -10.0, 30.0, 480.0)])
        assert order(waiting).tolist() == [1, 0]
        assert scores(waiting)[0] > math.log(OLD_WEIGHT / 30.0)


@given(ticket, ticket, st.floats(5, 120))
@example((1.0, 480.0, 0.0, 0.0, 9600.0), (16.0, 2.0, 0.0, 0.0, 480.0), 30.0)
def test_what_a_person_put_first_goes_before_all_that_is_not(
    one: tuple[float, ...], other: tuple[float, ...], pace: float
) -> None:
    """Whatever the severity and the slack, however old, and however long each one takes."""
    first, mine, its = decided(one[0], one[2], priority=1), _length(one[1]), _length(other[1])
    rest = [decided(other[0], other[2], priority=priority) for priority in BY_PRIORITY if priority != 1]
    for age in (0.0, 1e6):
        rows = [(*_at(first, mine), 0.0, 9600.0), *((*_at(r, its), age, 9600.0) for r in rest)]
        found = scores(work(rows), pace=pace)
        assert (found[0] > found[1:]).all()


def _length(minutes: float) -> float:
    """What a desk may learn of a handling."""
    return min(max(minutes, SHORTEST), LONGEST)


def _at(weight_and_slack: tuple[float, float], minutes: float) -> tuple[float, float, float]:
    return weight_and_slack[0], minutes, weight_and_slack[1]


@given(st.sampled_from(sorted(WEIGHTS.values())), st.floats(-5000, 20000))
def test_a_persons_word_moves_a_ticket_the_way_it_says(weight: float, slack: float) -> None:
    rows = [(*_at(decided(weight, slack, priority=priority), 30.0), 0.0, 9600.0) for priority in sorted(BY_PRIORITY)]
    found = scores(work(rows))
    assert list(found) == sorted(found, reverse=True)
    assert decided(weight, slack, priority=3) == (weight, slack)
