"""Calendars as managers make them: versions that stay, refusals in words, what nothing may be removed from."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from guichet.calendars import changing, public_days, reading
from guichet.calendars.changing import Said, Special
from guichet.calendars.hours import OFFICE_HOURS
from guichet.calendars.models import Calendar, CalendarVersion
from guichet.lib.errors import Conflict, Forbidden, Refused
from guichet.people.models import Organisation, Person
from tests import builders

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
WEEK = [[[480, 720], [780, 1020]]] * 5 + [[], []]
SAID = Said(time_zone="America/Montreal", week=WEEK, holidays="CA-QC", exceptions=[Special(date(2026, 12, 24))])


@pytest.fixture
def desk() -> builders.Desk:
    return builders.desk()


@pytest.fixture
def manager(desk: builders.Desk) -> Person:
    return builders.manager(desk)


def kept(desk: Organisation, actor: Person, said: Said = SAID, *, calendar: Calendar | None = None,
         usual: bool = False, name: str = "Garde", since: int | None = None) -> Calendar:  # fmt: skip
    return changing.save_calendar(
        calendar=calendar, usual=usual, desk=desk, name=name, said=said, note="Essai", since=since, actor=actor, now=NOW
    )


def test_a_change_adds_a_version_and_the_old_one_stays(desk: builders.Desk, manager: Person) -> None:
    place = desk.organisation
    calendar = kept(place, manager)
    first = reading.current(calendar.pk)
    start = datetime(2026, 12, 23, 21, tzinfo=UTC)
    due = reading.hours_of(first.pk).add(start, 2 * 3600)
    kept(place, manager, Said(time_zone="America/Montreal", week=OFFICE_HOURS), calendar=calendar, since=1)
    second = reading.current(calendar.pk)
    assert (first.number, second.number) == (1, 2)
    assert (second.by, second.made_at, second.note) == (manager, NOW, "Essai")
    assert CalendarVersion.objects.get(pk=first.pk).week == WEEK
    assert reading.hours_of(first.pk).add(start, 2 * 3600) == due
    # The 24th is closed by hand, the 25th a holiday: Monday 28.
    assert due == datetime(2026, 12, 28, 14, tzinfo=UTC)
    assert reading.hours_of(second.pk).add(start, 2 * 3600) == datetime(2026, 12, 24, 14, tzinfo=UTC)


def test_the_database_refuses_to_change_a_version(desk: builders.Desk, manager: Person) -> None:
    version = reading.current(kept(desk.organisation, manager).pk)
    version.week = [[[0, 1440]]] * 7
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        version.save()
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        CalendarVersion.objects.filter(pk=version.pk).update(note="x")


def test_saying_the_same_again_makes_no_version(desk: builders.Desk, manager: Person) -> None:
    calendar = kept(desk.organisation, manager)
    kept(desk.organisation, manager, calendar=calendar, name="Garde de nuit", since=1)
    assert calendar.versions.count() == 1
    assert Calendar.objects.get(pk=calendar.pk).name == "Garde de nuit"


def test_somebody_else_was_quicker(desk: builders.Desk, manager: Person) -> None:
    calendar = kept(desk.organisation, manager)
    kept(desk.organisation, manager, Said(time_zone="UTC", week=WEEK), calendar=calendar, since=1)
    with pytest.raises(Conflict):
        kept(desk.organisation, manager, Said(time_zone="Europe/Paris", week=WEEK), calendar=calendar, since=1)
    assert reading.current(calendar.pk).time_zone == "UTC"


@pytest.mark.parametrize(
    ("said", "field", "code"),
    [
        (Said(time_zone="UTC", week=[[]] * 7), "", "empty_week"),
        (Said(time_zone="UTC", week=[[]] * 6), "days", "week"),
        (Said(time_zone="UTC", week=[[[600, 540]]] + [[]] * 6), "day_0", "week"),
        (Said(time_zone="Mars/Olympus", week=WEEK), "time_zone", "zone"),
        (Said(time_zone="", week=WEEK), "time_zone", "zone"),
        (Said(time_zone="../etc/passwd", week=WEEK), "time_zone", "zone"),
        (Said(time_zone="UTC", week=WEEK, holidays="XX"), "holidays", "unknown_choice"),
        (Said(time_zone="UTC", week=WEEK, exceptions=[Special(date(2026, 1, 1))] * 2), "exceptions", "twice"),
        (Said(time_zone="UTC", week=WEEK, exceptions=[Special(date(2026, 1, 1), [[9, 8]])]), "exceptions", "week"),
        (
            Said(time_zone="UTC", week=WEEK, exceptions=[Special(date(2026, 1, 1) + timedelta(n)) for n in range(401)]),
            "exceptions",
            "too_many",
        ),
    ],
)
def test_what_cannot_be_counted_with_is_refused_in_words(
    desk: builders.Desk, manager: Person, said: Said, field: str, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        kept(desk.organisation, manager, said)
    assert (refused.value.field or "", refused.value.code) == (field, code)
    assert str(refused.value.message)
    assert not Calendar.objects.filter(organisation=desk.organisation, name="Garde").exists()


def test_only_managers_of_that_desk(desk: builders.Desk, manager: Person) -> None:
    calendar = kept(desk.organisation, manager)
    other = builders.manager(builders.desk("Ailleurs"))
    for person in (builders.agent(desk), other):
        with pytest.raises(Forbidden):
            kept(desk.organisation, person)
        with pytest.raises(Forbidden):
            changing.remove_calendar(calendar=calendar, actor=person, now=NOW)
    with pytest.raises(Refused):
        kept(other.organisation, other, calendar=calendar)


def test_names_are_taken_once(desk: builders.Desk, manager: Person) -> None:
    kept(desk.organisation, manager)
    with pytest.raises(Refused) as refused:
        kept(desk.organisation, manager)
    assert refused.value.field == "name"


def test_there_is_one_usual_calendar(desk: builders.Desk, manager: Person) -> None:
    place = desk.organisation
    Calendar.objects.filter(organisation=place).delete()
    place.__dict__.pop("_usual_version", None)
    at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert reading.usual_hours(place).add(at, 0) == datetime(2026, 11, 23, 13, tzinfo=UTC)
    changing.set_opening(desk=place, week=WEEK, actor=manager, now=NOW)
    assert reading.usual_week(place) == WEEK
    assert changing.usual_calendar(place, now=NOW).usual
    assert Calendar.objects.filter(organisation=place, usual=True).count() == 1
    with pytest.raises(Conflict):
        kept(place, manager, usual=True, name="Une autre")
    with pytest.raises(Conflict):
        changing.remove_calendar(calendar=Calendar.objects.get(organisation=place), actor=manager, now=NOW)
    # Another week keeps the rest of what the calendar says.
    kept(place, manager, calendar=Calendar.objects.get(organisation=place), name="Heures", since=1)
    changing.set_opening(desk=place, week=OFFICE_HOURS, actor=manager, now=NOW)
    version = reading.usual_version(place)
    assert version is not None
    assert (version.number, version.holidays, list(version.exceptions)) == (3, "CA-QC", ["2026-12-24"])


def test_nothing_is_removed_on_which_something_was_promised(desk: builders.Desk, manager: Person) -> None:
    calendar = kept(desk.organisation, manager)
    changing.remove_calendar(calendar=calendar, actor=manager, now=NOW)
    assert not Calendar.objects.filter(pk=calendar.pk or 0).exists()


def test_holidays_are_written_down_so_that_a_later_edition_changes_nothing(
    desk: builders.Desk, manager: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = reading.current(kept(desk.organisation, manager).pk)
    assert version.days_off["2026-06-24"] == ["Fête nationale du Québec", "Saint Jean Baptiste Day"]
    hours = reading.hours_in(version)
    monkeypatch.setattr(public_days, "days_off", lambda code, year: {date(year, 11, 24): ("Neuf", "New")})
    later = reading.hours_in(version)
    assert later.day(date(2026, 11, 24)) == hours.day(date(2026, 11, 24)) != []
    assert later.day(date(2026, 6, 24)) == []
    # Beyond what was written down, the package is asked.
    assert later.day(date(2060, 11, 24)) == []


def test_why_a_day_is_special(desk: builders.Desk, manager: Person) -> None:
    said = Said(
        time_zone="America/Montreal", week=WEEK, holidays="CA-QC",
        exceptions=[Special(date(2026, 12, 24), [[480, 720]], "Veille de Noël")],
    )  # fmt: skip
    version = reading.current(kept(desk.organisation, manager, said).pk)
    assert reading.why_special(version, date(2026, 12, 24)) == "Veille de Noël"
    assert reading.why_special(version, date(2026, 12, 25)) == "Jour de Noël"
    assert reading.why_special(version, date(2026, 12, 23)) == ""


def test_a_version_is_read_once_a_process(
    desk: builders.Desk, manager: Person, django_assert_num_queries: object
) -> None:
    version = reading.current(kept(desk.organisation, manager).pk)
    hours = reading.hours_of(version.pk)
    with django_assert_num_queries(0):
        assert reading.hours_of(version.pk) is hours


def test_another_week_loses_nothing_that_somebody_said_meanwhile(
    desk: builders.Desk, manager: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = desk.organisation
    changing.set_opening(desk=place, week=WEEK, actor=manager, now=NOW)
    read = changing.said_by
    calendar = Calendar.objects.get(organisation=place, usual=True)

    def meanwhile(version: CalendarVersion) -> Said:
        said = read(version)
        monkeypatch.setattr(changing, "said_by", read)
        kept(Organisation.objects.get(pk=place.pk), manager, calendar=calendar, name="Heures", since=version.number)
        return said

    monkeypatch.setattr(changing, "said_by", meanwhile)
    with pytest.raises(Conflict):
        changing.set_opening(desk=place, week=OFFICE_HOURS, actor=manager, now=NOW)
    assert reading.current(calendar.pk).holidays == "CA-QC"


def test_versions_are_all_told_when_what_is_known_is_forgotten(
    desk: builders.Desk, manager: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = kept(desk.organisation, manager)
    kept(desk.organisation, manager, Said(time_zone="UTC", week=WEEK), calendar=first)
    old, new = first.versions.order_by("number").values_list("pk", flat=True)
    reading._rows.clear()
    monkeypatch.setattr(reading, "_KNOWN_MAX", 1)
    assert set(reading.versions([old])) == {old}
    assert set(reading.versions([old, new])) == {old, new}


def test_hours_are_told_whatever_another_thread_forgets(
    desk: builders.Desk, manager: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Forgetful(dict[tuple[str, int], object]):
        """Another thread empties it as soon as somebody has found something in it, or written to it."""

        def __contains__(self, key: object) -> bool:
            found = super().__contains__(key)
            self.clear()
            return found

        def __setitem__(self, key: tuple[str, int], value: object) -> None:
            super().__setitem__(key, value)
            self.clear()

    version = reading.current(kept(desk.organisation, manager).pk).pk
    monkeypatch.setattr(reading, "_known", Forgetful())
    assert reading.hours_of(version).week[0] == [(480, 720), (780, 1020)]
    monkeypatch.setattr(reading, "_rows", Forgetful())
    assert set(reading.versions([version])) == {version}
