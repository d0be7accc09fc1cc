"""The story of a ticket in one list: what was said, and what happened told as sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Model

from guichet.activity.models import Event
from guichet.lib.compiled import Compiled
from guichet.people.models import Level, Person, Team
from guichet.tickets import guided, sentences
from guichet.tickets.models import (
    Attachment,
    Attempt,
    HandOver,
    Hold,
    Hypothesis,
    Message,
    MessageKind,
    Ticket,
)
from guichet.tickets.sentences_guided import VERBS as GUIDED_VERBS

Loaded = Mapping[type[Model], Sequence[Any]]
# What concerns the requester; the rest is the desk's own business.
PUBLIC = frozenset(
    {
        "ticket.opened", "ticket.taken", "ticket.assigned", "ticket.handed_over", "ticket.held", "ticket.woken",
        "ticket.promised", "ticket.replied", "ticket.attached", "ticket.resolved", "ticket.confirmed",
        "ticket.refused", "ticket.fixed", "ticket.closed", "ticket.cancelled", "ticket.reopened", "ticket.rated",
        "ticket.terms_applied", "ticket.major_news",
        "appointment.booked", "appointment.moved", "appointment.cancelled", "appointment.no_show",
        "visit.checked_in", "visit.called", "visit.transferred", "visit.serving", "visit.no_show", "visit.abandoned",
        "visit.cancelled", "visit.served",
    }
)  # fmt: skip
# Said better by the message that goes with it.
_SILENT = frozenset({"ticket.replied", "ticket.noted", "visit.ticket_opened"})


@dataclass(frozen=True)
class Entry:
    """One line of the timeline. `sentence` for a fact; `html` (safe) and `attachments` for a message or note."""

    kind: str
    at: datetime
    number: int
    verb: str
    author: Person | None
    from_desk: bool = False
    sentence: str = ""
    html: str = ""
    channel: str = ""
    message_id: int = 0
    attachments: list[Attachment] = field(default_factory=list)


def events_of(ticket: Ticket, *, for_desk: bool) -> list[Event]:
    """The ticket's log, oldest first, with who acted; for the requester's side only what concerns them."""
    events = _events(ticket=ticket.pk)
    return events if for_desk else [event for event in events if event.verb in PUBLIC]


_events = Compiled(
    lambda ticket: (
        Event.objects.filter(subject_type="ticket", subject_id=ticket).select_related("actor").order_by("number")
    ),
    ticket=int,
)


def timeline(
    ticket: Ticket, *, for_desk: bool, loaded: Loaded | None = None, events: list[Event] | None = None
) -> list[Entry]:
    """Everything that happened, oldest first. For the requester's side without notes, internal files and facts.

    The number of queries does not depend on the number of entries. `loaded` holds the ticket's rows of a kind, and
    `events` what `events_of` found, that the caller has read already.
    """
    history = events_of(ticket, for_desk=for_desk) if events is None else events
    messages = _messages(ticket, for_desk=for_desk)
    files = _files(ticket, loaded or {}) if messages else {}
    known = _names(ticket, history, for_desk=for_desk, loaded=loaded or {})
    entries = []
    for event in history:
        message = messages.get(event.data.get("message", 0))
        if message is not None:
            entries.append(_said(event, message, files.get(message.pk, [])))
        if event.verb not in _SILENT or event.data.get("reopened") or event.data.get("woke"):
            sentence = sentences.tell(event, known=known, for_desk=for_desk)
            # Nothing in it concerns this reader.
            if not sentence:
                continue
            entries.append(
                Entry(
                    kind="fact",
                    at=event.at,
                    number=event.number,
                    verb=event.verb,
                    author=event.actor,
                    sentence=sentence,
                )
            )
    return entries


def _said(event: Event, message: Message, files: list[Attachment]) -> Entry:
    return Entry(
        kind="note" if message.kind == MessageKind.NOTE else "message",
        at=message.created_at,
        number=event.number,
        verb=event.verb,
        author=message.author,
        from_desk=message.from_desk,
        html=message.html,
        channel=message.channel,
        message_id=message.pk,
        attachments=files,
    )


def _messages(ticket: Ticket, *, for_desk: bool) -> dict[int, Message]:
    messages = _said_in(ticket=ticket.pk)
    return {message.pk: message for message in messages if for_desk or message.kind == MessageKind.REPLY}


_said_in = Compiled(lambda ticket: Message.objects.filter(ticket=ticket).select_related("author"), ticket=int)


def _files(ticket: Ticket, loaded: Loaded) -> dict[int, list[Attachment]]:
    """What came with each message."""
    files: dict[int, list[Attachment]] = {}
    for row in _by_id(Attachment, ticket, loaded).values():
        if row.message_id is not None:
            files.setdefault(row.message_id, []).append(row)
    return files


def _names(ticket: Ticket, history: list[Event], *, for_desk: bool, loaded: Loaded) -> sentences.Known:
    """What the events point to. What the ticket and its events carry already is not read again."""
    people = {person.pk: person.name for event in history if (person := event.actor)}
    teams = {ticket.team_id: ticket.team.name}
    levels = {ticket.level_id: ticket.level.code} if for_desk else {}
    wanted: dict[str, set[int]] = {name: set() for name in ("person", "team", "level")}
    for event in history:
        for key, kind in sentences.POINTERS.items():
            value: Any = event.data.get(key)
            if isinstance(value, int) and not isinstance(value, bool):
                wanted[kind].add(value)
        owner = (event.data.get("promise") or {}).get("owner")
        if owner:
            wanted["person"].add(owner)
    verbs = {event.verb for event in history}
    return sentences.Known(
        people=people | _read(Person, "name", wanted["person"] - people.keys()),
        teams=teams | _read(Team, "name", wanted["team"] - teams.keys()),
        # The requester's sentences name neither levels nor what was noted with a hand-over or a hold.
        levels=levels | _read(Level, "code", wanted["level"] - levels.keys()) if for_desk else {},
        hand_overs=_by_id(HandOver, ticket, loaded) if for_desk and verbs & _ABOUT_HAND_OVERS else {},
        holds=_by_id(Hold, ticket, loaded) if for_desk and "ticket.held" in verbs else {},
        hypotheses=_by_id(Hypothesis, ticket, loaded) if for_desk and verbs & _ABOUT_HYPOTHESES else {},
        attempts=_by_id(Attempt, ticket, loaded) if verbs & _ABOUT_ATTEMPTS else {},
        guided=guided.told(ticket) if verbs & GUIDED_VERBS else {},
    )


def _read(model: Any, column: str, ids: set[int]) -> dict[int, str]:
    return dict(model.objects.filter(pk__in=ids).order_by().values_list("pk", column)) if ids else {}


_ABOUT_HAND_OVERS = {"ticket.handed_over", "ticket.escalated"}
_ABOUT_HYPOTHESES = {"ticket.supposed", "ticket.hypothesis_judged"}
_ABOUT_ATTEMPTS = {"ticket.attempted", "ticket.attempt_tested", "ticket.resolved"}


def _by_id(model: Any, ticket: Ticket, loaded: Loaded) -> dict[int, Any]:
    rows = loaded[model] if model in loaded else model.objects.filter(ticket=ticket)
    return {row.pk: row for row in rows}
