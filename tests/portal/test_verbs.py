"""What a requester does to a ticket, and what they are told when it can't be done."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from guichet.tickets import actions
from guichet.tickets.models import Attachment, Message, Satisfaction, Ticket, Watcher
from tests import builders
from tests.builders import NOW
from tests.portal.people import World, text_of, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture
def amelie(w: World) -> Client:
    return builders.client_for(w.amelie)


def post(client: Client, ticket: Ticket, verb: str, **data: Any) -> Any:
    return client.post(f"/help/tickets/{ticket.reference}/{verb}/", data)


def test_reply_with_files(w: World, amelie: Client) -> None:
    ticket = w.ticket()
    file = SimpleUploadedFile("journal.txt", b"erreur 5")
    answer = post(amelie, ticket, "replies", body="Voici le journal.", files=[file])
    assert answer.status_code == 302
    message = Message.objects.get()
    assert (message.body, message.from_desk) == ("Voici le journal.", False)
    assert Attachment.objects.get().message == message
    page = text_of(amelie.get(f"/help/tickets/{ticket.reference}/"))
    assert "journal.txt" in page and "Voici le journal." in page


def test_files_alone_are_something_said(w: World, amelie: Client) -> None:
    ticket = w.ticket()
    assert post(amelie, ticket, "replies", body="", files=[SimpleUploadedFile("a.txt", b"x")]).status_code == 302
    assert "a.txt" in text_of(amelie.get(f"/help/tickets/{ticket.reference}/"))


def test_files_are_added_to_the_request_itself(w: World, amelie: Client) -> None:
    ticket = w.ticket()
    assert post(amelie, ticket, "files").status_code == 422
    assert post(amelie, ticket, "files", files=[SimpleUploadedFile("plan.pdf", b"x")]).status_code == 302
    assert Attachment.objects.get().message is None
    assert "plan.pdf" in text_of(amelie.get(f"/help/tickets/{ticket.reference}/"))


def test_the_same_form_sent_twice_says_it_once(w: World, amelie: Client) -> None:
    ticket = w.ticket()
    key = amelie.get(f"/help/tickets/{ticket.reference}/").context["form_key"]
    for _ in range(2):
        assert post(amelie, ticket, "replies", body="Une fois", form_key=key).status_code == 302
    assert Message.objects.count() == 1
    # Another text from the same page, reached by the back button, is another message.
    post(amelie, ticket, "replies", body="Autre chose", form_key=key)
    assert Message.objects.count() == 2


def test_confirming_twice_is_no_error(w: World, amelie: Client) -> None:
    ticket = w.resolved()
    key = amelie.get(f"/help/tickets/{ticket.reference}/").context["form_key"]
    assert [post(amelie, ticket, "confirmation", form_key=key).status_code for _ in range(2)] == [302, 302]


@pytest.mark.parametrize("verb", ["replies", "refusal", "cancellation"])
def test_nothing_said_is_said_so(w: World, amelie: Client, verb: str) -> None:
    ticket = w.resolved() if verb == "refusal" else w.ticket()
    version = Ticket.objects.get().version
    answer = post(amelie, ticket, verb, body=" \n ")
    assert answer.status_code == 422
    assert 'role="alert"' in text_of(answer)
    assert Ticket.objects.get().version == version


def test_what_was_typed_is_kept_when_a_file_is_too_large(w: World, amelie: Client, settings: Any) -> None:
    settings.ATTACHMENT_MAX_BYTES = 10
    ticket = w.ticket()
    answer = post(amelie, ticket, "replies", body="Mon long message", files=[SimpleUploadedFile("a.bin", b"x" * 11)])
    assert answer.status_code == 422
    assert "Mon long message" in text_of(answer) and "a.bin" in text_of(answer)
    assert not Message.objects.exists() and not Attachment.objects.exists()


def test_the_reply_being_typed_is_kept_on_the_server(w: World, amelie: Client) -> None:
    ticket = w.ticket()
    assert post(amelie, ticket, "draft", body="Je commence à").status_code == 204
    assert "Je commence à" in text_of(amelie.get(f"/help/tickets/{ticket.reference}/"))
    post(amelie, ticket, "replies", body="Je commence à écrire")
    page = text_of(amelie.get(f"/help/tickets/{ticket.reference}/?said=reply"))
    assert "Je commence à</textarea>" not in page
    assert f'data-draft-done="reply-{ticket.reference}"' in page


def test_it_works_then_one_question(w: World, amelie: Client) -> None:
    ticket = w.resolved()
    page = text_of(amelie.get(f"/help/tickets/{ticket.reference}/"))
    assert "Ça fonctionne" in page and "Ça ne fonctionne pas" in page
    answer = post(amelie, ticket, "confirmation")
    assert answer.status_code == 302
    assert Ticket.objects.get().state == "closed"
    assert "Quelle est votre satisfaction" in text_of(amelie.get(f"/help/tickets/{ticket.reference}/"))
    assert post(amelie, ticket, "satisfaction", comment="Merci !").status_code == 422
    assert post(amelie, ticket, "satisfaction", score="6").status_code == 422
    assert post(amelie, ticket, "satisfaction", score="4", comment="Merci !").status_code == 302
    given = Satisfaction.objects.get()
    assert (given.score, given.comment, given.agent) == (4, "Merci !", w.nadia)
    assert "Vous avez répondu 4 sur 5" in text_of(amelie.get(f"/help/tickets/{ticket.reference}/"))


def test_a_refused_rating_keeps_the_comment(w: World, amelie: Client) -> None:
    ticket = w.resolved()
    post(amelie, ticket, "confirmation")
    answer = post(amelie, ticket, "satisfaction", comment="Très long à venir")
    assert answer.status_code == 422
    assert "Très long à venir" in text_of(answer) and "Choisissez une des réponses." in text_of(answer)


def test_it_does_not_work_and_work_goes_on(w: World, amelie: Client) -> None:
    ticket = w.resolved()
    assert post(amelie, ticket, "refusal", body="Toujours noir").status_code == 302
    assert Ticket.objects.get().state == "open"
    assert "Toujours noir" in text_of(amelie.get(f"/help/tickets/{ticket.reference}/"))


def test_a_closed_ticket_opens_again(w: World, amelie: Client) -> None:
    ticket = w.resolved()
    post(amelie, ticket, "confirmation")
    assert "Rouvrir avec ce message" in text_of(amelie.get(f"/help/tickets/{ticket.reference}/"))
    assert post(amelie, ticket, "reopening", body="C’est revenu").status_code == 302
    assert (Ticket.objects.get().state, Ticket.objects.get().reopened) == ("open", 1)


def test_a_reply_to_a_closed_ticket_opens_it_again(w: World, amelie: Client) -> None:
    ticket = w.resolved()
    post(amelie, ticket, "confirmation")
    post(amelie, ticket, "replies", body="C’est revenu")
    assert Ticket.objects.get().state == "open"


def test_cancelling_says_why(w: World, amelie: Client) -> None:
    ticket = w.ticket()
    assert post(amelie, ticket, "cancellation", body="C’était débranché.").status_code == 302
    page = text_of(amelie.get(f"/help/tickets/{ticket.reference}/"))
    assert Ticket.objects.get().state == "cancelled"
    assert "Ce ticket a été annulé." in page and "C’était débranché." in page


@pytest.mark.parametrize("verb", ["confirmation", "refusal"])
def test_what_the_state_does_not_allow_is_a_conflict_that_keeps_the_text(w: World, amelie: Client, verb: str) -> None:
    ticket = w.ticket()
    answer = post(amelie, ticket, verb, body="Ça ne marche pas")
    assert answer.status_code == 409
    assert 'role="alert"' in text_of(answer)
    assert Ticket.objects.get().state == "new"


def test_a_refusal_that_came_too_late_shows_the_text_again(w: World, amelie: Client) -> None:
    ticket = w.resolved()
    actions.confirm(ticket, actor=w.nadia, now=NOW)
    answer = post(amelie, ticket, "refusal", body="Toujours noir chez moi")
    assert answer.status_code == 409
    assert "Toujours noir chez moi" in text_of(answer)


def test_a_colleague_follows_by_address(w: World, amelie: Client) -> None:
    colleague = builders.person(w.desk.organisation, email="luis@essai.example")
    ticket = w.ticket()
    assert post(amelie, ticket, "watchers", email=" Luis@Essai.example ").status_code == 302
    assert Watcher.objects.get().person == colleague
    assert colleague.name in text_of(amelie.get(f"/help/tickets/{ticket.reference}/"))
    assert builders.client_for(colleague).get(f"/help/tickets/{ticket.reference}/").status_code == 200


@pytest.mark.parametrize("email", ["", "personne@essai.example", "pas une adresse", "\x00", "é" * 500])
def test_an_unknown_address_is_said_at_the_field(w: World, amelie: Client, email: str) -> None:
    ticket = w.ticket()
    answer = post(amelie, ticket, "watchers", email=email)
    assert answer.status_code == 422
    assert "watch-error" in text_of(answer)
    assert not Watcher.objects.exists()


def test_a_stranger_is_never_made_a_watcher(w: World, amelie: Client) -> None:
    ticket = w.ticket()
    assert post(amelie, ticket, "watchers", email=w.stranger.email).status_code == 422
    assert not Watcher.objects.exists()


def test_a_client_cannot_probe_for_the_desks_people(w: World) -> None:
    """At a client, the desk's own addresses are not told apart from unknown ones."""
    client_person = builders.person(builders.client_of(w.desk))
    ticket = builders.ticket(client_person)
    answer = post(builders.client_for(client_person), ticket, "watchers", email=w.nadia.email)
    assert answer.status_code == 422
