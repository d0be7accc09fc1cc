"""Decision trees on the settings' pages: their outline as rows, and what is wrong with them in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from guichet.desk.settings.forms.trees import KIND_CARDS, step_name
from guichet.knowledge import walking
from guichet.knowledge.running import answer_words
from guichet.knowledge.walking import Flaw, Node, Plan

# Deeper rows stand no further in: their numbers still say where they belong.
DEEPEST = 8


@dataclass(frozen=True)
class Line:
    """A row of the outline, ready to show. `number` says where it stands, such as “1.2.1”."""

    number: str
    depth: int
    answer: str
    node: Node | None
    name: str
    icon: str
    url: str
    again: str = ""


def lines(plan: Plan, *, url: Callable[[str], str]) -> list[Line]:
    """The whole tree from its start; a step that stands further up already is referred to by its number."""
    counted: list[int] = []
    numbers: dict[str, str] = {}
    found = []
    above: list[Node | None] = []
    for row in walking.outline(plan):
        del counted[row.depth + 1 :], above[row.depth :]
        if len(counted) <= row.depth:
            counted.append(0)
        counted[row.depth] += 1
        number = ".".join(str(count) for count in counted[: row.depth + 1])
        parent = above[-1] if above else None
        above.append(row.node)
        if row.node is not None and not row.again:
            numbers[row.node.key] = number
        found.append(
            Line(
                number=number,
                depth=min(row.depth, DEEPEST),
                answer=answer_words(parent, row.answer.key) if row.answer else "",
                node=row.node,
                name=step_name(row.node) if row.node else "",
                icon=KIND_CARDS[row.node.kind].icon if row.node else "",
                url=url(row.node.key) if row.node else "",
                again=numbers[row.node.key] if row.node is not None and row.again else "",
            )
        )
    return found


def told_flaws(plan: Plan, *, url: Callable[[str], str]) -> list[dict[str, Any]]:
    """Each with its sentence, whether it blocks, and the step that it is about."""
    return [
        {"says": _said(plan, flaw), "blocks": flaw.blocks, "url": url(flaw.node) if flaw.node else ""}
        for flaw in walking.flaws(plan)
    ]


def _said(plan: Plan, flaw: Flaw) -> str:
    node = plan.node(flaw.node)
    values = {
        "step": step_name(node) if node else "",
        "answer": answer_words(node, flaw.answer) if flaw.answer else "",
    }
    return _FLAWS[flaw.code]() % values


_FLAWS: Mapping[str, Callable[[], str]] = {
    "empty": lambda: _("The tree has no step."),
    "asks_nothing": lambda: _("The tree begins with its end: nothing is asked."),
    "no_text": lambda: _("“%(step)s”: say in French what it asks or tells."),
    "few_answers": lambda: _("“%(step)s” has fewer than two answers to choose from."),
    "no_answer_text": lambda: _("“%(step)s” has an answer without words in French."),
    "no_article": lambda: _("“%(step)s”: choose the article to read."),
    "missing": lambda: _("“%(step)s”: the answer “%(answer)s” leads to a step that isn’t there."),
    "cycle": lambda: _("“%(step)s” is on a way that goes round for ever."),
    "dead_end": lambda: _("“%(step)s”: the answer “%(answer)s” leads nowhere; there the work is handed over."),
    "unreachable": lambda: _("Nothing leads to “%(step)s”."),
}
