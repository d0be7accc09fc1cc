"""Moments in both languages: what a person reads, at the edges of minute, day, week and year."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from guichet.lib import moments

MONTREAL = ZoneInfo("America/Montreal")
NOW = datetime(2026, 11, 24, 14, 0, tzinfo=MONTREAL)  # a Tuesday
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

CASES = [
    (timedelta(0), "à l’instant", "just now"),
    (-59 * timedelta(seconds=1), "à l’instant", "just now"),
    (30 * timedelta(seconds=1), "dans un instant", "in a moment"),
    (-5 * MINUTE, "il y a 5 min", "5 min ago"),
    (59 * MINUTE, "dans 59 min", "in 59 min"),
    (-3 * HOUR, "il y a 3 h", "3 h ago"),
    (2 * HOUR, "dans 2 h", "in 2 h"),
    (20.5 * HOUR, "demain à 10 h 30", "tomorrow at 10:30"),
    (-23 * HOUR, "hier à 15 h", "yesterday at 15:00"),
    (2 * DAY, "jeudi à 14 h", "Thursday at 14:00"),
    (-6 * DAY, "mercredi à 14 h", "Wednesday at 14:00"),
    (7 * DAY, "1er décembre à 14 h", "1 December at 14:00"),
    (-9 * DAY, "15 novembre à 14 h", "15 November at 14:00"),
    (400 * DAY, "29 décembre 2027", "29 December 2027"),
]


@pytest.mark.parametrize(("delta", "french", "english"), CASES)
def test_relative(delta: timedelta, french: str, english: str) -> None:
    for language, wanted in (("fr", french), ("en", english)):
        shown = moments.relative(at=NOW + delta, now=NOW, zone=MONTREAL, language=language)
        assert shown.replace(moments.NBSP, " ") == wanted


def test_numbers_and_units_never_part_at_a_line_end() -> None:
    assert moments.relative(at=NOW - 5 * MINUTE, now=NOW, zone=MONTREAL, language="fr") == "il y a 5\u00a0min"
    assert "10\u00a0h\u00a030" in moments.relative(at=NOW + 20.5 * HOUR, now=NOW, zone=MONTREAL, language="fr")


def test_the_day_is_the_readers_day() -> None:
    at, now = (
        datetime(2026, 11, 25, 3, 0, tzinfo=ZoneInfo("UTC")),
        datetime(2026, 11, 24, 20, 0, tzinfo=ZoneInfo("UTC")),
    )
    assert moments.relative(at=at, now=now, zone=MONTREAL, language="en") == "in 7\u00a0h"
    assert moments.relative(at=at, now=now, zone=ZoneInfo("Europe/Paris"), language="en") == "tomorrow at 04:00"


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("fr", "mardi 24 novembre 2026 à 14 h"),
        ("fr-ca", "mardi 24 novembre 2026 à 14 h"),
        ("fr-be", "mardi 24 novembre 2026, 14:00"),
        ("fr-fr", "mardi 24 novembre 2026, 14:00"),
        ("en", "Tuesday 24 November 2026 at 14:00"),
    ],
)
def test_absolute(language: str, wanted: str) -> None:
    assert moments.absolute(at=NOW, zone=MONTREAL, language=language).replace(moments.NBSP, " ") == wanted


def test_urgency_follows_the_risk_where_it_is_known() -> None:
    assert moments.urgency(due=NOW, now=NOW) == "late"
    assert moments.urgency(due=NOW + 10 * MINUTE, now=NOW) == "soon"
    assert moments.urgency(due=NOW + 10 * MINUTE, now=NOW, risk=0.05) == "calm"
    assert moments.urgency(due=NOW + 2 * DAY, now=NOW, risk=0.6) == "soon"
    assert moments.urgency(due=NOW + 2 * DAY, now=NOW, risk=0.65) == "likely"
    assert moments.urgency(due=NOW - MINUTE, now=NOW, risk=0.0) == "late"


@pytest.mark.parametrize(
    ("minutes", "told"), [(0, "0 min"), (45, "45 min"), (60, "1 h"), (90, "1 h 30"), (480, "8 h"), (605, "10 h 05")]
)
def test_lengths(minutes: int, told: str) -> None:
    assert moments.length(minutes=minutes).replace(moments.NBSP, " ") == told


def test_a_stretch_says_the_day_once() -> None:
    def told(end: datetime, language: str = "fr") -> str:
        shown = moments.stretch(start=NOW, end=end, zone=MONTREAL, language=language)
        return shown.replace(moments.NBSP, " ")

    start = moments.clock_time(at=NOW.astimezone(MONTREAL), language="fr").replace(moments.NBSP, " ")
    assert told(NOW + 30 * MINUTE).count(",") == 1
    assert f", {start} – " in told(NOW + 30 * MINUTE)
    assert told(NOW + 24 * HOUR).count(",") == 2
    assert told(NOW + 24 * HOUR, "en") != told(NOW + 24 * HOUR)
