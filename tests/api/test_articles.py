"""Articles for programs: from the draft to what readers say, who sees them, what a version guards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from guichet.knowledge.models import Article, ArticleState
from tests import builders
from tests.api.conftest import Program, World, program
from tests.security.stage import PIXEL

GIVEN = {"title": "Le Wi-Fi du collège", "body": "Ayez votre **code**.", "wordings": {"specialised": "802.1X."}}


@pytest.fixture
def article(world: World) -> Article:
    made = world.agent.post("/articles", GIVEN)
    assert made.status_code == 201, made.content
    return Article.objects.get(reference=made.json()["reference"])


def test_the_whole_way(world: World, article: Article) -> None:
    at, agent = f"/articles/{article.reference}", world.agent
    assert world.requester.get(at).status_code == 404
    agent.put(f"{at}/audience", {"audience": "requesters"})
    published = agent.put(f"{at}/publication", {"note": "Premier jet"}).json()
    assert (published["state"], published["draft"], published["audience"]) == ("published", None, "requesters")
    read = world.requester.get(at).json()
    assert (read["body"], read["expertise"], read["audience"], read["may"]) == (GIVEN["body"], "general", None, [])
    begun = agent.put(f"{at}/draft", {"body": "Autrement."}).json()
    assert (begun["draft"]["number"], begun["draft"]["wordings"]) == (2, {"specialised": "802.1X."})
    assert world.requester.get(at).json()["draft"] is None
    assert agent.delete(f"{at}/draft").json()["draft"] is None
    reverted = agent.put(f"{at}/versions/1/reversion", {}).json()
    assert reverted["draft"]["body"] == GIVEN["body"]
    assert [v["number"] for v in agent.get(f"{at}/versions").json()] == [2, 1]
    assert agent.get(f"{at}/versions/1").json()["note"] == "Premier jet"
    assert agent.get(f"{at}/versions/9").status_code == 404
    due = (timezone.now() + timedelta(days=30)).date().isoformat()
    assert agent.person
    reviewed = agent.put(f"{at}/review", {"owner": agent.person.pk, "due_on": due}).json()
    assert reviewed["review_due_on"] == due
    assert agent.put(f"{at}/archive", {}).json()["state"] == ArticleState.ARCHIVED
    assert world.requester.get(at).status_code == 404
    assert agent.delete(f"{at}/archive").json()["state"] == ArticleState.PUBLISHED
    verbs = [event["verb"] for event in agent.get(f"{at}/timeline").json()]
    assert verbs[-1] == "article.written" and "article.published" in verbs


def test_pictures_are_given_shown_and_read(world: World, article: Article) -> None:
    at = f"/articles/{article.reference}/pictures"

    def give(who: Program, *files: tuple[str, bytes]) -> Any:
        parts = [SimpleUploadedFile(name, content) for name, content in files]
        headers = {"Authorization": f"Bearer {who.token}"}
        return Client().post(f"/api/v1{at}", {"files": parts}, headers=headers)

    made = give(world.agent, ("L’écran.png", PIXEL), ("encore.png", PIXEL))
    assert made.status_code == 201, made.content
    first, same = made.json()
    assert first == same and first["markdown"] == f"![{first['name'][:-4]}]({first['name']})"
    assert [one["name"] for one in world.agent.get(at).json()] == [first["name"]]
    refused = give(world.agent, ("page.png", b"<svg onload=alert(1)>"))
    assert (refused.status_code, refused.json()["code"]) == (422, "not_a_picture")
    assert Client().post(f"/api/v1{at}").status_code == 401
    assert world.agent.get(f"{at}/{first['name']}").status_code == 200
    # Readers see it once what they read shows it; they add none.
    assert world.requester.get(f"{at}/{first['name']}").status_code == 404
    world.agent.put(f"/articles/{article.reference}/draft", {"body": f"Ici : {first['markdown']}"})
    world.agent.put(f"/articles/{article.reference}/audience", {"audience": "requesters"})
    world.agent.put(f"/articles/{article.reference}/publication", {})
    shown = world.requester.get(f"{at}/{first['name']}")
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/png")
    assert give(world.requester, ("a.png", PIXEL)).status_code == 403
    assert world.agent.get(f"{at}/../x").status_code == 404


def test_readers_say_whether_it_helped(world: World, article: Article) -> None:
    at = f"/articles/{article.reference}"
    assert world.agent.put(f"{at}/feedback", {"helped": True}).json()["code"] == "wrong_state"
    world.agent.put(f"{at}/audience", {"audience": "public"})
    world.agent.put(f"{at}/publication", {})
    assert world.requester.put(f"{at}/feedback", {"helped": True}).status_code == 200
    said = world.requester.put(f"{at}/feedback", {"helped": False, "why_not": "unclear", "text": "Quel code ?"}).json()
    assert (said["helped"], said["why_not"]) == (False, "unclear")
    assert world.requester.get(f"{at}/feedback").status_code == 403
    told = world.agent.get(f"{at}/feedback").json()
    assert (told["helped"], told["failed"], told["reasons"]) == (0, 1, {"unclear": 1})


def test_lists_are_narrowed(world: World, article: Article) -> None:
    for query, there in (
        ("", True),
        ("state=published", False),
        ("state=draft&kind=how_to", True),
        ("language=en", False),
    ):
        assert bool(world.agent.get(f"/articles?{query}").json()["items"]) == there, query
    assert world.requester.get("/articles").json()["items"] == []


def test_a_version_guards_what_one_has_not_seen(world: World, article: Article) -> None:
    at = f"/articles/{article.reference}"
    tag = world.agent.get(at)["ETag"]
    assert world.agent.put(f"{at}/draft", {"body": "Un."}, If_Match=tag).status_code == 200
    assert world.agent.put(f"{at}/draft", {"body": "Deux."}, If_Match=tag).status_code == 412


def test_what_is_corrected_is_named(world: World, article: Article) -> None:
    at = f"/articles/{article.reference}"
    changed = world.agent.patch(at, {"kind": "question"}).json()
    assert (changed["kind"], changed["language"]) == ("question", "fr")
    english = world.agent.post("/articles", {**GIVEN, "language": "en", "translation_of": article.reference})
    assert english.json()["translations"] == [article.reference]
    unknown = world.agent.post("/articles", {**GIVEN, "translation_of": "KB-22222"})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown")


@pytest.mark.parametrize(
    "body",
    [
        {}, {"title": "x"}, {"title": "x", "body": ""}, {**GIVEN, "wordings": {"general": "x"}}, {**GIVEN, "kind": "x"},
        {**GIVEN, "title": "x" * 201}, {**GIVEN, "language": "de"}, {**GIVEN, "category": 2**62}, {**GIVEN, "odd": 1},
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused(world: World, body: dict[str, Any]) -> None:
    assert world.agent.post("/articles", body).status_code == 422


def test_scopes_and_rights(world: World, article: Article) -> None:
    agent = world.agent.person
    assert agent
    reading = program(agent, scopes=("knowledge:read",))
    assert reading.get(f"/articles/{article.reference}").status_code == 200
    assert reading.post("/articles", GIVEN).status_code == 403
    assert program(agent, scopes=("tickets:read",)).get("/articles").status_code == 403
    assert world.requester.post("/articles", GIVEN).status_code == 403


def test_a_solved_ticket_begins_one(world: World) -> None:
    at = f"/tickets/{world.ticket.reference}/article"
    assert world.agent.post(at).json()["code"] == "not_solved"
    assert world.agent.person
    builders.resolved(world.ticket, actor=world.agent.person, now=timezone.now())
    made = world.agent.post(at)
    assert made.status_code == 201
    assert world.agent.get(f"/articles/{made.json()['article']}").json()["state"] == "draft"
    assert world.agent.post(at).json()["code"] == "drafted"
    assert world.requester.post(at).status_code == 403


def test_an_article_tells_of_a_problem(world: World, article: Article) -> None:
    problem = world.agent.post("/problems", {"title": "Le Wi-Fi tombe"}).json()["reference"]
    at = f"/problems/{problem}/article"
    assert world.agent.put(at, {"article": article.reference}).json()["article"] == article.reference
    assert world.agent.put(at, {"article": "KB-22222"}).json()["code"] == "unknown"
    assert world.agent.put(at, {"article": None}).json()["article"] is None
    told = [event["sentence"] for event in world.agent.get(f"/problems/{problem}/timeline").json()]
    assert article.reference in told[1]
    assert world.foreign_agent.put(at, {"article": None}).status_code == 404
