"""Decision trees as pure structures: walked, judged, drawn and changed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.knowledge import shaping, walking
from guichet.knowledge.walking import Answer, Node, Plan

KEYS = [f"n{number}" for number in range(6)]


@st.composite
def any_plans(draw: st.DrawFn) -> Plan:
    """Whatever one can write down: with circles, loose nodes, ways to nowhere."""
    nodes = []
    for key in draw(st.lists(st.sampled_from(KEYS), unique=True, max_size=6)):
        targets = draw(st.lists(st.sampled_from(["", *KEYS]), max_size=3))
        answers = tuple(Answer(f"a{n}", fr=draw(st.sampled_from(["", "oui"])), to=to) for n, to in enumerate(targets))
        kind = draw(st.sampled_from(walking.KINDS))
        nodes.append(walking.suited(Node(key=key, kind=kind, fr=draw(st.sampled_from(["", "x"])), answers=answers)))
    return Plan(tuple(nodes))


def codes(plan: Plan) -> set[str]:
    return {flaw.code for flaw in walking.flaws(plan)}


PRINTER = Plan(
    (
        Node("n1", fr="Allumée ?", answers=(Answer("a1", "Oui", to="n2"), Answer("a2", "Non", to="n3"))),
        Node("n2", fr="Du papier ?", answers=(Answer("a1", "Oui"), Answer("a2", "Non", to="n3"))),
        Node("n3", kind="instruction", fr="Faites-le", answers=(Answer("done", to="n4"),)),
        Node("n4", kind="solved", fr="Elle imprime."),
    )
)


@given(any_plans())
def test_written_and_read_it_is_the_same(plan: Plan) -> None:
    assert walking.read(walking.write(plan)) == plan


@given(any_plans(), st.lists(st.sampled_from(["a0", "a1", "a2", "done", "none", "?"]), max_size=12))
def test_every_walk_of_a_sound_tree_ends(plan: Plan, answers: list[str]) -> None:
    if any(flaw.blocks for flaw in walking.flaws(plan)):
        return
    walked = walking.walk(plan, answers)
    assert walking.longest(plan) <= len(plan.nodes)
    if walked is not None:
        assert len(walked.taken) == len(answers) <= walking.longest(plan) + 1
        assert walked.ended == (walked.at is None or walked.at.kind in walking.ENDS)


@given(any_plans())
def test_a_circle_is_found_wherever_one_can_come_back(plan: Plan) -> None:
    def comes_back(key: str, seen: frozenset[str]) -> bool:
        node = plan.node(key)
        return node is not None and (
            key in seen or any(comes_back(answer.to, seen | {key}) for answer in node.answers if answer.to)
        )

    assert bool(walking.circling(plan)) == any(comes_back(node.key, frozenset()) for node in plan.nodes)


@given(any_plans())
def test_the_outline_and_what_is_loose_hold_every_node_once(plan: Plan) -> None:
    rows = walking.outline(plan)
    drawn = [row.node.key for row in rows if row.node and not row.again]
    assert sorted(drawn + [node.key for node in walking.loose(plan)]) == sorted(node.key for node in plan.nodes)
    assert set(drawn) == walking.reachable(plan)


@given(any_plans(), st.sampled_from(KEYS), st.sampled_from(["a0", "a1", "done"]), st.sampled_from(walking.KINDS))
def test_changing_never_makes_a_circle(plan: Plan, source: str, answer: str, kind: str) -> None:
    if walking.circling(plan):
        return
    try:
        plan, key = shaping.grow(plan, source=source, answer=answer, kind=kind)
    except shaping.Unfitting:
        return
    assert plan.node(key) is not None
    assert not walking.circling(plan)
    for target in shaping.possible_targets(plan, source):
        node = plan.node(source)
        assert node is not None
        linked = shaping.put(plan, Node(source, kind=walking.QUESTION, answers=(Answer("a1", to=target.key),)))
        assert not walking.circling(linked)


@given(any_plans(), st.sampled_from(KEYS))
def test_what_is_removed_is_gone_and_nothing_leads_there(plan: Plan, key: str) -> None:
    if plan.node(key) is None:
        with pytest.raises(shaping.Unfitting):
            shaping.remove(plan, key)
        return
    rest = shaping.remove(plan, key)
    assert rest.node(key) is None and not rest.leading_to(key)
    assert len(rest.nodes) == len(plan.nodes) - 1


def test_flaws_are_told_apart() -> None:
    assert [(f.code, f.node, f.answer) for f in walking.flaws(PRINTER)] == [("dead_end", "n2", "a1")]
    assert not any(flaw.blocks for flaw in walking.flaws(PRINTER))
    assert codes(Plan()) == {"empty"}
    assert codes(Plan((Node("n1", kind="solved", fr="Fini"),))) == {"asks_nothing"}
    assert codes(Plan((*PRINTER.nodes, Node("n9", kind="article", fr="Lire")))) == {
        "dead_end", "no_article", "unreachable",
    }  # fmt: skip
    assert codes(Plan((Node("n1", answers=(Answer("a1", to="n7"),)),))) == {
        "no_text", "few_answers", "no_answer_text", "missing",
    }  # fmt: skip
    around = Plan((Node("n1", fr="?", answers=(Answer("a1", "o", to="n1"), Answer("a2", "n", to="n1"))),))
    assert codes(around) == {"cycle"}


def test_none_fits_may_always_be_said_to_a_question() -> None:
    walked = walking.walk(PRINTER, ["a1", "none"])
    assert walked is not None and walked.at is None and walked.ended
    assert walking.walk(PRINTER, ["a2", "done", "none"]) is None
    assert walking.walk(PRINTER, ["a7"]) is None


def test_answers_are_moved_within_their_question() -> None:
    moved = shaping.move_answer(PRINTER, source="n1", answer="a2", up=True)
    assert [a.key for a in moved.nodes[0].answers] == ["a2", "a1"]
    assert shaping.move_answer(moved, source="n1", answer="a2", up=True) == moved
    with pytest.raises(shaping.Unfitting):
        shaping.move_answer(PRINTER, source="n1", answer="a9", up=True)


def test_a_way_that_goes_round_is_refused() -> None:
    back = Node("n3", kind="instruction", fr="Faites-le", answers=(Answer("done", to="n1"),))
    with pytest.raises(shaping.Unfitting) as refused:
        shaping.put(PRINTER, back)
    assert refused.value.code == "cycle"


def _nodes(**changes: Any) -> dict[str, Any]:
    return {"nodes": [{"key": "n1", "kind": "question", "fr": "?", **changes}]}


@pytest.mark.parametrize(
    "content",
    [
        None, [], "x", {"nodes": {}}, {"nodes": [3]}, {"nodes": [{}]},
        _nodes(key=""), _nodes(key="é"), _nodes(key="a b"), _nodes(key="x" * 41), _nodes(key=["n1"]),
        _nodes(kind="poem"), _nodes(kind=None), _nodes(fr=3), _nodes(fr="x" * 301), _nodes(fr="a\x00b"),
        _nodes(answers="ab"), _nodes(answers=[{"key": "none"}]), _nodes(answers=[{"key": f"a{n}"} for n in range(10)]),
        _nodes(answers=[{"key": "a"}, {"key": "a"}]), _nodes(answers=[{"key": "a", "to": 3}]),
        _nodes(team=True), _nodes(team="1"), _nodes(team=-1), _nodes(team=2**63), _nodes(facts=[]),
        _nodes(facts={"a": 1}), {"nodes": [_nodes()["nodes"][0]] * 2},
        {"nodes": [{"key": f"n{n}"} for n in range(201)]},
    ],
)  # fmt: skip
def test_what_is_no_tree_is_refused(content: Any) -> None:
    with pytest.raises(walking.Malformed):
        walking.read(content)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["nodes", "key", "kind", "answers", "to", "fr"]), inner)
        ),
        max_leaves=12,
    )
)
def test_reading_anything_gives_a_tree_or_says_why_not(content: Any) -> None:
    try:
        walking.read(content)
    except walking.Malformed as refused:
        assert refused.what and refused.where
