"""The quarantine as a work list: accept, attach, discard, and back again; in the interface too."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from guichet.channels import interpreting, quarantine, readers, reasons
from guichet.channels.models import Contact, Outcome
from guichet.lib.errors import Conflict, Forbidden, Refused
from guichet.lib.models import Outgoing
from guichet.people.models import Person
from guichet.tickets import actions
from guichet.tickets.models import State, Ticket
from tests import builders, cast
from tests.channels.post import Post, told

NOW = builders.NOW


@pytest.fixture
def nadia(post: Post) -> Person:
    return builders.agent(post.desk)


@pytest.fixture
def held(post: Post) -> Contact:
    """A stranger's message at a desk that looks at them first."""
    post.box.strangers = "quarantine"
    post.box.save()
    contact = post.write("Léa <lea@courrier.example>", "Je ne peux pas entrer.", Subject="Accès")
    assert told(contact) == (Outcome.QUARANTINE, reasons.STRANGER)
    return contact


def test_accepted_it_is_a_ticket_of_its_sender_s(held: Contact, nadia: Person) -> None:
    ticket = quarantine.accept(held, actor=nadia, now=NOW)
    held.refresh_from_db()
    assert (held.outcome, held.ticket_id, held.decided_by) == (Outcome.TICKET, ticket.pk, nadia)
    assert (ticket.requester.email, ticket.title) == ("lea@courrier.example", "Accès")


def test_attached_it_is_a_reply(post: Post, held: Contact, nadia: Person) -> None:
    ticket = builders.ticket(builders.person(post.desk.organisation))
    quarantine.attach(held, ticket=ticket, actor=nadia, now=NOW)
    held.refresh_from_db()
    assert (held.outcome, held.ticket_id) == (Outcome.REPLY, ticket.pk)
    assert [m.body for m in ticket.messages.all()] == ["Je ne peux pas entrer."]


def test_discarded_it_stays_in_the_ledger_with_its_reason(held: Contact, nadia: Person) -> None:
    with pytest.raises(Refused):
        quarantine.discard(held, reason="  ", actor=nadia, now=NOW)
    quarantine.discard(held, reason="Hameçonnage", actor=nadia, now=NOW)
    held.refresh_from_db()
    assert (held.outcome, held.detail, bytes(held.raw) != b"") == (Outcome.DISCARDED, "Hameçonnage", True)


@pytest.mark.parametrize("decision", ["accept", "attach", "discard"])
def test_each_decision_can_be_undone(post: Post, held: Contact, nadia: Person, decision: str) -> None:
    ticket = builders.ticket(builders.person(post.desk.organisation))
    {
        "accept": lambda: quarantine.accept(held, actor=nadia, now=NOW),
        "attach": lambda: quarantine.attach(held, ticket=ticket, actor=nadia, now=NOW),
        "discard": lambda: quarantine.discard(held, reason="Non", actor=nadia, now=NOW),
    }[decision]()
    made = Ticket.objects.exclude(pk=ticket.pk).first()
    quarantine.undo(held, actor=nadia, now=NOW)
    held.refresh_from_db()
    assert (held.outcome, held.ticket, held.reply) == (Outcome.QUARANTINE, None, None)
    if made is not None:
        made.refresh_from_db()
        assert made.state == State.CANCELLED
    assert [m.kind for m in ticket.messages.all()] == (["note"] if decision == "attach" else [])
    again = quarantine.accept(held, actor=nadia, now=NOW)
    assert again.state == State.NEW


def test_nobody_decides_twice_nor_for_another_desk(held: Contact, nadia: Person) -> None:
    elsewhere = builders.agent(builders.desk(), cast.FELIX)
    with pytest.raises(Forbidden):
        quarantine.accept(held, actor=elsewhere, now=NOW)
    quarantine.accept(held, actor=nadia, now=NOW)
    with pytest.raises(Conflict):
        quarantine.discard(held, reason="Trop tard", actor=nadia, now=NOW)


def test_what_became_of_it_by_itself_is_not_undone_here(post: Post, nadia: Person) -> None:
    contact = post.write(builders.person(post.desk.organisation))
    with pytest.raises(Conflict):
        quarantine.undo(contact, actor=nadia, now=NOW)


def test_the_work_list_and_its_verbs(post: Post, held: Contact, nadia: Person) -> None:
    browser = builders.client_for(nadia)
    listed = browser.get(reverse("desk:contacts")).content.decode()
    assert "Accès" in listed
    page = browser.get(reverse("desk:contact", args=[held.pk])).content.decode()
    assert "Je ne peux pas entrer." in page
    unknown = browser.post(reverse("desk:contact_attach", args=[held.pk]), {"reference": "G-nope"})
    assert (unknown.status_code, b"G-nope" in unknown.content) == (422, True)
    assert browser.post(reverse("desk:contact_discard", args=[held.pk]), {"reason": ""}).status_code == 422
    assert browser.post(reverse("desk:contact_accept", args=[held.pk])).status_code == 302
    late = browser.post(reverse("desk:contact_accept", args=[held.pk]))
    assert late.status_code == 409
    assert browser.post(reverse("desk:contact_undo", args=[held.pk])).status_code == 302
    held.refresh_from_db()
    assert held.outcome == Outcome.QUARANTINE


def test_the_message_as_it_came_is_a_download_that_no_browser_runs(post: Post, nadia: Person) -> None:
    raw = b"Subject: <script>alert(1)</script>\n\n<script>alert(1)</script>"
    contact = post.deliver(raw)
    answer = builders.client_for(nadia).get(reverse("desk:contact_raw", args=[contact.pk]))
    assert answer.content == raw
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"


def test_a_list_costs_the_same_with_more_in_it(
    post: Post, held: Contact, nadia: Person, django_assert_max_num_queries: Any
) -> None:
    browser = builders.client_for(nadia)
    for n in range(12):
        post.write(f"s{n}@courrier.example", f"Bonjour {n}")
    with django_assert_max_num_queries(8):
        browser.get(reverse("desk:contacts"))


def test_metrics_are_closed_until_a_token_is_set(post: Post, client: Client, settings: Any) -> None:
    address = reverse("metrics")
    assert client.get(address).status_code == 404
    settings.METRICS_TOKEN = "a-token"
    assert client.get(address).status_code == 404
    assert client.get(address, headers={"Authorization": "Bearer wrong"}).status_code == 404
    post.write("a@b.example")
    text = client.get(address, headers={"Authorization": "Bearer a-token"}).content.decode()
    assert 'guichet_contacts{outcome="ticket"} 1\n' in text
    assert "guichet_contacts_unaccounted 0\n" in text


def test_metrics_say_how_the_outbox_stands(post: Post, client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = "a-token"

    def figures() -> dict[str, float]:
        text = client.get(reverse("metrics"), headers={"Authorization": "Bearer a-token"}).content.decode()
        lines = [line.split() for line in text.splitlines() if line.startswith("guichet_outgoing")]
        return {name.removeprefix("guichet_outgoing_"): float(value) for name, value in lines}

    assert figures() == {"waiting": 0, "given_up": 0, "oldest_seconds": 0}
    now = timezone.now()
    old = now - timedelta(hours=2)
    common = {"kind": "mail", "recipient": "a@b.example", "created_at": old, "next_at": now + timedelta(hours=1)}
    Outgoing.objects.create(key="later", **common)
    Outgoing.objects.create(key="due", **{**common, "next_at": old})
    Outgoing.objects.create(key="refused", **common, given_up_at=now)
    Outgoing.objects.create(key="long-refused", **common, given_up_at=now - timedelta(days=2))
    Outgoing.objects.create(key="taken", **common, delivered_at=now)
    found = figures()
    assert (found["waiting"], found["given_up"]) == (2, 1)
    assert 7200 <= found["oldest_seconds"] < 7260


def test_a_ticket_leads_to_the_whole_message_and_says_what_it_names(post: Post) -> None:
    nadia = builders.agent(post.desk)
    asked = builders.ticket(builders.person(post.desk.organisation))
    contact = post.write("lea@courrier.example", "Je ne suis pas d’ici.", Subject=f"Re: {asked.reference}")
    assert contact.ticket is not None
    page = builders.client_for(nadia).get(reverse("desk:ticket", args=[contact.ticket.reference])).content.decode()
    assert reverse("desk:contact", args=[contact.pk]) in page
    assert reverse("desk:ticket", args=[asked.reference]) in page


@pytest.fixture
def automatic(post: Post) -> Contact:
    """A person's request that a rule of their mail program marked as written by a machine."""
    contact = post.write(
        "lea@courrier.example", "Je ne peux pas entrer.", Auto_Submitted="auto-replied", Subject="Accès"
    )
    assert told(contact) == (Outcome.AUTOMATIC, "auto_reply")
    return contact


def test_an_automatic_message_that_a_person_wrote_becomes_what_it_is(
    post: Post, automatic: Contact, nadia: Person
) -> None:
    browser = builders.client_for(nadia)
    page = browser.get(reverse("desk:contact", args=[automatic.pk])).content.decode()
    assert reverse("desk:contact_accept", args=[automatic.pk]) in page
    assert reverse("desk:contact_discard", args=[automatic.pk]) not in page
    ticket = quarantine.accept(automatic, actor=nadia, now=NOW)
    assert ticket.requester.email == "lea@courrier.example"
    quarantine.undo(automatic, actor=nadia, now=NOW)
    automatic.refresh_from_db()
    assert told(automatic) == (Outcome.AUTOMATIC, "auto_reply"), "it is back where it was"
    other = builders.ticket(builders.person(post.desk.organisation))
    quarantine.attach(automatic, ticket=other, actor=nadia, now=NOW)
    assert other.messages.get().body == "Je ne peux pas entrer."
    with pytest.raises(Conflict):
        quarantine.accept(automatic, actor=nadia, now=NOW)


def test_where_the_ticket_was_solved_meanwhile_undoing_is_refused_with_the_reason(held: Contact, nadia: Person) -> None:
    ticket = quarantine.accept(held, actor=nadia, now=NOW)
    builders.resolved(ticket, actor=nadia, now=NOW)
    browser = builders.client_for(nadia)
    answer = browser.post(reverse("desk:contact_undo", args=[held.pk]))
    assert (answer.status_code, ticket.reference in answer.content.decode()) == (409, True)
    held.refresh_from_db()
    assert (held.outcome, held.ticket_id) == (Outcome.TICKET, ticket.pk)


def test_a_ticket_that_was_cancelled_meanwhile_is_no_hindrance(held: Contact, nadia: Person) -> None:
    ticket = quarantine.accept(held, actor=nadia, now=NOW)
    actions.cancel(ticket, reason="Erreur", actor=nadia, now=NOW)
    quarantine.undo(held, actor=nadia, now=NOW)
    held.refresh_from_db()
    assert held.outcome == Outcome.QUARANTINE


def test_the_reason_is_in_the_requester_s_language(post: Post, held: Contact, nadia: Person) -> None:
    ticket = quarantine.accept(held, actor=nadia, now=NOW)
    Person.objects.filter(pk=ticket.requester_id).update(language="en")
    with override("fr"):
        quarantine.undo(held, actor=nadia, now=NOW)
    assert ticket.messages.get().body.startswith("The message that this ticket came from")


@pytest.mark.parametrize("was", ["cancelled", "waiting for them", "open"])
def test_a_ticket_that_a_reply_had_set_going_is_shown_to_whoever_undoes_it(
    post: Post, held: Contact, nadia: Person, was: str
) -> None:
    ticket = builders.ticket(builders.person(post.desk.organisation))
    if was == "cancelled":
        actions.cancel(ticket, reason="Non", actor=nadia, now=NOW)
    elif was == "waiting for them":
        actions.hold(ticket, reason="requester", wake_at=NOW + timedelta(days=2), actor=nadia, now=NOW)
    quarantine.attach(held, ticket=ticket, actor=nadia, now=NOW)
    answer = builders.client_for(nadia).post(reverse("desk:contact_undo", args=[held.pk]))
    there = reverse("desk:ticket", args=[ticket.reference])
    assert answer["Location"] == (reverse("desk:contact", args=[held.pk]) if was == "open" else there)


def test_what_reached_no_desk_belongs_to_the_one_that_attached_it(post: Post) -> None:
    """Otherwise the answer to it would find no thread."""
    manager = builders.manager(post.desk)
    amelie = builders.person(post.desk.organisation)
    ticket = builders.ticket(amelie)
    stray = post.message(amelie.email, To="nobody@nowhere.example", Message_ID="<stray@x.example>")
    contact = post.deliver(stray, to="nobody@nowhere.example")
    quarantine.attach(contact, ticket=ticket, actor=manager, now=NOW)
    answer = post.write(amelie, "Encore", In_Reply_To="<stray@x.example>")
    assert (answer.outcome, answer.ticket_id) == (Outcome.REPLY, ticket.pk)


def test_a_stray_whose_copy_is_here_already_can_be_decided_all_the_same(post: Post) -> None:
    amelie = builders.person(post.desk.organisation)
    message = post.message(amelie.email)
    here = post.deliver(message)
    assert here.ticket is not None
    stray = post.message(amelie.email, To="", Message_ID=message["Message-ID"])
    contact = post.deliver(stray, to="nobody@nowhere.example")
    assert contact.fingerprint == here.fingerprint
    quarantine.attach(contact, ticket=here.ticket, actor=builders.manager(post.desk), now=NOW)
    contact.refresh_from_db()
    assert (contact.outcome, contact.desk) == (Outcome.REPLY, None)


@pytest.fixture
def troubled(post: Post, monkeypatch: pytest.MonkeyPatch) -> Contact:
    """A message whose readers all failed, for a reason that is mended meanwhile."""
    contact = post.deliver(post.message("Léa <lea@courrier.example>", "Bonjour", Subject="Panne"), read=False)
    with monkeypatch.context() as broken:
        broken.setattr(interpreting, "submit", lambda **given: (_ for _ in ()).throw(OSError("the disk is full")))
        for _try in range(readers.TRIES):
            Contact.objects.update(tried_at=timezone.now() - timedelta(days=1))
            readers.read_all()
    contact.refresh_from_db()
    assert told(contact) == (Outcome.QUARANTINE, reasons.TROUBLE)
    return contact


def test_what_could_not_be_read_says_who_wrote_and_can_be_read_again(troubled: Contact, nadia: Person) -> None:
    assert (troubled.sender, troubled.subject) == ("lea@courrier.example", "Panne")
    browser = builders.client_for(nadia)
    again = reverse("desk:contact_read_again", args=[troubled.pk])
    assert again in browser.get(reverse("desk:contact", args=[troubled.pk])).content.decode()
    assert browser.post(again).status_code == 302
    readers.read_all()
    troubled.refresh_from_db()
    assert troubled.outcome == Outcome.TICKET
    assert browser.post(again).status_code == 409


def test_what_could_not_be_read_can_be_accepted(troubled: Contact, nadia: Person) -> None:
    ticket = quarantine.accept(troubled, actor=nadia, now=NOW)
    assert (ticket.requester.email, ticket.title) == ("lea@courrier.example", "Panne")


def test_what_can_not_be_read_here_either_is_refused(
    troubled: Contact, nadia: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine, "understood", lambda contact: (_ for _ in ()).throw(RecursionError()))
    answer = builders.client_for(nadia).post(reverse("desk:contact_accept", args=[troubled.pk]))
    assert answer.status_code == 422
