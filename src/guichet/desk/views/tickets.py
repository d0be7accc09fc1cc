"""The lists: saved views as tabs, filters as a sentence, pages by keyset."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from guichet.desk.lists import FILTERS, SIZE, VIEWS, Wanted, options
from guichet.desk.shell import DeskView
from guichet.desk.why import reason
from guichet.lib.paging import page as keyset_page
from guichet.routing.chances import tell_chances
from guichet.routing.pages import rows_of, work_page
from guichet.routing.pending import STATES, Placed
from guichet.routing.taking import Needs
from guichet.tickets.level_time import tell_levels
from guichet.tickets.models import Ticket


class Tickets(DeskView):
    current = "tickets"

    def get(self, request: HttpRequest) -> HttpResponse:
        base = reverse("desk:tickets")
        wanted = Wanted.read(request.GET)
        tickets, next_cursor = self._page(wanted, cursor=request.GET.get("cursor", ""))
        tell_levels(tickets, now=self.now, known=self.person.organisation)
        more = wanted.url(base, cursor=next_cursor) if next_cursor else ""
        context: dict[str, Any] = {"tickets": tickets, "more_url": more, "wanted": wanted}
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

    def _page(self, wanted: Wanted, *, cursor: str) -> tuple[list[Ticket], str]:
        """The rows with the risk of their promises, and the next page's cursor."""
        chosen = wanted.tickets(self.person, now=self.now)
        if wanted.view.worked:
            turn = work_page(chosen, person=self.person, now=self.now, cursor=cursor, size=SIZE)
            shown = rows_of(Ticket.objects.at_desk_of(self.person).for_list(), turn.items)
            needs = Needs.of(turn.items)
            return [self._with_reason(ticket, placed, needs) for placed, ticket in shown], turn.next_cursor
        found = keyset_page(chosen.for_list(), order=wanted.order, cursor=cursor, size=SIZE)
        tell_chances(found.items)
        return found.items, found.next_cursor

    def _with_reason(self, ticket: Ticket, placed: Placed, needs: Needs) -> Ticket:
        """What rests waits for its time, whatever it would press otherwise."""
        if placed.item.state in STATES:
            missing = None if ticket.assignee_id else needs.missing(placed, person=self.person.pk)
            why = reason(ticket, now=self.now, placed=placed, missing=missing)
            due = placed.nearest.due_at if placed.nearest else None
            ticket.__dict__.update(why=why, risk=placed.risk, risk_of=due)
        else:
            ticket.__dict__["why"] = reason(ticket, now=self.now)
        return ticket


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
