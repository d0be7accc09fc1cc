"""Every address × everybody: nobody gets more than the matrix says, and no address is missing from it."""

from __future__ import annotations

import json
import logging
from copy import deepcopy
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from guichet.api.models import Token
from guichet.config.live_access import _may
from tests.contracts.addresses import API, Address, addresses, example, filled, operations
from tests.contracts.permissions import OPERATIONS, PAGES, ROLES
from tests.security.stage import World
from tests.security.stage import world as make_world
from tests.shared import ground

pytestmark = pytest.mark.exhaustive

EVERY = addresses()
METHODS = ("GET", "POST")
# Django Ninja's own root and the API's "nothing here": no operation stands behind them.
NOTHING = {f"{API}api-root", API}
# What a verb's form must say for the right alone to decide.
TYPED: dict[str, dict[str, str]] = {
    "replies": {"body": "x"}, "refusal": {"body": "x"}, "reopening": {"body": "x"}, "cancellation": {"body": "x"},
    "satisfaction": {"score": "5"},
}  # fmt: skip


@pytest.fixture(autouse=True)
def no_rendering(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is let in is decided before a template is, and without a log: three times as fast."""
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)
    monkeypatch.setattr("django.template.backends.django.Template.render", lambda *_args, **_more: "")


made = ground(make_world)


@pytest.fixture
def world(made: World, db: None) -> World:
    return deepcopy(made)


def test_the_matrix_names_every_address_and_nothing_else() -> None:
    known = {*PAGES, *(API + name for name in OPERATIONS), *NOTHING}
    assert {a.name for a in EVERY} == known
    assert set(OPERATIONS) == {*operations(), "openapi"}


def test_every_row_speaks_of_everybody() -> None:
    rows = [*OPERATIONS.values(), *(row for methods in PAGES.values() for row in methods.values())]
    assert {len(row) for row in rows} == {len(ROLES)}
    assert set("".join(rows)) <= set("+su34")


@pytest.mark.parametrize("role", ROLES)
def test_pages(world: World, role: str) -> None:
    """Each page and verb, as this role; what a request would have changed is rolled back."""
    browser = world.browser(role)
    wrong = []
    for address in EVERY:
        expected = PAGES.get(address.name)
        if expected is None:
            continue
        for method, row in expected.items():
            got = _visit(browser, method, filled(address, world), world, address)
            if got != row[ROLES.index(role)]:
                wrong.append(f"{method} {address.name}: {got} instead of {row[ROLES.index(role)]}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("role", "prefixes"), [("owner", ("help/", "tokens/")), ("manager", ("", "desk/", "ui/"))])
def test_no_other_method_lets_anybody_in(world: World, role: str, prefixes: tuple[str, ...]) -> None:
    browser = world.browser(role)
    wrong = []
    for address in EVERY:
        if address.route.partition("/")[0] + "/" * ("/" in address.route) not in prefixes:
            continue
        for method in set(METHODS) - set(PAGES.get(address.name, METHODS)):
            got = _visit(browser, method, filled(address, world), world, address)
            if got == "+":
                wrong.append(f"{method} {address.name}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", ROLES)
def test_operations(world: World, role: str) -> None:
    """Each operation with a body that is right, as this role's program."""
    client, token = Client(raise_request_exception=False), world.token(role)
    described = operations()
    wrong = []
    for address in EVERY:
        row = OPERATIONS.get(address.bare) if address.name.startswith(API) else None
        if row is None:
            continue
        method, operation = described.get(address.bare, ("GET", {}))
        got = _call(client, token, method, filled(address, world), _body(operation, world))
        if got != row[ROLES.index(role)]:
            wrong.append(f"{method} {address.bare}: {got} instead of {row[ROLES.index(role)]}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("topic", "row"),
    [
        ("ticket:{ticket}", " +4++4+4+"),
        ("work:{ticket}", " 444+4+4+"),
        ("desk:{desk}", " 444+444+"),
        ("person:{owner}", " +4444444"),
        ("outages:{desk}", " ++++4+++"),
        ("outages_of:{desk}", " 444+4+++"),
        ("outages_of:{client}", " +4+44444"),
        ("venue:{venue}", " 444+444+"),
        ("ticket:", " 44444444"),
        ("desk:", " 44444444"),
        ("everything", " 44444444"),
    ],
)
def test_live_topics(world: World, topic: str, row: str) -> None:
    named = topic.format(
        ticket=world.ticket.reference,
        desk=world.desk.organisation.pk,
        owner=world.people["owner"].pk,
        venue=world.rows["venue"].pk,
        client=world.client.pk,
    )
    heard = {role: "+" if _may(person, named) else "4" for role, person in world.people.items()}
    assert heard == {role: letter for role, letter in zip(ROLES, row, strict=True) if role != "anonymous"}


def test_a_foreign_token_is_not_there(world: World) -> None:
    world.browser("contact").post(f"/tokens/{world.rows['token'].pk}/revocation/")
    assert Token.objects.get(pk=world.rows["token"].pk).revoked_at is None


def _visit(browser: Client, method: str, path: str, world: World, address: Address) -> str:
    typed: dict[str, Any] = dict(TYPED.get(address.bare, {}))
    if address.name == "portal:watchers":
        typed = {"email": world.people["owner"].email}
    if address.name == "portal:files":
        typed = {"files": SimpleUploadedFile("a.txt", b"a")}
    with transaction.atomic():
        # Signing out ends the session: in another browser, so that the next address still has one.
        one_way = address.name == "sign_out"
        visitor = Client(raise_request_exception=False) if one_way else browser
        answer = (
            visitor.generic(method, path)
            if method not in {"GET", "POST"}
            else getattr(visitor, method.lower())(path, typed)
        )
        transaction.set_rollback(True)
    return _letter(answer)


def _call(client: Client, token: str, method: str, path: str, body: dict[str, Any] | None) -> str:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with transaction.atomic():
        if body is not None and "files" in body:
            upload = {"files": SimpleUploadedFile("a.txt", b"a")}
            answer = client.post(path, upload, headers=headers)
        else:
            data = "" if body is None else json.dumps(body)
            answer = client.generic(method, path, data, content_type="application/json", headers=headers)
        transaction.set_rollback(True)
    return _letter(answer)


def _body(operation: dict[str, Any], world: World) -> dict[str, Any] | None:
    content = operation.get("requestBody", {}).get("content", {})
    if "multipart/form-data" in content:
        return {"files": []}
    if "application/json" not in content:
        return None
    body: dict[str, Any] = example(content["application/json"]["schema"], "", world)
    return body


def _letter(answer: Any) -> str:
    if answer.status_code == 302 and answer["Location"].startswith("/sign-in/"):
        return "s"
    known = {401: "u", 403: "3", 404: "4", 405: "-"}
    if answer.status_code in known:
        return known[answer.status_code]
    return "+" if answer.status_code < 400 or answer.status_code in {409, 412, 422} else str(answer.status_code)
