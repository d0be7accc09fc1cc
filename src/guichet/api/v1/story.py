"""What happened: a ticket's timeline as sentences, its chain checked, why it went where it went; the feed of events."""

import time
from datetime import datetime
from typing import Annotated, Any

from django.core import signing
from django.db.models import Max, Q
from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from guichet.activity.models import Event
from guichet.activity.record import broken_links
from guichet.api.door import ApiRequest
from guichet.api.resource import Resource, shown
from guichet.api.v1.fields import Given, Named, OneOf, Shown, Size, named
from guichet.api.v1.tickets_shape import find, find_for_desk
from guichet.lib.errors import Refused
from guichet.people.models import Team
from guichet.routing import engine
from guichet.routing.actions import as_facts
from guichet.routing.models import Decision, Rule
from guichet.routing.rules import Names, explain
from guichet.tickets import policies
from guichet.tickets.models import Ticket
from guichet.tickets.timeline import PUBLIC as PUBLIC_VERBS
from guichet.tickets.timeline import timeline

router = Resource(tag="What happened", scope="tickets")
_SIGNER = signing.Signer(salt="guichet.api.events")
# How many events one answer looks through, of all tickets; those that the person may see are told.
_WINDOW = 500
# A number that is missing may belong to a transaction that hasn't ended; it is looked for again this long.
_PATIENCE_SECONDS = 120
_GAPS_MAX = 100


class EntryShown(Shown):
    """One line of the timeline: a message, a note or a fact told as a sentence."""

    number: int
    kind: Annotated[str, OneOf("message", "note", "fact")]
    verb: str
    at: datetime
    author: Named | None
    from_desk: bool
    sentence: str
    html: str
    message: int | None


class ChainShown(Shown):
    """Whether the append-only log of a ticket is as it was written: each event holds the hash of the one before."""

    intact: bool
    events: int
    broken: list[int]


class DecisionShown(Shown):
    """Why the ticket went to its first team: the facts, the rules looked at in order, and the one that fitted."""

    team: Named
    rule: Named | None
    at: datetime
    facts: dict[str, str]
    sentences: list[str]


class EventShown(Shown):
    """Something happened to a ticket. Read the ticket for how it is now. `data` is for the desk."""

    id: int
    ticket: str
    number: int
    verb: str
    at: datetime
    actor: Named | None
    data: dict[str, Any] | None


class EventPage(Shown):
    """Events since the cursor. Ask again with `cursor`: at once where `more` is true, else in a while."""

    items: list[EventShown]
    cursor: str
    more: bool


class EventFilters(Given):
    """Where to go on; left out, at the present moment."""

    after: Annotated[str, Field(max_length=4000)] = ""


class TimelineFilters(Given):
    """Which part: the entries of events after this number."""

    after: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    size: Size = 100


@router.read("/tickets/{reference}/timeline", answer=list[EntryShown])
def read_timeline(request: ApiRequest, reference: str, filters: Query[TimelineFilters]) -> list[EntryShown]:
    """Everything that happened, oldest first; without what is internal, unless for the desk."""
    ticket = find(request, reference)
    entries = timeline(ticket, for_desk=policies.is_desk(request.person, ticket))
    return [
        EntryShown(
            number=entry.number,
            kind=entry.kind,
            verb=entry.verb,
            at=entry.at,
            author=named(entry.author),
            from_desk=entry.from_desk,
            sentence=entry.sentence,
            html=entry.html,
            message=entry.message_id or None,
        )
        for entry in [e for e in entries if e.number > filters.after][: filters.size]
    ]


@router.read("/tickets/{reference}/timeline/verification", answer=ChainShown)
def verify_timeline(request: ApiRequest, reference: str) -> ChainShown:
    """Compute the hash chain of the ticket's events anew, and compare."""
    ticket = find(request, reference)
    events = list(Event.objects.filter(subject_type="ticket", subject_id=ticket.pk).order_by("number"))
    broken = broken_links(events)
    whole = len(events) == ticket.version and (not events or events[-1].hash == ticket.chain)
    return ChainShown(intact=whole and not broken, events=len(events), broken=broken)


@router.read("/tickets/{reference}/decision", answer=DecisionShown)
def read_decision(request: ApiRequest, reference: str) -> DecisionShown:
    """Why the ticket went where it went when it was opened. Desk only."""
    ticket = find_for_desk(request, reference)
    decision = Decision.objects.filter(ticket=ticket).select_related("team", "rule").first()
    if decision is None:
        raise Http404
    return DecisionShown(
        team=Named(id=decision.team_id, name=decision.team.name),
        rule=named(decision.rule),
        at=decision.at,
        facts={str(k): str(v) for k, v in decision.why.get("facts", {}).items()},
        sentences=_explained(decision, ticket),
    )


def _explained(decision: Decision, ticket: Ticket) -> list[str]:
    """The sentences of the rules that are still there as they were; one that was changed since is left out."""
    seen = {entry.get("rule"): entry for entry in decision.why.get("trace", [])}
    rules = [as_facts(rule) for rule in Rule.objects.filter(pk__in=seen)]
    trace = []
    for rule in rules:
        entry = seen[rule.id]
        held, failed = tuple(entry.get("held", ())), entry.get("failed", "")
        if {*held, failed} - {""} <= set(rule.conditions):
            trace.append(engine.Checked(rule=rule.id, held=held, failed=failed))
    routed = engine.Routed(team=decision.team_id, rule=decision.rule_id, trace=tuple(trace))
    teams = dict(Team.objects.filter(organisation=ticket.desk_id).values_list("pk", "name"))
    return explain(routed, rules=rules, names=Names.at(ticket.desk), teams=teams)


@router.read("/events", answer=EventPage)
def list_events(request: ApiRequest, filters: Query[EventFilters]) -> HttpResponse:
    """What happened since, on all the tickets that you may see. No event is left out, and none is told twice.

    For being woken at once instead of asking again, listen to `/live` with the same token.
    """
    if not filters.after:
        newest = Event.objects.aggregate(newest=Max("pk"))["newest"] or 0
        return shown(EventPage(items=[], cursor=_SIGNER.sign_object([newest, []]), more=False))
    high, gaps = _open(filters.after)
    wanted = Q(pk__gt=high) | Q(pk__in=[number for number, _since in gaps])
    events = list(Event.objects.filter(wanted).select_related("actor").order_by("pk")[:_WINDOW])
    reached = max([high, *(event.pk for event in events)])
    cursor = [reached, _still_missing(high, gaps, found={event.pk for event in events}, reached=reached)]
    tickets = {
        ticket.pk: ticket
        for ticket in Ticket.objects.visible_to(request.person)
        .filter(pk__in={event.subject_id for event in events if event.subject_type == "ticket"})
        .only("reference", "desk", "team")
    }
    items = [
        _event(event, tickets[event.subject_id], at_desk=at_desk)
        for event in events
        if event.subject_type == "ticket"
        and event.subject_id in tickets
        and ((at_desk := policies.is_desk(request.person, tickets[event.subject_id])) or event.verb in PUBLIC_VERBS)
    ]
    return shown(EventPage(items=items, cursor=_SIGNER.sign_object(cursor), more=len(events) == _WINDOW))


def _event(event: Event, ticket: Ticket, *, at_desk: bool) -> EventShown:
    return EventShown(
        id=event.pk,
        ticket=ticket.reference,
        number=event.number,
        verb=event.verb,
        at=event.at,
        actor=named(event.actor),
        data=event.data if at_desk else None,
    )


def _still_missing(high: int, gaps: list[tuple[int, int]], *, found: set[int], reached: int) -> list[tuple[int, int]]:
    """Numbers that were skipped: taken by a transaction that ends later, or never if it failed.

    Events are numbered when they are written and seen when they are committed, which is not the same order.
    """
    now = int(time.time())
    old = [(number, since) for number, since in gaps if number not in found and now - since < _PATIENCE_SECONDS]
    new = [(number, now) for number in range(max(high + 1, reached - 10 * _WINDOW), reached) if number not in found]
    return (old + new)[-_GAPS_MAX:]


def _open(cursor: str) -> tuple[int, list[tuple[int, int]]]:
    try:
        high, gaps = _SIGNER.unsign_object(cursor)
        return int(high), [(int(number), int(since)) for number, since in gaps]
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Refused(
            _("This cursor is not one of ours. Begin without one."), code="bad_cursor", field="after"
        ) from error
