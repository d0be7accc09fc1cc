"""What a ticket's events say of it (pure): told from the log alone, to be held against its row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from guichet.tickets import lifecycle

# Verb → the state it leaves the ticket in. Verbs that aren't here leave it as it was, save by what `data` says.
STATE_AFTER: Mapping[str, str] = {
    "ticket.opened": lifecycle.NEW,
    "ticket.taken": lifecycle.OPEN,
    "ticket.assigned": lifecycle.OPEN,
    "ticket.released": lifecycle.OPEN,
    "ticket.handed_over": lifecycle.OPEN,
    "ticket.held": lifecycle.ON_HOLD,
    "ticket.woken": lifecycle.OPEN,
    "ticket.resolved": lifecycle.RESOLVED,
    "ticket.fixed": lifecycle.RESOLVED,
    "ticket.confirmed": lifecycle.CLOSED,
    "ticket.closed": lifecycle.CLOSED,
    "ticket.cancelled": lifecycle.CANCELLED,
    "ticket.reopened": lifecycle.OPEN,
    "ticket.refused": lifecycle.OPEN,
}


@dataclass(slots=True)
class Told:
    """A ticket as its log tells it. `due_at` as the event wrote it (ISO 8601); "" where nothing is promised."""

    state: str = ""
    team: int = 0
    level: int = 0
    promise: str = ""
    due_at: str = ""

    @property
    def is_live(self) -> bool:
        return self.state in lifecycle.LIVE

    def hear(self, verb: str, data: Mapping[str, Any]) -> None:
        """One more event, in their order."""
        if verb == "ticket.opened":
            self.team, self.level = data["team"], data["level"]
        elif verb == "ticket.handed_over":
            self.team, self.level = data["to_team"], data["to_level"]
        self.state = self._state(verb, data)
        promise = data.get("promise")
        if promise:
            self.promise, self.due_at = promise["kind"], promise["due_at"]
        elif self.state in lifecycle.ENDED:
            self.promise = self.due_at = ""

    def _state(self, verb: str, data: Mapping[str, Any]) -> str:
        if data.get("reopened"):
            return lifecycle.OPEN
        if verb in STATE_AFTER:
            return STATE_AFTER[verb]
        # Whatever ends a hold says so; and the desk's first word makes a new ticket an open one.
        if data.get("woke") and self.state == lifecycle.ON_HOLD:
            return lifecycle.OPEN
        if verb == "ticket.replied" and data.get("from_desk") and self.state == lifecycle.NEW:
            return lifecycle.OPEN
        return self.state


def retell(events: Iterable[tuple[str, Mapping[str, Any]]]) -> Told:
    """The ticket after these events, each its verb and what it says, in the order of their numbers."""
    told = Told()
    for verb, data in events:
        told.hear(verb, data)
    return told
