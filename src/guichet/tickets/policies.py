"""Who may do what to a ticket, on one page. `visible_to` has already decided who sees it at all."""

from guichet.people.models import Person
from guichet.tickets.models import MajorIncident, Problem, Ticket


def is_desk(person: Person, ticket: Ticket) -> bool:
    """Treats this ticket's desk's work: sees notes, facts and the path, and uses every verb of the desk."""
    grants = person.grants
    if ticket.desk_id in grants.treats_in:
        return True
    return ticket.desk_id in grants.provider_in and ticket.team_id in grants.teams


def is_requester(person: Person, ticket: Ticket) -> bool:
    """Has the say on whether it works: who asked, or who asked on their behalf without being the desk."""
    return person.pk == ticket.requester_id or (person.pk == ticket.reporter_id and not is_desk(person, ticket))


def can_treat(person: Person, ticket: Ticket) -> bool:
    return is_desk(person, ticket)


def can_reply(person: Person, ticket: Ticket) -> bool:
    """Whoever sees it may speak in public: the desk, the requester, a watcher, the organisation's contact."""
    return True


def can_confirm(person: Person, ticket: Ticket) -> bool:
    """The desk may record what the requester said on the telephone."""
    return is_requester(person, ticket) or is_desk(person, ticket)


def can_rate(person: Person, ticket: Ticket) -> bool:
    return person.pk == ticket.requester_id


def can_cancel(person: Person, ticket: Ticket) -> bool:
    return is_requester(person, ticket) or is_desk(person, ticket)


def can_manage(person: Person, ticket: Ticket) -> bool:
    """Managers override severities and set priorities for others' work."""
    return ticket.desk_id in person.grants.manages_in


def can_treat_problem(person: Person, problem: Problem) -> bool:
    """Whoever treats that desk's tickets states causes, workarounds and fixes."""
    return problem.desk_id in person.grants.treats_in


def can_lead(person: Person, major: MajorIncident) -> bool:
    """Whoever leads it, while they work at that desk; a manager may always step in."""
    grants = person.grants
    leads = person.pk == major.lead_id and major.desk_id in grants.treats_in
    return leads or major.desk_id in grants.manages_in


def can_open_for(person: Person, *, organisation_id: int, desk_id: int) -> bool:
    """Enter a ticket in somebody else's name: the desk for its clients, a contact for their organisation."""
    grants = person.grants
    return desk_id in grants.treats_in or organisation_id in grants.contact_in


def can_configure(person: Person, *, organisation_id: int) -> bool:
    """Change an organisation's settings: levels, matrix, policies, teams, rules, catalogue, macros."""
    return organisation_id in person.grants.manages_in
