"""Every address of the product, as the resolver has it, filled in with one world's rows."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from guichet.api.v1 import api
from guichet.tickets.models import Ticket
from guichet.tickets.severity import DEFAULT
from tests.security.stage import World

API = "api-v1:"
# What an address calls `number` or `pk`: the kind of row, by the word before it.
_KINDS = {
    "hypotheses": "hypothesis", "attempts": "attempt", "levels": "level", "teams": "team", "sites": "site",
    "skills": "skill", "services": "service", "categories": "category", "request-types": "request_type",
    "questions": "question", "rules": "rule", "macros": "macro",
    "mailboxes": "mailbox", "contacts": "contact", "comparisons": "comparison", "sent": "outgoing",
    "venues": "venue", "visits": "visit", "counters": "counter", "devices": "device", "reasons": "reason",
    "appointments": "appointment", "follow-ups": "follow_up", "calendars": "calendar",
    "promise-trials": "promise_trial", "searches": "search",
    "suggestions": "suggestion", "lessons": "lesson", "trees": "tree",
    "service-levels": "service_level", "applications": "application", "policy-applications": "application",
    "training": "session", "sessions": "session", "topics": "topic", "materials": "material",
    "registrations": "registration", "answers": "answer", "webhooks": "webhook", "deliveries": "delivery",
}  # fmt: skip
_SOLVED = {"confirmation", "refusal", "confirm_ticket", "reopen_ticket", "closure", "close_ticket"}
_CLOSED = {"reopening", "satisfaction", "rate_ticket", "read_satisfaction"}
_CANCELLED = {"uncancel_ticket"}
_OF_CLIENT = {
    "read_organisation", "change_organisation", "list_sites", "add_site", "change_site", "remove_site", "list_people",
    "add_person", "set_roles", "read_roles",
}  # fmt: skip


@dataclass(frozen=True)
class Address:
    """A URL name with its route, such as `desk/tickets/<str:reference>/hold`."""

    name: str
    route: str

    @property
    def bare(self) -> str:
        return self.name.rpartition(":")[2]


def addresses() -> list[Address]:
    """Every named URL pattern, namespaces included."""
    return list(_walk(get_resolver(), "", ""))


def _walk(resolver: URLResolver, namespace: str, route: str) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry, inner, route + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield Address(f"{namespace}{entry.name or ''}", route + str(entry.pattern))


def operations() -> dict[str, tuple[str, dict[str, Any]]]:
    """Operation → its method and description."""
    return {
        operation["operationId"]: (method.upper(), operation)
        for methods in api.describe()["paths"].values()
        for method, operation in methods.items()
    }


def filled(address: Address, world: World) -> str:
    """A path at which there is something of that world."""
    parts = []
    before = ""
    for part in address.route.split("/"):
        parts.append(_value(address, part, before, world) if part.startswith("<") else part)
        before = part
    return "/" + "/".join(parts)


def _value(address: Address, part: str, before: str, world: World) -> str:
    rows = world.rows
    name = part.strip("<>").rpartition(":")[2]
    if address.bare == "webhook_delivery" and name == "number":
        return str(rows["delivery"].pk)
    ticket = _ticket(address, world)
    if (
        name in {"pk", "number", "hypothesis", "attempt", "macro", "type", "contact", "part", "suggestion", "delivery"}
        and before in _KINDS
    ):
        return str(rows[_KINDS[before]].pk)
    if name == "key" and before in {"guides", "runs"}:
        return str(rows["run_alone" if address.name.startswith("portal:") else "run"].key)
    if name == "step" and before == "steps":
        return "n1"
    if name == "reference" and before in {"major-incidents", "outages"}:
        return str(rows["major"].reference)
    if address.bare == "status_file" and name == "name":
        return "status.json"
    if address.bare == "read_list" and name == "name":
        return "team"
    if before == "versions":
        return "1"
    if name == "name" and before == "pictures":
        return "capture.png"
    values = {
        "article": rows["article"].reference,
        "reference": ticket.reference,
        "ticket": ticket.reference,
        "major": rows["major"].reference,
        "key": str(rows["venue"].board_key if address.bare == "board" else rows["attachment"].key),
        "alert": str(rows["alert"].pk),
        "desk": world.desk.organisation.slug,
        "venue": rows["venue"].slug,
        "slug": rows["venue"].slug,
        "problem": rows["problem"].reference,
        "counter": str(rows["counter"].pk),
        "visit": str(rows["visit"].pk),
        "stray": str(rows["stray"].pk),
        "registration": str(rows["registration"].pk),
        "person": str(world.people["owner"].pk),
    }
    if name == "person" and address.bare in {"member_lead", "member_removal", "join_team", "leave_team"}:
        return str(world.people["provider"].pk)
    if name == "person" and before == "duties":
        return str(world.people["agent"].pk)
    if address.bare in {"add_watcher", "remove_watcher", "watcher"} and name == "person":
        return str(rows["colleague"].pk)
    if name == "organisation":
        place = world.client if address.bare in _OF_CLIENT else world.desk.organisation
        return str(place.pk) if address.name.startswith(API) else world.client.slug
    if name == "token":
        journey = rows["access_journey" if address.bare == "ask_questions" else "journey"]
        # `visit/`: of one's own phone. Everywhere else a token is spent, or opens nothing by itself.
        return str(rows["visit"].token) if before == "visit" else str(journey.token) if before == "new" else "a-b"
    others = {
        "step": "impact", "uidb64": "MQ", "name": "portal", "part": "1",
        "pk": str(_pk(address, before, world)), "number": str(_pk(address, before, world)),
    }  # fmt: skip
    return values.get(name) or others[name]


def _ticket(address: Address, world: World) -> Ticket:
    for bare, ticket in ((_SOLVED, world.solved), (_CLOSED, world.closed), (_CANCELLED, world.cancelled)):
        if address.bare in bare:
            return ticket
    return world.ticket


def _pk(address: Address, before: str, world: World) -> int:
    if before == "clients":
        return world.client.pk
    if before == "people":
        return world.people["owner"].pk
    return world.rows["token"].pk if before == "tokens" else 0


def example(schema: dict[str, Any], name: str, world: World) -> Any:
    """The smallest value that a body's schema allows, naming rows of the world."""
    if "$ref" in schema:
        return example(api.describe()["components"]["schemas"][schema["$ref"].rpartition("/")[2]], name, world)
    for key in ("anyOf", "allOf"):
        if key in schema:
            return example(schema[key][0], name, world)
    if name in _BY_NAME:
        return _BY_NAME[name](world)
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [""])[0])
    if schema.get("type") == "object":
        wanted = schema.get("required", [])
        if set(wanted) == set(DEFAULT):
            return DEFAULT
        return {key: example(schema["properties"][key], key, world) for key in wanted}
    plain = {"string": "Essai", "integer": 1, "boolean": True, "array": [], "number": 1.5}
    if schema.get("format") == "date-time":
        return "2100-01-01T00:00:00Z"
    if schema.get("format") == "date":
        return "2100-01-01"
    return plain[schema["type"]]


_BY_NAME: dict[str, Any] = {
    "person": lambda world: world.people["agent"].pk,
    "team": lambda world: world.desk.teams["N3"].pk,
    "level": lambda world: world.desk.levels["N3"].pk,
    "url": lambda world: "https://canari.example/",
    "verbs": lambda world: ["session.*"],
    "email": lambda world: f"{uuid.uuid4().hex}@essai.example",
    "key": lambda world: "n0-n4",
    "policies": lambda world: [
        {"severity": f"S{n}", "text_fr": "Vite", "first_answer_minutes": 10 * n, "next_news_minutes": 10 * n}
        for n in range(1, 6)
    ],
    "week": lambda world: [[[480, 1020]]] * 5 + [[], []],
    "update_minutes": lambda world: 30,
    "time_zone": lambda world: "America/Montreal",
}
