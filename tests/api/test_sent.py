"""The mails of a ticket for programs: list, one, and sending it again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from guichet.activity.models import Event
from guichet.channels.mail.smtp import Server
from guichet.lib.models import Outgoing
from guichet.tickets import actions
from tests.api.conftest import World, program


@pytest.fixture
def row(world: World, settings: Any, tmp_path: Path) -> Outgoing:
    """A reply that the server took."""
    settings.MEDIA_ROOT = tmp_path
    settings.SMTP = Server(host="127.0.0.1", port=9, security="")
    settings.MAIL_FROM = ("Centre d’aide", "aide@essai.example")
    now = timezone.now()
    actions.reply(world.ticket, body="Éteignez l’appareil.", actor=world.agent.person, now=now)
    made = Outgoing.objects.get(about=world.ticket.reference, payload__person=world.requester.person.pk)
    made.payload |= {"subject": "Sujet", "message_id": "<jeton.secret@essai.example>"}
    made.attempts, made.delivered_at, made.answer = 1, now, "250 2.0.0 queued"
    made.save()
    return made


def test_the_mails_of_a_ticket(world: World, row: Outgoing) -> None:
    [one] = world.agent.get(f"{world.url}/sent").json()["items"]
    assert one["person"] == {"id": world.requester.person.pk, "name": world.requester.person.name}
    assert (one["address"], one["subject"], one["standing"], one["answer"], one["tries"]) == (
        row.recipient, "Sujet", "delivered", "250 2.0.0 queued", 1,
    )  # fmt: skip
    assert (one["next_at"], one["given_up_at"]) == (None, None)
    whole = world.agent.get(f"{world.url}/sent/{row.pk}").json()
    assert "Éteignez l’appareil." in whole["text"]
    assert (whole["instead"], whole["may_again"], whole["files"]) == ("", True, [])


def test_a_mail_about_an_appointment_that_is_gone(world: World, row: Outgoing) -> None:
    other = Outgoing.objects.create(
        key="appointment:0:0:booked", kind="appointment", payload={"appointment": 0, "what": "booked", "sequence": 0},
        recipient=row.recipient, about=row.about, created_at=row.created_at, next_at=row.next_at,
        delivered_at=row.delivered_at,
    )  # fmt: skip
    shown = {one["id"]: one["person"] for one in world.agent.get(f"{world.url}/sent").json()["items"]}
    assert shown == {other.pk: None, row.pk: {"id": world.requester.person.pk, "name": world.requester.person.name}}
    whole = world.agent.get(f"{world.url}/sent/{other.pk}").json()
    assert (bool(whole["instead"]), whole["may_again"]) == (True, False)


def test_no_answer_holds_a_mark_that_proves_who_answers(world: World, row: Outgoing) -> None:
    for path in ("", f"/{row.pk}"):
        said = world.agent.get(f"{world.url}/sent{path}").content.decode()
        assert "jeton.secret" not in said and "aide+" not in said


def test_sent_again_once_for_a_key(world: World, row: Outgoing) -> None:
    path = f"{world.url}/sent/{row.pk}/again"
    first = world.agent.post(path, Idempotency_Key="k1")
    second = world.agent.post(path, Idempotency_Key="k1")
    assert (first.status_code, first.json()) == (201, second.json())
    made = first.json()
    assert (made["standing"], made["may_again"], made["id"] != row.pk) == ("waiting", False, True)
    assert Outgoing.objects.count() == 2
    late = world.agent.post(path)
    assert (late.status_code, late.json()["code"]) == (409, "waiting")
    event = Event.objects.filter(subject_id=world.ticket.pk, verb="ticket.resent").get()
    assert event.actor_id == world.agent.person.pk


def test_nobody_else_sees_or_sends_any(world: World, row: Outgoing) -> None:
    paths = [("GET", "/sent"), ("GET", f"/sent/{row.pk}"), ("POST", f"/sent/{row.pk}/again")]
    for method, path in paths:
        for who, status in (("requester", 403), ("contact", 403), ("stranger", 404), ("foreign_agent", 404)):
            answer = getattr(world, who).send(method, world.url + path)
            assert answer.status_code == status, (who, path)
            assert "Sujet" not in answer.content.decode()
    assert Outgoing.objects.count() == 1


def test_a_mail_is_found_under_its_own_ticket_only(world: World, row: Outgoing) -> None:
    Outgoing.objects.filter(pk=row.pk).update(about="G-22222")
    for method, path in (("GET", f"/sent/{row.pk}"), ("POST", f"/sent/{row.pk}/again")):
        assert world.agent.send(method, world.url + path).status_code == 404
    assert world.agent.get(f"{world.url}/sent/{2**62}").status_code == 404


def test_reading_sends_nothing(world: World, row: Outgoing) -> None:
    reads = program(world.agent.person, scopes=("tickets:read",))
    assert reads.get(f"{world.url}/sent/{row.pk}").status_code == 200
    assert reads.post(f"{world.url}/sent/{row.pk}/again").json()["code"] == "missing_scope"


def test_all_that_a_desk_sent_whatever_it_is_about(world: World, row: Outgoing) -> None:
    listed = world.agent.get(f"/sent?about={world.ticket.reference}&standing=delivered").json()["items"]
    assert [one["id"] for one in listed] == [row.pk]
    assert world.agent.get("/sent?about=G-NOTHING").json()["items"] == []
    assert world.agent.get(f"/sent/{row.pk}").json()["address"] == row.recipient
    assert world.foreign_agent.get(f"/sent/{row.pk}").status_code == 404
    assert world.foreign_agent.get("/sent").json()["items"] == []
    assert world.requester.get("/sent").status_code == 403
    again = world.agent.post(f"/sent/{row.pk}/again")
    assert (again.status_code, again.json()["standing"]) == (201, "waiting")
    assert world.agent.post(f"/sent/{row.pk}/again").status_code == 409
