"""French typography of the worlds, down to what lies within lists."""

from guichet.demo.trees import TREES
from guichet.demo.typography import set_in_french


def test_texts_are_set_however_deep_they_lie() -> None:
    typed = {"fr": "Prête ?", "answers": [{"fr": "« Oui »"}, ("10 h 30", 4)]}
    assert set_in_french(typed) == {
        "fr": "Prête\N{NO-BREAK SPACE}?",
        "answers": [
            {"fr": "«\N{NO-BREAK SPACE}Oui\N{NO-BREAK SPACE}»"},
            ("10\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}30", 4),
        ],
    }


def test_no_question_of_a_decision_tree_breaks_before_its_mark() -> None:
    told = str([set_in_french(list(tree.steps)) for tree in TREES])
    assert " ?" not in told
