"""Sessions in the one search: by what they say now, for those who see them."""

from __future__ import annotations

from typing import Any

import pytest

from guichet.knowledge import actions as articles
from guichet.people.models import Person
from guichet.search.asking import ask
from guichet.search.models import Entry
from guichet.search.rebuilding import rebuild
from guichet.training import findable, planning, registering
from guichet.training.planning import save_topic
from tests import builders
from tests.training.stage import NOW, Place, later, place


@pytest.fixture
def at(db: Any) -> Place:
    return place()


def found(line: str, person: Person) -> list[int]:
    return [hit.subject for hit in ask(line, person=person, kinds=["session"]).hits]


def test_who_finds_a_session_is_who_sees_it(at: Place) -> None:
    session = at.planned(about="Partager l’écran sans tout montrer.")
    assert found("partager écran", at.karim) == [session.pk]
    for outside in (at.amelie, at.emily, at.stranger):
        assert found("partager écran", outside) == []
    planning.open_up(session, actor=at.nadia, now=NOW)
    assert found("visioconférence type:formation", at.amelie) == [session.pk]
    assert found("partager", at.stranger) == []
    planning.change(session, said=at.said(about="Rien", organisations=[at.client]), actor=at.nadia, now=NOW)
    assert (found("visio", at.amelie), found("visioconférence", at.emily)) == ([], [session.pk])


def test_a_cancelled_one_is_found_by_those_who_registered(at: Place) -> None:
    session = at.opened()
    at.register(session, at.amelie)
    planning.cancel(session, reason="Malade", actor=at.nadia, now=NOW)
    assert (found("visioconférence", at.amelie), found("visioconférence", at.emily)) == ([session.pk], [])
    assert found("état:annulé", at.karim) == [session.pk]
    assert found("état:ouvert", at.karim) == []


def test_it_is_found_by_what_it_says_now(at: Place) -> None:
    session = at.planned(about="Le micro.")
    planning.change(session, said=at.said(about="La caméra."), actor=at.nadia, now=NOW)
    assert (found("micro", at.nadia), found("caméra", at.nadia)) == ([], [session.pk])
    material = planning.hand_out(session, title="Aide-mémoire", link="https://a.example", actor=at.nadia, now=NOW)
    assert found("aide-mémoire", at.nadia) == [session.pk]
    planning.take_back(material, actor=at.nadia, now=NOW)
    assert found("aide-mémoire", at.nadia) == []
    save_topic(
        topic=at.topic, desk=at.desk.organisation, name_fr="Réunions", name_en="Meetings", categories=[], active=True,
        actor=at.helene, now=NOW,
    )  # fmt: skip
    assert found("réunion", at.nadia) == found("meetings", at.nadia) == [session.pk]
    assert found(f"après:{later(6):%Y-%m-%d} avant:{later(8):%Y-%m-%d}", at.nadia) == [session.pk]


def test_an_article_of_the_desk_alone_is_not_found_by_its_session(at: Place) -> None:
    session = at.opened()
    article = articles.write(
        desk=at.desk.organisation, title="Licenciement", body="Pour nous.", actor=at.nadia, now=NOW
    )
    planning.hand_out(session, title="", article=article, actor=at.nadia, now=NOW)
    assert (found("licenciement", at.karim), found("licenciement", at.amelie)) == ([], [])


def test_written_anew_the_index_says_the_same(at: Place) -> None:
    session = at.opened(about="Partager", site=None)
    planning.hand_out(session, title="Aide-mémoire", link="https://a.example", actor=at.nadia, now=NOW)
    before = list(Entry.objects.filter(kind=findable.KIND).values())
    assert len(before) == 1
    Entry.objects.all().delete()
    rebuild()
    assert list(Entry.objects.filter(kind=findable.KIND).values()) == before


def test_registering_leaves_the_index_alone(at: Place, django_assert_num_queries: Any) -> None:
    session = at.opened()
    Entry.objects.all().delete()
    registering.register(session, person=at.amelie, actor=at.amelie, now=NOW)
    assert not Entry.objects.exists()


def test_rows_open_where_one_may_read_them(at: Place) -> None:
    session = at.opened()
    own = builders.client_for(at.amelie).get("/help/search/", {"q": "visioconférence"})
    assert [row["url"] for row in own.context["rows"]] == [f"/help/training/{session.pk}/"]
    assert own.context["rows"][0]["kind"] == "Formations"
    desk = builders.client_for(at.karim).get("/desk/search", {"q": "visioconférence"})
    assert [row.url for row in desk.context["rows"]] == [f"/desk/training/sessions/{session.pk}/"]
