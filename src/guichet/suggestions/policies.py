"""Who may see and decide what is suggested, on one page."""

from guichet.people.models import Person
from guichet.tickets.models import Ticket


def can_see(person: Person, ticket: Ticket) -> bool:
    """Those of the desk: what is suggested comes from its other tickets, which a provider's technician doesn't see."""
    return ticket.desk_id in person.grants.treats_in


def can_decide(person: Person, ticket: Ticket) -> bool:
    return can_see(person, ticket)
