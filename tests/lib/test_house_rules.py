"""What is kept in the process is what the database says, whoever changed it and however."""

from __future__ import annotations

import re

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from guichet.calendars import reading
from guichet.lib.batches import batch
from guichet.lib.house_rules import NOTES, RULES, forget_notes, house_rule
from guichet.lib.models import RuleChange
from guichet.notifications import tell
from guichet.people.models import Organisation, Team
from guichet.routing import actions as routing
from guichet.sla import offers
from guichet.tickets import promises
from guichet.tickets.actions import opening
from tests import builders

pytestmark = pytest.mark.django_db
asked: list[int] = []


@house_rule
def name_of(pk: int) -> str:
    asked.append(pk)
    return Organisation.objects.get(pk=pk).name


def heard(pk: int) -> str:
    with batch():
        assert name_of(pk) == name_of(pk)
        return name_of(pk)


def test_it_is_asked_once_until_something_changes() -> None:
    desk, other = builders.organisation("Avant"), builders.organisation("Autre")
    asked.clear()
    assert (heard(desk.pk), heard(other.pk), heard(desk.pk)) == ("Avant", "Autre", "Avant")
    assert asked == [desk.pk, other.pk]
    Organisation.objects.filter(pk=desk.pk).update(name="Après")
    assert heard(desk.pk) == "Après"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_organisation SET name = 'Par la porte arrière' WHERE id = %s", [desk.pk])
    assert heard(desk.pk) == "Par la porte arrière"


def test_what_was_taken_back_is_not_kept() -> None:
    desk = builders.organisation("Avant")
    for name in ("Jamais", "Non plus"):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            Organisation.objects.filter(pk=desk.pk).update(name=name)
            assert heard(desk.pk) == name
            raise ZeroDivisionError
        assert heard(desk.pk) == "Avant"


def test_outside_a_batch_nothing_is_kept() -> None:
    desk = builders.organisation("Avant")
    asked.clear()
    assert [name_of(desk.pk), name_of(desk.pk)] == ["Avant", "Avant"]
    assert asked == [desk.pk, desk.pk]


def test_notes_are_forgotten_but_for_the_last() -> None:
    desk = builders.organisation("Avant")
    for number in range(NOTES + 5):
        Organisation.objects.filter(pk=desk.pk).update(name=f"Nom {number}")
    forget_notes()
    assert RuleChange.objects.count() == NOTES
    assert heard(desk.pk) == f"Nom {NOTES + 4}"
    assert forget_notes() == 0


def test_they_read_watched_tables_only() -> None:
    """A rule that reads another table would be kept after that has changed."""
    at = builders.desk()
    team = Team.objects.filter(organisation=at.organisation).first()
    assert team is not None
    rules = {
        lambda: routing._front(at.organisation), lambda: routing._live_rules(at.organisation),
        lambda: routing._team(team.pk), lambda: tell._members(team.pk), lambda: opening.matrix_of(at.organisation),
        lambda: promises._policies(at.organisation), lambda: offers._terms(at.organisation), offers._parents,
        lambda: reading._usual(at.organisation),
    }  # fmt: skip
    assert len(rules) == len([name for name in RULES if name != "name_of"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'rules_changed'")
        watched = {table for (table,) in cursor.fetchall()}
    read: set[str] = set()
    for rule in rules:
        with CaptureQueriesContext(connection) as queries:
            rule()
        read |= {table for query in queries for table in re.findall(r'(?:FROM|JOIN) "(\w+)"', query["sql"] or "")}
    assert "people_team" in read
    assert read <= watched
