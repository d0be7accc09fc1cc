"""What a line finds, in which order, and for whom."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from django.db import connection

from guichet.lib import references
from guichet.lib.errors import Refused
from guichet.people.models import Person
from guichet.search import asking, findable
from guichet.search.asking import ask
from guichet.search.correcting import forget
from guichet.search.findable import Reach
from guichet.search.models import KnownWord
from guichet.search.writing import know
from tests import builders
from tests.search.things import Things, at


def found(line: str, person: Person, **how: object) -> list[int]:
    return [hit.subject for hit in ask(line, person=person, **how).hits]


@pytest.fixture
def some(things: Things) -> Things:
    things.put(1, "L’imprimante du troisième ne répond plus", "Elle clignote et n’imprime rien depuis ce matin.")
    things.put(2, "Accès au réseau sans fil", "Le Wi-Fi de la bibliothèque tombe sans cesse.")
    things.put(3, "Printers are offline", "Nothing prints on the second floor.")
    things.put(4, "Toner", "Il en faut pour deux imprimantes de la bibliothèque.")
    return things


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("imprimante", [1, 4]),
        ("IMPRIMANTES", [1, 4]),
        ("wifi", [2]),
        ("clignote matin", [1]),
        ("printer", [3]),
        ("bibliothèque", [2, 4]),
        ("bibliothèque -wifi", [4]),
        ('"imprimantes de la bibliothèque"', [4]),
        ('"bibliothèque des imprimantes"', []),
        ("zorglub", []),
        ("", []),
        ("-imprimante", [2, 3]),
    ],
)
def test_words_are_found_in_all_their_forms(some: Things, nadia: Person, line: str, expected: list[int]) -> None:
    assert sorted(found(line, nadia)) == expected


def test_a_word_of_the_title_counts_more(some: Things, nadia: Person) -> None:
    assert found("imprimante", nadia) == [1, 4]
    assert found("toner", nadia) == [4]


def test_what_was_deleted_counts_for_nothing(some: Things, nadia: Person) -> None:
    """Where all of a desk was looked at, the size of the table tells nothing of it."""
    assert some.desk
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO search_entry (kind, subject, part, desk_id, inside, at, titled, words)"
            " SELECT 'thing', 1000 + n, 0, %s, false, now(), 0, ARRAY[n] FROM generate_series(1, 20000) AS n",
            [some.desk.pk],
        )
        cursor.execute("DELETE FROM search_entry WHERE subject > 1000")
    assert found("toner bibliothèque", nadia) == [4, 2]


def test_what_has_all_the_words_comes_before_what_has_some(some: Things, nadia: Person) -> None:
    assert found("toner bibliothèque", nadia) == [4, 2]


def test_of_equals_the_newer_comes_first(things: Things, nadia: Person) -> None:
    for subject in (5, 3, 9):
        things.put(subject, "Écran noir", "Rien ne s’affiche.")
    assert found("écran noir", nadia) == [3, 5, 9]


def test_a_message_is_found_as_its_subject_once(some: Things, nadia: Person) -> None:
    some.put(2, "", "La borne du hall a été changée, la borne de la cour aussi.", part=7, kind="thing-note")
    some.put(2, "", "La borne va.", part=8, kind="thing-note")
    page = ask("borne cour", person=nadia)
    assert [(hit.subject, hit.part) for hit in page.hits] == [(2, ("thing-note", 7))]
    assert {piece.text for piece in page.hits[0].pieces if piece.hit} == {"borne", "cour"}


def test_words_said_in_different_messages_find_their_subject_first(some: Things, nadia: Person) -> None:
    some.put(2, "", "C’est la borne du hall.", part=7, kind="thing-note")
    assert found("borne bibliothèque", nadia)[0] == 2


def test_a_reference_finds_what_bears_it_before_what_names_it(things: Things, nadia: Person) -> None:
    reference = references.reference(41)
    things.put(1, "Réseau lent", f"Comme dans {reference}, voir {reference} et encore {reference}.")
    things.put(2, f"{reference} Réseau", "Lent.", at=at(900))
    bare = reference.removeprefix("G-")
    for line in (reference, reference.lower(), f"g{bare}", bare, f"G {bare}", f"{bare[:2]} {bare[2:]}"):
        assert found(line, nadia) == [2, 1], line


def test_a_telephone_number_is_found_however_it_is_written(things: Things, nadia: Person) -> None:
    things.put(1, "Amélie Bouchard 418 555-0199", "")
    for line in ("418 555-0199", "+1 418 555 0199", "(418) 555-0199", "4185550199"):
        assert found(line, nadia) == [1], line


def test_who_treats_elsewhere_finds_nothing(some: Things) -> None:
    other = builders.agent(builders.desk())
    assert found("imprimante", other) == []


def test_others_find_only_what_is_theirs_and_nothing_of_the_inside(some: Things) -> None:
    assert some.desk
    amelie = builders.person(some.desk)
    some.readers[amelie.pk] = {4}
    some.put(4, "", "Note : le toner est volé.", part=3, kind="thing-note", inside=True)
    assert found("imprimante", amelie) == [4]
    assert found("volé", amelie) == []
    assert found("réseau", amelie) == []


@pytest.mark.parametrize("busy", [False, True])
def test_pages_follow_without_gap_or_repeat(things: Things, nadia: Person, busy: bool) -> None:
    things.busy = busy
    for subject in range(1, 48):
        things.put(subject, f"Imprimante {subject}", "bourrage " * (subject % 5))
    seen: list[int] = []
    cursor = ""
    while True:
        page = ask("imprimante", person=nadia, after=cursor, size=10)
        seen += [hit.subject for hit in page.hits]
        cursor = page.next
        if not cursor:
            break
    assert Counter(seen) == Counter(range(1, 48))


def test_a_cursor_serves_its_own_line(some: Things, nadia: Person) -> None:
    page = ask("imprimante", person=nadia, size=1)
    assert page.next
    for line, cursor in (("réseau", page.next), ("imprimante", page.next[:-2] + "xx"), ("imprimante", "1")):
        with pytest.raises(Refused):
            ask(line, person=nadia, after=cursor)


def test_the_last_word_may_go_on(some: Things, nadia: Person) -> None:
    for line in ("i", "im", "impri", "imprimant", "imprimantes", "bibliothèque to"):
        assert 4 in found(line, nadia, as_you_type=True), line
    assert found("impri", nadia) == []
    assert found("impri ", nadia, as_you_type=True) == found("impri", nadia, as_you_type=True)


def test_letters_that_mean_something_to_databases_mean_nothing(some: Things, nadia: Person) -> None:
    for line in (
        "%",
        "_",
        "a%",
        "i_",
        "\\",
        "im\\",
        "x' OR 1=1 --",
        "{1}",
        "%s",
        "🖨",
        "\x00a",
        "ß",
        "İ",
        "[",
        "(im",
        "im(",
    ):
        for as_you_type in (False, True):
            ask(line, person=nadia, as_you_type=as_you_type)


def test_a_slip_is_corrected_where_that_finds_something(some: Things, nadia: Person) -> None:
    know(Counter({"imprimante": 40, "réseau": 3}))
    page = ask("imprimnate", person=nadia)
    assert (page.corrected, [hit.subject for hit in page.hits]) == ("imprimante", [1, 4])
    assert ask("imprimante", person=nadia).corrected is None


def test_a_word_that_is_still_being_typed_is_never_corrected(some: Things, nadia: Person) -> None:
    """It is the beginning of a word, whatever else begins or is spelt alike."""
    know(Counter({"imprimante": 40, "reseau": 3, "toner": 9}))
    forget()
    for line in ("imprimnate", "imprm", "toner imprm", "tone"):
        assert ask(line, person=nadia, as_you_type=True).corrected is None, line
    page = ask("imprimnate bibli", person=nadia, as_you_type=True)
    assert (page.corrected, [hit.subject for hit in page.hits]) == ("imprimante bibli", [4])


def test_a_word_that_only_others_may_find_is_never_offered(some: Things) -> None:
    assert some.desk
    KnownWord.objects.create(word="licenciement", entries=12)
    some.put(12, "Licenciement de quelqu’un", "")
    amelie = builders.person(some.desk)
    some.readers[amelie.pk] = {4}
    for line in ("licenciment", "licenciment toner"):
        page = ask(line, person=amelie)
        assert page.corrected is None
        assert 12 not in [hit.subject for hit in page.hits]
    # Beside one that is corrected, such a word stays as it was typed.
    know(Counter({"imprimante": 40}))
    forget()
    for line in ("imprimnate licenciment", "licenciment imprimnate"):
        page = ask(line, person=amelie)
        assert page.corrected == line.replace("imprimnate", "imprimante")
        assert [hit.subject for hit in page.hits] == [4]


def test_filters_narrow_and_what_means_nothing_is_said(some: Things, nadia: Person) -> None:
    some.put(20, "Imprimante ancienne", "")
    assert sorted(found("imprimante", nadia)) == [1, 4, 20]
    assert sorted(found("imprimante état:ouvert", nadia)) == [1, 4]
    assert found("imprimante -état:ouvert", nadia) == [20]
    assert sorted(found("état:ouvert", nadia)) == [1, 2, 3, 4]
    page = ask("imprimante état:flou", person=nadia)
    assert (len(page.hits), page.not_understood) == (3, ["état:flou"])
    assert sorted(found("imprimante avant:2025-11-01", nadia)) == [20]
    assert sorted(found("imprimante après:2025-11-01", nadia)) == [1, 4]


def test_kinds_are_found_apart_or_together(some: Things, nadia: Person) -> None:
    others = Things(kind="page", desk=some.desk)
    findable.register(others.findable())
    others.put(1, "Changer le toner d’une imprimante", "")
    assert {(h.findable.name, h.subject) for h in ask("toner", person=nadia).hits} == {("thing", 4), ("page", 1)}
    assert [h.findable.name for h in ask("toner", person=nadia, kinds=["page"]).hits] == ["page"]
    assert [h.findable.name for h in ask("toner type:page", person=nadia).hits] == ["page"]


def test_common_words_are_sought_among_the_newest_and_further_back_where_that_is_little(
    things: Things, nadia: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    things.busy = True
    monkeypatch.setattr(asking, "BOUND", 8)
    monkeypatch.setattr("guichet.search.windows._BYTES", 1)
    for subject in range(1, 400):
        things.put(subject, "Imprimante" if subject < 390 else "Imprimante rarissime", "")
    assert found("imprimante", nadia, size=5) == [1, 2, 3, 4, 5]
    assert len(found("rarissime", nadia, size=50)) == 8
    assert found("imprimante rarissime", nadia, size=50)[:8] == list(range(390, 398))


def test_a_search_takes_few_queries(some: Things, nadia: Person, django_assert_max_num_queries: object) -> None:
    assert nadia.grants
    with django_assert_max_num_queries(3):
        ask("imprimante", person=nadia)


def test_a_full_page_with_all_the_words_is_enough(
    things: Things, nadia: Person, django_assert_num_queries: object
) -> None:
    for subject in range(1, 5):
        things.put(subject, "Imprimante bleue")
    assert nadia.grants
    with django_assert_num_queries(2):
        page = ask("imprimante bleue", person=nadia, size=2)
    assert (len(page.hits), bool(page.next)) == (2, True)


def test_what_was_said_for_a_standing_is_gone_with_it(some: Things, nadia: Person) -> None:
    ours = replace(some.findable(), by_standing=True, visible=lambda person: [Reach(desks=person.grants.treats_in)])
    findable.register(ours)
    assert found("toner", nadia) == found("toner", nadia) == [4]
    nadia.roles.all().delete()
    assert found("toner", Person.objects.get(pk=nadia.pk)) == []


def test_a_way_that_says_nothing_reaches_nothing(some: Things, nadia: Person) -> None:
    findable.register(replace(some.findable(), visible=lambda _person: [Reach()]))
    assert found("toner", nadia) == []
