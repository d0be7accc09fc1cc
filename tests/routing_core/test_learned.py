"""Which team past requests went to: shares that add up, that shrink, and that never know more than they saw."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from guichet.routing.learned import K, Past, keys

CHAIN = [("category",), ("category", "site")]
facts = st.fixed_dictionaries(
    {"category": st.sampled_from(["", "mail", "network"]), "site": st.sampled_from(["", "a"])}
)
cases = st.lists(st.tuples(facts, st.integers(1, 4)), min_size=1, max_size=40)


def past(*seen: tuple[str, str, int]) -> Past[int]:
    return Past[int](CHAIN).learn(({"category": category, "site": site}, team) for category, site, team in seen)


@given(cases, facts)
def test_shares_of_all_teams_add_up_to_one(seen: list[tuple[dict[str, str], int]], asked: dict[str, str]) -> None:
    proposals = Past[int](CHAIN).learn(seen).propose(asked, top=99)
    assert abs(sum(p.share for p in proposals) - 1) < 1e-9
    assert {p.team for p in proposals} == {team for _facts, team in seen}
    assert [p.share for p in proposals] == sorted((p.share for p in proposals), reverse=True)
    assert all(0 <= p.count <= p.among for p in proposals)


@given(cases, facts)
def test_the_order_in_which_it_was_learnt_does_not_matter(
    seen: list[tuple[dict[str, str], int]], asked: dict[str, str]
) -> None:
    forwards, backwards = Past[int](CHAIN).learn(seen), Past[int](CHAIN).learn(seen[::-1])
    assert forwards.propose(asked) == backwards.propose(asked)


@given(cases, facts, st.integers(1, 4))
def test_one_more_case_of_a_team_never_makes_it_less_likely(
    seen: list[tuple[dict[str, str], int]], asked: dict[str, str], team: int
) -> None:
    def share(of: list[tuple[dict[str, str], int]]) -> float:
        return next((p.share for p in Past[int](CHAIN).learn(of).propose(asked, top=99) if p.team == team), 0.0)

    assert share([*seen, (asked, team)]) >= share(seen) - 1e-12


def test_nothing_learnt_proposes_nothing() -> None:
    assert Past[int](CHAIN).propose({"category": "mail"}) == []


def test_a_narrow_link_that_saw_little_leaves_it_to_the_wider_one() -> None:
    known = past(*[("mail", "", 1)] * 50, ("mail", "a", 2))
    best = known.propose({"category": "mail", "site": "a"})[0]
    assert (best.team, best.like) == (1, ("category", "site"))
    told = past(*[("mail", "", 1)] * 50, *[("mail", "a", 2)] * 20)
    assert told.propose({"category": "mail", "site": "a"})[0].team == 2


def test_the_formula_by_hand() -> None:
    known = past(("mail", "", 1), ("mail", "", 1), ("network", "", 2))
    [first, second] = known.propose({"category": "mail", "site": "b"})
    assert (first.team, second.team) == (1, 2)
    assert abs(first.share - (2 + K * 2 / 3) / (2 + K)) < 1e-12
    assert (first.count, first.among, first.like) == (2, 2, ("category",))


def test_a_fact_that_is_not_known_makes_no_link() -> None:
    assert keys({"category": "mail", "site": ""}, CHAIN) == [((), ()), (("category",), ("mail",))]


def test_what_is_alike_is_said_in_the_fewest_facts() -> None:
    everywhere = past(*[("mail", "a", 1)] * 6)
    assert everywhere.propose({"category": "mail", "site": "a"})[0].like == ()
    here = past(*[("mail", "a", 1)] * 6, *[("network", "b", 2)] * 2)
    assert here.propose({"category": "mail", "site": "a"})[0].like == ("category",)


@given(cases, facts, st.sets(st.integers(1, 4)))
def test_without_some_teams_it_is_as_if_what_they_solved_had_never_been(
    seen: list[tuple[dict[str, str], int]], asked: dict[str, str], gone: set[int]
) -> None:
    left = [(known, team) for known, team in seen if team not in gone]
    found = Past[int](CHAIN).learn(seen).propose(asked, without=gone)
    # What they have in common is told from all cases: that nobody else is left is no likeness.
    plain = [(one.team, one.share, one.count, one.among) for one in found]
    asked_of_the_rest = Past[int](CHAIN).learn(left).propose(asked)
    assert plain == [(one.team, one.share, one.count, one.among) for one in asked_of_the_rest]


@given(cases, facts, st.integers(1, 9))
def test_too_few_leave_it_to_the_wider_link(
    seen: list[tuple[dict[str, str], int]], asked: dict[str, str], least: int
) -> None:
    known = Past[int](CHAIN).learn(seen)
    assert known.propose(asked, least=least) == known.thinned(least).propose(asked)
