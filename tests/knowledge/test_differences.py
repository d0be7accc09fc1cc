"""What is different between two texts, word by word."""

from __future__ import annotations

from time import perf_counter

from hypothesis import given
from hypothesis import strategies as st

from guichet.knowledge.differences import CHANGED, SAME, Gap, Line, compare, counts, folded

LINES = st.lists(
    st.sampled_from(["un deux trois", "un deux quatre", "cinq", "", "été, hiver", "été hiver !"]), max_size=8
)
TEXTS = LINES.map("\n".join) | st.text(max_size=60)


def side(lines: list[Line], name: str, skip: str) -> str:
    return "\n".join("".join(p.text for p in getattr(line, name)) for line in lines if line.kind != skip)


@given(TEXTS, TEXTS)
def test_each_side_is_the_text_that_was_given(before: str, after: str) -> None:
    lines = compare(before, after)
    assert side(lines, "before", "new") == before
    assert side(lines, "after", "gone") == after


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    lines = compare(text, text)
    assert {line.kind for line in lines} <= {SAME}
    assert counts(lines) == (0, 0)


@given(TEXTS, TEXTS)
def test_folding_loses_no_difference(before: str, after: str) -> None:
    lines = compare(before, after)
    kept = folded(lines, around=1)
    shown = [line for line in kept if isinstance(line, Line)]
    assert [line for line in shown if line.kind != SAME] == [line for line in lines if line.kind != SAME]
    assert len(shown) + sum(gap.lines for gap in kept if isinstance(gap, Gap)) == len(lines)


def test_a_changed_word_is_marked_alone() -> None:
    (line,) = compare("Ouvrez les réglages du poste.", "Ouvrez les paramètres du poste.")
    assert line.kind == CHANGED
    assert [p.text for p in line.before if p.differs] == ["réglages"]
    assert [p.text for p in line.after if p.differs] == ["paramètres"]
    assert counts([line]) == (1, 1)


def test_comparing_is_bounded() -> None:
    began = perf_counter()
    compare("\n".join(f"ligne {n}" for n in range(20_000)), "\n".join(f"autre {n}" for n in range(20_000)))
    compare("mot " * 20_000, "autre " * 20_000)
    assert perf_counter() - began < 2
