"""The first rule whose every condition holds decides, and the trace says why."""

from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.routing.engine import FIELDS, Checked, RuleFacts, route

fields = [f for f in FIELDS if f != "keyword"]
values = st.sampled_from(["", "a", "b", "c"])
facts = st.fixed_dictionaries(dict.fromkeys(fields, values))
conditions = st.dictionaries(
    st.sampled_from([*FIELDS, "moon"]), st.lists(st.sampled_from(["", "a", "b", "imprimante", "wifi"]), max_size=3)
)
words = st.frozensets(st.sampled_from(["imprimante", "wifi", "a"]))
rulebooks = st.lists(conditions, max_size=6).map(
    lambda all_conditions: [
        RuleFacts(id=100 + i, name=f"rule {i}", team=i, conditions=c) for i, c in enumerate(all_conditions)
    ]
)


def holds(rule: RuleFacts, facts: dict[str, str], words: frozenset[str]) -> bool:
    for name, wanted in rule.conditions.items():
        if name == "keyword":
            if not any(word in words for word in wanted):
                return False
        elif name not in FIELDS or facts[name] not in wanted:
            return False
    return True


@settings(deadline=None, max_examples=120)
@given(facts, words, rulebooks)
def test_the_first_that_fits_decides(facts: dict[str, str], words: frozenset[str], rules: list[RuleFacts]) -> None:
    routed = route(facts=facts, words=words, rules=rules, front=-1)
    fitting = [rule for rule in rules if holds(rule, facts, words)]
    if fitting:
        assert (routed.team, routed.rule) == (fitting[0].team, fitting[0].id)
        looked_at = rules[: rules.index(fitting[0]) + 1]
    else:
        assert (routed.team, routed.rule) == (-1, None)
        looked_at = rules
    assert [c.rule for c in routed.trace] == [r.id for r in looked_at]
    for checked, rule in zip(routed.trace, looked_at, strict=True):
        assert (checked.failed == "") == holds(rule, facts, words)
        names = list(rule.conditions)
        assert list(checked.held) == names[: len(checked.held)]
        if checked.failed:
            assert names[len(checked.held)] == checked.failed


def test_a_rule_without_conditions_always_fits() -> None:
    routed = route(facts={}, words=frozenset(), rules=[RuleFacts(id=7, name="all", team=3, conditions={})], front=1)
    assert (routed.team, routed.rule, routed.trace) == (3, 7, (Checked(rule=7, held=(), failed=""),))


def test_an_unknown_field_never_holds() -> None:
    rule = RuleFacts(id=7, name="moon", team=3, conditions={"moon": ["full", ""]})
    routed = route(facts={"kind": "incident"}, words=frozenset(), rules=[rule], front=1)
    assert (routed.team, routed.trace[0].failed) == (1, "moon")
