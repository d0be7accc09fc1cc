"""Mass assignment: the lowest role sends every field that any table has; only what its form allows changes."""

from __future__ import annotations

import json
from typing import Any

from django.apps import apps
from django.test import Client

from guichet.people.models import Account, Membership, Person, Role
from guichet.tickets.models import Message, Ticket
from tests.contracts.addresses import API, addresses, example, filled, operations
from tests.security.stage import World

# What a requester's own verbs may change of a ticket that is theirs.
_MOVES = {
    "state", "version", "chain", "updated_at", "answered_at", "resolved_at", "closed_at", "received_at", "reopened",
    "promise_kind", "promise_text", "promise_owner_id", "promise_due_at", "solution_id", "unsolved_reason",
}  # fmt: skip
_OWN_PROFILE = {"language", "time_zone", "phone", "availability", "expertise"}


def every_field(world: World) -> dict[str, str]:
    """Every column of every table of ours, with a value that would do harm."""
    stranger = world.people["elsewhere"]
    names = {
        name
        for model in apps.get_models()
        if model.__module__.startswith("guichet.")
        for field in model._meta.concrete_fields
        for name in (field.name, field.attname)
    }
    harmful = {
        "kind": "note", "state": "closed", "severity": "S1", "priority": "1", "score": "5", "from_desk": "1",
        "internal": "0",
        "organisation": str(stranger.organisation_id), "organisation_id": str(stranger.organisation_id),
        "desk": str(world.elsewhere.organisation.pk), "roles": "manager", "password": "x", "is_active": "1",
        "email": "pris@evil.example", "name": "Pris", "language": "en", "expertise": "general", "time_zone": "",
        "is_superuser": "1", "is_staff": "1", "actor": str(stranger.pk), "now": "1999-01-01", "expect": "1",
    }  # fmt: skip
    return {**dict.fromkeys(names, str(stranger.pk)), **harmful}


def rows(model: Any) -> dict[int, dict[str, Any]]:
    return {row["pk"]: row for row in model.objects.values("pk", *[f.attname for f in model._meta.concrete_fields])}


def changed(before: dict[int, dict[str, Any]], after: dict[int, dict[str, Any]]) -> set[str]:
    return {name for pk, row in before.items() for name in row if after[pk][name] != row[name]}


def test_a_requester_who_sends_every_field_changes_only_what_they_may(world: World) -> None:
    """Every page and verb of the portal and the door, with everything at once."""
    everything = every_field(world)
    people, tickets, accounts = rows(Person), rows(Ticket), rows(Account)
    roles, members = rows(Role), rows(Membership)
    owner = world.people["owner"]
    browser = world.browser("owner")
    sent = 0
    for address in addresses():
        if address.name.startswith((API, "desk:")) or address.name == "sign_out":
            continue
        sent += browser.post(filled(address, world), {**everything, "go": "send"}).status_code < 500
    assert sent > 25
    assert changed(people, rows(Person)) <= _OWN_PROFILE
    assert {pk for pk, row in people.items() if rows(Person)[pk] != row} <= {owner.pk}
    assert changed(tickets, rows(Ticket)) <= _MOVES
    assert rows(Role) == roles and rows(Membership) == members
    assert {pk: row["email"] for pk, row in rows(Account).items()} == {pk: row["email"] for pk, row in accounts.items()}
    for message in Message.objects.filter(author=owner):
        assert (message.kind, message.from_desk, message.ticket.requester_id) == ("reply", False, owner.pk)
    for ticket in Ticket.objects.exclude(pk__in=tickets):
        assert (ticket.organisation_id, ticket.requester_id, ticket.reporter_id) == (
            world.client.pk,
            owner.pk,
            owner.pk,
        )
        assert ticket.desk_id == world.desk.organisation.pk
        assert ticket.external_key is None
    assert not Message.objects.filter(author=world.people["elsewhere"]).exists()


def test_an_operation_refuses_what_it_does_not_name(world: World) -> None:
    """Each body with one field too many is refused as a whole, whoever sends it."""
    browser, headers = Client(), {"Authorization": f"Bearer {world.token('manager')}"}
    before = {model: rows(model) for model in (Ticket, Person, Role, Account)}
    tried = 0
    for address in addresses():
        method, operation = operations().get(address.bare, ("", {})) if address.name.startswith(API) else ("", {})
        content = operation.get("requestBody", {}).get("content", {}).get("application/json") if operation else None
        if not content:
            continue
        body = example(content["schema"], "", world)
        if not isinstance(body, dict):
            continue
        for extra in ({"organisation_id": 1}, {"is_active": True}, {"desk": 1}, {"from_desk": True}):
            answer = browser.generic(
                method, filled(address, world), json.dumps({**body, **extra}),
                content_type="application/json", headers=headers,
            )  # fmt: skip
            assert answer.status_code == 422, (address.bare, extra)
            tried += 1
    assert tried > 100
    assert {model: rows(model) for model in before} == before


def test_a_requesters_program_cannot_speak_as_the_desk(world: World) -> None:
    """Fields that the API names and keeps for the desk are refused, not ignored."""
    browser, headers = Client(), {"Authorization": f"Bearer {world.token('owner')}"}
    new = {"description": "x", "impact": "person", "urgency": "none"}
    before = Ticket.objects.count(), Message.objects.count()
    for path, body in (
        ("/tickets", {**new, "channel": "phone"}),
        ("/tickets", {**new, "external_key": "x"}),
        ("/tickets", {**new, "requester": world.rows["colleague"].pk}),
        (f"/tickets/{world.ticket.reference}/replies", {"body": "x", "channel": "phone"}),
    ):
        answer = browser.post(f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=headers)
        assert answer.status_code in {403, 422}, body
    assert (Ticket.objects.count(), Message.objects.count()) == before
