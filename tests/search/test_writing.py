"""Entries are written with what says them, and their words become known."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from guichet.people.models import Person
from guichet.search import jobs
from guichet.search.asking import ask
from guichet.search.models import Entry, KnownWord, WrittenWords
from guichet.search.writing import DAY, FORTNIGHT, PLACES, Words, drop, know, number_of, put_all, putting, span_numbers
from tests.builders import NOW
from tests.search.things import Things


def words(subject: int, desk: int, **other: object) -> Words:
    values = {"kind": "thing", "organisation_id": None, "inside": False, "at": NOW, "title": "Écran", "body": "noir"}
    return Words(subject=subject, desk_id=desk, **{**values, **other})


def test_an_entry_is_rewritten_in_its_place(things: Things, nadia: Person) -> None:
    things.put(1, "Écran noir")
    things.put(1, "Clavier muet", "Deux touches.", inside=True)
    entry = Entry.objects.get()
    assert (entry.subject, entry.inside, entry.titled) == (1, True, 2)
    assert len(entry.words) == PLACES + 3
    assert not ask("écran", person=nadia).hits


def test_words_stand_in_the_order_of_the_text_after_those_of_the_title(things: Things) -> None:
    things.put(1, "Écran", "bleu puis bleu", language="fr")
    entry = Entry.objects.get()
    assert entry.words[PLACES:] == [number_of(token) for token in ("ecran", "bleu", "bleu")]


def test_it_goes_with_an_actions_statements(things: Things) -> None:
    assert things.desk
    statements = putting(
        kind="thing", subject=1, desk_id=things.desk.pk, organisation_id=None, inside=False, at=NOW, title="", body=""
    )
    assert len(statements) == 1  # no words to be known
    assert all(text.count("%s") == len(values) for text, values in statements)


def test_what_is_dropped_is_found_no_more(things: Things, nadia: Person) -> None:
    things.put(1, "Écran noir")
    things.put(1, "", "L’écran clignote.", part=3)
    assert drop("thing", 1, part=3) == 1
    assert [hit.subject for hit in ask("écran", person=nadia).hits] == [1]
    assert drop("thing", 1) == 1
    assert not ask("écran", person=nadia).hits


def test_many_are_written_at_once_and_known(things: Things, nadia: Person) -> None:
    assert things.desk
    assert put_all(words(n, things.desk.pk) for n in range(1, 1203)) == 1202
    assert Entry.objects.count() == 1202
    assert KnownWord.objects.get(word="ecran").entries == 1202
    assert not WrittenWords.objects.exists()


def test_words_are_known_once_the_job_has_run(things: Things) -> None:
    things.put(1, "Écran noir", "L’écran du 3e est noir, cf. 0123456789 et a@b.example")
    things.put(2, "Écran bleu")
    assert jobs.learn_words() == 2
    assert dict(KnownWord.objects.values_list("word", "entries")) == {"ecran": 2, "noir": 1, "bleu": 1}
    assert jobs.learn_words() == 0


def test_the_rarest_words_are_forgotten_where_they_are_too_many(db: None, monkeypatch: object) -> None:
    know(Counter({"ecran": 9, "clavier": 4, "zorglub": 1, "souris": 2}))
    jobs.MOST_WORDS, kept = 2, jobs.MOST_WORDS
    try:
        assert jobs.forget_rarest() == 2
    finally:
        jobs.MOST_WORDS = kept
    assert set(KnownWord.objects.values_list("word", flat=True)) == {"ecran", "clavier"}


def test_a_very_long_text_is_found_by_its_beginning(things: Things, nadia: Person) -> None:
    things.put(1, "mot " * 400, "zorglub " + "imprimante " * 20_000)
    assert [hit.subject for hit in ask("zorglub", person=nadia).hits] == [1]
    assert len(Entry.objects.get().words) < 5_000


@given(st.text(max_size=30))
def test_a_token_has_one_number_that_the_database_holds(token: str) -> None:
    assert -(2**31) <= number_of(token) < 2**31
    assert number_of(token) == number_of(token)


@given(
    st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1)),  # noqa: DTZ001
    st.sampled_from([DAY, FORTNIGHT]),
    st.integers(1, 60),
)
def test_spans_of_a_desks_history_follow_each_other(moment: datetime, span: tuple[str, int], back: int) -> None:
    at = moment.replace(tzinfo=UTC)
    spans = span_numbers(3, span, until=at, back=back)
    earlier = span_numbers(3, span, until=at - timedelta(seconds=span[1]), back=back)
    assert (len(spans), spans[:-1]) == (back, earlier[1:])
    assert not set(spans) & set(span_numbers(4, span, until=at, back=back))
