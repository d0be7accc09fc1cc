"""What is asked next, while somebody says what they need."""

from types import SimpleNamespace
from typing import Any

from guichet.portal.journey import ESSENTIALS, Journey, shown
from guichet.portal.words import ASKED


def journey(**values: Any) -> Journey:
    return Journey.of("t", values)


def test_the_essentials_come_first() -> None:
    made = journey()
    asked = []
    for value in ("L’imprimante ne répond plus.", "group", "hampered"):
        step = made.next_step()
        asked.append(step)
        made.put(step, value)
    assert tuple(asked) == ESSENTIALS
    assert made.ready


def test_the_coach_speaks_only_where_work_has_stopped() -> None:
    base = {"description": "x", "impact": "person"}
    assert journey(**base, urgency="stopped").next_step() == "coach"
    assert journey(**base, urgency="stopped", coach="no").next_step() != "coach"
    assert journey(**base, urgency="hampered").next_step() != "coach"


def test_only_what_is_missing_is_asked_and_nothing_twice() -> None:
    made = journey(description="x", impact="person", urgency="none", facts={"place": "B-214", "availability": "9 h"})
    asked = []
    while (step := made.next_step()) != "review":
        assert step in ASKED
        asked.append(step)
        if len(asked) % 2:
            made.skip(step)
        else:
            made.put(step, "-")
    assert len(asked) == len(set(asked))
    assert {"place", "availability"}.isdisjoint(asked)
    assert set(asked) == set(ASKED) - {"place", "availability"}


def test_a_request_is_not_asked_for_an_error_message() -> None:
    made = journey(kind="request", description="x", impact="person", urgency="none")
    asked = set()
    while (step := made.next_step()) != "review":
        asked.add(step)
        made.skip(step)
    assert asked == {"place", "availability", "asset", "environment"}


def test_answering_raises_the_score_and_skipping_does_not() -> None:
    made = journey(description="L’imprimante ne répond plus.", impact="group", urgency="hampered")
    before = made.completeness.score
    made.skip("since")
    assert made.completeness.score == before
    made.put("since", "ce matin")
    assert made.completeness.score > before
    assert "since" not in made.skipped


def test_a_draft_with_unknown_or_missing_keys_still_opens() -> None:
    made = Journey.of("t", {"description": "x", "added_later": 1})
    assert made.body()["description"] == "x"
    assert "added_later" not in made.body()


def question(key: str, shown_if: dict[str, str] | None = None) -> Any:
    return SimpleNamespace(key=key, shown_if=shown_if or {})


def test_a_question_shows_where_the_answer_it_depends_on_was_given() -> None:
    rows = [question("where"), question("building", {"key": "where", "value": "here"}),
            question("floor", {"key": "building", "value": "b"})]  # fmt: skip
    assert [q.key for q in shown(rows, {})] == ["where"]
    assert [q.key for q in shown(rows, {"where": "here"})] == ["where", "building"]
    assert [q.key for q in shown(rows, {"where": "here", "building": "b"})] == ["where", "building", "floor"]
    # What depends on a question that is not shown is not shown either, whatever was answered before.
    assert [q.key for q in shown(rows, {"where": "away", "building": "b"})] == ["where"]
