"""Whose public holidays, and what they are called."""

from datetime import date

import pytest

from guichet.calendars.countries import COUNTRIES, REGIONS, country_name, place_name
from guichet.calendars.public_days import days_off, known, regions


@pytest.mark.parametrize(
    ("code", "day", "french", "english"),
    [
        ("CA-QC", date(2026, 6, 24), "Fête nationale du Québec", "Saint Jean Baptiste Day"),
        ("CA-QC", date(2026, 5, 18), "Journée nationale des patriotes", "National Patriots’ Day"),
        ("BE", date(2026, 7, 21), "Fête nationale", "National Day"),
        ("BE-French", date(2026, 9, 27), "Fête de la Communauté française", "Day of the French Community"),
        ("BE-Flemish", date(2026, 7, 11), "Fête de la Communauté flamande", "Day of the Flemish Community"),
        ("BE-German", date(2026, 11, 15), "Fête de la Communauté germanophone", "Day of the German-speaking Community"),
        ("FR", date(2026, 7, 14), "Fête nationale", "National Day"),
        ("FR-57", date(2026, 12, 26), "Saint-Étienne", "Saint Stephen’s Day"),
        ("FR-6AE", date(2026, 4, 3), "Vendredi saint", "Good Friday"),
        ("FR-974", date(2026, 12, 20), "Abolition de l’esclavage", "Abolition of Slavery"),
    ],
)
def test_days_by_name(code: str, day: date, french: str, english: str) -> None:
    assert days_off(code, day.year)[day] == (french, english)


def test_a_region_keeps_days_that_its_country_does_not() -> None:
    assert date(2026, 12, 26) not in days_off("FR", 2026)
    assert date(2026, 9, 27) not in days_off("BE", 2026)
    assert date(2026, 6, 24) not in days_off("CA-ON", 2026)
    assert days_off("BE", 2026).items() <= days_off("BE-French", 2026).items()


def test_days_come_in_order_and_whole_years_only() -> None:
    for code in ("CA-QC", "BE", "FR-971", "US-CA", "JP"):
        days = list(days_off(code, 2027))
        assert days == sorted(days)
        assert {day.year for day in days} == {2027}


def test_what_is_unknown_is_refused() -> None:
    assert known("")
    assert days_off("", 2026) == {}
    for code in ("XX", "FR-ZZ", "CA-", "FR-Zone A", "ca-qc", "CA-QC-1"):
        assert not known(code)
    with pytest.raises(ValueError, match="XX"):
        days_off("XX", 2026)


def test_every_country_has_a_name_in_both_languages() -> None:
    assert set(regions()) == set(COUNTRIES)
    assert all(french and english for french, english in COUNTRIES.values())
    near = {f"{country}-{region}" for country in ("CA", "BE", "FR") for region in regions()[country]}
    assert near == set(REGIONS)


def test_places_are_named() -> None:
    assert place_name("CA-QC", language="fr-ca") == "Canada, Québec"
    assert place_name("BE", language="fr") == "Belgique"
    assert place_name("CH-GE", language="en") == "Switzerland, Genève"
    assert place_name("", language="fr") == ""
    assert country_name("??", language="fr") == "??"
