"""Tokens: hashed at rest, scoped, expiring, compared in constant time; keys of one are not keys of another."""

from __future__ import annotations

import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.serializers import serialize
from django.utils import timezone

from guichet.api import tokens
from guichet.api.models import IdempotencyKey, Token
from guichet.lib.errors import Refused
from guichet.people.actions import close_account, invite
from guichet.people.models import Account
from guichet.tickets.models import Message, Ticket
from tests.contracts.addresses import API, addresses, example, filled, operations
from tests.security.stage import World

CLIENT_JSON = "application/json"


def call(world: World, method: str, path: str, *, token: str, body: Any = None, **headers: str) -> Any:
    given = {"Authorization": f"Bearer {token}", **{name.replace("_", "-"): value for name, value in headers.items()}}
    data = "" if body is None else json.dumps(body)
    return world.browser("anonymous").generic(method, path, data, content_type=CLIENT_JSON, headers=given)


def issue(world: World, *scopes: str, role: str = "manager", days: int = 1) -> str:
    now = timezone.now()
    return tokens.issue(
        person=world.people[role], name="essai", scopes=scopes, expires_at=now + timedelta(days=days), now=now
    )[1]


def test_nothing_kept_lets_anybody_in(world: World) -> None:
    """Whoever reads the database finds no token, nor a part of one beyond its public prefix."""
    text = issue(world, "tickets:read")
    kept = serialize("json", Token.objects.all())
    secret = text.rsplit("_", 1)[1]
    assert secret not in kept and secret[:8] not in kept
    row = Token.objects.get(name="essai")
    for guess in (
        row.hash,
        row.prefix,
        f"gui_{row.prefix}_{row.hash}",
        f"gui_{row.prefix}_",
        text[:-1],
        text + "a",
        text.upper(),
    ):
        assert call(world, "GET", "/api/v1/me", token=guess).status_code == 401
    assert call(world, "GET", "/api/v1/me", token=text).status_code == 200
    assert len(secret) >= 40


def test_the_hash_is_compared_in_constant_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    text = issue(world, "tickets:read")
    compared: list[int] = []
    plain = hmac.compare_digest
    monkeypatch.setattr(tokens.hmac, "compare_digest", lambda a, b: compared.append(len(a)) or plain(a, b))
    assert tokens.authenticate(f"Bearer {text}", now=timezone.now()) is not None
    assert compared == [64]


def test_a_token_ends(world: World) -> None:
    """By age, by revoking, with its person's account; and is never issued for longer than a year."""
    now, person = timezone.now(), world.people["manager"]
    text = issue(world, "tickets:read", days=2)
    assert tokens.authenticate(f"Bearer {text}", now=now + timedelta(days=1)) is not None
    assert tokens.authenticate(f"Bearer {text}", now=now + timedelta(days=2, seconds=1)) is None
    Account.objects.filter(person=person).update(is_active=False)
    assert tokens.authenticate(f"Bearer {text}", now=now) is None
    Account.objects.filter(person=person).update(is_active=True)
    assert not tokens.revoke(person=world.people["agent"], token_id=Token.objects.get(person=person).pk, now=now)
    assert tokens.revoke(person=person, token_id=Token.objects.get(person=person).pk, now=now)
    assert tokens.authenticate(f"Bearer {text}", now=now) is None
    for days in (-1, 0, 367, 4000):
        with pytest.raises(Refused):
            issue(world, "tickets:read", days=days)


def test_an_account_given_out_anew_leaves_its_tokens_behind(world: World) -> None:
    """What somebody made before their account was closed is not there for whoever gets it next."""
    manager, agent, now = world.people["manager"], world.people["agent"], timezone.now()
    desk = world.desk.organisation
    before = issue(world, "tickets:read", role="agent")
    close_account(person=agent, desk=desk, actor=manager, now=now + timedelta(minutes=1))
    invite(person=agent, desk=desk, actor=manager, now=now + timedelta(minutes=2))
    agent.refresh_from_db()
    later = now + timedelta(minutes=3)
    _row, after = tokens.issue(
        person=agent, name="x", scopes=["tickets:read"], expires_at=later + timedelta(days=1), now=later
    )
    assert tokens.authenticate(f"Bearer {before}", now=later) is None
    assert tokens.authenticate(f"Bearer {after}", now=later) is not None


def test_a_token_may_never_more_than_its_person(world: World) -> None:
    """Roles that were taken away are gone for tokens at the same moment."""
    text = issue(world, *tokens.SCOPES)
    path = f"/api/v1/tickets/{world.ticket.reference}"
    assert call(world, "GET", path, token=text).status_code == 200
    world.people["manager"].roles.all().delete()
    assert call(world, "GET", path, token=text).status_code == 404


@pytest.mark.parametrize("scope", sorted(tokens.SCOPES))
def test_each_operation_needs_its_scope(world: World, scope: str) -> None:
    """A token with one scope does what asks for that scope; everything else answers 403 and changes nothing."""
    text = issue(world, scope)
    described = operations()
    before = serialize("json", Ticket.objects.order_by("pk"))
    refused = 0
    for address in addresses():
        if not address.name.startswith(API) or address.bare not in described:
            continue
        method, operation = described[address.bare]
        if operation["x-scope"] == scope:
            continue
        content = operation.get("requestBody", {}).get("content", {}).get(CLIENT_JSON)
        body = example(content["schema"], "", world) if content else None
        answer = call(world, method, filled(address, world), token=text, body=body)
        assert answer.status_code == 403, address.bare
        assert answer.json()["code"] == "missing_scope"
        refused += 1
    assert refused > 40
    assert serialize("json", Ticket.objects.order_by("pk")) == before


def test_a_session_opens_no_operation(world: World) -> None:
    """No cookie lets anybody in at the API, so no other site can use one."""
    browser = world.browser("manager")
    assert browser.get("/api/v1/me").status_code == 401
    answer = browser.post(
        f"/api/v1/tickets/{world.ticket.reference}/replies", '{"body": "x"}', content_type=CLIENT_JSON
    )
    assert answer.status_code == 401


def test_a_token_in_the_address_is_no_token(world: World) -> None:
    """It would stand in logs and histories."""
    text = issue(world, "tickets:read")
    for query in (f"?token={text}", f"?access_token={text}", f"?authorization=Bearer%20{text}"):
        assert world.browser("anonymous").get(f"/api/v1/me{query}").status_code == 401
    browser = world.browser("anonymous")
    browser.cookies["Authorization"] = f"Bearer {text}"
    assert browser.get("/api/v1/me").status_code == 401


def test_idempotency_keys_are_a_tokens_own(world: World) -> None:
    """The same key of another token, of the same person or not, is another key: no answer crosses over."""
    path = f"/api/v1/tickets/{world.ticket.reference}/notes"
    first, second, stranger = issue(world, *tokens.SCOPES), issue(world, *tokens.SCOPES), world.token("owner")
    secret = call(world, "POST", path, token=first, body={"body": "Interne"}, Idempotency_Key="k")
    assert secret.status_code == 201
    again = call(world, "POST", path, token=first, body={"body": "Interne"}, Idempotency_Key="k")
    assert again.json() == secret.json() and again["Idempotent-Replayed"] == "true"
    other = call(world, "POST", path, token=second, body={"body": "Interne"}, Idempotency_Key="k")
    assert other.status_code == 201 and other.json()["id"] != secret.json()["id"]
    denied = call(world, "POST", path, token=stranger, body={"body": "Interne"}, Idempotency_Key="k")
    assert denied.status_code == 403
    reused = call(world, "POST", path, token=first, body={"body": "Autre"}, Idempotency_Key="k")
    assert reused.status_code == 422
    assert Message.objects.filter(body="Interne").count() == 2
    Token.objects.update(revoked_at=timezone.now())
    dead = call(world, "POST", path, token=first, body={"body": "Interne"}, Idempotency_Key="k")
    assert dead.status_code == 401
    assert IdempotencyKey.objects.count() == 2


def test_a_token_is_shown_once(world: World) -> None:
    browser = world.browser("agent")
    made = browser.post("/tokens/", {"name": "x", "scopes": ["tickets:read"], "lifetime": "7"})
    text = made.context["new"]
    assert text in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    assert text not in browser.get("/tokens/").content.decode()
    assert text not in "".join(str(value) for value in browser.session.values())
    for lifetime in ("366", "99999", "-1", "x"):
        assert (
            browser.post("/tokens/", {"name": "x", "scopes": ["tickets:read"], "lifetime": lifetime}).status_code == 422
        )
    assert browser.post("/tokens/", {"name": "x", "scopes": ["everything"], "lifetime": "7"}).status_code == 422
