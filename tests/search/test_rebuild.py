"""The index is written anew while it is used: nothing is lost, nothing left over, nothing newer overwritten."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command

from guichet.people.models import Person
from guichet.search import findable, rebuilding
from guichet.search.asking import ask
from guichet.search.models import Entry, KnownWord, RebuildMark
from guichet.search.rebuilding import rebuild
from guichet.search.words import stems
from guichet.search.writing import Words, number_of, put
from tests import builders
from tests.search.things import Things


@pytest.fixture
def lost(things: Things) -> Things:
    """Thirty things of which the index has nothing, and some entries of what is gone."""
    for n in range(1, 31):
        things.put(n, f"Écran {n}", "noir")
        if n % 7 == 0:
            things.put(n, "", "Toujours noir.", part=n, kind="thing-note")
    Entry.objects.all().delete()
    assert things.desk
    kept = things.known
    for subject, part, kind in ((500, 0, "thing"), (15, 9, "thing-note"), (1, 0, "bygone")):
        things.put(subject, "Fantôme", "", part=part, kind=kind)
        kept[subject].pop()
    return things


def test_everything_is_written_and_what_is_gone_is_dropped(lost: Things, nadia: Person) -> None:
    heard: list[tuple[str, int]] = []
    done = rebuild(progress=lambda kind, count: heard.append((kind, count)))
    assert (done.entries, done.dropped) == (34, 3)
    assert sum(count for _, count in heard) == 34
    assert Entry.objects.count() == 34
    assert not ask("fantôme", person=nadia).hits
    assert [hit.subject for hit in ask("toujours noir", person=nadia).hits][:1] == [7]
    assert KnownWord.objects.get(word="ecran").entries == 30
    assert not KnownWord.objects.filter(word="fantome").exists()
    assert not RebuildMark.objects.exists()


def test_twice_is_as_once(lost: Things) -> None:
    rebuild()
    before = list(Entry.objects.order_by("pk").values())
    assert rebuild().dropped == 0
    assert list(Entry.objects.order_by("pk").values()) == before


def test_it_goes_on_where_it_was_interrupted(lost: Things, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuilding, "BATCH", 4)

    def stop(_kind: str, _count: int) -> None:
        if RebuildMark.objects.get().after >= 12:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(progress=stop)
    first = Entry.objects.exclude(subject=500).exclude(kind="bygone").count()
    done = rebuild()
    assert done.entries == 34 - first + 1  # a leftover of 15 stood there still
    assert Entry.objects.count() == 34


def test_from_the_start_forgets_how_far_it_came(lost: Things, monkeypatch: pytest.MonkeyPatch) -> None:
    RebuildMark.objects.create(kind="thing", after=29)
    assert rebuild(from_the_start=True).entries == 34


def test_the_command_says_what_it_did(lost: Things) -> None:
    out = io.StringIO()
    call_command("search_rebuild", stdout=out)
    told = json.loads(out.getvalue())
    assert (told["entries"], told["dropped"]) == (34, 3)


@pytest.mark.django_db(transaction=True)
def test_what_an_action_writes_meanwhile_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between reading and writing a batch, another connection renames one of it and adds to another."""
    monkeypatch.setattr(findable, "_registered", {})
    things = Things(desk=builders.organisation())
    things.put(1, "Ancien titre")
    things.put(2, "Écran")
    stale = things.findable()
    came = False

    def everything(after: int) -> Iterator[Words]:
        nonlocal came
        yield from stale.everything(after)
        if not came and after == 0:
            came = True
            _elsewhere(things)

    findable.register(
        findable.Findable(kinds=stale.kinds, visible=stale.visible, load=stale.load, everything=everything)
    )
    rebuild()
    assert Entry.objects.filter(kind__in=stale.kinds).count() == 3
    assert number_of(stems("nouveau", language="fr")[0]) in Entry.objects.get(kind="thing", subject=1).words


def _elsewhere(things: Things) -> None:
    import threading

    from django.db import connection

    def act() -> None:
        assert things.desk
        place: dict[str, Any] = {"desk_id": things.desk.pk, "organisation_id": None, "inside": False}
        new = {**place, "kind": "thing", "at": things.known[1][0].at, "body": "", "language": ""}
        things.known[1] = [Words(subject=1, title="Tout nouveau titre", **new)]
        put(subject=1, title="Tout nouveau titre", **new)
        said = {**new, "kind": "thing-note"}
        things.known[2].append(Words(subject=2, part=5, title="", **{**said, "body": "Elle clignote"}))
        put(subject=2, part=5, title="", **{**said, "body": "Elle clignote"})
        connection.close()

    other = threading.Thread(target=act)
    other.start()
    other.join()
