"""Pages and lists about what is known and taught ask the database no more often because there is more to show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from guichet.api.tokens import SCOPES, issue
from guichet.knowledge import actions, running, verdicts
from guichet.knowledge.models import Article, Run, Tree
from guichet.search.kept import keep, remember
from guichet.training import planning, registering
from guichet.training.models import Effect, Need, Session, Topic
from tests import builders
from tests.knowledge import printing
from tests.training.stage import Place
from tests.training.stage import place as make_place

pytestmark = pytest.mark.django_db
MORE = 12
NOW = timezone.now()


@dataclass
class Filled:
    """A desk where something of everything is written down; `more` adds to all of it, and to the first of each."""

    at: Place
    articles: list[Article] = field(default_factory=list)
    trees: list[Tree] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    coming: list[Session] = field(default_factory=list)
    held: list[Session] = field(default_factory=list)

    def more(self, number: int) -> None:
        self._article(number)
        self._tree(number)
        self._sessions(number)
        self._need(number)
        builders.ticket(self.at.amelie, title=f"L’imprimante {number} ne répond plus")
        builders.lesson(self.at.desk.organisation, number=number + 1, in_use=not number)
        keep(f"imprimante {number}", name=f"Imprimantes {number}", person=self.at.helene, now=NOW)
        remember(f"vpn {number}", person=self.at.helene, now=NOW)

    def _article(self, number: int) -> None:
        at, by = self.at, {"actor": self.at.helene, "now": NOW}
        made = actions.write(
            desk=at.desk.organisation, title=f"Imprimante {number}", body="# Avant\n\nLe papier.", audience="public",
            category=at.category, **by,
        )  # fmt: skip
        self.articles.append(actions.publish(made, **by))
        actions.write(desk=at.desk.organisation, title=f"Ébauche {number}", body="Imprimante", **by)
        first = actions.revise(self.articles[0], body=f"Le bac {number}. Voir [l’autre]({made.reference}).", **by)
        first = actions.publish(first, **by)
        assert first.current is not None
        reader = builders.person(at.desk.organisation)
        verdicts.give_feedback(first.current, helped=False, why_not="unclear", person=reader, now=NOW, text="Où ?")

    def _tree(self, number: int) -> None:
        at = self.at
        tree = printing.published(
            at.desk.organisation, by=at.helene, name=f"Arbre {number}", for_requesters=True, category=at.category
        )
        self.trees.append(tree)
        for alone, actor in ((False, at.helene), (True, at.amelie)):
            run = running.start(self.trees[0], actor=actor, person=at.amelie, alone=alone, now=NOW)
            run, _step = running.answer(run, move=0, answer="a1", actor=actor, now=NOW)
            self.runs.append(run)

    def _sessions(self, number: int) -> None:
        at, by = self.at, {"actor": self.at.nadia, "now": NOW}
        Topic.objects.create(desk=at.desk.organisation, name_fr=f"Thème {number}").categories.add(at.category)
        coming = at.opened(starts_at=NOW + timedelta(days=number + 1), now=NOW, capacity=50)
        self.coming.append(coming)
        at.register(coming, at.amelie, now=NOW)
        someone = at.register(self.coming[0], at.another(), now=NOW)
        registering.withdraw(someone, actor=someone.person, now=NOW)
        at.register(self.coming[0], at.another(), now=NOW)
        planning.hand_out(self.coming[0], title="", article=self.articles[-1], **by)
        began = NOW - timedelta(days=number + 20)
        held = at.opened(starts_at=began, now=began - timedelta(days=9), capacity=50)
        row = at.register(held, at.amelie, now=began - timedelta(days=8))
        registering.mark(held, came={row.pk: "present"}, **by)
        self.held.append(planning.hold(held, **by))
        Effect.objects.create(
            session=held, days=20, came=6, came_before=9, came_after=2, others=8, others_before=9, others_after=9,
            verdict="fewer", difference=-1.0, low=-1.5, high=-0.5, at=NOW,
        )  # fmt: skip

    def _need(self, number: int) -> None:
        about = {"topic": self.at.topic} if number % 2 else {"category": self.at.category}
        Need.objects.create(
            desk=self.at.desk.organisation, organisation=self.at.client, tickets=9, people=4, again=3, before=2,
            size=20, elsewhere=3.0, since=NOW, at=NOW, **about,
        )  # fmt: skip

    def at_the_desk(self) -> list[str]:
        article = f"/desk/articles/{self.articles[0].reference}"
        settings = f"/desk/settings/{self.at.desk.organisation.slug}"
        tree = f"{settings}/trees/{self.trees[0].pk}/"
        session, ended = (f"/desk/training/sessions/{one[0].pk}/" for one in (self.coming, self.held))
        lists = [f"/desk/articles/?show={show}" for show in ("published", "drafts", "review", "judged", "archived")]
        return [
            *lists, "/desk/articles/?q=imprimante", f"{article}/", f"{article}/difference", f"{article}/verdicts",
            f"{article}/editing", "/desk/guides/", f"/desk/guides/{self.runs[0].key}/", "/desk/training/",
            "/desk/training/?show=past", "/desk/training/needs", "/desk/training/topics/", session, ended,
            f"{session}materials", f"{ended}attendance", "/desk/training/sessions/new", "/desk/search?q=imprimante",
            f"{settings}/trees/", tree, f"{tree}figures/", f"{settings}/suggestions/",
        ]  # fmt: skip

    def in_the_portal(self) -> list[str]:
        articles = "/help/articles/"
        return [
            "/help/", articles, f"{articles}?q=imprimante", f"{articles}?category={self.at.category.pk}",
            f"{articles}{self.articles[0].reference}/", "/help/search/?q=imprimante", "/help/guides/",
            f"/help/guides/{self.runs[1].key}/",
            "/help/training/", f"/help/training/{self.coming[0].pk}/", f"/help/training/{self.held[0].pk}/",
        ]  # fmt: skip

    def for_programs(self) -> list[str]:
        article, session = self.articles[0].reference, self.coming[0].pk
        paths = [
            "/articles", f"/articles/{article}", f"/articles/{article}/versions", f"/articles/{article}/timeline",
            f"/articles/{article}/feedback", "/trees", f"/trees/{self.trees[0].pk}", f"/runs/{self.runs[0].key}",
            "/training/sessions", f"/training/sessions/{session}", f"/training/sessions/{session}/registrations",
            "/training/needs", "/search?q=imprimante",
            f"/organisations/{self.at.desk.organisation.pk}/suggested-fields",
        ]  # fmt: skip
        return [f"/api/v1{path}" for path in paths]


@pytest.fixture
def filled() -> Filled:
    made = Filled(make_place())
    made.more(0)
    return made


def costs(browser: Client, paths: list[str]) -> dict[str, int]:
    """Queries of each page; the first look at it warms what a process keeps."""
    counted = {}
    for path in paths:
        assert browser.get(path, follow=True).redirect_chain == [], path
        with CaptureQueriesContext(connection) as asked:
            answer = browser.get(path)
        assert answer.status_code == 200, path
        counted[path] = len(asked)
    return counted


def _manager(at: Place) -> Client:
    return builders.client_for(at.helene)


def _requester(at: Place) -> Client:
    return builders.client_for(at.amelie)


def _program(at: Place) -> Client:
    _token, text = issue(
        person=at.helene, name="essai", scopes=tuple(SCOPES), expires_at=NOW + timedelta(days=9), now=NOW
    )
    return Client(headers={"Authorization": f"Bearer {text}"})


@pytest.mark.parametrize(
    ("who", "pages"),
    [(_manager, Filled.at_the_desk), (_requester, Filled.in_the_portal), (_program, Filled.for_programs)],
    ids=["desk", "portal", "api"],
)
def test_more_rows_cost_no_more_queries(
    filled: Filled, who: Callable[[Place], Client], pages: Callable[[Filled], list[str]]
) -> None:
    browser, paths = who(filled.at), pages(filled)
    few = costs(browser, paths)
    for number in range(1, MORE):
        filled.more(number)
    many = costs(browser, paths)
    assert {path: (few[path], many[path]) for path in paths if many[path] > few[path]} == {}
    assert max(many.values()) <= 20, many
