"""The lists: saved views as tabs, filters as a sentence, pages by keyset."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from guichet.desk.lists import FILTERS, SIZE, VIEWS, Wanted, options
from guichet.desk.shell import DeskView
from guichet.lib.paging import page as keyset_page
from guichet.routing.chances import tell_chances
from guichet.tickets.level_time import tell_levels


class Tickets(DeskView):
    current = "tickets"

    def get(self, request: HttpRequest) -> HttpResponse:
        base = reverse("desk:tickets")
        wanted = Wanted.read(request.GET)
        found = keyset_page(
            wanted.tickets(self.person, now=self.now).for_list(),
            order=wanted.order,
            cursor=request.GET.get("cursor", ""),
            size=SIZE,
        )
        tell_chances(found.items)
        tell_levels(found.items, now=self.now)
        more = wanted.url(base, cursor=found.next_cursor) if found.next_cursor else ""
        context: dict[str, Any] = {"tickets": found.items, "more_url": more, "wanted": wanted}
        if self.is_htmx and "cursor" in request.GET and "part" not in request.GET:
            return self.fragment("desk/parts/ticket_rows.html", context)
        context |= {
            "tabs": [
                {"label": view.label, "url": wanted.url(base, view=view.key), "current": view is wanted.view}
                for view in VIEWS
            ],
            "chips": wanted.chips(self.person, base=base),
            "filters_url": wanted.url(reverse("desk:filters")),
            "clear_url": f"{base}?view={wanted.view.key}",
            "list_url": request.get_full_path(),
            "narrowed": bool(wanted.values or wanted.text),
        }
        return self.page("desk/tickets.html", context)


class Filters(DeskView):
    """The form behind the chips; sends back to the list."""

    current = "tickets"

    def get(self, request: HttpRequest) -> HttpResponse:
        wanted = Wanted.read(request.GET)
        context = {
            "wanted": wanted,
            "tickets_url": reverse("desk:tickets"),
            "fields": [
                {
                    "key": entry.key,
                    "label": entry.label,
                    "options": options(entry, self.person),
                    "value": wanted.values.get(entry.key, ""),
                }
                for entry in FILTERS
            ],
        }
        if self.is_htmx:
            return self.fragment("desk/filters_sheet.html", context)
        return self.page("desk/filters.html", context)
