"""The portal's first page: one field, what can be asked for, one's open tickets, the number to call."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from guichet.catalog.models import RequestType
from guichet.people.middleware import PersonRequest
from guichet.portal import appointments, guides, outages
from guichet.portal import journey as journeys
from guichet.portal.forms import DescriptionForm
from guichet.portal.frame import page, signed_in
from guichet.portal.sending import offered_to
from guichet.portal.shown import Row
from guichet.tickets import lifecycle
from guichet.tickets.models import Ticket
from guichet.walkup.booked import venues_for

_ROWS = 5


@signed_in
@require_safe
def home(request: PersonRequest) -> HttpResponse:
    person = request.person
    mine = (
        Ticket.objects.own_of(person)
        .filter(requester=person, state__in=lifecycle.LIVE)
        .for_list()
        .order_by("-opened_at", "-id")[: _ROWS + 1]
    )
    rows = [Row(ticket, person=person) for ticket in mine]
    # What waits for the person stands first.
    rows.sort(key=lambda row: not row.waits_for_you)
    context = {
        "form": DescriptionForm(with_kind=False),
        "request_types": RequestType.objects.filter(organisation__in=offered_to(person.organisation), active=True),
        "rows": rows[:_ROWS],
        "outages": outages.shown_to(person),
        "trees": guides.offered(person, most=4),
        "more": len(rows) > _ROWS,
        "unfinished": journeys.unfinished(person=person),
        "appointments": appointments.to_come(person),
        "can_book": venues_for(person).exists(),
    }
    return page(request, "portal/home.html", context)
