"""Object access and mass assignment: every operation on a ticket × everybody who may not."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.serializers import serialize
from django.utils import timezone

from guichet.api.v1 import api
from guichet.tickets.models import Message, Ticket
from tests import builders
from tests.api.conftest import World

pytestmark = pytest.mark.exhaustive

GROUPS_FOR_DESK = {
    "notes", "hold", "hand-overs", "escalations", "promise", "assessment", "severity", "priority", "hypotheses",
    "attempts", "resolution", "tags", "assignee", "closure", "decision", "clocks",
    "major-incident", "workaround-resolution",
}  # fmt: skip
# A body that is right for each operation, so that only the right decides.
BODIES: dict[str, Any] = {
    "replies": {"body": "x"},
    "notes": {"body": "x"},
    "assignee": {"person": 1},
    "hold": {"reason": "parts", "wake_at": "2999-01-01T00:00:00Z"},
    "hand-overs": {"team": 1, "reason": "competence"},
    "escalations": {"note": "x"},
    "promise": {"text": "x", "due_at": "2100-01-01T00:00:00Z"},
    "assessment": {"impact": "everyone", "urgency": "stopped"},
    "severity": {"severity": "S1", "reason": "x"},
    "priority": {"priority": 1, "reason": "x"},
    "hypotheses": {"text": "x", "state": "rejected", "evidence": "x"},
    "attempts": {"kind": "fix", "text": "x", "test": "x", "result": "worked"},
    "resolution": {"unsolved_reason": "withdrawn"},
    "confirmation": {"works": True},
    "closure": {},
    "cancellation": {"reason": "x"},
    "satisfaction": {"score": 5},
    "tags": {"names": ["x"]},
    "major-incident": {"title_fr": "x"},
    "workaround-resolution": {"test": "x"},
}


def operations() -> list[tuple[str, str]]:
    paths = api.describe()["paths"]
    return sorted(
        (path.removeprefix("/api/v1"), method.upper())
        for path in paths
        # Problems and major incidents have references too: the permission matrix has their operations.
        if path.startswith("/api/v1/tickets/{reference}")
        for method in paths[path]
    )


def _body(path: str, method: str) -> Any:
    group = path.split("/")[3] if path.count("/") > 2 else ""
    if method not in {"POST", "PUT", "PATCH"}:
        return None
    body = dict(BODIES.get(group, {"title": "x"}))
    if group == "hypotheses":
        body.pop("text" if method == "PATCH" else "state")
    if group == "attempts" and method == "PATCH":
        body = {"test": "x", "result": "worked"}
    return body


def _at(world: World, path: str) -> str:
    return (
        path.replace("{reference}", world.ticket.reference)
        .replace("{person}", str(world.agent.person.pk))
        .replace("{number}", "1")
        .replace("{key}", str(uuid.uuid4()))
    )


def test_a_stranger_gets_404_and_changes_nothing(world: World) -> None:
    before = _rows(world)
    wrong = []
    for path, method in operations():
        if path.endswith("attachments") and method == "POST":
            continue  # a form: below
        for stranger in (world.stranger, world.foreign_agent, world.colleague):
            answer = stranger.send(method, _at(world, path), _body(path, method))
            if answer.status_code != 404 or world.ticket.title in answer.content.decode():
                wrong.append((method, path, answer.status_code, answer.content))
    assert not wrong
    assert _rows(world) == before


def test_a_stranger_adds_no_file(world: World) -> None:
    form = '--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nx\r\n--b--\r\n'
    answer = world.stranger.send(
        "POST", f"{world.url}/attachments", form, Content_Type="multipart/form-data; boundary=b"
    )
    assert answer.status_code == 404
    assert world.ticket.attachments.count() == 0


def test_what_is_the_desks_is_forbidden_to_the_requester(world: World) -> None:
    before = _rows(world)
    wrong, tried = [], 0
    for path, method in operations():
        group = path.split("/")[3] if path.count("/") > 2 else ""
        if group not in GROUPS_FOR_DESK or (group == "resolution" and method == "DELETE"):
            continue  # open to the requester
        tried += 1
        answer = world.requester.send(method, _at(world, path), _body(path, method))
        if answer.status_code != 403:
            wrong.append((method, path, answer.status_code, answer.content))
    assert not wrong
    assert tried > 20
    assert _rows(world) == before


def test_notes_and_internal_events_never_reach_the_requester(world: World) -> None:
    note = world.agent.post(f"{world.url}/notes", {"body": "Mot secret : baobab."}).json()
    world.agent.post(f"{world.url}/hypotheses", {"text": "baobab"})
    start = world.requester.get("/events").json()["cursor"]
    world.agent.post(f"{world.url}/notes", {"body": "baobab"})
    for path in ("", "/messages", "/timeline", "/attachments", "/watchers", "/timeline/verification"):
        assert "baobab" not in world.requester.get(world.url + path).content.decode()
    assert world.requester.get(f"/events?after={start}").json()["items"] == []
    assert [e["verb"] for e in world.agent.get(f"/events?after={start}").json()["items"]] == ["ticket.noted"]
    assert note["kind"] == "note"
    assert "baobab" not in world.requester.get("/notifications").content.decode()


def test_the_lowest_role_sends_every_field_and_nothing_else_changes(world: World) -> None:
    names = {field.name for model in (Ticket, Message) for field in model._meta.get_fields()}
    before = _rows(world)
    for number, name in enumerate(sorted(names)):
        value = (1, "S1", True, None, [1], {"a": 1})[number % 6]
        assert world.requester.post("/tickets", {"surprise": 1, name: value}).status_code == 422
        assert world.requester.post(f"{world.url}/replies", {"surprise": 1, name: value}).status_code == 422
        assert world.requester.patch(world.url, {name: value}).status_code in {403, 422}
    assert _rows(world) == before


def test_a_field_that_is_not_the_requesters_to_say_is_refused(world: World) -> None:
    for field in ("level", "team", "severity", "priority", "state", "assignee", "desk", "id", "version", "tags"):
        body = {"description": "x", "impact": "person", "urgency": "none", field: 1}
        answer = world.requester.post("/tickets", body)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == field


def test_an_organisation_that_one_does_not_see_is_unknown(world: World) -> None:
    tried = 0
    for path, methods in api.describe()["paths"].items():
        if "{organisation}" not in path:
            continue
        at = path.removeprefix("/api/v1").replace("{organisation}", str(world.desk.organisation.pk))
        at = at.replace("{number}", str(world.agent.person.pk)).replace("{person}", str(world.agent.person.pk))
        at = at.replace("{delivery}", "1")
        for method in methods:
            answer = world.stranger.send(method.upper(), at, _settings_body(path, method))
            tried += 1
            # An empty body is told to be empty before anything is looked up.
            empty = answer.status_code == 422 and answer.json()["code"] == "invalid" and method != "get"
            assert answer.status_code == 404 or empty, (method, at, answer.content)
    assert tried > 40


def _settings_body(path: str, method: str) -> Any:
    return {} if method in {"post", "put"} else None


def test_only_managers_change_settings(world: World) -> None:
    at = f"/organisations/{world.desk.organisation.pk}"
    macro = {"name_fr": "Accueil", "body_fr": "Bonjour {prenom},"}
    assert world.manager.post(f"{at}/macros", macro).status_code == 201
    assert world.agent.post(f"{at}/macros", macro).status_code == 403
    assert world.requester.post(f"{at}/macros", macro).status_code == 403
    assert world.requester.get(f"{at}/macros").status_code == 403
    assert [m["name"] for m in world.agent.get(f"{at}/macros").json()] == ["Accueil"]


def _rows(world: World) -> str:
    now = [Ticket.objects.get(pk=world.ticket.pk)]
    return serialize("json", now) + str(Ticket.objects.count()) + str(Message.objects.count())


def test_watching_lets_read_and_not_treat(world: World) -> None:
    person = world.colleague.person.pk
    assert world.requester.put(f"{world.url}/watchers/{person}").status_code == 200
    assert world.colleague.get(world.url).status_code == 200
    assert world.colleague.post(f"{world.url}/cancellation", {"reason": "x"}).status_code == 403
    assert world.colleague.delete(f"{world.url}/watchers/{person}").status_code == 200
    assert world.colleague.get(world.url).status_code == 404


def test_events_are_told_once_and_none_is_left_out(world: World) -> None:
    cursor = world.agent.get("/events").json()["cursor"]
    wanted = []
    seen: list[int] = []
    for round_ in range(3):
        for _ in range(round_ + 1):
            ticket = builders.ticket(world.requester.person, now=timezone.now())
            wanted.append(ticket.reference)
        page = world.agent.get(f"/events?after={cursor}").json()
        cursor = page["cursor"]
        seen += [e["ticket"] for e in page["items"] if e["verb"] == "ticket.opened"]
    assert seen == wanted
    assert world.agent.get("/events?after=forged").json()["code"] == "bad_cursor"
    assert world.stranger.get(f"/events?after={cursor}").json()["items"] == []
