"""How far the levels get, for managers: the first one's rate, why tickets leave it, and the tickets behind figures."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.catalog.models import Category
from guichet.desk import charts
from guichet.desk.lists import NEWEST, SIZE
from guichet.desk.shell import DeskView
from guichet.desk.views.watch import insight_tabs
from guichet.lib.paging import page as keyset_page
from guichet.lib.parsing import whole_number
from guichet.people.models import Team
from guichet.routing.chances import tell_chances
from guichet.tickets.level_time import tell_levels
from guichet.tickets.levels_at_work import AIM, LINES, PERIODS, Figures, Line, Reach
from guichet.tickets.models import HandOverReason, ReturnReason

PICTURE = 640
# So many bars have room for a word each.
LABELLED = 13
PERIOD_NAMES = {
    4: gettext_lazy("4 weeks"),
    13: gettext_lazy("A quarter"),
    26: gettext_lazy("Half a year"),
    52: gettext_lazy("A year"),
}
_WHOLE = {
    "solved": gettext_lazy("Solved tickets"),
    "by_first": gettext_lazy("Solved by the first level"),
    "beyond": gettext_lazy("Solved, but not by the first level alone"),
    "past": gettext_lazy("Never with the first level"),
    "left": gettext_lazy("Left the first level"),
    "fro": gettext_lazy("Came back to a team that they had left"),
    "returned": gettext_lazy("Sent back by who got them"),
}
# A cell that begins so would be reckoned by a spreadsheet.
_RECKONED = ("=", "+", "-", "@", "\t", "\r")


class LevelsView(DeskView):
    """For managers, over the weeks that the URL names."""

    current = "watch"

    def prepare(self, **kwargs: Any) -> None:
        if not self.person.grants.manages_in:
            raise Http404
        asked = whole_number(self.request.GET.get("weeks"))
        self.reach = Reach(
            person=self.person,
            weeks=asked if asked in PERIODS else PERIODS[0],
            now=self.now,
            zone=timezone.get_current_timezone(),
        )

    def link(self, name: str, **more: str) -> str:
        return f"{reverse(f'desk:{name}')}?{urlencode({'weeks': self.reach.weeks, **more})}"


class Levels(LevelsView):
    """The picture first, then the tables; each figure leads to its tickets."""

    def get(self, request: HttpRequest) -> HttpResponse:
        found = self.reach.figures()
        context = {
            "tabs": insight_tabs("levels"),
            "periods": [
                {
                    "label": PERIOD_NAMES[n],
                    "url": f"{reverse('desk:levels')}?weeks={n}",
                    "current": n == self.reach.weeks,
                }
                for n in sorted(PERIODS)
            ],
            "figures": found,
            "percent": _percent(found.rate),
            "aim": _percent(AIM),
            "reached": found.rate is not None and found.rate >= AIM,
            "picture": _picture(found),
            "links": {name: self.link("levels_tickets", of=name) for name in _WHOLE},
            "tables": self._tables(found),
            "csv_url": self.link("levels_csv"),
        }
        return self.page("desk/levels/levels.html", context)

    def _tables(self, found: Figures) -> list[dict[str, Any]]:
        tables = (
            ("reason", _("By reason"), _("Reason"), found.reasons),
            ("category", _("By category"), _("Category"), found.categories),
            ("team", _("By the team that got them"), _("Team"), found.teams),
        )
        return [
            {"key": key, "title": title, "head": head, **self._lines(key, lines, left=found.left)}
            for key, title, head, lines in tables
        ]

    def _lines(self, kind: str, lines: Sequence[Line], *, left: int) -> dict[str, Any]:
        most = max((line.count for line in lines), default=1)
        rows = [
            {
                "name": line.name or _("No category"),
                "count": line.count,
                "share": round(100 * line.count / left) if left else 0,
                "bar": round(100 * line.count / most),
                "url": self.link("levels_tickets", of=f"{kind}-{line.key}"),
            }
            for line in lines[:LINES]
        ]
        return {"rows": rows, "more": max(len(lines) - LINES, 0)}


class LevelsTickets(LevelsView):
    """The tickets behind a figure."""

    def get(self, request: HttpRequest) -> HttpResponse:
        name = request.GET.get("of") or "left"
        behind = self.reach.behind(name)
        if behind is None:
            raise Http404
        found = keyset_page(behind.for_list(), order=NEWEST, cursor=request.GET.get("cursor", ""), size=SIZE)
        tell_chances(found.items)
        tell_levels(found.items, now=self.now)
        more = self.link("levels_tickets", of=name, cursor=found.next_cursor) if found.next_cursor else ""
        context: dict[str, Any] = {"tickets": found.items, "more_url": more}
        if self.is_htmx and "cursor" in request.GET:
            return self.fragment("desk/parts/ticket_rows.html", context)
        context |= {
            "says": _says(name),
            "since": self.reach.since,
            "count": behind.count(),
            "levels_url": self.link("levels"),
        }
        return self.page("desk/levels/tickets.html", context)


class LevelsCsv(LevelsView):
    """The page's figures as a table for a spreadsheet, as the reader's language separates columns."""

    def get(self, request: HttpRequest) -> HttpResponse:
        written = StringIO()
        table = csv.writer(written, delimiter=";" if _language().startswith("fr") else ",")
        for row in _rows(self.reach.figures()):
            table.writerow([_cell(value) for value in row])
        # The mark at the beginning tells spreadsheets that it is UTF-8.
        answer = HttpResponse("\ufeff" + written.getvalue(), content_type="text/csv; charset=utf-8")
        day = self.reach.since.date().isoformat()
        answer["Content-Disposition"] = f'attachment; filename="levels-{day}-{self.reach.weeks}-weeks.csv"'
        return answer


def _rows(found: Figures) -> Iterable[tuple[Any, ...]]:
    yield (_("Table"), _("Line"), _("Tickets"), _("Out of"), _("Per cent"))
    for week in found.weeks:
        yield (_("Solved by the first level"), week.starts.isoformat(), week.by_first, week.solved, _percent(week.rate))
    yield (_("Never with the first level"), "", found.past, found.solved, _percent(_share(found.past, found.solved)))
    yield (_("Came back to a team that they had left"), "", found.fro, "", "")
    yield (_("Sent back by who got them"), "", found.returned, "", "")
    tables = ((_("By reason"), found.reasons), (_("By category"), found.categories))
    for title, lines in (*tables, (_("By the team that got them"), found.teams)):
        for line in lines:
            share = _percent(_share(line.count, found.left))
            yield (title, line.name or _("No category"), line.count, found.left, share)


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(_RECKONED) else value


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _percent(rate: float | None) -> int | None:
    """Rounded down: a rate below the aim never reads as having reached it."""
    return None if rate is None else int(100 * rate + 1e-9)


def _picture(found: Figures) -> dict[str, Any]:
    rates = [None if week.rate is None else 100 * week.rate for week in found.weeks]
    labels = [date_format(week.starts, "d/m" if _language().startswith("fr") else "j M") for week in found.weeks]
    # A hundred at the top, whatever the rates are.
    bars, top = charts.bars(rates, usual=[100 * AIM] * len(rates), labels=labels, width=PICTURE, top=100.0)
    rows = [
        {"label": label, "week": week, "percent": _percent(week.rate)}
        for label, week in zip(labels, found.weeks, strict=True)
    ]
    return {
        "bars": bars, "top": top, "rows": rows, "first": labels[0], "last": labels[-1],
        "labelled": len(bars) <= LABELLED,
    }  # fmt: skip


def _says(name: str) -> str:
    if name in _WHOLE:
        return str(_WHOLE[name])
    kind, _dash, key = name.partition("-")
    if kind == "reason":
        what = str(dict([*HandOverReason.choices, *ReturnReason.choices])[key])
    elif key == "none":
        what = _("No category")
    else:
        rows: Any = Category.objects if kind == "category" else Team.objects
        row = rows.filter(pk=int(key)).first()
        what = row.name if row else ""
    return _("Left the first level: %(what)s") % {"what": what}


def _language() -> str:
    return translation.get_language() or "fr"
