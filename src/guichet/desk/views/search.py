"""One search for everything: a reference opens its ticket, words list what mentions them, names start a ticket."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from guichet.desk import callers
from guichet.desk.shell import DeskView
from guichet.lib import references
from guichet.tickets import causes, problems
from guichet.tickets.models import Problem, Ticket

_TICKETS, _PROBLEMS, _SHORTEST = 8, 4, 2


class Search(DeskView):
    current = "tickets"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        text = request.GET.get("q", "").strip()[:200]
        if "json" in request.headers.get("Accept", ""):
            return self.found(text)
        if not text:
            return self.page("desk/search.html", {})
        reference = references.parse(text)
        if reference and Ticket.objects.at_desk_of(self.person).filter(reference=reference).exists():
            return redirect("desk:ticket", reference=reference)
        problem = problems.reference_of(text)
        if problem and Problem.objects.visible_to(self.person).filter(reference=problem).exists():
            return redirect("desk:problem", problem=problem)
        return redirect(f"{reverse('desk:tickets')}?{urlencode({'view': 'all', 'q': text})}")

    def found(self, text: str) -> HttpResponse:
        if len(text) < _SHORTEST:
            return JsonResponse([], safe=False)
        tickets = Ticket.objects.at_desk_of(self.person).matching(text, person=self.person).for_list().order_by("-opened_at")[:_TICKETS]
        rows = [
            {
                "label": f"{ticket.reference} {ticket.title}",
                "detail": f"{ticket.requester.name} · {ticket.get_state_display()}",
                "url": reverse("desk:ticket", args=[ticket.reference]),
                "group": _("Tickets"),
            }
            for ticket in tickets
        ]
        found = causes.matching(Problem.objects.visible_to(self.person), text).order_by("-opened_at")[:_PROBLEMS]
        rows += [
            {
                "label": f"{problem.reference} {problem.title}",
                "detail": problem.get_state_display(),
                "url": reverse("desk:problem", args=[problem.reference]),
                "group": _("Problems"),
            }
            for problem in found
        ]
        rows += [
            {
                "label": person.name,
                "detail": _("New ticket · %(organisation)s") % {"organisation": person.organisation.name},
                "url": f"{reverse('desk:new_ticket')}?person={person.pk}",
                "group": _("People"),
            }
            for person in callers.search(self.person, text)
        ]
        return JsonResponse(rows, safe=False)
