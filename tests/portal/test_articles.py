"""Articles for their readers: found, read in the words that suit them, judged, carried along when they ask for help."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from guichet.catalog.models import Category
from guichet.knowledge import actions, pictures
from guichet.knowledge.models import Article, Audience, Feedback, Reads
from guichet.people.models import Expertise
from guichet.portal.journey import PREFIX
from guichet.tickets.models import Draft
from tests import builders
from tests.knowledge import printing
from tests.portal.people import World, text_of, world
from tests.security.stage import PIXEL

pytestmark = pytest.mark.django_db
LIST, CEILING = "/help/articles/", 20


@pytest.fixture
def w() -> World:
    return world()


def written(w: World, title: str = "Se connecter au Wi-Fi", *, audience: str = "public", **more: Any) -> Article:
    """A published article of the desk."""
    by: dict[str, Any] = {"actor": w.nadia, "now": timezone.now()}
    body = more.pop(
        "body", "## D’abord\n\nOuvrir les réglages.\n\n## Ensuite\n\nChoisir le réseau.\n\n## Enfin\n\nOuf."
    )
    article = actions.write(desk=w.desk.organisation, title=title, body=body, **more, **by)
    return actions.publish(actions.address(article, audience=audience, **by), **by)


def path(article: Article) -> str:
    return f"{LIST}{article.reference}/"


def test_a_visitor_reads_what_is_public_and_nothing_else(w: World) -> None:
    public, ours, desk = (
        written(w),
        written(w, "Réservé aux étudiants", audience="requesters"),
        written(w, "Procédure du bureau", audience="agents"),
    )
    draft = actions.write(
        desk=w.desk.organisation, title="Pas encore fini", body="x", actor=w.nadia, now=timezone.now()
    )
    visitor = Client()
    page = text_of(visitor.get(LIST))
    assert public.title in page
    assert not any(other.title in page for other in (ours, desk, draft))
    assert "Ouvrir les réglages" in text_of(visitor.get(path(public)))
    for other in (ours, desk, draft):
        answer = visitor.get(path(other))
        assert answer.status_code == 302
        assert answer["Location"].startswith("/sign-in/")
    # What there is none of is answered the same.
    assert visitor.get(f"{LIST}KB-22222/").status_code == 302


def test_those_whom_the_desk_serves_read_theirs(w: World) -> None:
    ours = written(w, "Réservé aux étudiants", audience="requesters")
    desk = written(w, "Procédure du bureau", audience="agents")
    amelie, stranger, nadia = (builders.client_for(one) for one in (w.amelie, w.stranger, w.nadia))
    assert ours.title in text_of(amelie.get(LIST))
    assert amelie.get(path(ours)).status_code == 200
    assert amelie.get(path(desk)).status_code == 404
    assert stranger.get(path(ours)).status_code == 404
    assert ours.title not in text_of(stranger.get(LIST))
    # Whoever works at the desk opens what a colleague sends them.
    assert nadia.get(path(desk)).status_code == 200
    assert desk.title not in text_of(nadia.get(LIST))


def test_the_words_suit_the_reader_and_can_be_changed(w: World) -> None:
    article = written(w, wordings={Expertise.INEXPERIENCED: "Appuyez sur la roue dentée."})
    w.amelie.expertise = Expertise.INEXPERIENCED
    w.amelie.save()
    browser = builders.client_for(w.amelie)
    page = text_of(browser.get(path(article)))
    assert "roue dentée" in page
    assert "Pas à pas" in page
    assert "Choisir le réseau" in text_of(browser.get(path(article) + "?wording=general"))
    assert browser.get(path(article) + "?wording=%27x").status_code == 200


def test_the_other_language_is_one_touch_away_and_not_listed_twice(w: World) -> None:
    french = written(w)
    english = written(w, "Connect to Wi-Fi", language="en", translation_of=french)
    browser = builders.client_for(w.amelie)
    page = text_of(browser.get(LIST))
    assert french.title in page
    assert english.title not in page
    assert f'href="{path(english)}" lang="en"' in text_of(browser.get(path(french)))
    # Where the other one isn't for this reader, what they can read is listed.
    actions.address(french, audience=Audience.AGENTS, actor=w.nadia, now=timezone.now())
    assert english.title in text_of(Client().get(LIST))


def test_contents_lead_to_the_headings(w: World) -> None:
    page = text_of(builders.client_for(w.amelie).get(path(written(w))))
    anchors = re.findall(r'href="#(p-[^"]+)"', page)
    assert len(anchors) == 3
    assert all(f'id="{anchor}"' in page for anchor in anchors)


def test_said_whether_it_helped_and_why_not(w: World) -> None:
    article = written(w)
    browser = builders.client_for(w.amelie)
    address = path(article) + "feedback/"
    assert browser.post(address, {"helped": "yes", "version": "1"}).status_code == 302
    assert Feedback.objects.get().helped
    assert "Vous avez répondu que oui" in text_of(browser.get(path(article)))
    said = {"helped": "no", "version": "1", "why_not": "outdated", "text": "Le menu a changé."}
    assert browser.post(address, said).status_code == 302
    verdict = Feedback.objects.get()
    assert (verdict.helped, verdict.why_not, verdict.text) == (False, "outdated", "Le menu a changé.")
    long = {**said, "text": "x" * 2000}
    answer = browser.post(address, long)
    assert answer.status_code == 422
    assert "x" * 2000 in text_of(answer)
    assert browser.post(address, {**said, "why_not": "hacked"}).status_code == 422
    assert browser.post(address, {**said, "version": "9" * 30}).status_code == 302


def test_a_visitor_counts_once(w: World) -> None:
    article = written(w)
    visitor = Client()
    for _twice in range(2):
        assert visitor.post(path(article) + "feedback/", {"helped": "no", "why_not": "unclear"}).status_code == 302
    assert Feedback.objects.count() == 1
    assert Feedback.objects.get().person is None


def test_asking_for_help_carries_the_article(w: World) -> None:
    article = written(w)
    browser = builders.client_for(w.amelie)
    assert f'href="/help/new/?article={article.reference}"' in text_of(browser.get(path(article)))
    form = text_of(browser.get(f"/help/new/?article={article.reference}"))
    assert "Vous avez lu « Se connecter au Wi-Fi »" in form
    said = {"description": "Toujours pas de réseau au local B-214.", "article": article.reference}
    token = browser.post("/help/new/", said)["Location"].split("/")[3]
    facts = Draft.objects.get(key=PREFIX + token).body["facts"]
    assert article.reference in facts["tried"]
    # What they may not read is not carried.
    secret = written(w, "Procédure du bureau", audience="agents")
    assert secret.title not in text_of(browser.get(f"/help/new/?article={secret.reference}"))


def test_found_by_words(w: World) -> None:
    article = written(w)
    other = written(w, "Imprimer en couleur", body="Choisir « Couleur ».")
    for browser in (Client(), builders.client_for(w.amelie)):
        page = text_of(browser.get(f"{LIST}?q=wi-fi"))
        assert article.title in page
        assert other.title not in page
        assert "Aucun article n’en parle" in text_of(browser.get(f"{LIST}?q=zzzz"))
        assert browser.get(f"{LIST}?q={article.reference.lower()}")["Location"] == path(article)
    for query in ("q=%00", "q=%27%3B--", "category=x", "category=" + "9" * 40, "category=0&cursor=x"):
        assert Client().get(f"{LIST}?{query}").status_code in {200, 302}


def test_a_visitor_finds_what_is_public_by_its_words_in_any_form(w: World) -> None:
    """By the same index as everybody, and nothing beside what everybody may read."""
    article = written(w, "Changer les cartouches", body="> Ouvrez les imprimantes.\n\nRéglez l’écran.")
    titled = written(w, "L’imprimante", body="Rien de plus.")
    written(w, "Imprimante du bureau", audience="requesters")
    written(w, "Imprimante des techniciens", audience="agents")

    def found(line: str) -> list[str]:
        return [one.reference for one in Client().get(LIST, {"q": line}).context["found"]]

    assert found("imprimantes") == found("IMPRIMER") == [titled.reference, article.reference]
    assert found("cartouche ecran") == [article.reference]
    assert found("imprimante -cartouche") == [titled.reference]
    assert found("état:publié") == found("-imprimante") == []
    page = text_of(Client().get(f"{LIST}?q=ouvrez"))
    assert "<mark>Ouvrez</mark> les imprimantes" in page


def test_articles_lead_to_the_decision_trees_and_back(w: World) -> None:
    browser = builders.client_for(w.amelie)
    assert "/help/guides/" not in text_of(browser.get(LIST))
    printing.published(w.desk.organisation, by=builders.manager(w.desk), for_requesters=True)
    for address in (LIST, f"{LIST}?q=zzzz"):
        assert 'href="/help/guides/"' in text_of(browser.get(address))
        assert "/help/guides/" not in text_of(Client().get(address))
    assert f'href="{LIST}"' in text_of(browser.get("/help/guides/")).split("<main")[1]


def test_shelves_by_category(w: World) -> None:
    category = Category.objects.create(organisation=w.desk.organisation, name_fr="Réseau", name_en="Network")
    for n in range(8):
        written(w, f"Réseau {n}", category=category)
    browser = builders.client_for(w.amelie)
    page = text_of(browser.get(LIST))
    assert "Les 8 articles sur « Réseau »" in page
    whole = text_of(browser.get(f"{LIST}?category={category.pk}"))
    assert all(f"Réseau {n}" in whole for n in range(8))


def test_pictures_are_for_who_reads_the_article(w: World) -> None:
    article = written(w, body="![écran](ecran.png)", audience="requesters")
    pictures.add_bytes(article, name="ecran.png", content=PIXEL, actor=w.nadia, now=timezone.now())
    amelie = builders.client_for(w.amelie)
    address = f"{path(article)}pictures/ecran.png"
    assert f'src="{address}"' in text_of(amelie.get(path(article)))
    shown = amelie.get(address)
    assert (shown.status_code, shown["X-Content-Type-Options"]) == (200, "nosniff")
    assert builders.client_for(w.stranger).get(address).status_code == 404
    assert Client().get(address).status_code == 302
    assert amelie.get(f"{path(article)}pictures/..%2f..%2fetc").status_code == 404


def test_what_is_kept_says_nothing_of_the_reader(w: World) -> None:
    article = written(w, audience="requesters")
    browser = builders.client_for(w.amelie)
    for address in (f"{path(article)}?alone", f"{LIST}kept/?alone"):
        page = text_of(browser.get(address))
        assert w.amelie.name not in page
        assert "csrf" not in page
    worker = Client().get(f"{LIST}worker.js")
    assert worker["Content-Type"].startswith("text/javascript")
    assert Reads.objects.count() == 0
    browser.get(path(article))
    browser.get(path(article))
    assert Reads.objects.get().count == 2


def counted(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    assert len(queries) <= CEILING, "\n".join(q["sql"][:200] for q in queries)
    return len(queries)


def test_no_page_asks_more_because_there_is_more(w: World) -> None:
    article = written(w)
    browser = builders.client_for(w.amelie)
    addresses = (LIST, path(article), f"{LIST}?q=wi-fi")
    before = [counted(browser, address) for address in addresses]
    for n in range(4):
        category = Category.objects.create(organisation=w.desk.organisation, name_fr=f"Réseau {n}")
        written(w, f"Le Wi-Fi {n}", category=category)
    assert [counted(browser, address) for address in addresses] <= [n + 1 for n in before]


def test_one_place_does_not_stuff_the_verdicts_nor_search_for_ever(w: World) -> None:
    """A visitor who gives their cookie away is a new one: what is counted is the address."""
    cache.clear()
    article = written(w)
    codes = []
    for _n in range(12):
        visitor = Client()
        codes.append(visitor.post(path(article) + "feedback/", {"helped": "no", "text": "Rien."}).status_code)
    assert codes == [302] * 10 + [429] * 2
    assert Feedback.objects.count() == 10
    answer = visitor.post(path(article) + "feedback/", {"helped": "no", "text": "Ce que j’ai écrit"})
    assert "Ce que j’ai écrit" in text_of(answer) and "Attendez une minute" in text_of(answer)
    assert builders.client_for(w.amelie).post(path(article) + "feedback/", {"helped": "yes"}).status_code == 302
    found = [visitor.get(LIST, {"q": "wifi"}).status_code for _n in range(121)]
    assert found == [200] * 120 + [429]
    assert visitor.get(path(article)).status_code == 200
    cache.clear()
