"""Severity follows from the matrix; a matrix that contradicts itself can't be used."""

from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.tickets.severity import DEFAULT, IMPACTS, SEVERITIES, URGENCIES, assess, coached, matrix_errors

cells = st.fixed_dictionaries(
    {i: st.fixed_dictionaries(dict.fromkeys(URGENCIES, st.sampled_from(SEVERITIES))) for i in IMPACTS}
)


def graver_where_it_should_not_be(matrix: dict[str, dict[str, str]]) -> bool:
    """Every pair of cells, compared the slow way: nowhere may a smaller case be graver than a greater one."""
    points = [(r, c) for r in range(4) for c in range(4)]
    rank = {p: SEVERITIES.index(matrix[IMPACTS[p[0]]][URGENCIES[p[1]]]) for p in points}
    return any(
        rank[small] < rank[great]
        for small in points
        for great in points
        if great[0] <= small[0] and great[1] <= small[1]
    )


@given(cells)
def test_errors_exactly_where_the_order_breaks(matrix: dict[str, dict[str, str]]) -> None:
    assert bool(matrix_errors(matrix)) == graver_where_it_should_not_be(matrix)


@given(st.lists(st.integers(0, 4), min_size=16, max_size=16))
def test_monotone_matrices_are_accepted(seeds: list[int]) -> None:
    grid = [[0] * 4 for _ in range(4)]
    for r in range(4):
        for c in range(4):
            grid[r][c] = max(seeds[4 * r + c], grid[r - 1][c] if r else 0, grid[r][c - 1] if c else 0)
    matrix = {i: {u: SEVERITIES[grid[r][c]] for c, u in enumerate(URGENCIES)} for r, i in enumerate(IMPACTS)}
    assert matrix_errors(matrix) == []
    for impact in IMPACTS:
        for urgency in URGENCIES:
            assert assess(impact=impact, urgency=urgency, matrix=matrix).severity == matrix[impact][urgency]


def test_the_usual_matrix() -> None:
    assert matrix_errors(deepcopy(DEFAULT)) == []
    assert {s for row in DEFAULT.values() for s in row.values()} == set(SEVERITIES)
    found = assess(impact="everyone", urgency="stopped")
    assert (found.severity, found.impact, found.urgency) == ("S1", "everyone", "stopped")
    assert assess(impact="person", urgency="none").severity == "S5"


@pytest.mark.parametrize(("impact", "urgency"), [("nobody", "stopped"), ("person", ""), ("", "")])
def test_what_is_not_of_the_scale(impact: str, urgency: str) -> None:
    with pytest.raises(KeyError):
        assess(impact=impact, urgency=urgency)


def without(impact: str, urgency: str = "") -> dict[str, dict[str, str]]:
    matrix = {i: dict(row) for i, row in DEFAULT.items()}
    if urgency:
        del matrix[impact][urgency]
    else:
        del matrix[impact]
    return matrix


@pytest.mark.parametrize(
    ("matrix", "error"),
    [
        (None, "impacts"),
        ([], "impacts"),
        ({}, "impacts"),
        ("S1", "impacts"),
        (without("group"), "impacts"),
        ({**DEFAULT, "nobody": DEFAULT["person"]}, "impacts"),
        (without("group", "none"), "group"),
        ({**DEFAULT, "person": None}, "person"),
        ({**DEFAULT, "person": {**DEFAULT["person"], "none": "S6"}}, "person"),
        ({**DEFAULT, "person": {**DEFAULT["person"], "none": ["S5"]}}, "person"),
        ({**DEFAULT, "person": {**DEFAULT["person"], "never": "S5"}}, "person"),
        ({**DEFAULT, "person": {**DEFAULT["person"], "none": "S1"}}, "person/none"),
    ],
)
def test_what_is_wrong_with_a_matrix_is_named(matrix: object, error: str) -> None:
    assert error in matrix_errors(matrix)


def test_the_coach_only_calms_who_can_do_other_work() -> None:
    for urgency in URGENCIES:
        assert coached(urgency=urgency, other_work_possible=False) == urgency
        calm = coached(urgency=urgency, other_work_possible=True)
        assert URGENCIES.index(calm) >= URGENCIES.index(urgency)
        assert calm == ("blocked" if urgency == "stopped" else urgency)
