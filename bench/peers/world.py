"""The peers' corpus as a desk of ours: written in bulk, in the shape that the API leaves.

Each ticket is told as the actions tell it, event by event with its chain. Its clocks and what it is found by are then
written by the product itself, from the log and the texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.peers.copying import Copies, catch_up, last
from guichet.activity.models import Event
from guichet.activity.record import digest
from guichet.api.models import Token
from guichet.api.tokens import SCOPES, issue
from guichet.channels.models import Mailbox
from guichet.lib import references
from guichet.lib.batches import batch
from guichet.lib.text import to_html
from guichet.people.models import Account, Level, LevelScheme, Membership, Organisation, Person, Role, RoleKind, Team
from guichet.routing.actions import facts_of
from guichet.routing.models import Decision
from guichet.search.rebuilding import rebuild
from guichet.sla.models import Measure
from guichet.sla.offers import offers_of
from guichet.tickets import commitments, lifecycle
from guichet.tickets.models import Channel, Hold, HoldReason, Message, MessageKind, PromiseKind, Ticket, Unsolved
from guichet.tickets.promises import CONFIRM_WITHIN
from guichet.tickets.rebuilding import give
from guichet.tickets.severity import assess

SLUG = "peers"
ADDRESS = "support@bench.example"
EMAIL, PASSWORD = "agent0@bench.example", "benchpass1"
# The corpus knows five priorities and no impact: the gravest stay out, they would tell management each time.
ASSESSED = {1: ("group", "stopped"), 2: ("group", "hampered"), 3: ("person", "stopped"), 4: ("person", "hampered"),
            5: ("person", "none")}  # fmt: skip
HELD_FOR = timedelta(days=300)
A_MINUTE = timedelta(minutes=1)
# Rows of so many tickets are written at once.
_CHUNK = 5_000


@dataclass(frozen=True)
class Desk:
    """Who asks and who treats there, in the order of the corpus."""

    organisation: Organisation
    team: Team
    requesters: list[Person]
    agents: list[Person]


def founded(*, requesters: Iterable[Mapping[str, str]], agents: int) -> Desk:
    """The desk, made when it is first asked for."""
    organisation, new = Organisation.objects.get_or_create(slug=SLUG, defaults={"name": "Comptoir d’essai"})
    if new:
        _found(organisation, requesters=requesters, agents=agents)
    people = list(Person.objects.filter(organisation=organisation).order_by("pk"))
    return Desk(organisation, organisation.teams.select_related("level").get(), people[agents:], people[:agents])


def _found(organisation: Organisation, *, requesters: Iterable[Mapping[str, str]], agents: int) -> None:
    scheme = LevelScheme.objects.create(organisation=organisation, key="n", name_fr="Niveaux")
    level = Level.objects.create(scheme=scheme, rank=1, code="N1", name_fr="Premier niveau")
    organisation.scheme = scheme
    organisation.save()
    team = Team.objects.create(organisation=organisation, level=level, name="Centre de services", is_front=True)
    for n in range(agents):
        person = Person.objects.create(organisation=organisation, name=f"Agent {n}", email=f"agent{n}@bench.example")
        Role.objects.create(person=person, organisation=organisation, kind=RoleKind.AGENT)
        Membership.objects.create(team=team, person=person)
    Person.objects.bulk_create(Person(organisation=organisation, name=r["name"], email=r["email"]) for r in requesters)
    Account.objects.create_user(email=EMAIL, password=PASSWORD, person=organisation.people.get(email=EMAIL))
    Mailbox.objects.create(organisation=organisation, address=ADDRESS)


def key_of(desk: Desk, *, now: datetime) -> str:
    """A token of the first agent's for the driver; earlier ones open nothing any more."""
    person = desk.agents[0]
    Token.objects.filter(person=person).delete()
    scopes = [scope for scope in SCOPES if scope.startswith("tickets:")]
    return issue(person=person, name="Banc", scopes=scopes, expires_at=now + timedelta(days=60), now=now)[1]


def load(corpus: Iterable[dict[str, Any]], *, desk: Desk, now: datetime) -> int:
    """Write these tickets of the corpus; how many."""
    numbers = {model: last(model) for model in (Ticket, Message, Hold)}
    first, copies, count = numbers[Ticket] + 1, Copies(), 0
    with batch():
        for count, told in enumerate(corpus, 1):
            for row in Telling(told, desk=desk, numbers=numbers, now=now).rows():
                copies.add(row)
            if not count % _CHUNK:
                copies.write()
        copies.write()
        for model in numbers:
            catch_up(model)
        for start in range(first, first + count, 1000):
            give(list(Ticket.objects.filter(pk__gte=start, pk__lt=start + 1000).order_by("pk")))
    rebuild(from_the_start=True)
    return count


class Telling:
    """One ticket of the corpus, told as it would have happened here."""

    def __init__(self, told: dict[str, Any], *, desk: Desk, numbers: dict[Any, int], now: datetime) -> None:
        self.told, self.desk, self.numbers, self.now = told, desk, numbers, now
        self.requester = desk.requesters[told["requester"]]
        self.owner = desk.agents[told["owner"] or 0]
        self.ticket = self._opened()
        self.news = offers_of(desk.organisation).always[self.ticket.severity][Measure.NEXT_UPDATE]
        self.said: list[Message] = []
        self.holds: list[Hold] = []
        self.events: list[Event] = []

    def rows(self) -> Iterator[Any]:
        """In the order in which they refer to one another."""
        decided = self._open()
        for message in self.told["messages"][1:]:
            self._reply(message["body"], by_desk=message["agent"], at=_at(message["at"]))
        self._settle(self.told["status"])
        yield from (self.ticket, decided, *self.said, *self.holds, *self.events)

    def _opened(self) -> Ticket:
        number, told, desk = self._next(Ticket), self.told, self.desk
        impact, urgency = ASSESSED[told["priority"]]
        at = _at(told["created"])
        return Ticket(
            pk=number, reference=references.reference(number), organisation=desk.organisation, desk=desk.organisation,
            requester=self.requester, reporter=self.requester, channel=Channel.API, external_key=f"corpus-{told['n']}",
            title=told["subject"], description=told["messages"][0]["body"], impact=impact, urgency=urgency,
            severity=assess(impact=impact, urgency=urgency).severity, level=desk.team.level, team=desk.team,
            promise_kind=PromiseKind.FIRST_ANSWER, opened_at=at, updated_at=at, received_at=at,
        )  # fmt: skip

    def _open(self) -> Decision:
        ticket, team = self.ticket, self.desk.team
        first = commitments.first(ticket, now=ticket.opened_at)[Measure.FIRST_RESPONSE]
        self._happens("ticket.opened", by=self.requester, at=ticket.opened_at, data={
            "channel": ticket.channel, "kind": ticket.kind, "impact": ticket.impact, "urgency": ticket.urgency,
            "severity": ticket.severity, "team": team.pk, "level": team.level_id, "requester": self.requester.pk,
            "routed_by": {"rule": None}, **self._promise(PromiseKind.FIRST_ANSWER, due_at=first.due_at),
        })  # fmt: skip
        facts = facts_of(organisation=self.desk.organisation, severity=ticket.severity, channel=ticket.channel)
        return Decision(ticket=ticket, team=team, why={"facts": facts, "trace": []}, at=ticket.opened_at)

    def _reply(self, body: str, *, by_desk: bool, at: datetime) -> None:
        ticket, author = self.ticket, self.owner if by_desk else self.requester
        message = Message(
            pk=self._next(Message), ticket=ticket, kind=MessageKind.REPLY, author=author, from_desk=by_desk,
            channel=Channel.API, body=body, html=to_html(body), created_at=at,
        )  # fmt: skip
        self.said.append(message)
        data: dict[str, Any] = {"message": message.pk, "from_desk": by_desk}
        if by_desk:
            ticket.answered_at = ticket.answered_at or at
            ticket.state, ticket.assignee = lifecycle.OPEN, ticket.assignee or author
            data |= self._promise(PromiseKind.SOLVE, due_at=commitments.due(self.news, start=at))
        self._happens("ticket.replied", by=author, at=at, data=data)

    def _settle(self, status: str) -> None:
        """As the corpus says that it stands. What it calls new is open here once it was answered."""
        at = self.ticket.updated_at + A_MINUTE
        if status == "resolved":
            self._resolve(at)
        elif status != "new":
            self._take(at)
            if status == "stalled":
                self._hold(at + A_MINUTE)

    def _take(self, at: datetime) -> None:
        ticket = self.ticket
        if ticket.assignee is None:
            ticket.state, ticket.assignee, ticket.received_at = lifecycle.OPEN, self.owner, at
            self._happens("ticket.taken", by=self.owner, at=at, data={"to": self.owner.pk})

    def _hold(self, at: datetime) -> None:
        wake_at = self.now + HELD_FOR
        held = Hold(
            pk=self._next(Hold), ticket=self.ticket, reason=HoldReason.REQUESTER, by=self.owner, started_at=at,
            wake_at=wake_at,
        )  # fmt: skip
        self.holds.append(held)
        self.ticket.state = lifecycle.ON_HOLD
        promise = self._promise(PromiseKind.REQUESTER, due_at=wake_at, owner=self.requester)
        data = {"hold": held.pk, "reason": held.reason, "wake_at": wake_at, **promise}
        self._happens("ticket.held", by=self.owner, at=at, data=data)

    def _resolve(self, at: datetime) -> None:
        """And closed, since nobody objected."""
        ticket = self.ticket
        ticket.answered_at, ticket.assignee = ticket.answered_at or at, ticket.assignee or self.owner
        ticket.state, ticket.resolved_at, ticket.unsolved_reason = lifecycle.CLOSED, at, Unsolved.UNRECORDED
        promise = self._promise(PromiseKind.CONFIRM, due_at=at + CONFIRM_WITHIN, owner=self.requester)
        data = {"solution": None, "unsolved_reason": ticket.unsolved_reason, **promise}
        self._happens("ticket.resolved", by=self.owner, at=at, data=data)
        ticket.closed_at = at + CONFIRM_WITHIN + A_MINUTE
        ticket.promise_kind, ticket.promise_owner, ticket.promise_due_at = "", None, None
        self._happens("ticket.closed", by=None, at=ticket.closed_at, data={})

    def _promise(self, kind: str, *, due_at: datetime, owner: Person | None = None) -> dict[str, Any]:
        self.ticket.promise_kind, self.ticket.promise_due_at, self.ticket.promise_owner = kind, due_at, owner
        return {"promise": {"kind": kind, "owner": owner.pk if owner else None, "due_at": due_at}}

    def _happens(self, verb: str, *, by: Person | None, at: datetime, data: dict[str, Any]) -> None:
        ticket, previous = self.ticket, self.ticket.chain
        ticket.version, ticket.updated_at = ticket.version + 1, at
        ticket.chain = digest(
            previous=previous, number=ticket.version, verb=verb, actor=by.pk if by else None, at=at, data=data
        )
        event = Event(
            organisation=self.desk.organisation, subject_type="ticket", subject_id=ticket.pk, number=ticket.version,
            verb=verb, actor=by, at=at, data=data, previous_hash=previous, hash=ticket.chain,
        )  # fmt: skip
        self.events.append(event)

    def _next(self, model: Any) -> int:
        self.numbers[model] += 1
        return self.numbers[model]


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
