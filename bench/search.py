"""Searching a million tickets, and what an action pays for being found. `python -m bench.search [--tickets 1000000]`.

Each search is the product's own, from the typed line to the rows: an agent of the largest desk and of the smallest, a
provider's technician who sees a tenth of one desk, a requester. Beside what the clock says stands the processor time
of both sides, PostgreSQL's and ours, which hardly changes when others work on the same machine.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.__main__ import database

if TYPE_CHECKING:
    from bench.search_world import World
    from guichet.people.models import Person

TWO_WORDS, AS_YOU_TYPE, SIZE, WRITING = 60.0, 40.0, 1.2, 1.0
"""The bars: milliseconds (p95), milliseconds (p95), times the text, milliseconds."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.search", description=__doc__)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=120, help="of each kind and for each person")
    options = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))
    os.environ.setdefault("GUICHET_SECRET_KEY", "bench-only")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guichet.config.settings")
    with database():
        import django

        django.setup()
        told = measured(tickets=options.tickets, queries=options.queries)
    print(json.dumps(told))
    return 0 if told["within"] else 1


def measured(*, tickets: int, queries: int) -> dict[str, Any]:
    from django.core.management import call_command

    from bench.search_world import build, standing

    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    world = standing() or build(tickets=tickets)
    print(f"{tickets:,} tickets, {world.text_bytes / 1e6:,.0f} MB of text, made in {time.perf_counter() - began:.0f} s")
    told: dict[str, Any] = {"tickets": tickets, **sizes(world)}
    two, typing = Times(), Times()
    for name, person in world.people.items():
        lines = list(pairs(world, count=queries))
        two.add(run(f"two words, {name}", lines, person, as_you_type=False))
        typing.add(run(f"as you type, {name}", list(beginnings(world, count=queries)), person, as_you_type=True))
    told |= {f"two_words_{key}": value for key, value in two.told().items()}
    told |= {f"as_you_type_{key}": value for key, value in typing.told().items()}
    told |= writing(world)
    told["within"] = (
        told["two_words_p95_ms"] <= TWO_WORDS
        and told["as_you_type_p95_ms"] <= AS_YOU_TYPE
        and told["index_to_text"] <= SIZE
        and told["writing_ms"] <= WRITING
    )
    return told


@dataclass
class Times:
    """Milliseconds of each search: by the clock, and of processors."""

    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def add(self, other: Times) -> None:
        self.wall += other.wall
        self.processor += other.processor

    def told(self) -> dict[str, float]:
        return {
            "p50_ms": round(statistics.median(self.wall), 1),
            "p95_ms": round(p95(self.wall), 1),
            "cpu_p50_ms": round(statistics.median(self.processor), 1),
            "cpu_p95_ms": round(p95(self.processor), 1),
        }


def p95(times: list[float]) -> float:
    return sorted(times)[int(0.95 * (len(times) - 1))]


def run(name: str, lines: list[str], person: Person, *, as_you_type: bool) -> Times:
    from guichet.people.models import Person
    from guichet.search.asking import ask

    times, found = Times(), 0
    processor = processors()
    for line in lines[:10]:
        ask(line, person=person, as_you_type=as_you_type)
    for line in lines:
        # Who they are and what they may is read for each request.
        asking = Person.objects.select_related("organisation").get(pk=person.pk)
        assert asking.grants
        before, began = processor(), time.perf_counter()
        page = ask(line, person=asking, size=8 if as_you_type else 20, as_you_type=as_you_type)
        times.wall.append(1000 * (time.perf_counter() - began))
        times.processor.append(processor() - before)
        found += bool(page.hits)
    said = times.told()
    print(
        f"{name:<38} median {said['p50_ms']:6.1f} ms  p95 {said['p95_ms']:6.1f} ms"
        f"   processors {said['cpu_p50_ms']:5.1f} and {said['cpu_p95_ms']:5.1f} ms   found {found}/{len(lines)}",
        flush=True,
    )
    return times


def processors() -> Callable[[], float]:
    """A counter of milliseconds that this process and its server process have worked (PostgreSQL on this machine)."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        schedule = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    if not schedule.exists():
        return lambda: 1000 * time.process_time()
    return lambda: 1000 * time.process_time() + int(schedule.read_text(encoding="ascii").split()[0]) / 1e6


def pairs(world: World, *, count: int) -> Iterator[str]:
    """Two words: both common, one common and one rare, both middling, both rare."""
    chance = random.Random("pairs")
    spans = (((0, 40), (0, 40)), ((0, 40), (2_000, 8_000)), ((40, 600), (40, 600)), ((600, 6_000), (600, 6_000)))
    for n in range(count):
        forms = world.vocabularies["en" if n % 4 == 3 else "fr"].forms
        yield " ".join(forms[chance.randrange(*span)] for span in spans[(n // 4) % len(spans)])


def beginnings(world: World, *, count: int) -> Iterator[str]:
    """One letter, two, three, five; and after a whole word the beginning of a second one."""
    chance = random.Random("beginnings")
    for n in range(count):
        forms = world.vocabularies["en" if n % 4 == 3 else "fr"].forms
        word = forms[chance.randrange(40 if n % 2 else 2_000)]
        kind = (n // 2) % 5
        yield f"{forms[chance.randrange(200)]} {word[:3]}" if kind == 4 else word[: (1, 2, 3, 5)[kind]]


def sizes(world: World) -> dict[str, float]:
    from django.db import connection

    names = {"table": "search_entry", "words": "entry_words", "by time": "entry_by_time", "keys": "search_entry_pkey"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"pg_relation_size('{name}')" for name in names.values()))
        parts = dict(zip(names, cursor.fetchone(), strict=True))
        cursor.execute("SELECT pg_total_relation_size('search_entry')")
        whole = cursor.fetchone()[0]
    ratio = whole / world.text_bytes
    told = ", ".join(f"{name} {size / 1e6:,.0f}" for name, size in parts.items())
    print(f"index {whole / 1e6:,.0f} MB ({told}): {ratio:.2f} × the text", flush=True)
    return {
        "index_mb": round(whole / 1e6, 1),
        "text_mb": round(world.text_bytes / 1e6, 1),
        "index_to_text": round(ratio, 3),
    }


def writing(world: World, *, rounds: int = 300) -> dict[str, float]:
    """An event alone and with the words of a new ticket, alternately, each a transaction. The index stays as it was."""
    from django.db import transaction
    from django.utils import timezone

    from guichet.lib.database import prepared
    from guichet.search.jobs import sort_in
    from guichet.search.models import Entry, WrittenWords
    from guichet.search.writing import putting

    chance, processor = random.Random("writing"), processors()
    forms = world.vocabularies["fr"].forms
    alone, found = Times(), Times()
    first = 1000 * int(time.time())
    for n in range(first, first + 2 * rounds):
        with_words = n % 2 == 1
        text = " ".join(forms[min(int(chance.paretovariate(0.6)) - 1, len(forms) - 1)] for _ in range(80))
        before, began = processor(), time.perf_counter()
        with transaction.atomic(), prepared() as cursor:
            statements = putting(
                kind="bench", subject=n, desk_id=world.desks[0].pk, organisation_id=world.desks[0].pk,
                inside=False, at=timezone.now(), title=text[:40], body=text,
            ) if with_words else []  # fmt: skip
            rows = ", ".join(f"row{k} AS ({statement})" for k, (statement, _) in enumerate(statements))
            cursor.execute(
                f"{'WITH ' + rows if rows else ''} {_EVENT}",
                [*(value for _, values in statements for value in values), world.desks[0].pk, n],
            )
        times = found if with_words else alone
        times.wall.append(1000 * (time.perf_counter() - began))
        times.processor.append(processor() - before)
    Entry.objects.filter(kind="bench").delete()
    WrittenWords.objects.all().delete()
    sort_in()
    extra = statistics.median(found.wall) - statistics.median(alone.wall)
    worst = p95(found.wall) - p95(alone.wall)
    own = statistics.median(found.processor) - statistics.median(alone.processor)
    print(f"words of an action: {extra:.2f} ms more (median), {worst:.2f} ms (p95); processors {own:.2f} ms")
    return {"writing_ms": round(extra, 2), "writing_p95_ms": round(worst, 2), "writing_cpu_ms": round(own, 2)}


_EVENT = """
INSERT INTO activity_event (
    organisation_id, subject_type, subject_id, number, verb, at, data, source, previous_hash, hash)
VALUES (%s, 'bench', %s, 1, 'bench.written', now(), '{}'::jsonb, '', '', '')
"""

if __name__ == "__main__":
    sys.exit(main())
