"""The composer: replies and notes are never mistaken for one another, and nothing typed is lost."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from guichet.notifications.models import Notification
from guichet.tickets import actions, drafts, presence
from guichet.tickets.models import Attachment, Macro, Message
from tests import builders, cast
from tests.desk.conftest import World


def test_reply_and_note(world: World) -> None:
    world.browser.post(world.url("messages"), {"kind": "reply", "body": "Bonjour"})
    world.browser.post(world.url("messages"), {"kind": "note", "body": "Prudence"})
    world.browser.post(world.url("replies"), {"body": "Encore"})
    world.browser.post(world.url("notes"), {"body": "Toujours"})
    kinds = list(Message.objects.filter(ticket=world.ticket).values_list("kind", "body"))
    assert kinds == [("reply", "Bonjour"), ("note", "Prudence"), ("reply", "Encore"), ("note", "Toujours")]


@pytest.mark.parametrize("kind", ["", "public", "REPLY", "note\x00"])
def test_a_kind_that_is_not_said_is_never_sent(world: World, kind: str) -> None:
    answer = world.browser.post(world.url("messages"), {"kind": kind, "body": "Le mot de passe est…"})
    assert answer.status_code == 422
    assert "Le mot de passe est…" in answer.content.decode()
    assert not Message.objects.exists()


def test_an_empty_text_is_refused_on_the_page(world: World) -> None:
    answer = world.browser.post(world.url("messages"), {"kind": "reply", "body": "  "})
    assert answer.status_code == 422
    assert "composer-error" in answer.content.decode()


def test_somebody_else_answered_meanwhile(world: World) -> None:
    seen = world.fresh().version
    actions.note(world.ticket, body="Note seule.", actor=world.karim, now=timezone.now())
    form = {"kind": "reply", "body": "Je m’en occupe.", "version": str(seen)}
    assert world.browser.post(world.url("messages"), form).status_code == 302, "a note stands in nobody’s way"
    actions.reply(world.ticket, body="Karim est passé.", actor=world.karim, now=timezone.now())
    answer = world.browser.post(world.url("messages"), {**form, "body": "J’arrive."})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "J’arrive." in page
    assert "Karim est passé." in page
    form = {**form, "body": "J’arrive.", "version": str(world.fresh().version)}
    assert world.browser.post(world.url("messages"), form).status_code == 302


def test_files_go_with_a_note_and_stay_inside(world: World) -> None:
    upload = SimpleUploadedFile("journal.txt", b"erreur 42", content_type="text/plain")
    world.browser.post(world.url("messages"), {"kind": "note", "body": "Voir", "files": [upload]})
    stored = Attachment.objects.get()
    url = f"/desk/files/{stored.key}"
    assert b"".join(world.browser.get(url).streaming_content) == b"erreur 42"
    assert builders.client_for(world.amelie).get(url).status_code == 404
    assert builders.client_for(builders.agent(builders.desk(), cast.DOMINIQUE)).get(url).status_code == 404
    assert world.browser.get("/desk/files/nothing").status_code == 404


def test_drafts_come_back_and_end_with_the_message(world: World) -> None:
    world.browser.post(world.url("draft"), {"kind": "note", "body": "À demi écrit"})
    assert "À demi écrit" in world.browser.get(world.url("ticket")).content.decode()
    colleague = builders.client_for(builders.agent(world.desk, cast.FELIX))
    assert "À demi écrit" not in colleague.get(world.url("ticket")).content.decode()
    world.browser.post(world.url("messages"), {"kind": "note", "body": "Écrit"})
    assert drafts.load(person=world.nadia, key=f"desk-{world.ticket.reference}") == {}
    world.browser.post(world.url("draft"), {"kind": "rubbish", "body": "Privé"})
    kept = drafts.load(person=world.nadia, key=f"desk-{world.ticket.reference}")
    assert kept["kind"] == "note", "a draft of no known kind is never public"


def test_canned_texts_are_filled_for_this_ticket(world: World) -> None:
    macro = Macro.objects.create(
        organisation=world.desk.organisation, name_fr="Accueil", body_fr="Bonjour {prenom}, {{7*7}} {reference}"
    )
    found = json.loads(world.browser.get(world.url("macro", macro.pk)).content)
    assert found["body"] == f"Bonjour {world.amelie.name.split()[0]}, {{{{7*7}}}} {world.ticket.reference}"
    plain = world.browser.get(world.url("ticket"), {"macro": macro.pk}).content.decode()
    assert world.ticket.reference in plain
    foreign = Macro.objects.create(organisation=builders.organisation(), name_fr="Autre", body_fr="Secret")
    assert world.browser.get(world.url("macro", foreign.pk)).status_code == 404
    assert "Secret" not in world.browser.get(world.url("ticket"), {"macro": foreign.pk}).content.decode()


def test_asking_for_what_is_missing_asks_nothing_else(world: World) -> None:
    page = world.browser.get(world.url("ticket"), {"ask": "1"})
    body = page.context["typed"]["body"]
    assert body.count("\n- ") == len(page.context["dossier"].known.missing)


def test_two_agents_see_each_other(world: World) -> None:
    karim = builders.client_for(world.karim)
    karim.post(world.url("presence"), {"writing": "1"})
    seen = world.browser.post(world.url("presence"), {"writing": ""}).content.decode()
    assert world.karim.name in seen
    assert world.nadia.name not in seen
    assert presence.others(ticket=world.ticket, person=world.karim, now=timezone.now())[0].writing is False


def test_having_the_page_open_reads_its_news(world: World) -> None:
    actions.assign(world.ticket, to=world.nadia, actor=world.karim, now=timezone.now())
    assert Notification.objects.filter(person=world.nadia, read_at=None).exists()
    world.browser.post(world.url("presence"))
    assert not Notification.objects.filter(person=world.nadia, read_at=None).exists()


def test_hostile_text_is_text(world: World) -> None:
    world.browser.post(
        world.url("messages"), {"kind": "reply", "body": "<script>alert(1)</script><img src=x onerror=y>"}
    )
    page = world.browser.get(world.url("ticket")).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
