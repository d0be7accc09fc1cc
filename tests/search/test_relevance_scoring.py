"""The score by which what is found is judged: from nothing right to all in the best order."""

from hypothesis import given
from hypothesis import strategies as st

from bench.relevance.__main__ import questions
from bench.relevance.scoring import ndcg

names = st.text("abcdefgh", min_size=1, max_size=2)
grades = st.dictionaries(names, st.integers(1, 3), min_size=1, max_size=8)


@given(grades, st.lists(names, max_size=15))
def test_between_nothing_and_all(grades: dict[str, int], found: list[str]) -> None:
    assert 0.0 <= ndcg(found, grades=grades) <= 1.0


@given(grades)
def test_the_best_order_is_one_and_another_is_less(grades: dict[str, int]) -> None:
    best = sorted(grades, key=lambda name: -grades[name])
    assert abs(ndcg(best, grades=grades) - 1) < 1e-9
    if len(set(grades.values())) > 1:
        assert ndcg(best[::-1], grades=grades) < 1


def test_what_is_found_twice_counts_once_and_copies_count_each() -> None:
    assert ndcg(["a", "a"], grades={"a": 3}) == 1.0
    assert ndcg(["a", "a"], grades={"a": 3}, copies={"a": 2}) == 1.0
    assert ndcg(["a"], grades={"a": 3}, copies={"a": 2}) < 1.0
    assert ndcg(["x", "a"], grades={"a": 3}) < 1.0


def test_sixty_questions_each_with_an_answer() -> None:
    asked = questions()
    assert len(asked) == 60
    assert len({(q.where, q.text) for q in asked}) == 60
    assert all(q.grades and max(q.grades.values()) >= 2 and set(q.grades.values()) <= {1, 2, 3} for q in asked)
