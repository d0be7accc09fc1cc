"""The query line, as people type it in French and in English."""

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.search.line import LONGEST, Filter, Line, parse
from guichet.search.vocabulary import DATES, KEYS, day, key_of, value_of

TODAY = date(2026, 11, 25)  # a Wednesday
pieces = st.sampled_from(
    ["état:ouvert", "-site:Liège", 'site:"Saint Lô', "« mot exact »", '"a b"', "-", '"', "après:hier", "foo:bar",
     "C:\\x", "12:30",
     "l’été", "état:", "à:moi", "https://x.example/?a=b", "“", "−toner", "de:", ":", "a:b:c", "type:«x»"]
)  # fmt: skip
lines = st.text(max_size=300) | st.lists(pieces | st.text(max_size=6), max_size=12).map(" ".join)


def one(text: str) -> Filter:
    (found,) = parse(text).filters
    return found


def test_words_phrases_minus_and_filters() -> None:
    line = parse('L’imprimante du "2e étage" -toner état:ouvert site:Liège après:2026-11-01')
    assert line.words == ("imprimante",)
    assert line.phrases == ("2e étage",)
    assert line.excluded == ("toner",)
    assert line.filters == (Filter("state", "open"), Filter("site", "Liège"), Filter("after", "2026-11-01"))
    assert line.not_understood == ()
    assert not line.cut


@pytest.mark.parametrize(
    ("typed", "key", "value"),
    [
        ("état:ouvert", "state", "open"),
        ("ETAT:Ouverts", "state", "open"),
        ("statut:en-attente", "state", "on_hold"),
        ('état:"en attente"', "state", "on_hold"),
        ("state:on_hold", "state", "on_hold"),
        ("status:solved", "state", "resolved"),
        ("état:inouï", "state", "inoui"),
        ("site:Liège", "site", "Liège"),
        ('lieu:"Palais de justice"', "site", "Palais de justice"),
        ("lieu:« Palais de justice »", "site", "Palais de justice"),
        ("organization:Meuse", "organisation", "Meuse"),
        ("équipe:Réseau,", "team", "Réseau"),
        ("catégorie:VPN", "category", "VPN"),
        ("de:moi", "requester", "me"),
        ("from:Hélène", "requester", "Hélène"),
        ("à:k.haddad@example.org", "agent", "k.haddad@example.org"),
        ("traité-par:moi", "agent", "me"),
        ("assignee:nobody", "agent", "none"),
        ("sévérité:s1", "severity", "S1"),
        ("severity:2", "severity", "S2"),
        ("niveau:n2", "level", "N2"),
        ("type:Articles", "kind", "article"),
        ("type:panne", "kind", "major"),
        ("canal:courriel", "channel", "mail"),
        ("after:2026-11", "after", "2026-11-01"),
        ("avant:1/11/2026", "before", "2026-11-01"),
        ("après:31.10.2026", "after", "2026-10-31"),
        ("since:yesterday", "after", "yesterday"),
        ("depuis:hier", "after", "yesterday"),
        ("après:aujourd’hui", "after", "today"),
        ("après:semaine", "after", "week"),
        ("après:7j", "after", "7d"),
        ("after:2weeks", "after", "2w"),
        ("après:lundi", "after", "monday"),
    ],
)
def test_filters_in_both_languages(typed: str, key: str, value: str) -> None:
    assert one(typed) == Filter(key, value)
    assert one(f"-{typed}") == Filter(key, value, excluded=True)


@pytest.mark.parametrize(
    "typed",
    ["https://intranet.example/a?b=c", "12:30", "C:\\temp\\x.txt", "std::list", "mailto:h@x.example", "localhost:8080",
     "Re:Imprimante", "Objet:Imprimante", "état : ouvert"],
)  # fmt: skip
def test_what_is_no_filter_is_text(typed: str) -> None:
    line = parse(typed)
    assert line.filters == line.not_understood == ()
    assert line.words


@pytest.mark.parametrize("typed", ["couleur:bleu", 'couleur:"bleu nuit"'])
def test_an_unknown_filter_is_said_and_searched_as_text(typed: str) -> None:
    line = parse(typed)
    assert line.not_understood == (typed,)
    assert line.words[:2] == ("couleur", "bleu")


@pytest.mark.parametrize(
    "typed", ["après:demain-soir", "avant:31/02/2026", "sévérité:S9", "état:", "de:", "niveau:haut"]
)
def test_a_value_that_cannot_be_is_said(typed: str) -> None:
    line = parse(typed + " imprimante")
    assert line.not_understood == (typed,)
    assert line.words == ("imprimante",)


def test_quotes_left_open_and_the_word_being_typed() -> None:
    assert parse('"message ex').phrases == ("message ex",)
    assert parse("écran imprim").growing == "imprim"
    assert parse("écran la").growing == ""
    assert parse('écran "la').growing == parse("écran état:ouvert").growing == parse("-écran").growing == ""
    assert parse("") == parse('- "" « »') == Line()
    assert not parse("")


def test_a_telephone_number_is_one_word() -> None:
    assert parse("01 23 45 67 89 Dupont").words == ("01 23 45 67 89", "Dupont")


def test_parts_go_and_come() -> None:
    line = parse("imprimante état:ouvert -toner")
    assert str(line.without(line.filters[0])) == "imprimante -toner"
    site = parse('site:"Saint Lô"').filters[0]
    assert str(line.having(site).having(site)) == 'imprimante état:ouvert -toner site:"Saint Lô"'


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-01", date(2026, 11, 1)),
        ("today", TODAY),
        ("yesterday", date(2026, 11, 24)),
        ("week", date(2026, 11, 23)),
        ("month", date(2026, 11, 1)),
        ("year", date(2026, 1, 1)),
        ("7d", date(2026, 11, 18)),
        ("2w", date(2026, 11, 11)),
        ("9m", date(2026, 2, 25)),
        ("1y", date(2025, 11, 25)),
        ("wednesday", TODAY),
        ("thursday", date(2026, 11, 19)),
        ("9999y", date.min),
        ("someday", None),
    ],
)
def test_days(value: str, expected: date | None) -> None:
    assert day(value, today=TODAY) == expected


@given(today=st.dates(), count=st.integers(0, 9999), unit=st.sampled_from("dwmy"))
def test_days_ago_are_never_ahead(today: date, count: int, unit: str) -> None:
    found = day(f"{count}{unit}", today=today)
    assert found is not None
    assert found <= today


@given(key=st.sampled_from(sorted(DATES)), typed=st.text("0123456789-/.jdwmy", max_size=10), today=st.dates())
def test_a_day_that_was_understood_is_a_day(key: str, typed: str, today: date) -> None:
    value = value_of(key, typed)
    assert not value or day(value, today=today) is not None


def test_every_spelling_names_one_filter() -> None:
    for key, both in KEYS.items():
        assert all(key_of(spelling) == key for spellings in both for spelling in spellings)


@given(lines)
def test_any_line_is_read_and_reads_the_same_again(text: str) -> None:
    line = parse(text)
    again = parse(str(line))
    if len(str(line)) <= LONGEST:
        assert again == line
        assert (again.words, again.phrases, again.not_understood) == (line.words, line.phrases, line.not_understood)
    assert len(line.parts) <= 32
    assert not line.growing or line.growing in line.words


@given(lines)
def test_what_is_asked_for_can_be_taken_away_again(text: str) -> None:
    line = parse(text)
    for part in line.parts:
        assert part not in line.without(part).parts
        assert line.having(part).parts[-1] == part


PAGE = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "search.md").read_text(encoding="utf-8")


def test_every_filter_is_written_down() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^|]*:[^|]*) \| ([^|]*:[^|]*) \|", PAGE, flags=re.M)
    listed = {key: tuple(tuple(re.findall(r"`([^`]+):`", cell)) for cell in cells) for key, *cells in rows}
    assert listed == KEYS


@pytest.mark.parametrize(("heading", "key"), [("States", "state"), ("Types", "kind"), ("Days", "after")])
def test_every_value_that_is_written_down_is_understood(heading: str, key: str) -> None:
    (paragraph,) = re.findall(rf"^\*\*{heading}\*\*: (.+?)\n\n", PAGE, flags=re.M | re.S)
    words = re.findall(r"`([^`:]+)`", paragraph)
    assert len(words) > 10
    known = {value_of(key, word) for word in words}
    assert "" not in known
    assert all(value_of(key, value) == value for value in known)


def test_the_examples_are_understood() -> None:
    lines = re.findall(r"^\| `([^`]+)` \|", PAGE.split("## Examples")[1], flags=re.M)
    assert len(lines) > 5
    assert all(parse(line) and not parse(line).not_understood for line in lines)
