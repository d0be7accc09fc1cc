"""Lists in the order of work, page by page: each ticket once, whatever happens between two pages."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.lib.errors import Refused
from guichet.people.models import Person
from guichet.routing import pages
from guichet.routing.ordering import BY_PRIORITY, WEIGHTS
from guichet.routing.pages import LISTS, rows_of, work_page
from guichet.routing.pending import STATES, Item, Placed, in_order, place_all, read
from guichet.tickets import actions
from guichet.tickets.models import State, Ticket
from tests import builders
from tests.builders import NOW

KINDS = [("person", "none"), ("person", "blocked"), ("department", "hampered"), ("everyone", "stopped")]


@pytest.fixture
def nadia(db: None) -> Person:
    return builders.agent(builders.desk())


def fill(nadia: Person, count: int) -> list[Ticket]:
    asker = builders.person(nadia.organisation)
    made = []
    for n in range(count):
        impact, urgency = KINDS[n % len(KINDS)]
        at = NOW - timedelta(hours=(n * 7) % 30)
        made.append(builders.ticket(asker, impact=impact, urgency=urgency, now=at))
    return made


def walk(nadia: Person, *, size: int = 3, name: str = "team", later: timedelta = timedelta()) -> list[int]:
    """The whole list; `later` passes between two pages."""
    shown: list[int] = []
    cursor, now = "", NOW
    for _page in range(100):
        chosen = LISTS[name](Ticket.objects.at_desk_of(nadia), nadia)
        found = work_page(chosen, person=nadia, now=now, cursor=cursor, size=size)
        shown += [one.item.ticket for one in found.items]
        cursor, now = found.next_cursor, now + later
        if not cursor:
            return shown
    raise AssertionError("it never ends")


def test_pages_are_the_order_of_work_cut_up(nadia: Person) -> None:
    fill(nadia, 14)
    placed = place_all(read(Ticket.objects.order_by("id"), limit=100), known=nadia.organisation, now=NOW)
    expected = [one.item.ticket for one in in_order(placed)]
    assert len(set(expected)) == 14
    assert expected != sorted(expected)
    assert walk(nadia) == walk(nadia, size=50) == expected


def test_what_rests_comes_last_and_the_first_due_first(nadia: Person) -> None:
    made = fill(nadia, 6)
    for days, ticket in ((3, made[3]), (1, made[1])):
        actions.hold(ticket, reason="parts", wake_at=NOW + timedelta(days=days), actor=nadia, now=NOW)
    shown = walk(nadia)
    assert shown[-2:] == [made[1].pk, made[3].pk]
    assert made[1].pk not in walk(nadia, name="mine")


def test_time_between_two_pages_doubles_and_loses_nothing(nadia: Person) -> None:
    fill(nadia, 14)
    assert walk(nadia, later=timedelta(hours=3)) == walk(nadia, size=50)


def test_what_comes_and_goes_between_two_pages_moves_nobody_else(nadia: Person) -> None:
    made = fill(nadia, 14)
    whole = walk(nadia, size=50)
    here = LISTS["team"](Ticket.objects.at_desk_of(nadia), nadia)
    first = work_page(here, person=nadia, now=NOW, size=5)
    fill(nadia, 5)
    gone = next(ticket for ticket in made if ticket.pk == whole[0])
    actions.cancel(gone, reason="Erreur", actor=nadia, now=NOW)
    rest = work_page(here, person=nadia, now=NOW + timedelta(hours=1), cursor=first.next_cursor, size=50)
    assert [one.item.ticket for one in rest.items if one.item.ticket in whole] == whole[5:]


def test_beyond_what_is_reckoned_the_rest_follows_by_its_due_time(
    nadia: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(nadia, 13)
    monkeypatch.setattr(pages, "READ", 5)
    plain = list(Ticket.objects.order_by("priority", "promise_due_at", "id").values_list("pk", flat=True))
    for size in (2, 4, 5, 50):
        shown = walk(nadia, size=size, later=timedelta(minutes=10))
        assert sorted(shown[:5]) == sorted(plain[:5])
        assert shown[5:] == plain[5:]


def test_a_cursor_of_elsewhere_is_refused(nadia: Person) -> None:
    for cursor in ("x", "a:b", "W10:x"):
        with pytest.raises(Refused, match="bad_cursor"):
            work_page(Ticket.objects.all(), person=nadia, now=NOW, cursor=cursor)


def test_who_lost_sight_of_a_ticket_meanwhile_does_not_get_its_row(nadia: Person) -> None:
    fill(nadia, 2)
    placed = place_all(read(Ticket.objects.all(), limit=10), known=nadia.organisation, now=NOW)
    assert len(rows_of(Ticket.objects.at_desk_of(nadia), placed)) == 2
    assert rows_of(Ticket.objects.at_desk_of(builders.agent(builders.desk())), placed) == []


placed_ones = st.builds(
    lambda number, severity, priority, state, slack, minutes, age: Placed(
        Item(number, 1, 1, None, None, severity, priority, state, NOW, NOW + timedelta(minutes=slack), (), None),
        None, slack, minutes, age,
    ),
    number=st.integers(1, 10_000),
    severity=st.sampled_from(sorted(WEIGHTS)),
    priority=st.sampled_from(sorted(BY_PRIORITY)),
    state=st.sampled_from([*STATES, State.ON_HOLD, State.RESOLVED]),
    slack=st.floats(-5_000, 5_000),
    minutes=st.floats(1, 500),
    age=st.floats(0, 50_000),
)  # fmt: skip


@given(st.lists(placed_ones, min_size=1, max_size=30, unique_by=lambda one: one.item.ticket), st.data())
def test_a_place_does_not_depend_on_the_others(ones: list[Placed], data: st.DataObject) -> None:
    """What makes the pages honest: at one moment and pace, a ticket stands where it stands in any company."""
    some = data.draw(st.lists(st.sampled_from(ones), min_size=1, unique_by=lambda one: one.item.ticket))
    whole = dict(zip(ones, pages._places(ones, pace=30.0), strict=True))
    assert pages._places(some, pace=30.0) == [whole[one] for one in some]
    assert len(set(whole.values())) == len(ones)
    workable = [one for one in sorted(ones, key=lambda one: whole[one]) if one.item.state in STATES]
    assert [whole[one][0] for one in workable] == [0] * len(workable)
