"""The large desk: what casting writes is what the product's actions leave, down to the columns."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from guichet.demo.founding import found
from guichet.demo.scale import arrivals, loading, moulds, plan, telling
from guichet.demo.scale.casting import Form, Order, cast
from guichet.demo.scale.pools import pools
from guichet.lib.text import plain_html, to_html
from guichet.people.models import Organisation, Person
from guichet.search.models import Entry
from guichet.search.rebuilding import rebuild
from guichet.tickets.models import Commitment, Hold, Message, State, Ticket
from guichet.watchdog import rounds

UNTIL = datetime(2026, 11, 20, 16, 0, 30, tzinfo=UTC)
SMALL = 240


def quietly(step: str, done: int, of: int) -> None:
    pass


def fill(*, seed: int = 1, until: datetime = UNTIL) -> None:
    loading.load(tickets=SMALL, seed=seed, until=until, hands=1, tell=quietly)


@pytest.mark.django_db
def test_what_is_cast_holds_all_that_the_product_promises() -> None:
    fill()
    states = Counter(Ticket.objects.values_list("state", flat=True))
    assert sum(states.values()) == SMALL and {*states} >= {State.CLOSED, State.OPEN, State.ON_HOLD, State.CANCELLED}
    assert 0.05 < sum(states[s] for s in (State.NEW, State.OPEN, State.ON_HOLD, State.RESOLVED)) / SMALL < 0.3
    # Chains, clocks, promises, holds, owners: the watchdog's own look, at every ticket.
    looked = rounds.go(now=UNTIL, whole=True)
    assert looked.looked["chain"] == looked.looked["clock"] == SMALL and not looked.found
    for message in Message.objects.all():
        assert message.html == (plain_html if message.channel == "mail" else to_html)(message.body)
    assert not Ticket.objects.filter(opened_at__gte=UNTIL).exists()
    assert not Ticket.objects.filter(updated_at__gt=UNTIL).exists()
    assert not Ticket.objects.filter(description__contains="zz").filter(description__regex=r"zz\d").exists()
    assert len({*Person.objects.filter(pk__in=Ticket.objects.values("requester")).values_list("pk")}) > 20


@pytest.mark.django_db
def test_the_index_is_what_writing_it_anew_gives() -> None:
    fill()
    before = entries()
    rebuild(from_the_start=True)
    assert entries() == before


def entries() -> dict[tuple[Any, ...], tuple[Any, ...]]:
    rows = Entry.objects.values_list(
        "kind", "subject", "part", "desk", "organisation", "inside", "at", "titled", "words"
    )
    return {row[:3]: (*row[3:-1], tuple(row[-1])) for row in rows}


@pytest.mark.django_db
def test_a_seed_tells_the_same_whenever_it_is_told() -> None:
    told = []
    for seed, until in ((1, UNTIL), (1, UNTIL + timedelta(days=70)), (2, UNTIL)):
        with transaction.atomic():
            fill(seed=seed, until=until)
            told.append(content())
            transaction.set_rollback(True)
    assert told[0] == told[1] != told[2]


def content() -> list[tuple[Any, ...]]:
    """What the tickets say, without numbers and moments."""
    columns = ("title", "description", "asset", "state", "severity", "channel", "requester__name", "team__name")
    tickets = Ticket.objects.order_by("pk").values_list(*columns, "category__name_fr", "version")
    messages = Message.objects.order_by("ticket", "pk").values_list("kind", "body", "author__name")
    clocks = Commitment.objects.order_by("ticket", "pk").values_list("measure", "minutes")
    return [*tickets, *messages, *clocks, *Hold.objects.order_by("ticket", "pk").values_list("reason", "note")]


@pytest.mark.django_db
def test_a_cast_ticket_has_rows_where_a_played_one_has_them_with_the_same_columns() -> None:
    ground = found(plan.PLAN, now=UNTIL)
    company = loading._company(ground, tickets=SMALL, seed=1)
    words = pools(tickets=SMALL, seed=1)
    ways = {(one.way, one.age and one.age // 86_400 > 2): one for one in [*telling.ended(0), *telling.live()]}
    before, crew = counts(), telling.crews(ground)
    assert {way.__name__ for way, _ in ways} >= {"quick", "silent", "deep", "waiting", "again", "grave", "new", "held"}
    theatre = telling.Theatre(ground, until=UNTIL, seed=1)
    for n, mould in enumerate(theatre.play(ways.values())):
        # The play is still there: which tables it wrote is asked of the database, not of the mould.
        wrote = {name for name, many in counts().items() if many != before[name]} - ASIDE
        assert wrote == {*mould.tables}, "a table that a ticket's actions write to, and casting doesn't"
        played = Ticket.objects.latest("pk")
        first = 10_000_000 + 1_000 * n
        order = Order(mould=0, opened=int(played.opened_at.timestamp()), numbers=dict.fromkeys(mould.tables, first))
        chance = Random(n)
        lines = cast(
            [order], forms=[Form(mould)], company=company, pools=words, draw=partial(chance.randrange, 1 << 30)
        )
        with connection.cursor() as cursor:
            for name, rows in lines.items():
                with cursor.copy(f"COPY {name} ({', '.join(mould.tables[name].columns)}) FROM STDIN") as copy:
                    copy.write("".join(rows))
        assert shape(mould, first) == shape(mould, played.pk)
        assert {Ticket.objects.get(pk=first).assignee_id} <= {*crew, None}


# Not of the ticket: who asks in the play, the words to be learned, and what leaves the house or wakes a job.
ASIDE = {
    "people_person", "people_account", "search_writtenwords", "lib_outgoing", "procrastinate_jobs",
    "procrastinate_events",
}  # fmt: skip


def counts() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        names = [name for (name,) in cursor.fetchall()]
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in names))
        return dict(cursor.fetchall())


def shape(mould: moulds.Mould, ticket: int) -> dict[str, Counter[tuple[str, ...]]]:
    """By table, how many of the ticket's rows have which columns filled."""
    found = {}
    own = moulds.tables()
    with connection.cursor() as cursor:
        for name in mould.tables:
            key = {Ticket: "id", Entry: "subject"}.get(own[name], "ticket_id")
            key = "subject_type = 'ticket' AND subject_id" if name == mould.events else key
            cursor.execute(f"SELECT to_jsonb(t) FROM {name} AS t WHERE {key} = %s", [ticket])
            rows = [json.loads(row) if isinstance(row, str) else row for (row,) in cursor.fetchall()]
            found[name] = Counter(tuple(sorted(k for k, v in row.items() if v not in (None, ""))) for row in rows)
    return found


@pytest.mark.django_db
def test_a_number_in_an_event_that_nobody_knows_stops_the_load() -> None:
    taking = moulds.Taking(ticket=1, reference="G-X", opened=UNTIL, asker=1, peer=2, language="fr")
    assert moulds._canonical(taking, {"score": 4, "by": "é"}) == '{"by":"\\u00e9","score":4}'
    with pytest.raises(moulds.UnknownNumberError, match="printer"):
        moulds._canonical(taking, {"printer": 7})


@pytest.mark.django_db
def test_the_command_loads_once(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        call_command("demo_load", tickets=60, processes=1)
    said = capsys.readouterr().out
    assert "60 tickets" in said and "déjà là" in said
    assert Ticket.objects.count() == 60 and Organisation.objects.filter(slug=plan.DESK).count() == 1
    with pytest.raises(CommandError):
        call_command("demo_load", tickets=3)


@given(st.integers(1, 5), st.lists(st.integers(60, 70 * 86_400), min_size=1, max_size=200), st.integers(0, 99))
def test_what_is_over_had_the_time_and_what_goes_on_is_told_at_its_age(many: int, ages: list[int], seed: int) -> None:
    over = [86_400 * n for n in range(1, many + 1)]
    live = [60, 60, 3_600, 86_400, 20 * 86_400]
    chosen = arrivals.chosen(np.array(ages), ended=over, live=live, chance=np.random.default_rng(seed))
    for age, n in zip(ages, chosen.tolist(), strict=True):
        assert over[n] <= age if n < many else live[n - many] <= age


def test_tickets_come_in_order_and_mostly_by_day() -> None:
    at = arrivals.opened(tickets=5_000, until=UNTIL, chance=np.random.default_rng(1))
    assert (np.diff(at) >= 0).all() and at[-1] <= UNTIL.timestamp() - arrivals.LATEST
    assert UNTIL.timestamp() - at[0] > 700 * 86_400
    by_day = np.bincount(at // 3_600 % 24, minlength=24)
    assert by_day[13:21].sum() > 0.6 * len(at)
