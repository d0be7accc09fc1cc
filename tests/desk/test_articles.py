"""Articles at the desk: written, read through, published, compared, judged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from guichet.knowledge import actions, verdicts
from guichet.knowledge.models import Article, ArticleState, Audience
from tests import builders, cast
from tests.desk.conftest import World

pytestmark = pytest.mark.django_db
PIXEL = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa7\x9a\xa0\xa0\x00\x00\x00\x00IEND\xaeB`\x82"
)


def url(name: str, article: Article, *more: Any) -> str:
    return reverse(f"desk:{name}", args=[article.reference, *more])


def text(answer: Any) -> str:
    return str(answer.content.decode())


def typed(**changed: Any) -> dict[str, Any]:
    return {
        "title": "Se connecter au Wi-Fi", "kind": "how_to", "language": "fr", "category": "",
        "body": "# D’abord\n\nOuvrir les réglages.", "note": "", "go": "save", **changed,
    }  # fmt: skip


@pytest.fixture
def article(world: World) -> Article:
    return actions.write(
        desk=world.desk.organisation,
        title="L’imprimante ne répond plus",
        body="Éteindre, attendre dix secondes, rallumer.",
        actor=world.nadia,
        now=timezone.now(),
    )


def published(article: Article, world: World, audience: str = Audience.PUBLIC) -> Article:
    article = actions.address(article, audience=audience, actor=world.nadia, now=timezone.now())
    return actions.publish(article, actor=world.nadia, now=timezone.now())


def test_written_read_through_published(world: World) -> None:
    answer = world.browser.post(reverse("desk:new_article"), typed(wording_inexperienced="Appuyer sur la roue."))
    article = Article.objects.get()
    assert answer.status_code == 302
    assert answer["Location"].startswith(url("article", article))
    page = text(world.browser.get(url("article", article)))
    assert "Se connecter au Wi-Fi" in page
    assert "Ouvrir les réglages" in page
    assert "Pas à pas" in page
    assert "Appuyer sur la roue" in text(world.browser.get(url("article", article) + "?wording=inexperienced"))
    form = text(world.browser.get(url("article_publication", article)))
    assert "le centre de services seulement" in form or "réservé" in form
    day = timezone.now().date() + timedelta(days=100)
    answer = world.browser.post(
        url("article_publication", article), {"version": article.version, "note": "", "review_due_on": day.isoformat()}
    )
    article.refresh_from_db()
    assert (answer.status_code, article.state, article.review_due_on) == (302, ArticleState.PUBLISHED, day)


def test_what_was_typed_is_kept_where_it_is_refused(world: World) -> None:
    answer = world.browser.post(reverse("desk:new_article"), typed(title=" ", body="Rien ne doit se perdre."))
    assert answer.status_code == 422
    assert "Rien ne doit se perdre." in text(answer)
    assert not Article.objects.exists()


def test_a_preview_keeps_nothing_and_shows_everything(world: World) -> None:
    answer = world.browser.post(reverse("desk:new_article"), typed(go="preview", body="**gras** <script>x</script>"))
    assert answer.status_code == 200
    assert "<strong>gras</strong>" in text(answer)
    assert "<script>x" not in text(answer)
    assert not Article.objects.exists()
    fragment = world.browser.post(reverse("desk:article_preview"), {"body": "## Titre"})
    assert "Titre</h2>" in text(fragment)


def test_writing_goes_on_beside_what_is_read(world: World, article: Article) -> None:
    article = published(article, world)
    form = text(world.browser.get(url("article_editing", article)))
    assert "attendre dix secondes" in form
    answer = world.browser.post(
        url("article_editing", article),
        typed(title=article.title, body="Attendre une minute.", version=article.version, kind="question"),
    )
    assert answer.status_code == 302
    article.refresh_from_db()
    assert article.kind == "question"
    assert article.current is not None
    assert "dix secondes" in article.current.body
    page = text(world.browser.get(url("article", article)))
    assert "Attendre une minute" in page
    assert "Une nouvelle version est en cours d’écriture" in page
    difference = text(world.browser.get(url("article_difference", article)))
    assert "<del>" in difference
    assert "<ins>" in difference
    assert "halves" in text(world.browser.get(url("article_difference", article) + "?look=halves"))


def test_two_who_write_at_once(world: World, article: Article) -> None:
    seen = article.version
    actions.revise(article, body="D’abord le mien.", actor=world.karim, now=timezone.now())
    answer = world.browser.post(url("article_editing", article), typed(body="Puis le mien.", version=seen))
    assert answer.status_code == 412
    assert "Puis le mien." in text(answer)
    assert article.versions.get().body == "D’abord le mien."
    again = world.browser.post(
        url("article_editing", article), typed(body="Puis le mien.", version=Article.objects.get().version)
    )
    assert again.status_code == 302


def test_pictures_are_pasted_or_chosen(world: World, article: Article) -> None:
    sent = {"files": SimpleUploadedFile("écran 1.png", PIXEL, content_type="image/png")}
    answer = world.browser.post(url("article_pictures", article), sent)
    assert answer.json() == {"markdown": ["![ecran-1](ecran-1.png)"]}
    shown = world.browser.get(url("article_picture", article, "ecran-1.png"))
    assert shown["Content-Type"] == "image/png"
    bad = world.browser.post(url("article_pictures", article), {"files": SimpleUploadedFile("x.png", b"<svg/>")})
    assert bad.status_code == 422
    assert bad.json()["error"]
    chosen = {**typed(body="Voici.", version=article.version), "pictures": SimpleUploadedFile("b.png", PIXEL + b"x")}
    assert world.browser.post(url("article_editing", article), chosen).status_code == 302
    assert article.versions.get().body == "Voici.\n\n![b](b.png)"
    refused = {**typed(body="Voici.", version=None), "pictures": SimpleUploadedFile("b.png", b"no")}
    answer = world.browser.post(url("article_editing", article), {k: v for k, v in refused.items() if v is not None})
    assert answer.status_code == 422
    assert "PNG" in text(answer)


def test_who_may_read_it_is_said_in_words(world: World, article: Article) -> None:
    client = builders.client_of(world.desk)
    page = text(world.browser.get(url("article_audience", article)))
    assert "Aussi sans se connecter" in page
    said = {"version": article.version, "audience": "requesters", "from_rank": "", "organisations": [client.pk]}
    assert world.browser.post(url("article_audience", article), said).status_code == 302
    article.refresh_from_db()
    assert article.audience == Audience.REQUESTERS
    wrong = {"version": article.version, "audience": "agents", "from_rank": "99"}
    assert world.browser.post(url("article_audience", article), wrong).status_code == 422


def test_archived_and_restored(world: World, article: Article) -> None:
    article = published(article, world)
    assert world.browser.post(url("article_archiving", article), {"version": article.version}).status_code == 302
    article.refresh_from_db()
    assert article.state == ArticleState.ARCHIVED
    assert "Restaurer" in text(world.browser.get(url("article", article)))
    assert world.browser.post(url("article_restoration", article), {"version": article.version}).status_code == 302
    article.refresh_from_db()
    assert article.is_published


def test_back_to_an_earlier_version(world: World, article: Article) -> None:
    article = published(article, world)
    article = actions.revise(article, body="Autrement.", actor=world.nadia, now=timezone.now())
    article = actions.publish(article, actor=world.nadia, now=timezone.now())
    assert "dix secondes" in text(world.browser.get(url("article_version", article, 1)))
    assert world.browser.get(url("article_version", article, 9)).status_code == 404
    answer = world.browser.post(url("article_reversion", article, 1), {"version": article.version})
    assert answer.status_code == 302
    draft = article.draft
    assert draft is not None
    assert "dix secondes" in draft.body
    assert world.browser.get(url("article_reversion", article, draft.number)).status_code == 404
    article.refresh_from_db()
    answer = world.browser.post(url("article_draft_removal", article), {"version": article.version})
    assert answer.status_code == 302
    assert article.draft is None


def test_whoever_does_not_answer_for_it_does_not_publish_it(world: World, article: Article) -> None:
    browser = builders.client_for(world.karim)
    page = text(browser.get(url("article", article)))
    assert url("article_publication", article) not in page
    day = timezone.now().date() + timedelta(days=100)
    said = {"version": article.version, "note": "", "review_due_on": day.isoformat()}
    assert browser.post(url("article_publication", article), said).status_code == 403


def test_others_find_nothing(world: World, article: Article) -> None:
    foreign = builders.agent(builders.desk("Ailleurs"), cast.HELENE)
    for person in (world.amelie, builders.provider(world.desk)):
        browser = builders.client_for(person)
        assert browser.get(reverse("desk:articles")).status_code == 404
        assert browser.get(url("article", article)).status_code == 404
    assert builders.client_for(foreign).get(url("article", article)).status_code == 404


def test_lists_by_state_and_by_verdict(world: World, article: Article) -> None:
    address = reverse("desk:articles")
    assert article.title in text(world.browser.get(f"{address}?show=drafts"))
    assert article.title not in text(world.browser.get(address))
    article = published(article, world)
    assert article.title in text(world.browser.get(address))
    assert article.title not in text(world.browser.get(f"{address}?show=drafts"))
    assert article.current is not None
    for n in range(3):
        person = builders.person(world.desk.organisation, account=False, name=f"Lecteur {n}", email="")
        verdicts.give_feedback(
            article.current, helped=False, why_not="outdated", text="Le menu a changé.", person=person,
            now=timezone.now(),
        )  # fmt: skip
    assert article.title in text(world.browser.get(f"{address}?show=judged"))
    page = text(world.browser.get(url("article_verdicts", article)))
    assert "Le menu a changé." in page
    Article.objects.update(review_due_on=timezone.now().date())
    assert article.title in text(world.browser.get(f"{address}?show=review"))
    assert article.title in text(world.browser.get(f"{address}?q=imprimante"))
    assert world.browser.get(f"{address}?q={article.reference}")["Location"] == url("article", article)
    for query in ("?q=%27%22%3Bx", "?show=x", "?cursor=x"):
        assert world.browser.get(address + query).status_code in {200, 422}


@pytest.mark.parametrize("name", ["article", "article_editing", "article_difference", "article_verdicts"])
def test_pages_cost_the_same_however_much_there_is(world: World, article: Article, name: str) -> None:
    article = published(article, world)
    counted: list[int] = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as queries:
            world.browser.get(url(name, article))
        counted.append(len(queries))
        for _n in range(3):
            article = actions.revise(article, body=f"Texte {_n}", actor=world.nadia, now=timezone.now())
            article = actions.publish(article, actor=world.nadia, now=timezone.now())
    assert counted[1] <= counted[0] <= CEILINGS[name]


CEILINGS = {"article": 20, "article_editing": 16, "article_difference": 12, "article_verdicts": 12}


def test_the_list_costs_the_same_however_long(
    world: World, article: Article, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    for n in range(5):
        more = actions.write(
            desk=world.desk.organisation, title=f"Article {n}", body="x", actor=world.nadia, now=timezone.now()
        )
        published(more, world)
    with django_assert_max_num_queries(10):
        world.browser.get(reverse("desk:articles"))


def test_a_draft_from_what_solved_a_ticket(world: World) -> None:
    solved = builders.resolved(world.ticket, actor=world.nadia, now=timezone.now())
    page = text(world.browser.get(world.url("ticket")))
    assert world.url("ticket_article") in page
    assert "à vous de le terminer" in text(world.browser.get(world.url("ticket_article")))
    answer = world.browser.post(world.url("ticket_article"))
    article = Article.objects.get()
    assert answer["Location"] == url("article_editing", article)
    assert world.amelie.name not in text(world.browser.get(url("article_editing", article)))
    assert solved.reference in text(world.browser.get(url("article", article)))
    # Once only: then its page is shown.
    assert world.browser.post(world.url("ticket_article")).status_code == 409
    assert article.reference in text(world.browser.get(world.url("ticket_article")))
    assert Article.objects.count() == 1


def test_no_article_from_what_is_not_solved(world: World) -> None:
    assert f'"{world.url("ticket_article")}"' not in text(world.browser.get(world.url("ticket")))
    assert world.browser.post(world.url("ticket_article")).status_code == 409


def test_an_article_is_put_into_a_reply(world: World, article: Article) -> None:
    article = published(article, world)
    secret = published(
        actions.write(
            desk=world.desk.organisation, title="L’imprimante, pour nous", body="x", actor=world.nadia,
            now=timezone.now(),
        ),
        world,
        Audience.AGENTS,
    )  # fmt: skip
    page = text(world.browser.get(world.url("article_picker") + "?q=imprimante"))
    assert article.title in page
    # What the requester can't read is shown for the agent to read, not to send.
    assert secret.title in page
    assert f"?article={secret.reference}" not in page
    composer = text(world.browser.get(f"{world.url('ticket')}?article={article.reference}"))
    assert f"/help/articles/{article.reference}/&gt;" in composer
    assert world.browser.get(f"{world.url('ticket')}?article=%27x").status_code == 200
