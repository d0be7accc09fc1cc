"""How many found their answer without a ticket, for managers: by week, and by article, tree and incident."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from guichet.desk import charts
from guichet.desk.shell import DeskView
from guichet.desk.views.levels import LABELLED, PICTURE
from guichet.desk.views.levels import PERIOD_NAMES as _PERIODS
from guichet.desk.views.watch import insight_tabs
from guichet.lib.parsing import whole_number
from guichet.suggestions.deflection_figures import PERIODS, Figures, Reach
from guichet.suggestions.models import Ended

# From the bottom of the picture upwards: what one knows to be good first, what one doesn't know last.
_ORDER = (Ended.DEFLECTED, Ended.CAME_BACK, Ended.SENT, Ended.LEFT, Ended.WAITING)


class FoundAnswers(DeskView):
    """The picture first, then the tables, over the weeks that the URL names."""

    current = "watch"

    def prepare(self, **kwargs: Any) -> None:
        if not self.person.grants.manages_in:
            raise Http404
        asked = whole_number(self.request.GET.get("weeks"))
        self.weeks = asked if asked in PERIODS else PERIODS[0]

    def get(self, request: HttpRequest) -> HttpResponse:
        zone = timezone.get_current_timezone()
        found = Reach(person=self.person, weeks=self.weeks, now=self.now, zone=zone).figures()
        here = reverse("desk:found_answers")
        context = {
            "tabs": insight_tabs("found_answers"),
            "periods": [
                {"label": _PERIODS[n], "url": f"{here}?weeks={n}", "current": n == self.weeks} for n in sorted(PERIODS)
            ],
            "figures": found,
            "percent": None if found.rate is None else int(100 * found.rate + 1e-9),
            "deflected": found.counts[Ended.DEFLECTED],
            "picture": _picture(found),
            "tables": _tables(found),
        }
        return self.page("desk/found_answers.html", context)


def _tables(found: Figures) -> list[dict[str, Any]]:
    tables = (
        ("article", _("By article"), _("Article"), "desk:article"),
        ("tree", _("By decision tree"), _("Decision tree"), ""),
        ("major", _("By incident"), _("Incident"), "desk:major"),
    )
    return [
        {
            "kind": kind,
            "title": title,
            "head": head,
            "lines": [{"line": n, "url": reverse(name, args=[n.key]) if name else ""} for n in found.lines[kind]],
        }
        for kind, title, head, name in tables
    ]


def _picture(found: Figures) -> dict[str, Any]:
    day = "d/m" if (translation.get_language() or "fr").startswith("fr") else "j M"
    labels = [date_format(week.starts, day) for week in found.weeks]
    stacks = [{ended.value: week.counts.get(ended, 0) for ended in _ORDER} for week in found.weeks]
    columns, top = charts.columns(stacks, labels=labels, width=PICTURE)
    return {
        "columns": columns,
        "top": top,
        "labelled": len(columns) <= LABELLED,
        "first": labels[0],
        "last": labels[-1],
        "legend": [{"name": ended.value, "label": ended.label, "count": found.counts[ended]} for ended in _ORDER],
        "heads": [ended.label for ended in _ORDER],
        "rows": [{"label": label, "counts": list(stack.values())} for label, stack in zip(labels, stacks, strict=True)],
    }
