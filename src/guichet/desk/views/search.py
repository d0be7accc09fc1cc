"""One search for everything: a reference opens what it names, words list what bears them, a name begins a ticket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from guichet.desk.found import LOOKS, Row, kinds_for
from guichet.desk.lists import Chip
from guichet.desk.shell import DeskView
from guichet.lib import references
from guichet.lib.text import one_line
from guichet.search.asking import Page, ask
from guichet.search.kept import LINE, remember, searches_of
from guichet.search.line import Filter, Line, parse
from guichet.search.narrowing import alternatives
from guichet.tickets import problems
from guichet.tickets.models import MajorIncident, Problem, Ticket
from guichet.tickets.models.major import parse as major_reference

_SIZE, _IN_PALETTE, _SHORTEST = 20, 12, 2
# What leads the value of each filter, as in the sentence above a list of tickets.
_SAYS: dict[str, Promise] = {
    "state": gettext_lazy("whose state is"),
    "severity": gettext_lazy("whose severity is"),
    "level": gettext_lazy("treated at level"),
    "team": gettext_lazy("with the team"),
    "agent": gettext_lazy("treated by"),
    "requester": gettext_lazy("asked by"),
    "organisation": gettext_lazy("of the organisation"),
    "site": gettext_lazy("at the place"),
    "category": gettext_lazy("about"),
    "service": gettext_lazy("of the service"),
    "channel": gettext_lazy("come by"),
    "kind": gettext_lazy("of the kind"),
    "after": gettext_lazy("since"),
    "before": gettext_lazy("older than"),
}


class Search(DeskView):
    """The page, its next rows, and what the palette and the field ask for while one types."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        text = one_line(request.GET.get("q", ""))[:LINE]
        if "json" in request.headers.get("Accept", ""):
            return self.found(text)
        line, kinds = parse(text), kinds_for(self.person)
        kind = request.GET.get("kind", "") if request.GET.get("kind") in kinds else ""
        cursor = request.GET.get("cursor", "")
        if not self.is_htmx and not cursor:
            opened = self._opened_by(text) if not kind else ""
            if opened:
                return redirect(opened)
            remember(text, person=self.person, now=self.now)
        page = ask(
            line,
            person=self.person,
            kinds=[kind] if kind else kinds,
            after=cursor,
            size=_SIZE,
            as_you_type=self.is_htmx and "typing" in request.GET,
        )
        context: dict[str, Any] = {
            "rows": [Row.of(hit, person=self.person) for hit in page.hits],
            "more_url": search_url(text, kind=kind, cursor=page.next) if page.next else "",
            "text": text,
        }
        if self.is_htmx and cursor:
            return self.fragment("desk/search/rows.html", context)
        return self.page("desk/search/page.html", {**context, **self._around(line, text, kind, kinds, page)})

    def _around(self, line: Line, text: str, kind: str, kinds: Sequence[str], page: Page) -> dict[str, Any]:
        """What stands about the rows: tabs, filters, what was understood, searches of one's own."""
        named, recent = searches_of(self.person)
        shown = [("", _("Everything"), "search"), *((name, LOOKS[name].label, LOOKS[name].icon) for name in kinds)]
        return {
            "tabs": [
                {"label": label, "url": search_url(text, kind=name), "current": name == kind, "icon": icon}
                for name, label, icon in shown
            ],
            "kind": kind,
            "chips": [
                _chip(part, line, kind=kind, follows=n > 0)
                for either in alternatives(line.filters)
                for n, part in enumerate(either)
            ],
            "as_words": line.as_words,
            "left_aside": [part for part in page.not_understood if part not in line.as_words],
            "corrected": page.corrected,
            "named": named,
            "recent": recent,
            "kept": next((row for row in named if row.line == text), None),
            "keep_url": f"{reverse('desk:searches')}?{urlencode({'q': text})}",
            "examples": [] if page.hits else [(line, says, search_url(line)) for line, says in examples()],
        }

    def _opened_by(self, text: str) -> str:
        """Where a reference leads, when it is one of something that the person sees at the desk."""
        ticket = references.parse(text) if len(text) <= 40 else None
        if ticket and Ticket.objects.at_desk_of(self.person).filter(reference=ticket).exists():
            return reverse("desk:ticket", args=[ticket])
        problem = problems.reference_of(text)
        if problem and Problem.objects.visible_to(self.person).filter(reference=problem).exists():
            return reverse("desk:problem", args=[problem])
        major = major_reference(text) if len(text) <= 40 else None
        if major and MajorIncident.objects.at_desk_of(self.person).filter(reference=major).exists():
            return reverse("desk:major", args=[major])
        return ""

    def found(self, text: str) -> HttpResponse:
        """For the palette: the best hits, those of a kind together; the last leads to the page."""
        if len(text) < _SHORTEST:
            return JsonResponse([], safe=False)
        page = ask(text, person=self.person, kinds=kinds_for(self.person), size=_IN_PALETTE, as_you_type=True)
        rows = [Row.of(hit, person=self.person).for_palette() for hit in page.hits]
        groups = list(dict.fromkeys(row["group"] for row in rows))
        rows.sort(key=lambda row: groups.index(row["group"]))
        if rows:
            rows.append({"label": _("All results"), "detail": text, "url": search_url(text), "group": _("Search")})
        return JsonResponse(rows, safe=False)


def examples() -> list[tuple[str, str]]:
    """What one can ask, by lines that can be pressed."""
    return [
        (_("printer state:open"), _("Words in any of their forms, on tickets that aren’t solved yet")),
        (_('"paper jam" -toner'), _("A phrase as it stands; what has the word after the minus is left out")),
        (_("vpn after:7d"), _("Of the last seven days; “before:2026-11-01” asks for what is older")),
        (_("from:me severity:S2"), _("What you asked for yourself, by its severity; a name works too")),
        (
            _("team:network agent:none"),
            _("By the team, while nobody treats it; “site” and “category” narrow in the same way"),
        ),
        (_("type:article password"), _("Articles alone; “type:note” looks in internal notes")),
    ]


def search_url(text: str, *, kind: str = "", cursor: str = "") -> str:
    query = {key: value for key, value in (("q", text), ("kind", kind), ("cursor", cursor)) if value}
    return f"{reverse('desk:search')}?{urlencode(query)}" if query else reverse("desk:search")


def _chip(part: Filter, line: Line, *, kind: str, follows: bool) -> Chip:
    """`follows`: one of the same key stands before it, and either will do."""
    says = str(_SAYS.get(part.key, part.key))
    value = part.typed.partition(":")[2].strip('"')
    label = pgettext("filters", "or") if follows else _("not %(filter)s") % {"filter": says} if part.excluded else says
    return Chip(label, value, search_url(str(line.without(part)), kind=kind))
