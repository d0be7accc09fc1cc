"""The work list: what do I do now?"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from guichet.channels import reconciling
from guichet.channels.models import Reconciliation
from guichet.desk.shell import DeskView
from guichet.desk.why import reason
from guichet.lib.errors import Refused
from guichet.routing.pending import Placed, in_order, place_all, read
from guichet.routing.taking import Needs, take_next, waiting
from guichet.tickets import lifecycle
from guichet.tickets.models import State, Ticket
from guichet.ui.toasts import toast

_MINE, _TEAMS = 100, 30
# Read to be put in order, in a few columns each.
_CANDIDATES = 1_000


class Work(DeskView):
    current = "work"

    def get(self, request: HttpRequest) -> HttpResponse:
        own = Ticket.objects.at_desk_of(self.person).filter(assignee=self.person, state__in=lifecycle.UNSOLVED)
        theirs = read(own.order_by("priority", "promise_due_at", "id"), limit=_CANDIDATES)
        free = read(waiting(self.person), limit=_CANDIDATES)
        placed = place_all([*theirs, *free], known=self.person.organisation, now=self.now)
        mine, teams = placed[: len(theirs)], in_order(placed[len(theirs) :])
        resting = sorted((one for one in mine if one.item.state == State.ON_HOLD), key=_by_due)
        mine = in_order([one for one in mine if one.item.state != State.ON_HOLD])
        needs = Needs.of(teams[:_TEAMS])
        shown = [*mine[:_MINE], *resting[:_MINE], *teams[:_TEAMS]]
        tickets = rows_of([one.item.ticket for one in shown])
        context = {
            "mine": self._lines(mine[:_MINE], tickets),
            "resting": self._lines(resting[:_MINE], tickets),
            "more_mine": len(mine) + len(resting) > _MINE,
            "teams": self._lines(teams[:_TEAMS], tickets, needs),
            "more_teams": len(teams) > _TEAMS,
            "has_team": bool(self.person.grants.teams),
        }
        if self.person.grants.manages_in:
            # Nobody else hears of it unless somebody looks.
            context["compared"] = reconciling.standing(Reconciliation.objects.visible_to(self.person))
        if "part" in request.GET:
            return self.fragment("desk/parts/work_lists.html", context)
        return self.page("desk/work.html", context)

    def _lines(
        self, placed: list[Placed], tickets: dict[int, Ticket], needs: Needs | None = None
    ) -> list[dict[str, Any]]:
        """What one row shows. Somebody may have changed a ticket between the two readings: it is left out then."""
        lines = []
        for one in placed:
            ticket = tickets.get(one.item.ticket)
            if ticket is None:
                continue
            missing = needs.missing(one, person=self.person.pk) if needs else None
            lines.append(
                {
                    "ticket": ticket,
                    "why": reason(ticket, now=self.now, placed=one, missing=missing),
                    "due": one.nearest.due_at if one.nearest else one.item.due_at,
                    "risk": one.risk,
                }
            )
        return lines


def rows_of(tickets: list[int]) -> dict[int, Ticket]:
    """With what a row of the work list shows, in one query."""
    near = ("organisation", "requester", "team", "level")
    shown = Ticket.objects.filter(pk__in=tickets).select_related(*near)
    return {ticket.pk: ticket for ticket in shown.defer("description", "facts", "answers")}


def _by_due(placed: Placed) -> tuple[float, int]:
    due = placed.item.due_at
    return (due.timestamp() if due else float("inf"), placed.item.ticket)


class Next(DeskView):
    """Take the next: the first that nobody else is taking this very moment."""

    def post(self, request: HttpRequest) -> HttpResponseBase:
        try:
            taken = take_next(self.person, now=self.now)
        except Refused as refusal:
            toast(request, str(refusal.message), "info")
            return redirect("desk:work")
        if taken is None:
            toast(request, _("Nothing waits in your teams: everything has somebody."), "info")
            return redirect("desk:work")
        toast(request, _("%(reference)s is yours.") % {"reference": taken.reference})
        return redirect(reverse("desk:ticket", args=[taken.reference]))
