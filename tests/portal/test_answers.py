"""What may answer somebody while they say what is wrong: shown, opened, said to help, and never in the way."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from guichet.knowledge.models import Article, Audience, Run, Tree
from guichet.suggestions.models import AnswerShown, Asking, Ended
from guichet.tickets import major
from guichet.tickets.major_frame import Touched, Words
from guichet.tickets.models import Ticket
from tests import builders
from tests.knowledge import printing, stage
from tests.portal.people import say, text_of

pytestmark = pytest.mark.django_db
TYPED = "Bonjour, depuis ce matin le Wi-Fi ne marche plus dans le local B-214"


@pytest.fixture
def at() -> stage.Place:
    return stage.place()


@pytest.fixture
def article(at: stage.Place) -> Article:
    return at.published()


@pytest.fixture
def browser(at: stage.Place) -> Client:
    return builders.client_for(at.amelie, HTTP_ACCEPT_LANGUAGE="fr")


def typing(browser: Client, text: str = TYPED, **more: str) -> Any:
    return browser.post(reverse("portal:answers"), {"description": text, **more}, HTTP_HX_REQUEST="true")


def opened(browser: Client, row: AnswerShown, **headers: str) -> Any:
    return browser.get(reverse("portal:answer", args=[row.pk]), **headers)


def test_what_fits_is_shown_with_the_words_that_say_why(browser: Client, article: Article) -> None:
    page = text_of(typing(browser))
    assert "Cela peut déjà vous aider" in page and "<mark>Wi-Fi</mark>" in page
    assert "1 réponse peut vous aider" in page and "Continuer ma demande" in page
    row = AnswerShown.objects.get()
    assert row.article == article and not row.opened and row.asking.desk == article.desk


@pytest.mark.parametrize(
    "text", ["", "  ", "Bonjour", "Rien ne marche, merci", "la porte grince", "\x00'\"<b>", "x" * 30_000]
)
def test_where_nothing_fits_nothing_is_said_or_kept(browser: Client, article: Article, text: str) -> None:
    assert typing(browser, text).status_code == 204
    assert not Asking.objects.exists()


def test_filters_of_the_search_are_words_here(browser: Client, article: Article) -> None:
    assert typing(browser, '"Wi-Fi" -wifi').status_code == 200


def test_nobody_is_shown_what_they_may_not_read(at: stage.Place, browser: Client) -> None:
    at.published(audience=Audience.AGENTS)
    at.published(audience=Audience.REQUESTERS, organisations=[at.client])
    at.write()
    inside = printing.published(at.desk.organisation, by=at.helene, name="Le Wi-Fi pas à pas")
    assert typing(browser).status_code == 204
    # Whoever works at the desk asks for help as everybody does.
    agent = builders.client_for(at.nadia, HTTP_ACCEPT_LANGUAGE="fr")
    assert typing(agent).status_code == 204
    assert inside.for_requesters is False and not AnswerShown.objects.exists()


def test_in_ones_own_language_first_and_three_at_most(at: stage.Place, browser: Client) -> None:
    english = at.published(title="Wi-Fi for guests", language="en")
    french = [at.published(title=f"Le Wi-Fi, partie {n}") for n in range(4)]
    typing(browser)
    shown = list(AnswerShown.objects.order_by("pk").values_list("article", flat=True))
    assert len(shown) == 3 and english.pk not in shown and set(shown) < {one.pk for one in french}


def test_one_row_for_all_that_is_typed_and_silence_where_nothing_changes(browser: Client, article: Article) -> None:
    first = typing(browser)
    key, showing = str(Asking.objects.get().key), str(AnswerShown.objects.get().pk)
    assert key in text_of(first) and f'value="{showing}"' in text_of(first)
    assert typing(browser, TYPED + " et au gymnase", asking=key, showing=showing).status_code == 204
    assert typing(browser, "Encore autre chose", asking=key, showing=showing).status_code == 204
    emptied = typing(browser, "", asking=key, showing=showing)
    assert emptied.status_code == 200 and "answers-title" not in text_of(emptied)
    assert Asking.objects.count() == 1


def test_an_article_opens_in_its_place(at: stage.Place, browser: Client, article: Article) -> None:
    typing(browser)
    row = AnswerShown.objects.get()
    part = text_of(opened(browser, row, HTTP_HX_REQUEST="true"))
    assert "Ouvrez les réglages" in part and "<html" not in part and "<h4" in part
    row.refresh_from_db()
    assert row.opened
    at.published(title="Le Wi-Fi au gymnase")
    # What one reads does not move.
    assert typing(browser, TYPED, asking=str(row.asking.key), showing=str(row.pk)).status_code == 204
    assert opened(browser, row)["Location"] == reverse("portal:article", args=[article.reference])


def test_what_was_read_before_is_not_shown_again(browser: Client, article: Article) -> None:
    assert typing(browser, article=article.reference).status_code == 204


def test_a_tree_is_begun_once(at: stage.Place, browser: Client) -> None:
    tree = printing.published(at.desk.organisation, by=at.helene, for_requesters=True)
    assert "étape par étape" in text_of(typing(browser, "Mon imprimante n’imprime plus rien"))
    row = AnswerShown.objects.get(tree=tree)
    url = reverse("portal:answer", args=[row.pk])
    places = {browser.post(url)["Location"] for _ in range(2)}
    assert places == {reverse("portal:guide", args=[Run.objects.get().key])}
    assert browser.get(url)["Location"] == reverse("portal:guides")
    Tree.objects.filter(pk=tree.pk).update(for_requesters=False)
    assert browser.post(url).status_code == 404


def test_an_incident_that_looks_alike(at: stage.Place, browser: Client) -> None:
    running = major.declare(
        builders.ticket(at.emily, impact="everyone", urgency="stopped"),
        words=Words(title_fr="Le Wi-Fi du campus est en panne"),
        touched=Touched(),
        audience="everybody",
        actor=at.helene,
        now=builders.NOW,
    )
    page = text_of(typing(browser))
    assert "Incident en cours" in page
    row = AnswerShown.objects.get(major=running)
    assert opened(browser, row)["Location"] == reverse("portal:outage", args=[running.reference])


def test_it_helped_and_after_all_it_did_not(browser: Client, article: Article) -> None:
    typing(browser)
    row = AnswerShown.objects.get()
    page = text_of(browser.post(reverse("portal:answer_helped", args=[row.pk]), {"description": TYPED}))
    row.refresh_from_db()
    assert row.helped and row.opened and "Rien n’a été envoyé" in page and TYPED in page and "ask-new" in page
    begun = browser.post("/help/new/", {"description": TYPED, "asking": str(row.asking.key)})
    _send(browser, str(begun["Location"]).split("/")[3])
    row.asking.refresh_from_db()
    assert row.asking.ended == Ended.SENT


def test_what_was_sent_knows_its_ticket(browser: Client, article: Article) -> None:
    typing(browser)
    asking = Asking.objects.get()
    begun = browser.post("/help/new/", {"description": TYPED, "asking": str(asking.key)})
    _send(browser, str(begun["Location"]).split("/")[3])
    asking.refresh_from_db()
    assert asking.ticket == Ticket.objects.get() and asking.ended == Ended.SENT


def test_without_scripts_it_is_a_step_where_there_is_something_to_show(browser: Client, article: Article) -> None:
    begun = browser.post("/help/new/", {"description": TYPED, "plain": "1"})["Location"]
    token = begun.split("/")[3]
    assert begun == reverse("portal:ask_answers", args=[token])
    page = text_of(browser.get(begun))
    row = AnswerShown.objects.get()
    assert "Avant d’envoyer" in page and reverse("portal:ask_step", args=[token, "impact"]) in page
    helped = reverse("portal:answer_helped", args=[row.pk])
    assert helped in page
    _send(browser, token)
    row.asking.refresh_from_db()
    assert row.asking.ended == Ended.SENT and browser.get(begun)["Location"].endswith("/receipt/")


def test_without_scripts_no_page_more_where_there_is_nothing(browser: Client) -> None:
    answer = browser.post("/help/new/", {"description": TYPED, "plain": "1"}, follow=True)
    assert answer.request["PATH_INFO"].endswith("/impact/") and not Asking.objects.exists()


def test_helped_without_scripts_throws_the_request_away_and_keeps_its_words(browser: Client, article: Article) -> None:
    token = browser.post("/help/new/", {"description": TYPED, "plain": "1"})["Location"].split("/")[3]
    browser.get(reverse("portal:ask_answers", args=[token]))
    row = AnswerShown.objects.get()
    page = text_of(browser.post(reverse("portal:answer_helped", args=[row.pk]), {"token": token}))
    assert TYPED in page and browser.get(f"/help/new/{token}/impact/").status_code == 404


def test_others_answers_are_not_there(at: stage.Place, browser: Client, article: Article) -> None:
    typing(browser)
    row = AnswerShown.objects.get()
    for other in (builders.client_for(at.emily), builders.client_for(at.nadia)):
        assert opened(other, row).status_code == 404
        assert other.post(reverse("portal:answer_helped", args=[row.pk])).status_code == 404
    assert opened(browser, AnswerShown(pk=10**30)).status_code == 404
    Article.objects.filter(pk=article.pk).update(audience=Audience.AGENTS)
    assert opened(browser, row, HTTP_HX_REQUEST="true").status_code == 404
    assert Client().post(reverse("portal:answers")).status_code == 302


def _send(browser: Client, token: str) -> None:
    say(browser, token, "impact", impact="person")
    say(browser, token, "urgency", urgency="hampered")
    assert browser.post(f"/help/new/{token}/review/", {"category": ""}).status_code == 302
