"""What helps before a ticket: what was shown and opened, what came of it after 48 hours, and who is forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from guichet.knowledge.models import Article
from guichet.people.models import Person
from guichet.suggestions import deflection
from guichet.suggestions.deflection import MOST, REMEMBERED_FOR, Subject
from guichet.suggestions.models import AnswerShown, Asking, Ended
from tests import builders
from tests.builders import NOW
from tests.knowledge import stage

pytestmark = pytest.mark.django_db
TWO_DAYS = timedelta(hours=48)


@pytest.fixture
def at() -> stage.Place:
    return stage.place()


@pytest.fixture
def article(at: stage.Place) -> Article:
    return at.published()


def shown(person: Person, *articles: Article, minutes: int = 0, key: str = "") -> tuple[Asking, list[AnswerShown]]:
    asking, rows = deflection.show(
        [Subject("article", one.pk) for one in articles], person=person, now=stage.later(minutes), key=key
    )
    return asking, list(rows.values())


def came(asking: Asking) -> str:
    deflection.decide(now=NOW + timedelta(days=5))
    asking.refresh_from_db()
    return asking.ended


def test_one_row_however_long_somebody_types(at: stage.Place, article: Article) -> None:
    other = at.published(title="Le Wi-Fi au gymnase")
    first, rows = shown(at.amelie, article)
    again, _rows = shown(at.amelie, article, other, minutes=1, key=str(first.key))
    without_key, _rows = shown(at.amelie, article, minutes=5, key="not a key")
    assert first == again == without_key and first.answers.count() == 2 and len(rows) == 1
    later, _rows = shown(at.amelie, article, minutes=45)
    theirs, _rows = shown(at.emily, article, key=str(first.key))
    assert len({first, later, theirs}) == 3


def test_it_stays_small(at: stage.Place) -> None:
    many = [at.published(title=f"Article {n}") for n in range(MOST + 3)]
    asking, rows = shown(at.amelie, *many)
    assert len(rows) == MOST == asking.answers.count()


@pytest.mark.parametrize(
    ("hours", "ended"),
    [(None, Ended.DEFLECTED), (0, Ended.CAME_BACK), (47, Ended.CAME_BACK), (49, Ended.DEFLECTED)],
)
def test_who_opened_something_and_asks_for_nothing_within_two_days_is_helped(
    at: stage.Place, article: Article, hours: int | None, ended: str
) -> None:
    asking, [row] = shown(at.amelie, article)
    deflection.opened(row.pk, person=at.amelie, now=NOW)
    if hours is not None:
        # By whom, and how, does not matter: an agent on the telephone, a counter, a mail.
        builders.ticket(at.amelie, actor=at.nadia, channel="phone", now=NOW + timedelta(hours=hours))
    builders.ticket(at.emily, now=NOW)
    assert came(asking) == ended


def test_before_two_days_are_over_one_does_not_know(at: stage.Place, article: Article) -> None:
    asking, [row] = shown(at.amelie, article)
    deflection.opened(row.pk, person=at.amelie, now=NOW + timedelta(hours=1))
    assert deflection.decide(now=NOW + TWO_DAYS) == 0
    asking.refresh_from_db()
    assert asking.ended == Ended.WAITING
    assert deflection.decide(now=NOW + TWO_DAYS + timedelta(hours=1)) == 1


def test_who_opened_nothing_was_not_helped(at: stage.Place, article: Article) -> None:
    asking, _rows = shown(at.amelie, article)
    assert came(asking) == Ended.LEFT


def test_who_opened_nothing_and_asked_elsewhere_came_back(at: stage.Place, article: Article) -> None:
    asking, _rows = shown(at.amelie, article)
    builders.ticket(at.amelie, now=NOW + timedelta(hours=3))
    assert came(asking) == Ended.CAME_BACK


def test_what_was_sent_is_not_deflected_whatever_was_said(at: stage.Place, article: Article) -> None:
    asking, [row] = shown(at.amelie, article)
    deflection.helped(row.pk, person=at.amelie, now=NOW)
    ticket = builders.ticket(at.amelie)
    deflection.sent(str(asking.key), ticket=ticket)
    assert came(asking) == Ended.SENT and asking.ticket == ticket
    row.refresh_from_db()
    assert row.opened and row.helped


def test_others_rows_are_not_there(at: stage.Place, article: Article) -> None:
    asking, [row] = shown(at.amelie, article)
    assert deflection.opened(row.pk, person=at.emily, now=NOW) is None
    assert deflection.helped(row.pk, person=at.emily, now=NOW) is None
    for key in (str(asking.key), "", "x"):
        deflection.sent(key, ticket=builders.ticket(at.emily))
    asking.refresh_from_db()
    assert asking.ended == Ended.WAITING


def test_what_was_decided_stays(at: stage.Place, article: Article) -> None:
    asking, [row] = shown(at.amelie, article)
    assert came(asking) == Ended.LEFT
    deflection.opened(row.pk, person=at.amelie, now=NOW)
    deflection.sent(str(asking.key), ticket=builders.ticket(at.amelie))
    asking.refresh_from_db()
    row.refresh_from_db()
    assert asking.ended == Ended.LEFT and asking.ticket is None and not row.opened


def test_who_it_was_is_forgotten_after_90_days(at: stage.Place, article: Article) -> None:
    asking, _rows = shown(at.amelie, article)
    deflection.sent(str(asking.key), ticket=builders.ticket(at.amelie))
    waiting, _rows = shown(at.emily, article)
    assert deflection.forget(now=NOW + REMEMBERED_FOR) == 0
    assert deflection.forget(now=NOW + REMEMBERED_FOR + timedelta(minutes=1)) == 1
    asking.refresh_from_db()
    waiting.refresh_from_db()
    assert asking.person is None and asking.ticket is None and asking.ended == Ended.SENT
    # What is still open is decided first.
    assert waiting.person == at.emily
