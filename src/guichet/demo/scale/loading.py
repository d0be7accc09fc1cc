"""Fills the large desk: founds it, plays its ways, casts the tickets by COPY, several processes at a time."""

from __future__ import annotations

import multiprocessing
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import numpy as np
import psycopg
from django.db import connection, connections, transaction

from guichet.demo.founding import Ground, found, password_hash
from guichet.demo.scale import arrivals, plan
from guichet.demo.scale.casting import Asker, Company, Form, Mould, Order, cast
from guichet.demo.scale.indexes import in_parallel, make_again, set_aside
from guichet.demo.scale.pools import LENGTHS, Pools, heard, piece, pools
from guichet.demo.scale.telling import Theatre, crews, ended, live
from guichet.demo.scale.vocabulary import LANGUAGES
from guichet.lib.database import direct_connection
from guichet.people.known import now_known
from guichet.people.models import Account, Organisation, Person
from guichet.search.jobs import forget_rarest, sort_in
from guichet.search.writing import know

_CHUNK = 2_000
# From so many tickets on it is quicker to make the indexes at the end than to keep them, and to work side by side.
_MANY = 10_000
_WAYS = 224
# Fewer have nobody for each way of going.
FEWEST = 50
Tell = Callable[[str, int, int], None]


class ThereAlreadyError(Exception):
    """The large desk stands in this database."""


@dataclass(frozen=True)
class World:
    """What casting needs; processes share it."""

    seed: int
    forms: Sequence[Form]
    company: Company
    pools: Pools
    opened: arrivals.Whole
    chosen: arrivals.Whole
    # By table: its columns, how many rows each mould has there, and the first number to be given.
    columns: Mapping[str, tuple[str, ...]]
    counts: Mapping[str, arrivals.Whole]
    first: Mapping[str, int]


def load(*, tickets: int, seed: int, until: datetime, hands: int, tell: Tell) -> None:
    """A desk of its own with so many tickets, the last of them a minute before `until`.

    The same for the same seed, save for numbers and moments. ThereAlreadyError where it stands.
    """
    until = until.replace(microsecond=0)
    many = tickets >= _MANY
    if many:
        make_again(hands=hands)
    if Organisation.objects.filter(slug=plan.DESK).exists():
        raise ThereAlreadyError
    tell("people", 0, 1)
    with transaction.atomic():
        ground = found(plan.PLAN, now=until)
        company = _company(ground, tickets=tickets, seed=seed)
    world = _world(ground, company, tickets=tickets, seed=seed, until=until, tell=tell)
    kept = list(world.columns)
    with set_aside(kept, hands=hands, tell=lambda step: tell(step, 0, 1)) if many else nullcontext():
        _cast(world, hands=hands if many else 1, tell=tell)
    _make_known(world)
    if many:
        tell("vacuum", 0, 1)
        in_parallel([[f"VACUUM (ANALYZE) {table}"] for table in (*kept, "search_knownword")], hands=hands)


def _company(ground: Ground, *, tickets: int, seed: int) -> Company:
    """Those who ask: one for fifty tickets, of each site and language some."""
    chance = random.Random(f"{seed} people")  # noqa: S311 (believable, not secret)
    places = [(site, language) for site in ground.sites.values() for language in LANGUAGES]
    many = max(len(places) * 3, tickets // 50)
    weights = [9 if language == site.organisation.language else 1 for site, language in places]
    made = []
    for n in range(many):
        site, language = places[n // 3] if n < 3 * len(places) else chance.choices(places, weights)[0]
        made.append(
            Person(
                organisation=site.organisation, site=site, language=language, name=plan.names(language, chance),
                email=f"personne{n}@{site.organisation.slug}.example",
            )
        )  # fmt: skip
    people = Person.objects.bulk_create(made, batch_size=2_000)
    Account.objects.bulk_create(
        (Account(email=person.email, person=person, password=password_hash()) for person in people), batch_size=2_000
    )
    now_known(people)
    askers: dict[tuple[int, str], list[Asker]] = {}
    for person in people:
        name = piece(person.name, language=person.language).numbers
        askers.setdefault((person.site_id or 0, person.language), []).append(Asker(str(person.pk), name))
    return Company(askers=askers, colleagues=crews(ground))


def _world(ground: Ground, company: Company, *, tickets: int, seed: int, until: datetime, tell: Tell) -> World:
    chance = np.random.default_rng(seed)
    theatre = Theatre(ground, until=until, seed=seed)
    over = ended(min(_WAYS, tickets // 10))
    going_on = live()
    moulds: list[Mould | None] = []
    for n, mould in enumerate(theatre.play(over)):
        moulds.append(mould)
        tell("ways", n, len(over))
    opened = arrivals.opened(tickets=tickets, until=until, chance=chance)
    chosen = arrivals.chosen(
        int(until.timestamp()) - opened, chance=chance, ended=[mould.lasts for mould in moulds if mould],
        live=[telling.age or 0 for telling in going_on],
    )  # fmt: skip
    used = sorted({int(n) - len(over) for n in np.unique(chosen) if n >= len(over)})
    moulds += [None] * len(going_on)
    for n, (place, mould) in enumerate(zip(used, theatre.play([going_on[place] for place in used]), strict=True)):
        moulds[len(over) + place] = mould
        tell("ways", n, len(used))
    columns = {name: table.columns for mould in moulds if mould for name, table in mould.tables.items()}
    counts = {
        name: np.array([len(m.tables[name].rows) if m and name in m.tables else 0 for m in moulds]) for name in columns
    }
    first = {name: _reserve(name, int(counts[name][chosen].sum())) for name in columns}
    spare = next(mould for mould in moulds if mould)
    return World(
        seed=seed, forms=[Form(mould or spare) for mould in moulds], company=company,
        pools=pools(tickets=tickets, seed=seed), opened=opened, chosen=chosen, columns=columns, counts=counts,
        first=first,
    )  # fmt: skip


def _reserve(table: str, many: int) -> int:
    """The first of so many numbers that are ours alone from now on; 0 where rows have no number of their own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CASE WHEN EXISTS (SELECT FROM information_schema.columns WHERE table_schema = 'public'"
            " AND table_name = %s AND column_name = 'id') THEN pg_get_serial_sequence(%s, 'id') END",
            [table, table],
        )
        (sequence,) = cursor.fetchone()
        if sequence is None:
            return 0
        cursor.execute("SELECT nextval(%s)", [sequence])
        first = int(cursor.fetchone()[0])
        cursor.execute("SELECT setval(%s, %s)", [sequence, first + many])
    return first


# ── casting ──


def _cast(world: World, *, hands: int, tell: Tell) -> None:
    tickets = len(world.opened)
    starts = range(0, tickets, _CHUNK)
    befores = _befores(world)
    if hands == 1:
        with transaction.atomic(), connection.cursor() as cursor:
            for start, before in zip(starts, befores, strict=True):
                _write(cursor, world, start, before)
                tell("tickets", min(start + _CHUNK, tickets), tickets)
        return
    connections.close_all()
    # The children see all of it as it is: nothing is handed over but where to begin.
    _shared.update(world=world)
    with multiprocessing.get_context("fork").Pool(hands, initializer=_begin) as pool:
        for n, _ in enumerate(pool.imap_unordered(_work, zip(starts, befores, strict=True)), start=1):
            tell("tickets", min(n * _CHUNK, tickets), tickets)
    _shared.clear()


_shared: dict[str, Any] = {}


def _begin() -> None:
    _shared["connection"] = direct_connection(application_name="guichet demo")
    _shared["connection"].execute("SET synchronous_commit = off")


def _work(chunk: tuple[int, Mapping[str, int]]) -> None:
    own: psycopg.Connection = _shared["connection"]
    with own.transaction(), own.cursor() as cursor:
        _write(cursor, _shared["world"], *chunk)


def _befores(world: World) -> Iterator[dict[str, int]]:
    """For each chunk, by table, the first number of its rows."""
    sums = {name: np.concatenate(([0], np.cumsum(counts[world.chosen]))) for name, counts in world.counts.items()}
    for start in range(0, len(world.opened), _CHUNK):
        yield {name: world.first[name] + int(total[start]) for name, total in sums.items()}


def _write(cursor: Any, world: World, start: int, before: Mapping[str, int]) -> None:
    """One chunk's rows, table by table."""
    chance = np.random.default_rng([world.seed, start])
    drawn = iter(chance.integers(1 << 30, size=_CHUNK * 120).tolist())
    lines = cast(
        _orders(world, start, before), forms=world.forms, company=world.company, pools=world.pools,
        draw=partial(next, drawn),
    )  # fmt: skip
    for table, rows in lines.items():
        with cursor.copy(f"COPY {table} ({', '.join(world.columns[table])}) FROM STDIN") as copy:
            copy.write("".join(rows))


def _orders(world: World, start: int, before: Mapping[str, int]) -> Iterator[Order]:
    numbers = dict(before)
    end = min(start + _CHUNK, len(world.opened))
    counts = {name: own.tolist() for name, own in world.counts.items()}
    for mould, opened in zip(world.chosen[start:end].tolist(), world.opened[start:end].tolist(), strict=True):
        yield Order(mould=mould, opened=opened, numbers=dict(numbers))
        for name, own in counts.items():
            numbers[name] += own[mould]


def _make_known(world: World) -> None:
    """What may be typed and completed: each word with about as many entries as have it."""
    used: dict[tuple[str, str], float] = {}
    for form, many in zip(world.forms, np.bincount(world.chosen, minlength=len(world.forms)).tolist(), strict=True):
        for _, (_, _number, kind) in form.of("words") if many else ():
            key = form.mould.language, kind
            used[key] = used.get(key, 0.0) + many * sum(LENGTHS[kind]) / 2
    for key, times in used.items():
        know(heard(world.pools[key], times=times / len(world.pools[key])))
    forget_rarest()
    sort_in()
