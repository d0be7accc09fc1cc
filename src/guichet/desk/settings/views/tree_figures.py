"""What came of a tree: how its runs ended, and where people fall out of it, as a picture of the tree itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.desk.charts import length
from guichet.desk.settings.forms.base import NBSP
from guichet.desk.settings.tree_words import Line, lines
from guichet.desk.settings.views.trees import TreeVerb
from guichet.knowledge.models import RunOutcome
from guichet.lib.parsing import whole_number
from guichet.tickets.guided_figures import AtStep, Figures, figures

_PERIODS = {
    4: gettext_lazy("4 weeks"),
    13: gettext_lazy("A quarter"),
    26: gettext_lazy("Half a year"),
    52: gettext_lazy("A year"),
}


class TreeFigures(TreeVerb):
    """`?weeks=`: over which period."""

    http_method_names = ("get", "head")

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        asked = whole_number(request.GET.get("weeks"))
        weeks = asked if asked in _PERIODS else 4
        found = figures(self.tree, since=self.now - timedelta(weeks=weeks), now=self.now)
        here = self.link("tree_figures", self.tree.pk)
        plan = self.tree.current.plan if self.tree.current else self.tree.plan

        def url(key: str) -> str:
            return self.link("tree_step", self.tree.pk, key) if self.tree.plan.node(key) else ""

        drawn = [line for line in lines(plan, url=url) if line.node is not None and not line.again]
        context = {
            "title": _("Figures"),
            "trail": [*self.trail(), (self.tree.name, self.back), (_("Figures"), "")],
            "tree": self.tree,
            "periods": [
                {"label": label, "url": f"{here}?weeks={n}", "current": n == weeks} for n, label in _PERIODS.items()
            ],
            "figures": found,
            "outcomes": [
                {"name": RunOutcome(outcome).label, "count": count} for outcome, count in found.outcomes.items()
            ],
            "rows": [_row(line, found) for line in drawn],
            "worst": _worst(drawn, found),
        }
        return self.page("settings/tree_figures.html", context)


def _row(line: Line, found: Figures) -> dict[str, Any]:
    """A step with its bar: how many came, and how many of them fell out there, over all runs."""
    assert line.node is not None
    at = found.steps.get(line.node.key, AtStep())
    whole = max(found.runs, 1)
    return {
        "line": line,
        "at": at,
        "width": length(100 * at.reached / whole),
        "out": length(100 * at.fell_out / whole),
        "took": told_seconds(at.seconds),
    }


def _worst(drawn: list[Line], found: Figures) -> Line | None:
    """The step where most fall out; None where nobody does."""
    out = {line.number: found.steps.get(line.node.key, AtStep()).fell_out for line in drawn if line.node}
    worst = max(drawn, key=lambda line: out[line.number], default=None)
    return worst if worst is not None and out[worst.number] else None


def told_seconds(seconds: float | None) -> str:
    """“40 s”, “2 min”; "" where nothing was measured."""
    if seconds is None:
        return ""
    if seconds < 90:
        return f"{round(seconds)}{NBSP}s"
    return f"{round(seconds / 60)}{NBSP}min"
