"""What people of a world were shown before they asked; without loading the world."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from guichet.demo import articles, asking
from guichet.demo.founding import found
from guichet.demo.stage import Stage
from guichet.demo.worlds import college, company
from guichet.suggestions.models import AnswerShown, Asking, Ended
from tests import builders

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 11, 19, 19, 20, tzinfo=UTC)


@pytest.mark.parametrize("plan", [college.PLAN, company.PLAN], ids=["college", "company"])
def test_some_found_it_some_came_back_or_sent_it_all_the_same(plan: object) -> None:
    assert isinstance(plan, type(college.PLAN))
    stage = Stage(found(plan, now=NOW), now=NOW, seed="x")
    articles.write(stage)
    amelie = next(person for person in stage.ground.people.values() if not person.grants.at_desk)
    ticket = builders.ticket(amelie, now=NOW - timedelta(days=3))
    asking.remember(stage)
    ended = set(Asking.objects.values_list("ended", flat=True))
    assert {Ended.DEFLECTED, Ended.LEFT, Ended.SENT} <= ended
    assert Asking.objects.get(ended=Ended.SENT).ticket == ticket
    assert AnswerShown.objects.filter(helped=True).exists()
    assert not Asking.objects.filter(began_at__gt=NOW).exists()
    assert not Asking.objects.filter(ended=Ended.WAITING, moved_at__lt=NOW - timedelta(hours=48)).exists()
