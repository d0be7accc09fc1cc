"""Tickets held against their own log: whoever asked for help is promised a next step, by somebody, in time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby

from django.db import connection
from django.db.models import Q

from guichet.activity.models import Event
from guichet.activity.record import broken_links
from guichet.people.models import TREATING, Account, Membership, Role, RoleKind
from guichet.tickets import lifecycle
from guichet.tickets.models import Hold, PromiseKind, Ticket
from guichet.watchdog.looking import Look
from guichet.watchdog.models import Finding
from guichet.watchdog.retelling import Told, retell

KINDS = ("no_promise", "no_owner", "late", "no_wake", "differs", "chain")
BATCH = 500
# Tickets changed within it are looked at every time, ended or not.
LATELY = timedelta(days=2)
# What a job does by itself may take so long before it counts as not done.
GRACE = timedelta(minutes=15)
_COLUMNS = (
    "reference", "desk", "team", "level", "assignee", "promise_owner", "requester", "state", "promise_kind",
    "promise_due_at", "version", "chain",
)  # fmt: skip


def watch(look: Look) -> None:
    """Every live ticket, whatever changed lately and whatever was wrong before; all tickets where the look is whole."""
    owners = _Owners()
    wanted = Ticket.objects.all()
    if not look.whole:
        wrong = Finding.objects.wrong_tickets()
        wanted = wanted.filter(Q(state__in=lifecycle.LIVE) | Q(updated_at__gte=look.now - LATELY) | Q(pk__in=wrong))
    last = 0
    while ids := list(wanted.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        last = ids[-1]
        _batch(look, ids, owners=owners)
    if look.whole:
        _lost(look)


def _batch(look: Look, ids: list[int], *, owners: _Owners) -> None:
    look.at(*KINDS, count=len(ids))
    # Somebody may write between the two statements: what doesn't fit together is read once more.
    torn = []
    for ticket, events in _read(ids):
        if len(events) == ticket.version:
            _judge(look, ticket, events, owners=owners)
        else:
            torn.append(ticket.pk)
    for ticket, events in _read(torn):
        _judge(look, ticket, events, owners=owners)


def _read(ids: list[int]) -> Iterator[tuple[Ticket, list[Event]]]:
    tickets = list(Ticket.objects.filter(pk__in=ids).only(*_COLUMNS).order_by("pk"))
    found = Event.objects.filter(subject_type="ticket", subject_id__in=ids).order_by("subject_id", "number")
    events = {subject: list(group) for subject, group in groupby(found, key=lambda event: event.subject_id)}
    holds: dict[int, list[datetime]] = {}
    for ticket, wake_at in Hold.objects.filter(ticket__in=ids, ended_at=None).values_list("ticket", "wake_at"):
        holds.setdefault(ticket, []).append(wake_at)
    for one in tickets:
        one.__dict__["_wakes"] = holds.get(one.pk, [])
        yield one, events.get(one.pk, [])


def _judge(look: Look, ticket: Ticket, events: list[Event], *, owners: _Owners) -> None:
    told = retell((event.verb, event.data) for event in events)

    def fault(kind: str, **detail: object) -> None:
        look.fault(kind, desk=ticket.desk_id, subject_type="ticket", subject=ticket.pk, name=ticket.reference, **detail)

    broken = broken_links(events)
    if broken or len(events) != ticket.version or (events and events[-1].hash != ticket.chain):
        fault("chain", numbers=broken[:20])
    due = datetime.fromisoformat(told.due_at) if told.due_at else None
    promises = due is not None and bool(ticket.promise_kind) and ticket.promise_due_at is not None
    live = told.is_live or ticket.is_live
    other = [field for field in _different(ticket, told) if field != "promise" or promises or not live]
    if other:
        fault("differs", fields=other)
    if not live:
        return
    if not promises or due is None:
        fault("no_promise")
    elif told.state == lifecycle.ON_HOLD:
        wakes: list[datetime] = ticket.__dict__["_wakes"]
        if not wakes or min(wakes) < look.now - GRACE:
            fault("no_wake", at=min(wakes) if wakes else None)
    elif due < look.now - (GRACE if told.promise == PromiseKind.CONFIRM else timedelta(0)):
        fault("late", due_at=due, promise=told.promise)
    missing = owners.missing(ticket)
    if missing:
        fault("no_owner", who=missing)


def _different(ticket: Ticket, told: Told) -> Iterator[str]:
    """The columns that say something else than the log."""
    if ticket.state != told.state:
        yield "state"
    if ticket.team_id != told.team:
        yield "team"
    if ticket.level_id != told.level:
        yield "level"
    if ticket.promise_kind != told.promise or not _same(ticket.promise_due_at, told.due_at):
        yield "promise"
    if bool(ticket.__dict__["_wakes"]) != (told.state == lifecycle.ON_HOLD):
        yield "hold"


def _same(moment: datetime | None, said: str) -> bool:
    """Whether the log says this moment. JSON keeps thousandths of a second, the row millionths."""
    if moment is None or not said:
        return moment is None and not said
    return abs(moment - datetime.fromisoformat(said)) < timedelta(milliseconds=1)


class _Owners:
    """Who can keep a promise: teams with people in them, and people who still treat at the desk."""

    def __init__(self) -> None:
        treating = Role.objects.filter(kind__in=[*TREATING, RoleKind.PROVIDER]).exclude(
            person__in=Account.objects.filter(is_active=False).values("person")
        )
        self._people = set(treating.values_list("person", "organisation"))
        members = Membership.objects.values_list("team", "person", "team__organisation")
        self._teams = {team for team, person, desk in members if (person, desk) in self._people}

    def missing(self, ticket: Ticket) -> str:
        """ "team" or "assignee" where nobody is there any more; "" where all is well."""
        if ticket.assignee_id:
            there = (ticket.assignee_id, ticket.desk_id) in self._people
            return "" if there or ticket.state == lifecycle.RESOLVED else "assignee"
        return "" if ticket.team_id in self._teams else "team"


# Asks for each first event whether its ticket is there; by night only.
_LOST = """
SELECT e.subject_id, e.organisation_id, e.at FROM activity_event AS e
WHERE e.subject_type = 'ticket' AND e.number = 1
AND NOT EXISTS (SELECT FROM tickets_ticket AS t WHERE t.id = e.subject_id) ORDER BY e.subject_id LIMIT 1000
"""


def _lost(look: Look) -> None:
    """A ticket that was opened, and of which there is no row."""
    look.at("lost", count=Event.objects.filter(subject_type="ticket", number=1).count())
    with connection.cursor() as cursor:
        cursor.execute(_LOST)
        gone: Iterable[tuple[int, int, datetime]] = cursor.fetchall()
    for pk, _organisation, at in gone:
        look.fault("lost", desk=None, subject_type="ticket", subject=pk, name=f"{pk}", at=at)
