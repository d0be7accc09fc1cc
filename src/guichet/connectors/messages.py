"""What is sent: a short note that something happened, and how the thing stands when it is sent.

No text that somebody wrote, and nobody's name: whoever needs more asks the API, with a token and its rights.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from guichet.activity.models import Event
from guichet.connectors.models import Webhook
from guichet.connectors.verbs import PING
from guichet.knowledge.models import Article
from guichet.lib.models import Outgoing
from guichet.tickets.models import MajorIncident, Problem, Ticket
from guichet.training.models import Session

VERSION = 1
_NAMES = {"majorincident": "major"}
_KNOWN: dict[str, Any] = {"problem": Problem, "majorincident": MajorIncident, "article": Article}


def ident_of(outgoing: Outgoing) -> str:
    """The `webhook-id`: the same however often it is tried or sent again."""
    origin = outgoing.key.partition("#")[0]
    return f"msg_{hashlib.sha256(origin.encode()).hexdigest()[:32]}"


def body_of(outgoing: Outgoing, *, webhook: Webhook) -> bytes | None:
    """The JSON as of now; None where what it is about is no more."""
    payload = outgoing.payload
    if payload["verb"] == PING:
        return _written(outgoing, webhook=webhook, verb=PING, at=outgoing.created_at, data={})
    event = Event.objects.filter(pk=payload["event"]).first()
    data = _data(event) if event else None
    return _written(outgoing, webhook=webhook, verb=event.verb, at=event.at, data=data) if event and data else None


def _written(outgoing: Outgoing, *, webhook: Webhook, verb: str, at: datetime, data: dict[str, Any]) -> bytes:
    desk = webhook.organisation
    message = {
        "version": VERSION,
        "id": ident_of(outgoing),
        "type": verb,
        "timestamp": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "desk": {"id": desk.pk, "slug": desk.slug, "name": desk.name},
        "data": data,
    }
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def _data(event: Event) -> dict[str, Any] | None:
    about = {"subject": _NAMES.get(event.subject_type, event.subject_type)}
    if event.subject_type == "ticket":
        ticket = Ticket.objects.select_related("level", "team").filter(pk=event.subject_id).first()
        return about | _of_ticket(ticket) if ticket else None
    if event.subject_type == "session":
        session = Session.objects.filter(pk=event.subject_id).first()
        return about | {"id": session.pk, "state": session.state} if session else None
    found = _KNOWN[event.subject_type].objects.filter(pk=event.subject_id).first()
    return about | {"reference": found.reference, "state": found.state} if found else None


def _of_ticket(ticket: Ticket) -> dict[str, Any]:
    return {
        "reference": ticket.reference,
        "kind": ticket.kind,
        "state": ticket.state,
        "severity": ticket.severity,
        "priority": ticket.priority,
        "level": ticket.level.code,
        "team": ticket.team.name,
    }
