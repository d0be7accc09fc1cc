"""Major incidents for programs: run from the desk, read and answered by those whom they hit."""

from __future__ import annotations

from typing import Any

from guichet.tickets.models import MajorIncident, MajorVoice
from tests import builders
from tests.api.conftest import Program, World, program


def declared(world: World, **more: Any) -> dict[str, Any]:
    assert world.requester.person is not None
    ticket = builders.ticket(world.requester.person, impact="everyone", urgency="stopped")
    body = {"title_fr": "Le courriel est en panne", "audience": "concerned", "organisations": [world.client.pk], **more}
    answer = world.agent.post(f"/tickets/{ticket.reference}/major-incident", body)
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def address(found: dict[str, Any], part: str = "") -> str:
    return f"/major-incidents/{found['reference']}{'/' if part else ''}{part}"


def test_the_whole_way(world: World) -> None:
    assert world.agent.person is not None
    found = declared(world)
    assert (found["state"], found["affected"], found["lead"]["id"]) == ("running", 1, world.agent.person.pk)
    assert world.agent.post(address(found, "news"), {"text_fr": "Nous cherchons."}).status_code == 201
    assert world.agent.post(address(found, "notes"), {"body": "Canari interne"}).status_code == 201
    body = {"kind": "fix", "solution": "Relancé", "test": "Vu", "text_fr": "Revenu."}
    assert world.agent.put(address(found, "restoration"), body).json()["state"] == "restored"
    assert world.agent.put(address(found, "closure")).json()["code"] == "not_reviewed"
    change = {"text": "Surveiller", "who": world.agent.person.pk, "due_on": "2026-01-15"}
    review = {"what_happened": "Panne", "cause": "Disque", "follow_ups": [change]}
    reviewed = world.agent.put(address(found, "review"), review).json()
    number = reviewed["room"]["follow_ups"][0]["id"]
    done = world.agent.put(address(found, f"follow-ups/{number}"), {"done": True}).json()
    assert done["room"]["follow_ups"][0]["done_at"] is not None
    assert world.agent.put(address(found, "closure")).json()["state"] == "closed"
    kinds = [entry["kind"] for entry in world.agent.get(address(found, "timeline")).json()]
    assert {"fact", "news", "note"} == set(kinds)


def test_those_whom_it_hits_read_it_and_nothing_internal(world: World) -> None:
    found = declared(world)
    world.agent.post(address(found, "notes"), {"body": "Canari interne"})
    answer = world.colleague.get(address(found))
    assert answer.status_code == 200
    body = answer.json()
    assert body["room"] is None and body["lead"] is None and body["ticket"] is None
    assert "Canari" not in answer.content.decode()
    assert world.colleague.get(address(found, "timeline")).status_code == 404
    for stranger in (world.stranger, world.foreign_agent):
        assert stranger.get(address(found)).status_code == 404
        assert stranger.get("/major-incidents").json()["items"] == []


def test_me_too_counts_once_and_can_be_taken_back(world: World) -> None:
    assert world.colleague.person is not None
    found = declared(world)
    for _ in range(2):
        answer = world.colleague.post(address(found, "affected"))
        assert answer.json()["affected"] == 2 and answer.json()["affects_me"] is True
    assert world.colleague.post(address(found, "still-broken")).status_code == 409
    number = world.colleague.person.pk
    taken_back = world.colleague.send("DELETE", address(found, f"affected/{number}"))
    assert taken_back.json()["affected"] == 1
    assert not MajorVoice.objects.exists()


def test_nobody_speaks_for_somebody_else_but_the_desk(world: World) -> None:
    assert world.colleague.person is not None and world.contact.person is not None
    found = declared(world)
    body = {"person": world.colleague.person.pk}
    assert world.contact.post(address(found, "affected"), body).status_code == 403
    assert world.agent.post(address(found, "affected"), body).json()["affected"] == 2
    assert world.contact.send("DELETE", address(found, f"affected/{world.colleague.person.pk}")).status_code == 403


def test_a_version_that_is_not_the_last_changes_nothing(world: World) -> None:
    found = declared(world)
    etag = world.agent.get(address(found))["ETag"]
    assert world.agent.put(address(found, "audience"), {"audience": "desk"}, If_Match=etag).status_code == 200
    answer = world.agent.put(address(found, "audience"), {"audience": "everybody"}, If_Match=etag)
    assert answer.status_code == 412
    assert MajorIncident.objects.get().audience == "desk"
    assert world.colleague.get(address(found)).status_code == 404


def test_only_what_is_the_desks_can_be_named(world: World) -> None:
    assert world.foreign_agent.person is not None
    found = declared(world)
    elsewhere = world.foreign_agent.person.organisation_id
    moment = {"title_fr": "x", "started_at": "2025-01-01T00:00:00Z", "update_minutes": 30}
    answer = world.agent.put(address(found, "description"), {**moment, "organisations": [elsewhere]})
    assert (answer.status_code, answer.json()["field"]) == (422, "organisations")
    lead = world.agent.put(address(found, "lead"), {"person": world.foreign_agent.person.pk})
    assert lead.status_code == 422


def test_a_colleague_of_the_desk_does_not_lead(world: World) -> None:
    found = declared(world)
    for part, body in (("news", {"text_fr": "x"}), ("resumption", {"text_fr": "x"})):
        assert world.technician.post(address(found, part), body).json()["code"] in {"not_lead", "wrong_state"}
    assert world.technician.post(address(found, "notes"), {"body": "x"}).status_code == 201
    assert world.manager.post(address(found, "news"), {"text_fr": "x"}).status_code == 201


def test_a_list_by_state(world: World) -> None:
    found = declared(world)
    reader: Program = program(builders.agent(world.desk))
    assert [m["reference"] for m in reader.get("/major-incidents?state=running").json()["items"]] == [
        found["reference"]
    ]
    assert reader.get("/major-incidents?state=closed").json()["items"] == []


def test_who_may_know_is_not_said_for_another_who_leads(world: World) -> None:
    assert world.requester.person is not None
    colleague = builders.agent(world.desk)
    ticket = builders.ticket(world.requester.person, impact="everyone", urgency="stopped")
    at = f"/tickets/{ticket.reference}/major-incident"
    body = {"title_fr": "Panne", "lead": colleague.pk}
    refused = world.agent.post(at, {**body, "audience": "everybody"})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_lead")
    made = world.agent.post(at, body).json()
    assert (made["audience"], made["lead"]["id"]) == ("desk", colleague.pk)
