"""Contacts for programs: the ledger page by page, whole messages, and what one decides about the quarantine."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from guichet.channels import readers
from guichet.channels.models import Contact, Mailbox, Outcome
from guichet.people.models import Organisation
from guichet.tickets.models import Ticket
from tests import builders
from tests.api.conftest import World, program
from tests.channels.post import Post

RAW = (
    b"From: =?utf-8?q?L=C3=A9a?= <lea@courrier.example>\r\nSubject: Acces\r\nMessage-ID: <1@courrier.example>\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n\r\nJe ne peux pas entrer.\x00\xff\r\n"
)


@pytest.fixture
def held(world: World) -> Contact:
    """A stranger's message at a desk that looks at them first."""
    post = Post(desk=world.desk)
    Mailbox.objects.filter(pk=post.box.pk).update(strangers="quarantine")
    contact = post.deliver(RAW)
    assert contact.outcome == Outcome.QUARANTINE
    return contact


def at(contact: Contact, verb: str = "") -> str:
    return f"/contacts/{contact.pk}{'/' if verb else ''}{verb}"


def another(desk: Organisation, number: int, **fields: Any) -> Contact:
    values = {"outcome": "automatic", "reason": "auto_reply", "raw": b"x", "size": 1, **fields}
    now = timezone.now()
    return Contact.objects.create(source_key=f"n{number}", desk=desk, received_at=now, read_at=now, **values)


def test_the_list_is_paged_and_narrowed(world: World, held: Contact) -> None:
    for n in range(5):
        another(world.desk.organisation, n)
    [only] = world.agent.get("/contacts?outcome=quarantine").json()["items"]
    assert (only["id"], only["outcome"], only["reason"], only["sender"]) == (
        held.pk, "quarantine", "stranger", "lea@courrier.example",
    )  # fmt: skip
    assert only["why"] == "Personne ici n’a cette adresse."
    assert only["may"] == ["accept", "attach", "discard"]
    assert "text" not in only
    seen: list[int] = []
    cursor = ""
    while True:
        page = world.agent.get(f"/contacts?size=2&cursor={cursor}").json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert sorted(seen) == sorted(Contact.objects.values_list("pk", flat=True)) and len(seen) == 6
    assert world.agent.get("/contacts?cursor=faux").json()["code"] == "bad_cursor"
    assert world.agent.get("/contacts?outcome=perdu").status_code == 422


def test_a_list_costs_the_same_with_more_in_it(world: World, held: Contact, django_assert_max_num_queries: Any) -> None:
    for n in range(20):
        another(world.desk.organisation, n, outcome="reply", reason="", ticket=world.ticket)
    with django_assert_max_num_queries(6):
        items = world.agent.get("/contacts").json()["items"]
    assert {item["ticket"] for item in items} == {None, world.ticket.reference}


def test_one_contact_and_its_bytes(world: World, held: Contact) -> None:
    one = world.agent.get(at(held)).json()
    assert (one["subject"], one["sender_name"], one["size"]) == ("Acces", "Léa", len(RAW))
    assert "Je ne peux pas entrer." in one["text"]
    answer = world.agent.get(at(held, "raw"))
    assert answer.content == RAW
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert (answer["X-Content-Type-Options"], "sandbox" in answer["Content-Security-Policy"]) == ("nosniff", True)


def test_accepted_discarded_and_undone(world: World, held: Contact) -> None:
    answer = world.agent.post(at(held, "accept"))
    assert answer.status_code == 201
    made = answer.json()
    ticket = Ticket.objects.get(reference=made["ticket"])
    assert (made["outcome"], made["may"], ticket.requester.email) == ("ticket", ["undo"], "lea@courrier.example")
    assert made["decided_by"]["id"] == world.agent.person.pk
    late = world.technician.post(at(held, "discard"), {"reason": "Publicité"})
    assert (late.status_code, late.json()["code"]) == (409, "decided")
    back = world.agent.post(at(held, "undo")).json()
    assert (back["outcome"], back["ticket"]) == ("quarantine", None)
    assert Ticket.objects.get(pk=ticket.pk).state == "cancelled"
    assert world.agent.post(at(held, "discard"), {"reason": " "}).json()["field"] == "reason"
    gone = world.agent.post(at(held, "discard"), {"reason": "Publicité"}).json()
    assert (gone["outcome"], gone["detail"]) == ("discarded", "Publicité")


def test_attached_to_a_ticket_that_one_treats(world: World, held: Contact) -> None:
    elsewhere = builders.ticket(world.stranger.person, now=timezone.now())
    for wrong in (elsewhere.reference, "G-22222", "x", ""):
        answer = world.agent.post(at(held, "attach"), {"ticket": wrong})
        assert (answer.status_code, answer.json()["field"]) == (422, "ticket"), wrong
    sloppy = world.ticket.reference.lower().replace("-", "")
    made = world.agent.post(at(held, "attach"), {"ticket": sloppy}).json()
    assert (made["outcome"], made["ticket"]) == ("reply", world.ticket.reference)
    assert "Je ne peux pas entrer." in world.ticket.messages.get().body


def test_a_repeat_with_its_key_opens_one_ticket(world: World, held: Contact) -> None:
    before = Ticket.objects.count()
    first = world.agent.post(at(held, "accept"), Idempotency_Key="k1")
    second = world.agent.post(at(held, "accept"), Idempotency_Key="k1")
    assert (first.status_code, second.status_code, second["Idempotent-Replayed"]) == (201, 201, "true")
    assert first.json() == second.json()
    assert Ticket.objects.count() == before + 1


def test_requesters_and_other_desks_see_nothing(world: World, held: Contact) -> None:
    for nobody in (world.requester, world.colleague, world.contact, world.stranger):
        assert (nobody.get("/contacts").status_code, nobody.get("/contacts").json()["code"]) == (403, "not_desk")
    assert world.foreign_agent.get("/contacts").json()["items"] == []
    everybody = (world.requester, world.colleague, world.contact, world.stranger, world.foreign_agent)
    bodies = {"accept": {}, "attach": {"ticket": world.ticket.reference}, "discard": {"reason": "x"}, "undo": {}}
    for nobody in everybody:
        assert nobody.get(at(held)).status_code == nobody.get(at(held, "raw")).status_code == 404
        for verb, body in bodies.items():
            assert nobody.post(at(held, verb), body).status_code == 404, verb
    held.refresh_from_db()
    assert held.outcome == Outcome.QUARANTINE


def test_what_reached_no_desk_is_for_managers(world: World, held: Contact) -> None:
    Contact.objects.filter(pk=held.pk).update(desk=None, mailbox=None)
    assert world.agent.get(at(held)).status_code == 404
    assert world.manager.get(at(held)).status_code == 200


def test_a_ticket_that_one_does_not_treat_is_not_named(world: World, held: Contact) -> None:
    elsewhere = builders.ticket(world.stranger.person, now=timezone.now())
    Contact.objects.filter(pk=held.pk).update(mentions=elsewhere)
    assert elsewhere.reference not in world.agent.get(at(held)).content.decode()
    Contact.objects.filter(pk=held.pk).update(mentions=world.ticket)
    assert world.agent.get(at(held)).json()["mentions"] == world.ticket.reference


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("contacts:read", "GET", ""),
        ("contacts:read", "GET", "raw"),
        ("contacts:write", "POST", "accept"),
        ("contacts:write", "POST", "discard"),
    ],
)
def test_each_needs_its_scope(world: World, held: Contact, scope: str, method: str, path: str) -> None:
    """A token for tickets, which people made before there were others, opens no message."""
    others = program(world.agent.person, scopes=("tickets:read", "tickets:write", "settings:read", "settings:write"))
    answer = others.send(method, at(held, path), {"reason": "x"} if path == "discard" else None)
    assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")
    right = program(world.agent.person, scopes=(scope,))
    assert right.send(method, at(held, path), {"reason": "x"} if path == "discard" else None).status_code < 300


def test_an_automatic_one_becomes_a_ticket_and_one_in_trouble_is_read_again(world: World) -> None:
    post = Post(desk=world.desk)
    automatic = post.deliver(RAW.replace(b"Subject", b"Auto-Submitted: auto-replied\r\nSubject"))
    assert world.agent.get(at(automatic)).json()["may"] == ["accept", "attach"]
    assert world.agent.post(at(automatic, "discard"), {"reason": "Non"}).json()["code"] == "decided"
    made = world.agent.post(at(automatic, "accept"))
    assert (made.status_code, made.json()["outcome"]) == (201, "ticket")
    troubled = post.deliver(RAW.replace(b"<1@", b"<2@"), read=False)
    Contact.objects.filter(pk=troubled.pk).update(
        outcome="quarantine", reason="trouble", tries=3, read_at=timezone.now()
    )
    assert world.agent.get(at(troubled)).json()["may"] == ["accept", "attach", "discard", "read-again"]
    again = world.agent.post(at(troubled, "read-again"))
    assert (again.status_code, again.json()["outcome"]) == (201, "waiting")
    assert world.agent.post(at(troubled, "read-again")).json()["code"] == "decided"
    readers.read_all()
    assert world.agent.get(at(troubled)).json()["outcome"] == "ticket"
