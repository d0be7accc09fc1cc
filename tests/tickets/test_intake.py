"""How complete a request is, and what to ask next: bounded, monotone, never twice, and it ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.tickets.intake import FACTS, KEYS, STORED, channels_for, completeness, next_question

kinds = st.sampled_from(["incident", "request"])
texts = st.sampled_from(["", "  ", "-", "court", "un deux trois quatre cinq six sept huit neuf"])
knowledge = st.dictionaries(st.sampled_from([*KEYS, "unknown"]), texts)


@given(kinds, knowledge)
def test_the_score_is_a_percentage(kind: str, known: dict[str, str]) -> None:
    found = completeness(kind=kind, known=known)
    assert 0 <= found.score <= 100
    assert set(found.missing) <= set(KEYS)
    assert (found.score == 100) <= (found.missing == ())


@given(kinds, knowledge, st.sampled_from(KEYS), texts)
def test_knowing_more_never_lowers_the_score(kind: str, known: dict[str, str], key: str, text: str) -> None:
    before = completeness(kind=kind, known=known)
    if not known.get(key, "").strip():
        after = completeness(kind=kind, known={**known, key: text})
        assert after.score >= before.score
        assert set(after.missing) <= set(before.missing)


@given(kinds, knowledge)
def test_the_most_telling_comes_first(kind: str, known: dict[str, str]) -> None:
    weights = {fact.key: fact.weight(kind) for fact in FACTS}
    missing = [weights[key] for key in completeness(kind=kind, known=known).missing]
    assert missing == sorted(missing, reverse=True)
    assert 0 not in missing


@given(kinds, knowledge, st.data())
def test_a_conversation_asks_each_thing_once_and_ends(kind: str, known: dict[str, str], data: st.DataObject) -> None:
    skipped: frozenset[str] = frozenset()
    asked = []
    while (question := next_question(kind=kind, known=known, skipped=skipped)) is not None:
        assert question not in asked
        assert not known.get(question, "").strip()
        asked.append(question)
        answer = data.draw(texts)
        if answer.strip():
            known = {**known, question: answer}
        else:
            skipped |= {question}
    assert set(completeness(kind=kind, known=known).missing) <= skipped


@pytest.mark.parametrize("kind", ["incident", "request"])
def test_the_ends_of_the_scale(kind: str) -> None:
    everything = dict.fromkeys(KEYS, "un deux trois quatre cinq six sept huit")
    assert completeness(kind=kind, known={}).score == 0
    assert completeness(kind=kind, known=everything).score == 100
    assert next_question(kind=kind, known=everything) is None
    assert next_question(kind=kind, known={}) == "description"
    assert next_question(kind=kind, known={}, skipped=frozenset(KEYS)) is None


def test_a_short_description_counts_half_and_i_dont_know_is_an_answer() -> None:
    short = completeness(kind="incident", known={"description": "Ça ne marche pas"}).score
    long = completeness(
        kind="incident", known={"description": "Depuis ce matin, Word se ferme dès que je l’ouvre."}
    ).score
    assert 0 < short < long
    assert "since" not in completeness(kind="incident", known={"since": "-"}).missing


def test_a_request_is_not_asked_for_an_error_message() -> None:
    asked = completeness(kind="request", known={}).missing
    assert not {"error_message", "steps", "since", "tried"} & set(asked)
    assert set(STORED) - {"wished_priority"} <= set(KEYS)


@pytest.mark.parametrize(
    ("severity", "phone"), [("S1", True), ("S2", True), ("S3", False), ("S4", False), ("S5", False)]
)
def test_grave_cases_are_also_told_by_telephone(severity: str, phone: bool) -> None:
    assert ("phone" in channels_for(severity)) == phone
    assert "portal" in channels_for(severity)
