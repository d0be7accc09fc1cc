"""Following one's tickets: lists, the ticket's page, its receipt and files; who sees what."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from guichet.lib.references import reference
from guichet.notifications.models import Notification
from guichet.tickets import actions
from guichet.tickets.models import Attachment, Ticket
from tests import builders
from tests.builders import NOW
from tests.portal.people import World, text_of, world

pytestmark = pytest.mark.django_db
PAGES = ("", "receipt/")
POSTS = ("replies/", "files/", "confirmation/", "refusal/", "reopening/", "cancellation/", "satisfaction/", "watchers/",
         "watching-end/", "draft/")  # fmt: skip


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture
def amelie(w: World) -> Client:
    return builders.client_for(w.amelie)


def test_the_page_shows_promise_steps_and_conversation(w: World, amelie: Client) -> None:
    ticket = w.ticket()
    actions.reply(ticket, body="Nous **cherchons** la cause.", actor=w.nadia, now=NOW)
    page = text_of(amelie.get(f"/help/tickets/{ticket.reference}/"))
    for said in (
        ticket.reference,
        "<strong>cherchons</strong>",
        w.nadia.name,
        "Étape 3 sur 5",
        'class="promise-frame"',
    ):
        assert said in page


@pytest.mark.parametrize(
    ("reach", "step"), [("new", 1), ("taken", 2), ("answered", 3), ("resolved", 4), ("confirmed", 5)]
)
def test_five_steps(w: World, amelie: Client, reach: str, step: int) -> None:
    ticket = w.ticket()
    if reach != "new":
        actions.take(ticket, actor=w.nadia, now=NOW)
    if reach in {"answered", "resolved", "confirmed"}:
        actions.reply(ticket, body="Oui", actor=w.nadia, now=NOW)
    if reach in {"resolved", "confirmed"}:
        builders.resolved(ticket, actor=w.nadia)
    if reach == "confirmed":
        actions.confirm(ticket, actor=w.amelie, now=NOW)
    assert f"Étape {step} sur 5" in text_of(amelie.get(f"/help/tickets/{ticket.reference}/"))


def test_notes_and_internal_files_never_show(w: World, amelie: Client) -> None:
    ticket = w.ticket()
    secret = SimpleUploadedFile("interne.txt", b"mot de passe")
    actions.note(ticket, body="Confidentiel entre nous", uploads=[secret], actor=w.nadia, now=NOW)
    page = text_of(amelie.get(f"/help/tickets/{ticket.reference}/"))
    assert "Confidentiel" not in page and "interne.txt" not in page
    assert amelie.get(f"/help/files/{Attachment.objects.get().key}/").status_code == 404


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_strangers_reference_is_not_found_in_their_language(w: World, language: str) -> None:
    ticket = w.ticket()
    w.stranger.language = language
    w.stranger.save()
    client = builders.client_for(w.stranger)
    missing = client.get(f"/help/tickets/{reference(ticket.pk + 1)}/")
    for path in PAGES:
        answer = client.get(f"/help/tickets/{ticket.reference}/{path}")
        assert answer.status_code == 404
        assert f'lang="{language}"' in text_of(answer)
    same = client.get(f"/help/tickets/{ticket.reference}/")
    assert len(same.content) == len(missing.content)
    before = Ticket.objects.get().version
    for path in POSTS:
        answer = client.post(f"/help/tickets/{ticket.reference}/{path}", {"body": "x", "score": "5", "email": "a@b.ca"})
        assert answer.status_code == 404, path
    assert Ticket.objects.get().version == before


def test_signed_out_people_sign_in_first_and_come_back(w: World) -> None:
    ticket = w.ticket()
    answer = Client().get(f"/help/tickets/{ticket.reference}/")
    assert answer["Location"] == f"/sign-in/?next=/help/tickets/{ticket.reference}/"
    assert Client().post(f"/help/tickets/{ticket.reference}/replies/", {"body": "x"}).status_code == 302


@pytest.mark.parametrize("typed", ["{r}", "{low}", "{bare}"])
def test_a_reference_is_understood_however_it_is_typed(w: World, amelie: Client, typed: str) -> None:
    reference = w.ticket().reference
    path = typed.format(r=reference, low=reference.lower(), bare=reference.removeprefix("G-"))
    assert amelie.get(f"/help/tickets/{path}/").status_code == 200


def test_an_agents_view_of_the_portal_holds_only_their_own_tickets(w: World) -> None:
    ticket = w.ticket()
    client = builders.client_for(w.nadia)
    assert ticket.title not in text_of(client.get("/help/tickets/"))
    assert client.get(f"/help/tickets/{ticket.reference}/").status_code == 404


def test_a_contact_sees_the_organisations_tickets(w: World) -> None:
    contact = builders.contact(w.desk.organisation, language="fr")
    ticket = w.ticket()
    client = builders.client_for(contact)
    assert ticket.reference not in text_of(client.get("/help/tickets/"))
    page = text_of(client.get("/help/tickets/?whose=all"))
    assert ticket.reference in page and f"demandé par {w.amelie.name}" in page
    ticket_page = text_of(client.get(f"/help/tickets/{ticket.reference}/"))
    assert f"Demandé par {w.amelie.name}" in ticket_page
    # Seeing is not having the say.
    assert "Annuler ce ticket" not in ticket_page


def test_a_watcher_follows_and_speaks_but_does_not_decide(w: World) -> None:
    watcher = builders.person(w.desk.organisation)
    ticket = w.resolved()
    actions.watch(ticket, person=watcher, actor=w.amelie, now=NOW)
    client = builders.client_for(watcher)
    page = text_of(client.get(f"/help/tickets/{ticket.reference}/"))
    assert "Ça fonctionne" not in page
    assert client.post(f"/help/tickets/{ticket.reference}/confirmation/").status_code == 403
    assert client.post(f"/help/tickets/{ticket.reference}/satisfaction/", {"score": "1"}).status_code == 403
    assert client.post(f"/help/tickets/{ticket.reference}/watching-end/").status_code == 302
    assert client.get(f"/help/tickets/{ticket.reference}/").status_code == 404


def test_open_and_ended_are_two_lists(w: World, amelie: Client) -> None:
    open_one, ended = w.ticket(), w.resolved()
    actions.confirm(ended, actor=w.amelie, now=NOW)
    first, second = text_of(amelie.get("/help/tickets/")), text_of(amelie.get("/help/tickets/?show=ended"))
    assert open_one.reference in first and ended.reference not in first
    assert ended.reference in second and open_one.reference not in second


def test_a_long_list_goes_on(w: World, amelie: Client) -> None:
    references = {w.ticket(description=f"Panne {n}").reference for n in range(23)}
    page = amelie.get("/help/tickets/")
    seen = {r for r in references if r in text_of(page)}
    assert len(seen) == 20
    rest = text_of(amelie.get(page.context["next_url"].replace("?", "/help/tickets/?")))
    assert {r for r in references if r in rest} == references - seen


@pytest.mark.parametrize("path", ["/help/tickets/?cursor=inventé", "/help/account/news/?cursor=%00x"])
def test_a_made_up_cursor_leads_to_the_first_page(w: World, amelie: Client, path: str) -> None:
    assert amelie.get(path).status_code == 302


def test_files_are_downloads_and_pictures_may_show(w: World, amelie: Client) -> None:
    picture = SimpleUploadedFile("écran.png", b"\x89PNG", content_type="image/png")
    page = SimpleUploadedFile("page.html", b"<script>alert(1)</script>", content_type="text/html")
    ticket = w.ticket()
    amelie.post(f"/help/tickets/{ticket.reference}/replies/", {"files": [picture, page]})
    shown = text_of(amelie.get(f"/help/tickets/{ticket.reference}/"))
    assert "écran.png" in shown and "<img" in shown
    by_name = {a.name: a for a in Attachment.objects.all()}
    inline = amelie.get(f"/help/files/{by_name['écran.png'].key}/?inline")
    assert inline["Content-Type"] == "image/png"
    never = amelie.get(f"/help/files/{by_name['page.html'].key}/?inline")
    assert never["Content-Disposition"].startswith("attachment")
    assert never["Content-Type"] == "application/octet-stream"
    other = builders.client_for(w.stranger)
    assert other.get(f"/help/files/{by_name['page.html'].key}/").status_code == 404


def test_news_is_listed_and_read_by_looking_at_the_ticket(w: World, amelie: Client) -> None:
    ticket = w.ticket()
    actions.reply(ticket, body="Bonjour", actor=w.nadia, now=NOW)
    page = text_of(amelie.get("/help/account/news/"))
    assert f"{w.nadia.name} vous a écrit." in page and "pas encore lue" in page
    amelie.get(f"/help/tickets/{ticket.reference}/")
    assert "pas encore lue" not in text_of(amelie.get("/help/account/news/"))
    actions.reply(ticket, body="Encore", actor=w.nadia, now=NOW)
    amelie.post("/help/account/news/")
    assert not Notification.objects.filter(person=w.amelie, read_at=None).exists()


def test_live_topics_are_those_of_the_person_and_the_ticket(w: World, amelie: Client) -> None:
    ticket = w.ticket()
    page = text_of(amelie.get(f"/help/tickets/{ticket.reference}/"))
    assert f'data-live-topics="person:{w.amelie.pk} ticket:{ticket.reference}"' in page
    assert 'data-live-on="ticket"' in page
