"""What has been reckoned of some tickets' promises, for whoever shows them."""

from __future__ import annotations

from collections.abc import Iterable

from guichet.lib.compiled import Compiled
from guichet.lib.moments import AT_RISK
from guichet.routing.models import Forecast
from guichet.tickets.models import Ticket

_foretold = Compiled(
    lambda tickets: Forecast.objects.filter(ticket__any=tickets).values_list("ticket", "due_at", "chance"), tickets=list
)  # fmt: skip


def tell_chances(tickets: Iterable[Ticket]) -> None:
    """Give each its `risk`: the chance that its promise is broken, None where nobody reckoned it; and `risk_of`, when
    that promise ends, where it is another than the one shown and in danger. One query."""
    shown = {ticket.pk: ticket for ticket in tickets if ticket.is_unsolved}
    rows = _foretold(tickets=list(shown)) if shown else ()
    told = {ticket: (due_at, chance) for ticket, due_at, chance in rows}
    for pk, ticket in shown.items():
        due_at, chance = told.get(pk, (None, None))
        other = due_at if chance is not None and due_at != ticket.promise_due_at and chance >= AT_RISK else None
        ticket.__dict__["risk_of"] = other
        ticket.__dict__["risk"] = chance if other or due_at == ticket.promise_due_at else None
