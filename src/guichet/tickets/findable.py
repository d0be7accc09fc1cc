"""Tickets as the search finds them: who may find them, how a hit is shown, which filters of a line they know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from guichet.catalog.models import Category, Kind, Service
from guichet.knowledge.markdown import bare
from guichet.lib.database import prepared
from guichet.lib.text import fold
from guichet.people.models import Level, Organisation, Person, Site, Team
from guichet.search import findable
from guichet.search.findable import Findable, Part, Reach, Shown
from guichet.search.line import Line, parse
from guichet.search.models import Entry
from guichet.search.narrowing import narrowed
from guichet.search.wanted import wanted
from guichet.search.writing import Words
from guichet.tickets import indexing, lifecycle, policies
from guichet.tickets.models import Attempt, Channel, Hypothesis, Message, MessageKind, Severity, State, Ticket

KINDS = (indexing.TICKET, indexing.REPLY, indexing.NOTE, indexing.HYPOTHESIS, indexing.ATTEMPT)
_BATCH = 500
# Of a requester's own tickets, so many are named one by one.
_NAMED = 5_000
_NAMESAKES = 500
# What is shown around the words is taken from a text's first pages.
_EXCERPTED = 20_000
# No desk has this number.
_BEYOND = 2**62
# Asked apart: together no index would serve.
_OWN = """
SELECT id FROM (
    SELECT id, desk_id FROM tickets_ticket WHERE requester_id = %s
    UNION SELECT reported.id, reported.desk_id FROM unnest(%s::bigint[], %s::bigint[]) AS gap (low, high), LATERAL (
        SELECT id, desk_id FROM tickets_ticket
        WHERE reporter_id = %s AND desk_id > gap.low AND desk_id < gap.high LIMIT %s) AS reported
    UNION SELECT id, desk_id FROM tickets_ticket
    WHERE id IN (SELECT ticket_id FROM tickets_watcher WHERE person_id = %s)
) AS own WHERE desk_id <> ALL(%s::bigint[]) LIMIT %s
"""


def connect() -> None:
    findable.register(TICKETS)


# ── Who may find them ──


def reach(person: Person) -> list[Reach]:
    """At one's desks everything; elsewhere one's own tickets with what was said in public."""
    grants = person.grants
    ways = []
    if grants.treats_in:
        ways.append(Reach(desks=grants.treats_in))
    if grants.provider_in:
        theirs = Exists(Ticket.objects.filter(pk=OuterRef("subject"), team__in=grants.teams))
        ways.append(Reach(where=Q(theirs), desks=grants.provider_in))
    return [*ways, *_reach_of_requester(person)]


def _reach_of_requester(person: Person) -> list[Reach]:
    """The same tickets as `Ticket.objects.own_of`, save those that one treats anyway."""
    ways = []
    contact_in = person.grants.contact_in
    if contact_in:
        served_by = Organisation.objects.filter(pk__in=contact_in).values_list("pk", "served_by")
        desks = {desk or pk for pk, desk in served_by}
        ways.append(Reach(where=Q(inside=False, organisation__in=contact_in), desks=desks))
    own = _own(person)
    if len(own) > _NAMED:
        where = Q(Exists(Ticket.objects.own_of(person).filter(pk=OuterRef("subject"))))
        ways.append(Reach(where=Q(inside=False) & where))
    elif own:
        ways.append(Reach(where=Q(inside=False, subject__in=own)))
    return ways


def _own(person: Person) -> list[int]:
    """Their numbers, some more than are named one by one."""
    # Who answers a desk's telephone has reported thousands there; the index leaps over those desks.
    desks = sorted(person.grants.treats_in)
    lows, highs, most = [0, *desks], [*desks, _BEYOND], _NAMED + 1
    with prepared() as cursor:
        cursor.execute(_OWN, [person.pk, lows, highs, person.pk, most, person.pk, desks, most])
        return [row[0] for row in cursor.fetchall()]


def entries(line: Line, *, person: Person) -> QuerySet[Entry]:
    """The tickets' entries that hold what the line asks for, the desk's own for the desk alone.

    For lists, which choose among tickets that the person sees and keep their own order. The last word may go on.
    """
    grants = person.grants
    found = Entry.objects.filter(kind__in=KINDS)
    treated = Q(desk__in=grants.treats_in)
    if grants.provider_in:
        theirs = Exists(Ticket.objects.filter(pk=OuterRef("subject"), team__in=grants.teams))
        treated |= Q(desk__in=grants.provider_in) & Q(theirs)
    asked = wanted(line, as_you_type=True)
    found = found.filter(Q(inside=False) | treated).filter(asked.condition)
    left, _strange = narrowed(line, [TICKETS], person=person)
    return found.filter(left[0][1]) if line and left else found.none()


# ── How a hit is shown ──


def _load(person: Person, found: Mapping[int, Part]) -> Mapping[int, Shown]:
    rows = Ticket.objects.visible_to(person).filter(pk__in=found)
    tickets = list(rows.select_related("requester").only(*_SHOWN))
    texts = _texts(tickets, found, person=person)
    return {ticket.pk: _shown(ticket, texts.get(ticket.pk, ticket.description)) for ticket in tickets}


_SHOWN = ("reference", "title", "description", "state", "opened_at", "desk", "team", "requester__name")


def _shown(ticket: Ticket, text: str) -> Shown:
    return Shown(
        title=ticket.title,
        reference=ticket.reference,
        text=bare(text[:_EXCERPTED]),
        detail=f"{ticket.requester.name} · {State(ticket.state).label}",
        at=ticket.opened_at,
    )


_TABLES: Mapping[type[Message | Hypothesis | Attempt], tuple[str, ...]] = {
    Message: (indexing.REPLY, indexing.NOTE),
    Hypothesis: (indexing.HYPOTHESIS,),
    Attempt: (indexing.ATTEMPT,),
}


def _texts(tickets: list[Ticket], found: Mapping[int, Part], *, person: Person) -> dict[int, str]:
    """The text of the part that was found, by its ticket; of the desk's own parts only for the desk."""
    by_ticket = {ticket.pk: ticket for ticket in tickets}
    texts = {}
    for model, kinds in _TABLES.items():
        numbers = [part.number for pk, part in found.items() if pk in by_ticket and part.kind in kinds]
        for row in model._default_manager.filter(pk__in=numbers) if numbers else ():
            ticket = by_ticket.get(row.ticket_id)
            public = isinstance(row, Message) and row.kind == MessageKind.REPLY
            if ticket is not None and (public or policies.is_desk(person, ticket)):
                texts[ticket.pk] = indexing.text_of(row)
    return texts


# ── For rebuilding ──


def _everything(after: int) -> Iterator[Words]:
    while True:
        rows = Ticket.objects.filter(pk__gt=after).select_related("requester", "organisation").order_by("pk")
        tickets = list(rows.prefetch_related("messages", "hypotheses", "attempts")[:_BATCH])
        for ticket in tickets:
            yield indexing.of_ticket(ticket)
            yield from (indexing.of_message(row, ticket) for row in ticket.messages.all() if row.body)
            yield from (indexing.of_hypothesis(row, ticket) for row in ticket.hypotheses.all())
            yield from (indexing.of_attempt(row, ticket) for row in ticket.attempts.all())
        if len(tickets) < _BATCH:
            return
        after = tickets[-1].pk


# ── Filters of the query line ──

Narrow = Callable[[Person, str], Q | None]
# What one means by an open ticket: it isn't solved yet, whether it waits or not.
_STATES = {**{str(state): (str(state),) for state in State}, "open": lifecycle.UNSOLVED, "unsolved": lifecycle.UNSOLVED}


def _with(**lookups: Any) -> Q:
    """Entries of tickets that are so."""
    return Q(Exists(Ticket.objects.filter(pk=OuterRef("subject"), **lookups)))


def _one_of(field: str, known: Iterable[Any]) -> Narrow:
    values = {str(value) for value in known}
    return lambda person, value: _with(**{field: value}) if value in values else None


def _by_state(person: Person, value: str) -> Q | None:
    states = _STATES.get(value)
    return _with(state__in=states) if states else None


def _by_kind(person: Person, value: str) -> Q | None:
    """An incident or a request; or what was said on a ticket alone."""
    if value in KINDS:
        return Q(kind__in=KINDS if value == indexing.TICKET else (value,))
    return _with(kind=value) if value in Kind.values else None


def _by_level(person: Person, value: str) -> Q | None:
    levels = Level.objects.filter(teams__organisation__in=_desks(person), code=value).values_list("pk", flat=True)
    found = list(levels.distinct())
    return _with(level__in=found) if found else None


def _by_name(field: str, rows: Callable[[Person], QuerySet[Any]], *columns: str) -> Narrow:
    """The value is a name, or how it begins; several rows may bear it."""

    def narrow(person: Person, value: str) -> Q | None:
        found = named(rows(person), value, *columns)
        return _with(**{f"{field}__in": found}) if found else None

    return narrow


def named(rows: QuerySet[Any], value: str, *columns: str) -> list[int]:
    """The numbers of rows that are called so; where there is none, of those one of whose words begins so."""
    wanted = fold(value).strip()
    names = {pk: [fold(name) for name in row if name] for pk, *row in rows.values_list("pk", *columns)}
    exact = [pk for pk, own in names.items() if wanted in own]
    return exact or [pk for pk, own in names.items() if wanted and any(f" {wanted}" in f" {name}" for name in own)]


def _by_organisation(person: Person, value: str) -> Q | None:
    found = named(served(person), value, "name")
    return Q(organisation__in=found) if found else None


def _by_requester(person: Person, value: str) -> Q | None:
    found = _people(person, value)
    return _with(requester__in=found) if found else None


def _by_agent(person: Person, value: str) -> Q | None:
    if value == "none":
        return _with(assignee=None)
    found = _people(person, value)
    return _with(assignee__in=found) if found else None


def _people(person: Person, value: str) -> list[int]:
    """Oneself; for those who treat tickets, the people of that name at their desks too."""
    if value == "me":
        return [person.pk]
    asked = wanted(parse(value))
    if not asked.groups:
        return []
    people = Entry.objects.filter(kind=indexing.PERSON, desk__in=person.grants.treats_in)
    return list(people.filter(asked.condition).values_list("subject", flat=True)[:_NAMESAKES])


def _desks(person: Person) -> frozenset[int]:
    grants = person.grants
    return grants.treats_in | grants.provider_in | {person.organisation.desk.pk}


def served(person: Person) -> QuerySet[Organisation]:
    """Those that the person may know of: their own, and those for whom they treat."""
    treated = person.grants.treats_in
    own = Q(pk=person.organisation_id) | Q(pk__in=person.grants.contact_in)
    return Organisation.objects.filter(own | Q(pk__in=treated) | Q(served_by__in=treated))


def _sites(person: Person) -> QuerySet[Site]:
    return Site.objects.filter(organisation__in=served(person))


def _teams(person: Person) -> QuerySet[Team]:
    return Team.objects.filter(organisation__in=_desks(person))


def _categories(person: Person) -> QuerySet[Category]:
    return Category.objects.filter(Q(organisation__in=_desks(person)) | Q(organisation=None))


def _services(person: Person) -> QuerySet[Service]:
    return Service.objects.filter(organisation__in=_desks(person))


_FILTERS: Mapping[str, Narrow] = {
    "kind": _by_kind,
    "state": _by_state,
    "severity": _one_of("severity", Severity.values),
    "channel": _one_of("channel", Channel.values),
    "level": _by_level,
    "organisation": _by_organisation,
    "site": _by_name("site", _sites, "name"),
    "team": _by_name("team", _teams, "name"),
    "category": _by_name("category", _categories, "name_fr", "name_en"),
    "service": _by_name("service", _services, "name_fr", "name_en"),
    "requester": _by_requester,
    "agent": _by_agent,
}

TICKETS = Findable(kinds=KINDS, visible=reach, load=_load, everything=_everything, filters=_FILTERS)
