"""Badge numbers: one way of writing each, one person to each within a desk's reach, and who may see and set them."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction

from guichet.demo import cast as demo
from guichet.lib.errors import Refused
from guichet.people import actions, badges
from guichet.people.models import Organisation, Person
from tests import builders, cast
from tests.builders import NOW


@pytest.mark.parametrize(
    "said",
    ["0042-11AB", " 0042 11ab ", "0042\u00a011\u202fAB", "0042\u201311\u2212ab", "\ufeff00-42\t11-aB\r\n", "004211ab"],
)
def test_one_way_of_writing_each(said: str) -> None:
    assert badges.number_of(said) == "004211ab"
    assert badges.number_of(badges.number_of(said)) == "004211ab"


def test_zeros_and_other_signs_count() -> None:
    assert badges.number_of("0042.11") == "0042.11"
    assert badges.number_of("42 11") != badges.number_of("0042 11")
    assert badges.number_of(" - – ") == ""


def given(badge: str, *, to: Person | None, of: Organisation, desk: builders.Desk, actor: Person) -> Person:
    return actions.save_person(
        person=to, organisation=of, name=to.name if to else "Zoé Marchand", email=to.email if to else "", phone="",
        job_title="", badge=badge, site=None, language="fr", time_zone="", expertise="general", availability="",
        skills=[], desk=desk.organisation, actor=actor, now=NOW,
    )  # fmt: skip


class TestGiving:
    @pytest.fixture
    def desk(self, db: None) -> builders.Desk:
        return builders.desk()

    @pytest.fixture
    def manager(self, desk: builders.Desk) -> Person:
        return builders.manager(desk)

    def test_kept_in_its_one_way_changed_and_taken_back(self, desk: builders.Desk, manager: Person) -> None:
        amelie = builders.person(desk.organisation)
        for said, kept in (("0042-11AB", "004211ab"), ("0042 11ab", "004211ab"), ("9" * 80, "9" * 80), ("  ", "")):
            given(said, to=amelie, of=desk.organisation, desk=desk, actor=manager)
            assert Person.objects.get(pk=amelie.pk).badge == kept
        # Nobody's badge stands in anybody's way.
        given("", to=None, of=desk.organisation, desk=desk, actor=manager)

    def test_one_person_each_among_the_desks_own_and_its_clients(self, desk: builders.Desk, manager: Person) -> None:
        home, client, second = desk.organisation, builders.client_of(desk), builders.client_of(desk)
        for of, to in ((home, client), (client, home), (client, second), (home, home)):
            Person.objects.update(badge="")
            given("0042-11AB", to=None, of=of, desk=desk, actor=manager)
            with pytest.raises(Refused) as taken:
                given("0042 11ab", to=None, of=to, desk=desk, actor=manager)
            assert (taken.value.code, taken.value.field) == ("taken", "badge")
            assert "Zoé Marchand" in str(taken.value.message) and of.name in str(taken.value.message)
            assert Person.objects.filter(badge="004211ab").count() == 1

    def test_another_desks_numbers_are_its_own_affair(self, desk: builders.Desk, manager: Person) -> None:
        elsewhere = builders.desk()
        builders.person(elsewhere.organisation, badge="004211ab")
        given("004211AB", to=None, of=desk.organisation, desk=desk, actor=manager)
        assert Person.objects.filter(badge="004211ab").count() == 2

    @pytest.mark.parametrize(
        ("said", "code"), [("---", "too_short"), ("1-2-3", "too_short"), ("9" * 81, "too_long"), ("ß" * 41, "too_long")]
    )
    def test_what_no_scanner_reads_is_refused(self, desk: builders.Desk, manager: Person, said: str, code: str) -> None:
        amelie = builders.person(desk.organisation, badge="004211ab")
        with pytest.raises(Refused) as refused:
            given(said, to=amelie, of=desk.organisation, desk=desk, actor=manager)
        assert (refused.value.code, refused.value.field) == (code, "badge")
        assert Person.objects.get(pk=amelie.pk).badge == "004211ab"

    def test_managers_alone_give_them(self, desk: builders.Desk) -> None:
        amelie = builders.person(desk.organisation)
        for actor in (amelie, builders.agent(desk), builders.manager(builders.desk())):
            with pytest.raises(Refused):
                given("004211ab", to=amelie, of=desk.organisation, desk=desk, actor=actor)
        assert not Person.objects.exclude(badge="").exists()

    def test_the_database_knows_too(self, desk: builders.Desk) -> None:
        builders.person(desk.organisation, badge="004211ab")
        for _n in range(2):
            builders.person(desk.organisation, badge="")
        with pytest.raises(IntegrityError, match="person_badge_in_organisation"), transaction.atomic():
            builders.person(desk.organisation, badge="004211ab")


@pytest.mark.django_db(transaction=True)
def test_two_managers_at_once_give_a_number_to_one_person() -> None:
    """To people of two organisations, where no constraint would tell."""
    desk = builders.desk()
    manager, client = builders.manager(desk), builders.client_of(desk)
    people = [builders.person(desk.organisation), builders.person(client, cast.EMILY)]
    for round_ in range(5):
        start, results = threading.Barrier(2), dict[int, Any]()

        def give(
            person: Person, *, number: str = f"0000{round_}", start: threading.Barrier = start, out: Any = results
        ) -> None:
            try:
                start.wait()
                out[person.pk] = given(number, to=person, of=person.organisation, desk=desk, actor=manager)
            except BaseException as error:
                out[person.pk] = error
            finally:
                connections.close_all()

        threads = [threading.Thread(target=give, args=(person,)) for person in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        codes = [r.code for r in results.values() if isinstance(r, Refused)]
        assert codes == ["taken"] and len(results) == 2, results
        assert Person.objects.filter(badge=f"0000{round_}").count() == 1


def test_each_of_the_demos_people_has_one() -> None:
    numbers = [someone.badge for someone in demo.EVERYBODY.values()]
    assert len(set(numbers)) == len(numbers) > 50
    assert all(badges.number_of(number) == number and number.isdecimal() and len(number) == 10 for number in numbers)
    # As printed on a badge: a demo that is loaded anew keeps them.
    assert cast.AMELIE.badge == "1666725307"
