"""Who gets in and how far: tokens, scopes, bad input, repeated requests."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from django.utils import timezone

from guichet.activity.models import Event
from guichet.api.jobs import forget_answers
from guichet.api.models import IdempotencyKey, Token
from guichet.api.tokens import LONGEST, digest, issue, revoke
from guichet.lib.errors import Refused
from guichet.tickets.models import Message, Ticket
from tests import builders
from tests.api.conftest import Program, World, program

NEW = {"description": "Le projecteur ne s’allume plus.", "impact": "group", "urgency": "hampered"}


def test_only_a_hash_of_a_token_is_kept(world: World) -> None:
    row = Token.objects.get(person=world.agent.person)
    assert row.hash == digest(world.agent.token)
    secret = world.agent.token.split("_")[2]
    assert secret not in "".join(str(value) for value in Token.objects.filter(pk=row.pk).values().get().values())


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer x", "Bearer gui_a_b", "Basic YTpi", "Bearer gui_é_x", "Bearer " + "gui_" + "x" * 9999],
)
def test_without_a_valid_token_nothing_is_told(world: World, header: str) -> None:
    answer = Program(person=None).get(world.url, Authorization=header)
    assert (answer.status_code, answer.json()["code"]) == (401, "no_token")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_session_is_not_accepted(world: World) -> None:
    browser = builders.client_for(world.agent.person)
    assert browser.get(f"/api/v1{world.url}").status_code == 401


def test_an_expired_a_revoked_and_a_closed_account_s_token_are_refused(world: World) -> None:
    token = Token.objects.get(person=world.agent.person)
    Token.objects.filter(pk=token.pk).update(expires_at=timezone.now())
    assert world.agent.get("/me").status_code == 401
    assert revoke(
        person=world.manager.person, token_id=Token.objects.get(person=world.manager.person).pk, now=timezone.now()
    )
    assert world.manager.get("/me").status_code == 401
    world.requester.person.account.is_active = False
    world.requester.person.account.save()
    assert world.requester.get("/me").status_code == 401


def test_a_token_has_bounds(world: World) -> None:
    now = timezone.now()
    given = {"person": world.agent.person, "name": "x", "scopes": ["tickets:read"], "now": now}
    for wrong in ({"expires_at": now}, {"expires_at": now + LONGEST + timedelta(seconds=1)}):
        with pytest.raises(Refused):
            issue(**{**given, **wrong})
    for wrong in ({"scopes": []}, {"scopes": ["root"]}, {"name": " "}, {"name": "x" * 81}):
        with pytest.raises(Refused):
            issue(**{**given, "expires_at": now + timedelta(days=1), **wrong})


def test_nobody_revokes_anothers_token(world: World) -> None:
    token = Token.objects.get(person=world.agent.person)
    assert not revoke(person=world.manager.person, token_id=token.pk, now=timezone.now())
    assert world.agent.get("/me").status_code == 200


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("tickets:read", "GET", "/tickets"),
        ("tickets:write", "POST", "/tickets"),
        ("settings:read", "GET", "/organisations"),
        ("settings:write", "POST", "/organisations/1/macros"),
    ],
)
def test_each_scope_opens_its_operations_only(world: World, scope: str, method: str, path: str) -> None:
    from guichet.api.tokens import SCOPES

    without = program(world.agent.person, scopes=tuple(s for s in SCOPES if s != scope))
    answer = without.send(method, path, {})
    assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")
    assert program(world.agent.person, scopes=(scope,)).send(method, path, {}).status_code != 403 or "macros" in path


def test_errors_are_in_the_language_asked_for(world: World) -> None:
    french = world.stranger.get(world.url)
    assert french["Content-Language"] == "fr"
    english = world.stranger.get(world.url, Accept_Language="en-CA,en;q=0.9")
    assert english["Content-Language"] == "en"
    assert french.json()["detail"] != english.json()["detail"]
    assert french.json()["code"] == english.json()["code"] == "not_found"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"description": NaN}', 400),
        (b'{"description": 1e999}', 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 300 + b"1" + b"}" * 300, 400),
        (b"[]", 422),
        (b"null", 422),
        (b"12", 422),
        (b"9" * 5000, 400),
        (b'{"description": "x", "impact": "group", "urgency": "none", "category": ' + b"9" * 400 + b"}", 422),
        (b'{"description": "x", "impact": "group", "urgency": "none", "x' + b"y" * 100 + b'": 1}', 422),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(world: World, body: bytes, status: int) -> None:
    answer = world.requester.send("POST", "/tickets", body)
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"


def test_odd_characters_are_kept_or_dropped_never_an_error(world: World) -> None:
    body = (
        b'{"description": "a\\u0000b \\ud800 \\u202e\xc3\xa9 \xf0\x9f\x96\xa8", "impact": "group", "urgency": "none"}'
    )
    answer = world.requester.send("POST", "/tickets", body)
    assert answer.status_code == 201, answer.content
    assert answer.json()["description"] == "ab  é 🖨"


def test_another_content_type_is_refused(world: World) -> None:
    answer = world.requester.send("POST", "/tickets", "description=x", Content_Type="application/x-www-form-urlencoded")
    assert (answer.status_code, answer.json()["code"]) == (415, "wrong_content_type")


def test_a_body_that_is_too_large_is_refused(world: World) -> None:
    answer = world.requester.post("/tickets", {**NEW, "description": "x" * 6_000_000})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_unknown_addresses_and_methods_are_problems_too(world: World) -> None:
    unknown = world.agent.get("/nowhere")
    assert (unknown.status_code, unknown["Content-Type"]) == (404, "application/problem+json")
    wrong = world.agent.delete(world.url)
    assert (wrong.status_code, wrong.json()["code"]) == (405, "wrong_method")
    assert "GET" in wrong["Allow"]


def test_anybody_may_read_the_description(world: World) -> None:
    answer = Program(person=None).get("/openapi.json")
    assert answer.status_code == 200
    assert answer.json()["openapi"].startswith("3.1")


def test_a_repeat_with_the_same_key_does_nothing_again(world: World) -> None:
    first = world.requester.post("/tickets", NEW, Idempotency_Key="abc-1")
    before = (Ticket.objects.count(), Event.objects.count())
    second = world.requester.post("/tickets", NEW, Idempotency_Key="abc-1")
    assert second["Idempotent-Replayed"] == "true"
    assert (second.status_code, second.json()) == (201, first.json())
    assert (second["Location"], second["ETag"]) == (first["Location"], first["ETag"])
    assert (Ticket.objects.count(), Event.objects.count()) == before
    other = world.requester.post("/tickets", {**NEW, "impact": "person"}, Idempotency_Key="abc-1")
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert (
        world.colleague.post("/tickets", NEW, Idempotency_Key="abc-1").json()["reference"] != first.json()["reference"]
    )


def test_a_refused_request_frees_its_key(world: World) -> None:
    assert world.requester.post("/tickets", {**NEW, "impact": "x"}, Idempotency_Key="k").status_code == 422
    assert IdempotencyKey.objects.count() == 0
    assert world.requester.post("/tickets", NEW, Idempotency_Key="k").status_code == 201


@pytest.mark.parametrize("key", ["x" * 121, "a b", "é"])
def test_a_key_that_is_none_is_refused(world: World, key: str) -> None:
    assert world.requester.post("/tickets", NEW, Idempotency_Key=key).status_code == 400


def test_keys_are_forgotten_after_a_day(world: World) -> None:
    world.requester.post("/tickets", NEW, Idempotency_Key="old")
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=25))
    again = world.requester.post("/tickets", NEW, Idempotency_Key="old")
    assert "Idempotent-Replayed" not in again
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=25))
    forget_answers(0)
    assert IdempotencyKey.objects.count() == 0


def test_the_same_form_with_another_boundary_is_the_same_request(world: World) -> None:
    for expected in (None, "true"):
        boundary = f"b{expected}"
        body = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n'
            f"Content-Type: text/plain\r\n\r\nbonjour\r\n--{boundary}--\r\n"
        )
        answer = world.requester.send(
            "POST", f"{world.url}/attachments", body, Content_Type=f"multipart/form-data; boundary={boundary}",
            Idempotency_Key="file-1",
        )  # fmt: skip
        assert (answer.status_code, answer.get("Idempotent-Replayed")) == (201, expected)
    assert len(world.requester.get(f"{world.url}/attachments").json()) == 1


def test_files_travel_inside_json_and_come_back_as_they_were(world: World) -> None:
    content = base64.b64encode(b"\x89PNG\r\n").decode()
    files = [{"name": "../écran.png", "content_type": "image/png", "content": content}]
    made = world.requester.post(f"{world.url}/replies", {"body": "Voici.", "files": files})
    assert made.status_code == 201, made.content
    attachment = made.json()["attachments"][0]
    assert attachment["name"] == "écran.png"
    file = world.agent.get(f"{world.url}/attachments/{attachment['key']}")
    assert b"".join(file.streaming_content) == b"\x89PNG\r\n"
    assert file["Content-Disposition"].startswith("attachment")
    assert world.stranger.get(f"{world.url}/attachments/{attachment['key']}").status_code == 404
    assert (
        world.requester.post(
            f"{world.url}/replies", {"body": "x", "files": [{"name": "a", "content": "é"}]}
        ).status_code
        == 422
    )
    assert Message.objects.filter(ticket=world.ticket).count() == 1
