"""The work list: what do I do now?"""

from __future__ import annotations

from typing import Any

from django.db import transaction
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
from guichet.people.models import Person
from guichet.tickets import actions, lifecycle
from guichet.tickets.models import State, Ticket
from guichet.tickets.queries import TicketQuerySet
from guichet.ui.toasts import toast

_MINE, _TEAMS = 100, 30
_TRIES = 5
ORDER = ("priority", "promise_due_at", "id")


def waiting(person: Person) -> TicketQuerySet:
    """What anybody of the person's teams could take now, in the order of work."""
    return (
        Ticket.objects.at_desk_of(person)
        .filter(team__in=person.grants.teams, assignee=None, state__in=(State.NEW, State.OPEN))
        .order_by(*ORDER)
    )


class Work(DeskView):
    current = "work"

    def get(self, request: HttpRequest) -> HttpResponse:
        mine = list(
            Ticket.objects.at_desk_of(self.person)
            .filter(assignee=self.person, state__in=lifecycle.UNSOLVED)
            .for_list()
            .order_by(*ORDER)[: _MINE + 1]
        )
        teams = list(waiting(self.person).for_list()[: _TEAMS + 1])
        context = {
            "mine": [self._line(t) for t in mine[:_MINE] if t.state != State.ON_HOLD],
            "resting": [self._line(t) for t in mine[:_MINE] if t.state == State.ON_HOLD],
            "more_mine": len(mine) > _MINE,
            "teams": [self._line(t) for t in teams[:_TEAMS]],
            "more_teams": len(teams) > _TEAMS,
            "has_team": bool(self.person.grants.teams),
        }
        if self.person.grants.manages_in:
            # Nobody else hears of it unless somebody looks.
            context["compared"] = reconciling.standing(Reconciliation.objects.visible_to(self.person))
        if "part" in request.GET:
            return self.fragment("desk/parts/work_lists.html", context)
        return self.page("desk/work.html", context)

    def _line(self, ticket: Ticket) -> dict[str, Any]:
        return {"ticket": ticket, "why": reason(ticket, now=self.now)}


class Next(DeskView):
    """Take the next: the first that nobody else is taking this very moment."""

    def post(self, request: HttpRequest) -> HttpResponseBase:
        taken = take_next(self.person, now=self.now)
        if taken is None:
            toast(request, _("Nothing waits in your teams: everything has somebody."), "info")
            return redirect("desk:work")
        toast(request, _("%(reference)s is yours.") % {"reference": taken.reference})
        return redirect(reverse("desk:ticket", args=[taken.reference]))


def take_next(person: Person, *, now: Any) -> Ticket | None:
    """Two people who press at once never get the same ticket: each skips what the other holds locked."""
    for _try in range(_TRIES):
        with transaction.atomic():
            found = waiting(person).select_for_update(skip_locked=True, of=("self",)).first()
            if found is None:
                return None
            try:
                return actions.take(found, actor=person, now=now)
            except Refused:  # its state changed between the list and the lock
                continue
    return None
