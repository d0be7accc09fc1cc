"""Filters of one key are alternatives; the others all hold."""

from __future__ import annotations

import pytest
from django.db.models import Q
from hypothesis import given
from hypothesis import strategies as st

from guichet.people.models import Person
from guichet.search import findable
from guichet.search.asking import ask
from guichet.search.line import parse
from guichet.search.narrowing import alternatives
from tests.search.things import Things

PIECES = ["état:nouveau", "état:fermé", "-état:ouvert", "-état:fermé", "après:hier", "après:7j", "type:note", "site:x"]


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_each_filter_stands_among_its_alternatives_once(pieces: list[str]) -> None:
    filters = parse(" ".join(pieces)).filters
    groups = alternatives(filters)
    for either in groups:
        assert len({one.key for one in either}) == 1
        assert len(set(either)) == len(either)
        assert len(either) == 1 or not any(one.excluded or one.key in {"after", "before"} for one in either)
    assert {one for either in groups for one in either} == set(filters)
    several = [either[0].key for either in groups if len(either) > 1]
    assert len(several) == len(set(several))


@pytest.mark.parametrize(
    ("line", "found", "left_aside"),
    [
        ("état:few état:one", {1, 2, 3}, []),
        ("état:few", {1, 2}, []),
        ("état:few état:many", {1, 2}, ["état:many"]),
        ("état:many", {1, 2, 3, 4}, ["état:many"]),
        ("-état:few -état:one", {4}, []),
        ("-état:few état:one", {3}, []),
        ("type:thing type:thing-note", {1, 2, 3, 4}, []),
        ("type:thing-note type:page", {2}, ["type:page"]),
        ("-type:thing", set(), []),
    ],
)
def test_either_of_one_key_will_do(
    things: Things, nadia: Person, line: str, found: set[int], left_aside: list[str]
) -> None:
    states = {"few": Q(subject__lt=3), "one": Q(subject=3)}
    own = things.findable()
    filters = {"state": lambda _person, value: states.get(value)}
    findable.register(
        findable.Findable(
            kinds=own.kinds, visible=own.visible, load=own.load, everything=own.everything, filters=filters
        )
    )
    for n in range(1, 5):
        things.put(n, f"Toner {n}")
    things.put(2, "", "Toner", part=7, kind="thing-note")
    page = ask(f"toner {line}", person=nadia)
    assert ({hit.subject for hit in page.hits}, page.not_understood) == (found, left_aside)
