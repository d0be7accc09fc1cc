"""Figures of what helps before a ticket: by week, by what was shown, of the desks that one manages and no others."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from guichet.knowledge import running
from guichet.people.models import Person
from guichet.suggestions import deflection
from guichet.suggestions.deflection import Subject
from guichet.suggestions.deflection_figures import Figures, Reach
from tests import builders
from tests.builders import NOW
from tests.knowledge import printing, stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> stage.Place:
    return stage.place()


def figures(person: Person, *, days: int = 4) -> Figures:
    return Reach(person=person, weeks=4, now=NOW + timedelta(days=days), zone=ZoneInfo("America/Toronto")).figures()


def test_of_each_what_came_of_it(at: stage.Place) -> None:
    wifi, other = at.published(), at.published(title="Le Wi-Fi au gymnase")
    subjects = [Subject("article", wifi.pk), Subject("article", other.pk)]
    people = [builders.person(at.client) for _ in range(4)]
    for n, person in enumerate(people):
        asking, rows = deflection.show(subjects, person=person, now=NOW)
        if n < 3:
            deflection.helped(rows[subjects[0]].pk, person=person, now=NOW)
        if n == 1:
            builders.ticket(person, now=NOW + timedelta(hours=5))
        if n == 2:
            deflection.sent(str(asking.key), ticket=builders.ticket(person, now=NOW))
    deflection.decide(now=NOW + timedelta(days=3))
    deflection.show(subjects, person=at.amelie, now=NOW + timedelta(days=3))
    found = figures(at.helene)
    assert found.counts == {"waiting": 1, "deflected": 1, "came_back": 1, "sent": 1, "left": 1}
    assert (found.asked, found.decided, found.rate) == (5, 4, 0.25)
    first, second = found.lines["article"]
    assert (first.key, first.shown, first.opened, first.helped) == (wifi.reference, 5, 3, 3)
    assert (first.deflected, first.came_back) == (1, 1)
    assert (second.shown, second.opened, second.deflected, second.came_back) == (5, 0, 0, 0)
    assert len(found.weeks) == 4 and sum(week.asked for week in found.weeks) == 5


def test_trees_walked_alone_count_by_the_same_rule(at: stage.Place) -> None:
    tree = printing.published(at.desk.organisation, by=at.helene, for_requesters=True)
    for hours in (None, 5):
        person = builders.person(at.client)
        run = running.start(tree, actor=person, person=person, alone=True, now=NOW)
        for answer in ("a2", "done"):
            run, _step = running.answer(run, move=run.moves, answer=answer, actor=person, now=NOW)
        if hours:
            builders.ticket(person, now=NOW + timedelta(hours=hours))
    [walked] = figures(at.helene).walked
    assert (walked.tree, walked.solved, walked.stayed_away, walked.came_back) == (tree.pk, 2, 1, 1)


def test_others_desks_are_not_counted(at: stage.Place) -> None:
    deflection.show([Subject("article", at.published().pk)], person=at.amelie, now=NOW)
    assert figures(at.helene).asked == 1
    assert figures(builders.manager(builders.desk())).asked == 0
    assert figures(at.nadia).asked == 0
    assert figures(at.helene, days=60).asked == 0
