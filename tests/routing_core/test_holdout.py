"""What is learnt is judged by what came later, worth saying or not, kept as it is, and a rule where it is strong."""

from __future__ import annotations

import json
from datetime import timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from guichet.routing.holdout import TENTH, Accuracy, Case, judge, split
from guichet.routing.learned import Past, Proposal, confident, read, written
from guichet.routing.regularities import LEAST, SHARE, regularities
from tests.builders import NOW

CHAIN = [("channel",), ("category",), ("category", "site")]
facts = st.fixed_dictionaries(
    {
        "category": st.sampled_from(["", "1", "2"]),
        "site": st.sampled_from(["", "7", "8"]),
        "channel": st.sampled_from(["mail", "phone"]),
    }
)
pairs = st.lists(st.tuples(facts, st.integers(1, 3)), max_size=60)
moments = st.integers(0, 500)
cases = st.lists(
    st.builds(
        lambda opened, took, known, team: Case(
            opened=NOW + timedelta(hours=opened), solved=NOW + timedelta(hours=opened + took), facts=known, team=team
        ),
        moments, st.integers(0, 50), facts, st.integers(1, 3),
    ),
    max_size=60,
)  # fmt: skip
shares = st.floats(0, 1)


@given(pairs, st.integers(1, 8))
def test_what_is_written_is_read_again(seen: list[tuple[dict[str, str], int]], least: int) -> None:
    past = Past[int](CHAIN).learn(seen).thinned(least)
    again = read(json.loads(json.dumps(written(past))), CHAIN)
    assert dict(again.counts) == dict(past.counts)
    assert json.dumps(written(again)) == json.dumps(written(past))
    for asked, _team in seen:
        assert again.propose(asked) == past.propose(asked)


@given(pairs, st.integers(1, 8))
def test_thinned_forgets_what_rests_on_little_and_nothing_else(
    seen: list[tuple[dict[str, str], int]], least: int
) -> None:
    past = Past[int](CHAIN).learn(seen)
    thin = past.thinned(least)
    assert all(counted == past.counts[key] for key, counted in thin.counts.items())
    forgotten = past.counts.keys() - thin.counts.keys()
    assert all(past.counts[key].total() < least for key in forgotten)
    assert all(not key[0] or counted.total() >= least for key, counted in thin.counts.items())


@given(pairs, facts, st.integers(1, 8), shares)
def test_what_is_said_is_worth_saying(
    seen: list[tuple[dict[str, str], int]], asked: dict[str, str], least: int, share: float
) -> None:
    found = Past[int](CHAIN).learn(seen).propose(asked)
    said = confident(found, least=least, share=share)
    if said is None:
        return
    agreeing = [team for known, team in seen if all(known[name] == asked[name] for name in said.like)]
    assert said == found[0]
    assert said.like
    assert said.share >= share
    assert (said.count, said.among) == (agreeing.count(said.team), len(agreeing))
    assert len(agreeing) >= least
    assert 2 * said.count > said.among


def test_just_enough_is_said_and_just_too_little_is_not() -> None:
    best = Proposal(team=1, share=0.6, count=3, among=5, like=("category",))
    assert confident([best], least=5, share=0.6) == best
    assert confident([best], least=6, share=0.6) is None
    assert confident([best], least=5, share=0.61) is None
    assert confident([Proposal(team=1, share=0.9, count=3, among=6, like=("category",))], least=5, share=0.6) is None
    assert confident([Proposal(team=1, share=1.0, count=9, among=9, like=())], least=5, share=0.6) is None
    assert confident([], least=0, share=0.0) is None


@given(cases)
def test_nobody_is_judged_on_what_they_knew(given_cases: list[Case]) -> None:
    known, held = split(given_cases)
    assert len(held) == len(given_cases) // TENTH
    if not held:
        assert len(known) == len(given_cases)
        return
    began = min(case.opened for case in held)
    assert all(case.solved < began and case.opened <= began for case in known)
    # What is missing was neither: it was still open when the youngest began to come in.
    left = len(given_cases) - len(known) - len(held)
    assert left == sum(case.solved >= began for case in sorted(given_cases, key=lambda c: c.opened)[: -len(held)])


@given(cases)
def test_the_figures_fit_one_another(given_cases: list[Case]) -> None:
    found = judge(
        given_cases,
        learn=lambda known: Past[int](CHAIN).learn((case.facts, case.team) for case in known),
        say=lambda proposals: confident(proposals, least=2, share=0.5),
    )
    assert 0 <= found.first <= found.three <= found.tested == len(given_cases) // TENTH
    assert 0 <= found.right <= found.said <= found.tested
    assert found.right <= found.first
    assert 0 <= found.usual <= found.tested


def test_a_past_that_repeats_itself_is_right_and_one_that_turns_round_is_not() -> None:
    def seen(teams: list[int]) -> Accuracy:
        known = [("2", 9)] * 8 + [("1", team) for team in teams]
        made = [
            Case(
                opened=NOW + timedelta(days=n),
                solved=NOW + timedelta(days=n, hours=1),
                facts={"category": category},
                team=team,
            )
            for n, (category, team) in enumerate(known)
        ]
        return judge(
            made,
            learn=lambda known: Past[int](CHAIN).learn((case.facts, case.team) for case in known),
            say=lambda proposals: confident(proposals, least=5, share=0.6),
        )

    assert seen([4] * 40) == Accuracy(tested=4, first=4, three=4, said=4, right=4, usual=4)
    assert seen([4] * 36 + [5] * 4) == Accuracy(tested=4, first=0, three=0, said=4, right=0)


@given(pairs, st.integers(1, 3))
def test_regularities_are_strong_new_and_said_once(seen: list[tuple[dict[str, str], int]], front: int) -> None:
    seen = seen * 4
    past = Past[int](CHAIN).learn(seen)
    fields = {"category", "site"}
    found = regularities(past, fields=fields, goes=lambda _facts: front)
    for one in found:
        agreeing = [team for known, team in seen if all(known[name] == value for name, value in one.facts.items())]
        assert (one.count, one.among) == (agreeing.count(one.team), len(agreeing))
        assert one.among >= LEAST
        assert one.count >= SHARE * one.among
        assert one.team != front
        assert one.facts
        assert set(one.facts) <= fields
        assert all(one.facts.values())
    assert len({one.key for one in found}) == len(found)
    for one in found:
        wider = [w for w in found if w is not one and w.team == one.team and w.facts.items() <= one.facts.items()]
        assert not wider


@given(pairs)
def test_no_regularity_is_left_out(seen: list[tuple[dict[str, str], int]]) -> None:
    """Each strong link is found, or a wider one that says the same, or the rules know it."""
    past = Past[int](CHAIN).learn(seen * 4)
    found = regularities(past, fields={"category", "site", "channel"}, goes=lambda _facts: 3)
    for (link, values), counted in past.counts.items():
        known = dict(zip(link, values, strict=True))
        team, count = max(counted.items(), key=lambda pair: (pair[1], -pair[0]))
        if not link or counted.total() < LEAST or count < SHARE * counted.total() or team == 3:
            continue
        assume(counted.most_common()[0][1] == count)
        assert any(one.team == team and one.facts.items() <= known.items() for one in found)


def test_a_link_that_rules_cannot_say_is_no_rule() -> None:
    past = Past[int]([("service",)]).learn([({"service": "4"}, 2)] * 20)
    assert regularities(past, fields={"category"}, goes=lambda _facts: 1) == []
    (only,) = regularities(past, fields={"service"}, goes=lambda _facts: 1)
    assert (only.key, only.count, only.among) == ("service-4.team-2", 20, 20)
    assert regularities(past, fields={"service"}, goes=lambda _facts: 2) == []
