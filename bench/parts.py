"""The measurements. Each yields lines of text."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from bench.world import World, build
from guichet.activity.models import Event
from guichet.tickets import actions
from guichet.tickets.models import Ticket


def run(*, tickets: int, rounds: int, log: Path | None) -> Iterator[str]:
    call_command("migrate", verbosity=0)
    world = build(tickets=tickets)
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        yield f"PostgreSQL {cursor.fetchone()[0]}, {tickets:,} tickets, {rounds} rounds"
    yield from action(world, rounds=rounds)
    if log:
        yield from replayed(log)


def timed(function: Callable[[], object]) -> float:
    started = time.perf_counter()
    function()
    return 1000 * (time.perf_counter() - started)


def line(name: str, times: list[float], extra: str = "") -> str:
    ordered = sorted(times)
    p95 = ordered[int(0.95 * (len(ordered) - 1))]
    return f"{name:<12} median {statistics.median(times):7.2f} ms   p95 {p95:7.2f} ms   {extra}"


def action(world: World, *, rounds: int) -> Iterator[str]:
    """`take` beside the statements it needs."""
    ticket = world.other
    for _ in range(20):
        actions.take(ticket, actor=world.agent, now=timezone.now())
    through, bare = [], []
    for _ in range(rounds):
        through.append(timed(lambda: actions.take(ticket, actor=world.agent, now=timezone.now())))
        bare.append(timed(lambda: statements(ticket.pk, world)))
    ratio = statistics.median(through) / statistics.median(bare)
    yield line("action", through, f"{ratio:.1f} × bare SQL")
    yield line("bare SQL", bare)


def statements(pk: int, world: World) -> None:
    """What no implementation of `take` can do without, through the same driver."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM tickets_ticket WHERE id = %s FOR UPDATE", [pk])
        names = [column.name for column in cursor.description]
        row = dict(zip(names, cursor.fetchone(), strict=True))
        cursor.execute(
            f"INSERT INTO {Event._meta.db_table} (organisation_id, subject_type, subject_id, number, verb, actor_id,"
            " at, data, source, previous_hash, hash)"
            " VALUES (%s, 'bare', %s, %s, 'ticket.taken', %s, now(), '{}', '', %s, %s)",
            [world.desk.pk, pk, row["version"] + 1, world.agent.pk, row["chain"], row["chain"]],
        )
        cursor.execute("SELECT pg_notify('guichet_bench', %s)", [row["reference"]])
        cursor.execute(
            f"UPDATE {Ticket._meta.db_table} SET version = version + 1, assignee_id = %s, updated_at = now()"
            " WHERE id = %s",
            [world.agent.pk, pk],
        )


def replayed(log: Path) -> Iterator[str]:
    from guichet.replay.figures import figures
    from guichet.replay.log import read
    from guichet.replay.volvo import replay

    cases = read(log)
    started = time.perf_counter()
    driven = replay(cases, progress=lambda _count: None)
    seconds = time.perf_counter() - started
    told = figures(cases, seconds=seconds, driven=driven)
    yield f"{'replay':<12} {told.events_per_second:.0f} rows/s, {told.cases} cases, {told.events} rows"
