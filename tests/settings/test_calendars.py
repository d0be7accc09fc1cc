"""Calendars in the settings: typed, looked at before they are kept, their versions, who may."""

from datetime import UTC, date, datetime

import pytest

from guichet.calendars import reading
from guichet.calendars.changing import usual_calendar
from guichet.calendars.models import Calendar
from tests import builders
from tests.builders import NOW
from tests.settings.conftest import Setting, text

WEEK = {f"day_{n}": "8:00–12:00, 13:00–17:00" for n in range(5)}
SAID = {"name": "Garde", "time_zone": "Europe/Brussels", "holidays": "BE-French", **WEEK}


@pytest.fixture
def calendar(setting: Setting) -> Calendar:
    assert setting.post("new_calendar", **SAID).status_code == 302
    return Calendar.objects.get(organisation=setting.desk.organisation, name="Garde")


def test_made_and_shown_with_what_follows(setting: Setting, calendar: Calendar) -> None:
    version = reading.current(calendar.pk)
    assert (version.time_zone, version.holidays, version.by) == ("Europe/Brussels", "BE-French", setting.manager)
    assert version.week == [[[480, 720], [780, 1020]]] * 5 + [[], []]
    listed = text(setting.get("calendars"))
    assert "Garde" in listed and "40\u00a0h" in listed and "Belgium, French Community" in listed
    page = text(setting.get("calendar", calendar.pk))
    assert page.count('class="fortnight-day') == 14
    assert page.count("open from 08:00 to 12:00 and from 13:00 to 17:00") == 10
    assert "Day of the French Community" in page
    assert "Version 1" in page and setting.manager.name in page


def test_days_with_hours_of_their_own(setting: Setting, calendar: Calendar) -> None:
    special = {
        "special_0_day": "2030-12-24", "special_0_hours": "8 h – 12 h", "special_0_name": "Veille de Noël",
        "special_1_day": "2030-12-31", "special_1_hours": "", "special_1_name": "",
        "special_2_day": "", "special_2_hours": "", "special_2_name": "",
    }  # fmt: skip
    assert setting.post("calendar", calendar.pk, **SAID, **special, note="Fêtes", since="1").status_code == 302
    version = reading.current(calendar.pk)
    assert (version.number, version.note) == (2, "Fêtes")
    assert version.exceptions == {
        "2030-12-24": {"spans": [[480, 720]], "name": "Veille de Noël"},
        "2030-12-31": {"spans": [], "name": ""},
    }
    assert reading.hours_of(version.pk).day(date(2030, 12, 31)) == []
    page = text(setting.get("calendar", calendar.pk))
    assert 'value="2030-12-24"' in page and "8:00–12:00" in page and "Veille de Noël" in page
    assert "Version 2" in page and "Fêtes" in page and "days with hours of their own" in page
    # A line whose date is emptied goes.
    gone = {**special, "special_0_day": "", "special_0_hours": "", "special_0_name": ""}
    assert setting.post("calendar", calendar.pk, **SAID, **gone, since="2").status_code == 302
    assert list(reading.current(calendar.pk).exceptions) == ["2030-12-31"]


def test_a_preview_keeps_nothing(setting: Setting, calendar: Calendar) -> None:
    later = {**SAID, "day_5": "9:00–10:00", "preview": "1", "since": "1"}
    answer = setting.post("calendar", calendar.pk, **later)
    assert answer.status_code == 200
    assert text(answer).count("open from 09:00 to 10:00") == 2
    assert reading.current(calendar.pk).number == 1
    nothing = setting.post("calendar", calendar.pk, name="Garde", time_zone="UTC", preview="1")
    assert nothing.status_code == 200
    assert "would never let a promise fall due" in text(nothing)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"time_zone": "Mars/Olympus"}, "not a known time zone"),
        ({f"day_{n}": "" for n in range(5)}, "would never let a promise fall due"),
        ({"day_1": "17:00–8:00"}, "does not run from a time to a later one"),
        ({"holidays": "XX"}, "Select a valid choice"),
        ({"name": ""}, "This field is required"),
        ({"special_0_day": "demain"}, "Enter a valid date"),
        ({"special_0_day": "", "special_0_name": "Noël"}, "Which day is it?"),
        ({"special_0_day": "2030-01-02", "special_1_day": "2030-01-02"}, "This day is there twice."),
        ({"since": "99"}, "Somebody changed this calendar meanwhile"),
        ({"holidays": "DE", "region": "XX", "region_of": "DE"}, "Choose one of the answers offered"),
    ],
)
def test_what_cannot_be_taken_is_said_and_what_was_typed_stays(
    setting: Setting, calendar: Calendar, wrong: dict[str, str], said: str
) -> None:
    answer = setting.post("calendar", calendar.pk, **{**SAID, "note": "Ce que j’ai tapé", **wrong})
    assert answer.status_code == (409 if "since" in wrong else 422)
    assert said in text(answer)
    assert "Ce que j’ai tapé" in text(answer)
    assert reading.current(calendar.pk).number == 1


def test_a_country_further_away_has_its_regions_beside_it(setting: Setting, calendar: Calendar) -> None:
    answer = setting.post("calendar", calendar.pk, **{**SAID, "holidays": "DE", "preview": "1"})
    assert 'name="region_of" value="DE"' in text(answer) and "Bayern" in text(answer)
    data = {**SAID, "holidays": "DE", "region": "BY", "region_of": "DE"}
    assert setting.post("calendar", calendar.pk, **data).status_code == 302
    assert reading.current(calendar.pk).holidays == "DE-BY"
    # Another country: the region that was there is of no use.
    assert setting.post("calendar", calendar.pk, **{**data, "holidays": "AT"}).status_code == 302
    assert reading.current(calendar.pk).holidays == "AT"


def test_the_usual_calendar_is_the_opening_hours(setting: Setting, calendar: Calendar) -> None:
    assert "The usual hours are in force" in text(setting.get("opening"))
    assert setting.post("opening", **{**SAID, "name": "Heures"}).status_code == 302
    place = setting.desk.organisation
    usual = Calendar.objects.get(organisation=place, usual=True)
    hours = reading.usual_hours(type(place).objects.get(pk=place.pk))
    assert hours.add(datetime(2026, 11, 23, 3, tzinfo=UTC), 0) == datetime(2026, 11, 23, 7, tzinfo=UTC)
    for name, args in (("opening", ()), ("calendar", (usual.pk,))):
        page = text(setting.get(name, *args))
        assert "Remove this calendar" not in page and "The usual hours are in force" not in page
    assert setting.post("calendar_removal", usual.pk).status_code == 302
    assert Calendar.objects.filter(pk=usual.pk).exists()
    assert setting.post("calendar_removal", calendar.pk).status_code == 302
    assert not Calendar.objects.filter(pk=calendar.pk).exists()


def test_of_another_desk_there_is_none(setting: Setting) -> None:
    other = builders.manager(builders.desk("Ailleurs"))
    client = builders.client_for(other)
    theirs = {**SAID, "name": "Leur garde"}
    assert client.post(f"/desk/settings/{other.organisation.slug}/calendars/new/", theirs).status_code == 302
    found = Calendar.objects.get(name="Leur garde")
    assert setting.get("calendar", found.pk).status_code == 404
    assert setting.post("calendar", found.pk, **SAID).status_code == 404
    assert setting.post("calendar_removal", found.pk).status_code == 404


def test_pages_cost_the_same_whatever_the_number_of_versions(
    setting: Setting, calendar: Calendar, django_assert_max_num_queries: object
) -> None:
    for number in range(1, 24):
        data = {**SAID, "day_0": f"{number % 7}:00–17:00", "since": str(number), "note": f"n° {number}"}
        assert setting.post("calendar", calendar.pk, **data).status_code == 302
    with django_assert_max_num_queries(14):
        page = text(setting.get("calendar", calendar.pk))
    assert page.count('class="calendar-version"') == 20
    assert "4 earlier versions are kept too." in page


@pytest.mark.parametrize("save", [False, True])
def test_what_is_shown_beside_is_what_stands_in_the_form(setting: Setting, calendar: Calendar, *, save: bool) -> None:
    """An unreadable day is closed, and said: what is stored isn't told as what was typed."""
    typed = {**SAID, "day_0": "quand je peux", "day_5": "9:00–10:00", "since": "1"}
    answer = setting.post("calendar", calendar.pk, **typed, **({} if save else {"preview": "1"}))
    page = text(answer)
    preview = page.split('id="calendar-preview"')[1].split("</section>")[0]
    assert preview.count("open from 09:00 to 10:00") == 2
    assert preview.count("open from 08:00 to 12:00") == 8
    assert "Monday" in preview and answer.context["form"].errors["day_0"][0] in preview.replace("&#x27;", "'")


def test_why_nothing_can_be_counted_is_said_beside(setting: Setting, calendar: Calendar) -> None:
    answer = setting.post("calendar", calendar.pk, **{**SAID, "time_zone": "Mars/Olympus"}, preview="1", since="1")
    preview = text(answer).split('id="calendar-preview"')[1].split("</section>")[0]
    assert "This is not a known time zone" in preview


def test_opening_hours_keep_their_name_whoever_saves_them(setting: Setting) -> None:
    desk = setting.desk.organisation
    assert usual_calendar(desk, now=NOW).name == "Heures d’ouverture"
    for language in ("en", "fr"):
        setting.browser.cookies["guichet_language"] = language
        name = setting.get("opening").context["form"]["name"].value()
        day = {"day_0": "8:00–12:00"} if language == "fr" else {}
        assert setting.post("opening", **{**SAID, **day, "name": name}).status_code == 302
        assert Calendar.objects.get(organisation=desk, usual=True).name == "Heures d’ouverture"


def test_no_public_holidays_are_called_so_in_french(setting: Setting) -> None:
    setting.browser.cookies["guichet_language"] = "fr"
    choices = setting.get("opening").context["form"].fields["holidays"].choices
    assert choices[0] == ("", "Aucun")
