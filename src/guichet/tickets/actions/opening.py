"""Opening a ticket: the reference is given at once, and so is the first promise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection
from django.db.models import JSONField
from django.utils.translation import gettext_lazy as _

from guichet.activity.record import Statement, record
from guichet.catalog.models import Category, Kind, RequestType, Service
from guichet.lib import references
from guichet.lib.database import next_id
from guichet.lib.errors import Forbidden, Refused
from guichet.lib.house_rules import house_rule
from guichet.lib.text import clean, excerpt, one_line
from guichet.people.models import Level, Organisation, Person, Site, Team
from guichet.sla.models import Measure
from guichet.tickets import commitments, intake, policies
from guichet.tickets.actions.change import atomically, need_body, need_choice
from guichet.tickets.actions.handing_over import tell_management
from guichet.tickets.indexing import indexing, of_ticket
from guichet.tickets.models import Channel, Commitment, Impact, PromiseKind, SeverityMatrix, State, Ticket, Urgency
from guichet.tickets.promises import policy_of
from guichet.tickets.severity import DEFAULT, assess

_FACT_LIMIT = 4000
_CHOICES = {"impact": Impact, "urgency": Urgency, "kind": Kind, "channel": Channel}


def open_ticket(
    *,
    organisation: Organisation,
    requester: Person,
    actor: Person,
    now: datetime,
    team: Team,
    description: str,
    impact: str,
    urgency: str,
    title: str = "",
    kind: str = Kind.INCIDENT,
    channel: str = Channel.PORTAL,
    level: Level | None = None,
    category: Category | None = None,
    service: Service | None = None,
    request_type: RequestType | None = None,
    site: Site | None = None,
    asset: str = "",
    facts: Mapping[str, str] | None = None,
    answers: Mapping[str, Any] | None = None,
    external_key: str | None = None,
    routed_by: Mapping[str, Any] | None = None,
    source: str = "",
    also: Callable[[Ticket], Statement] | None = None,
) -> Ticket:
    """A new ticket of `requester`, owned by `team`. Without a title the description's first words are it.

    `routed_by` is what the routing decision says of itself; it is kept in the event. `also` gives a statement that
    goes to the database together with those that write the ticket.
    """
    description = need_body(description, field="description", limit=20_000)
    title = one_line(title)[:200] or excerpt(description, length=90) or one_line(description)[:90]
    for field, value in {"impact": impact, "urgency": urgency, "kind": kind, "channel": channel}.items():
        need_choice(value, among=_CHOICES[field], field=field)
    desk = organisation.desk
    _need_right(organisation=organisation, requester=requester, actor=actor, team=team)
    _need_own(organisation, category=category, service=service, request_type=request_type, site=site)
    severity = assess(impact=impact, urgency=urgency, matrix=matrix_of(organisation)).severity
    policy = policy_of(desk, severity)
    number = next_id(Ticket)
    ticket = Ticket(
        pk=number,
        reference=references.reference(number),
        organisation=organisation,
        desk=desk,
        requester=requester,
        reporter=actor,
        channel=channel,
        external_key=external_key,
        kind=kind,
        title=title,
        description=description,
        category=category,
        service=service or (category.service if category else None),
        request_type=request_type,
        site=site or requester.site,
        asset=one_line(asset)[:80],
        facts=known_facts(facts or {}),
        answers={key: clean(value) if isinstance(value, str) else value for key, value in (answers or {}).items()},
        state=State.NEW,
        impact=impact,
        urgency=urgency,
        severity=severity,
        level=level or team.level,
        team=team,
        promise_kind=PromiseKind.FIRST_ANSWER,
        opened_at=now,
        updated_at=now,
        received_at=now,
    )
    promised = commitments.first(ticket, now=now)
    ticket.promise_due_at = promised[Measure.FIRST_RESPONSE].due_at
    with atomically():
        record(
            ticket,
            verb="ticket.opened",
            actor=actor,
            at=now,
            organisation_id=organisation.pk,
            data=_told(ticket, routed_by=routed_by),
            source=source,
            rows=lambda: [*_writing(ticket, promised), *([also(ticket)] if also else [])],
        )
        ticket._state.adding, ticket._state.db = False, connection.alias
        if policy.tells_management:
            tell_management(ticket, severity=severity, now=now)
            Ticket.objects.filter(pk=ticket.pk).update(version=ticket.version, chain=ticket.chain)
    return ticket


# Plain, as an action's other statements.
_NAMES = [f.attname for f in Ticket._meta.concrete_fields]
# What isn't written as it is.
_JSON = {
    f.attname: partial(f.get_db_prep_save, connection=connection)
    for f in Ticket._meta.concrete_fields
    if isinstance(f, JSONField)
}
_INSERT = (
    f"INSERT INTO tickets_ticket ({', '.join(_NAMES)})"  # noqa: S608
    f" VALUES ({', '.join(['%s'] * len(_NAMES))})"
)


def _writing(ticket: Ticket, promised: Mapping[str, Commitment]) -> list[Statement]:
    return [_insert(ticket), *indexing(of_ticket(ticket)), commitments.inserting(promised.values())]


def _insert(ticket: Ticket) -> Statement:
    return _INSERT, [_JSON[name](ticket.__dict__[name]) if name in _JSON else ticket.__dict__[name] for name in _NAMES]


def _need_right(*, organisation: Organisation, requester: Person, actor: Person, team: Team) -> None:
    desk = organisation.desk
    if requester.pk != actor.pk and not policies.can_open_for(actor, organisation_id=organisation.pk, desk_id=desk.pk):
        raise Forbidden(_("You may open tickets for yourself only."), code="not_for_others")
    if requester.organisation_id != organisation.pk and desk.pk not in requester.grants.treats_in:
        raise Refused(_("This person doesn’t belong to that organisation."), code="foreign", field="requester")
    if team.organisation_id != desk.pk:
        raise Refused(_("This team doesn’t serve that organisation."), code="foreign", field="team")


def _need_own(organisation: Organisation, *, site: Site | None, **catalogued: Any) -> None:
    """The place is one of the organisation's, what is asked for is in its desk's catalogue (or in everybody's)."""
    if site and site.organisation_id != organisation.pk:
        raise Refused(_("This place belongs to another organisation."), code="foreign", field="site")
    for field, row in catalogued.items():
        if row and row.organisation_id not in {None, organisation.pk, organisation.desk.pk}:
            raise Refused(_("This isn’t in your catalogue."), code="foreign", field=field)


def _told(ticket: Ticket, *, routed_by: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the opening's event says."""
    data: dict[str, Any] = {
        "channel": ticket.channel,
        "kind": ticket.kind,
        "impact": ticket.impact,
        "urgency": ticket.urgency,
        "severity": ticket.severity,
        "team": ticket.team_id,
        "level": ticket.level_id,
        "requester": ticket.requester_id,
        "promise": {"kind": ticket.promise_kind, "owner": None, "due_at": ticket.promise_due_at},
    }
    return data | {"routed_by": dict(routed_by)} if routed_by else data


@house_rule
def matrix_of(organisation: Organisation) -> Mapping[str, Mapping[str, str]]:
    """The organisation's own matrix, its desk's, or the usual one."""
    own = {
        m.organisation_id: m.cells
        for m in SeverityMatrix.objects.filter(organisation__in={organisation.pk, organisation.desk.pk})
    }
    return own.get(organisation.pk) or own.get(organisation.desk.pk) or DEFAULT


def known_facts(facts: Mapping[str, str]) -> dict[str, str]:
    """The facts that intake knows, cleaned; blank ones left out."""
    kept = {}
    for key in intake.STORED:
        value = clean(str(facts.get(key) or "")).strip()
        if len(value) > _FACT_LIMIT:
            raise Refused(_("This text is too long."), code="too_long", field=key)
        if value:
            kept[key] = value
    return kept
