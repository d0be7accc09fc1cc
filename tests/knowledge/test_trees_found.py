"""Decision trees in the one search: what is published, in both languages, for those who may walk it."""

from __future__ import annotations

import json

import pytest

from guichet.knowledge import actions, findable_trees, trees
from guichet.knowledge.models import Audience
from guichet.people.models import Person
from guichet.search.asking import ask
from guichet.search.models import Entry
from guichet.search.rebuilding import rebuild
from tests import builders, cast
from tests.builders import NOW, Desk
from tests.knowledge import printing

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> Desk:
    return builders.desk()


@pytest.fixture
def helene(at: Desk) -> Person:
    return builders.manager(at)


def found(line: str, person: Person) -> list[int]:
    return [hit.subject for hit in ask(line, person=person, kinds=["tree"]).hits]


def test_what_is_published_is_found_by_those_who_may_walk_it(at: Desk, helene: Person) -> None:
    tree = printing.draft(at.organisation, by=helene)
    nadia, amelie = builders.agent(at), builders.person(at.organisation)
    assert found("imprimer", helene) == []
    trees.publish(tree, actor=helene, now=NOW)
    assert found("imprimer", nadia) == found("papier", nadia) == found("out of paper", nadia) == [tree.pk]
    assert found("imprimer", amelie) == []
    trees.save(
        tree=tree, desk=at.organisation, name_fr="Rien ne sort", name_en="", category=None, for_requesters=True,
        actor=helene, now=NOW,
    )  # fmt: skip
    assert found("rien sort type:arbre", amelie) == [tree.pk]
    assert found("rien", builders.person(builders.desk("Ailleurs").organisation, cast.RACHEL)) == []
    trees.withdraw(tree, actor=helene, now=NOW)
    assert found("papier", nadia) == found("papier", amelie) == []
    assert not Entry.objects.filter(kind=findable_trees.KIND).exists()


def test_what_is_worked_on_is_found_once_it_is_published(at: Desk, helene: Person) -> None:
    tree = printing.published(at.organisation, by=helene)
    content = json.loads(json.dumps(printing.STEPS).replace("papier", "kumquat").replace("paper", "toner"))
    changed = printing.rewritten(tree, content=content, by=helene)
    assert (found("kumquat", helene), found("papier", helene)) == ([], [tree.pk])
    trees.publish(changed, actor=helene, now=NOW)
    assert (found("kumquat", helene), found("papier", helene), found("paper", helene)) == ([tree.pk], [], [])


def test_a_hit_is_said_in_the_language_in_which_it_was_found(at: Desk, helene: Person) -> None:
    printing.published(at.organisation, by=helene, name_en="I can’t print")
    (hit,) = ask("screen says", person=helene, kinds=["tree"]).hits
    assert (hit.shown.title, hit.shown.language) == ("I can’t print", "en")
    (hit,) = ask("écran", person=helene, kinds=["tree"]).hits
    assert (hit.shown.title, hit.shown.language) == ("Je ne peux pas imprimer", "fr")


def test_written_anew_the_index_says_the_same(at: Desk, helene: Person) -> None:
    printing.draft(at.organisation, by=helene, name="Autre")
    printing.published(at.organisation, by=helene)
    rows = Entry.objects.filter(kind=findable_trees.KIND).order_by("pk")
    before = list(rows.values())
    assert len(before) == 2
    Entry.objects.all().delete()
    rebuild()
    assert list(rows.all().values()) == before


def test_rows_open_where_one_may_begin(at: Desk, helene: Person) -> None:
    tree = printing.published(at.organisation, by=helene, for_requesters=True)
    amelie = builders.person(at.organisation)
    own = builders.client_for(amelie).get("/help/search/", {"q": "imprimer"})
    assert [row["url"] for row in own.context["rows"]] == [f"/help/guides/#tree-{tree.pk}"]
    assert f'id="tree-{tree.pk}"' in builders.client_for(amelie).get("/help/guides/").content.decode()
    desk = builders.client_for(builders.agent(at)).get("/desk/search", {"q": "imprimer"})
    assert [row.url for row in desk.context["rows"]] == [f"/desk/guides/#tree-{tree.pk}"]


def test_another_desks_public_article_opens_outside(at: Desk, helene: Person) -> None:
    """At the desk one opens what is the desk's; what is everybody's opens where everybody reads it."""
    elsewhere = builders.desk("Ailleurs")
    writer = builders.manager(elsewhere)
    article = actions.write(desk=elsewhere.organisation, title="Le kumquat", body="Un fruit.", actor=writer, now=NOW)
    actions.address(article, audience=Audience.PUBLIC, actor=writer, now=NOW)
    actions.publish(article, actor=writer, now=NOW)
    browser = builders.client_for(builders.agent(at))
    (row,) = browser.get("/desk/search", {"q": "kumquat"}).context["rows"]
    assert row.url == f"/help/articles/{article.reference}/"
    assert browser.get(row.url).status_code == 200
