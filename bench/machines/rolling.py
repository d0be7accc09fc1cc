"""One process after the other is ended and started anew under load: what fails, what is missed, what runs twice."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

import psycopg

from bench.machines.balancer import Balancer
from bench.machines.clients import Office, Page
from bench.machines.fleet import ROOT, Fleet, Member, free_port

PATIENCE_SECONDS = 180.0
# A page hears within this of what was made before; it comes back after two seconds.
NEWS_SECONDS = 10.0
TWICE = """
SELECT task_name, args->>'timestamp', count(*) FROM procrastinate_jobs
WHERE args ? 'timestamp' GROUP BY 1, 2 HAVING count(*) > 1
"""
RAN_TWICE = """
SELECT j.task_name, count(*) FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id
WHERE e.type = 'succeeded' AND j.args ? 'timestamp' GROUP BY j.id, j.task_name HAVING count(*) > 1
"""
PERIODIC = "SELECT count(*) FROM procrastinate_jobs WHERE args ? 'timestamp' AND status = 'succeeded'"
FAILED = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'"


@dataclass
class Outcome:
    done: dict[str, int]
    failed: list[str]
    missed: list[int]
    resyncs: int
    slowest: float
    restarts: int
    periodic: int
    twice: list[tuple[Any, ...]]
    jobs_failed: int
    served: dict[int, int]

    def lines(self) -> list[str]:
        return [
            f"requests {sum(self.done.values())} {self.done}, failed {len(self.failed)}",
            f"slowest {self.slowest:.2f} s; answered by {len(self.served)} processes",
            f"restarts {self.restarts}; pages fetched anew {self.resyncs} times and missed {sum(self.missed)} tickets",
            f"periodic jobs {self.periodic}, twice {len(self.twice)}; jobs that failed {self.jobs_failed}",
            *self.failed[:10],
        ]


def trial(
    fleet: Fleet, *, webs: int = 3, workers: int = 2, clients: int = 4, pages: int = 4, rest: float = 3.0
) -> Outcome:
    """On a migrated database without people. `rest`: seconds between two restarts."""
    people = json.loads(_run(fleet, "bench.machines.people"))
    fleet.members = [Member("web", free_port()) for _ in range(webs)] + [Member("worker", 0) for _ in range(workers)]
    try:
        for member in fleet.members:
            fleet.start(member)
        return asyncio.run(_under_load(fleet, people, clients=clients, pages=pages, rest=rest))
    finally:
        fleet.end()


async def _under_load(fleet: Fleet, people: dict[str, Any], *, clients: int, pages: int, rest: float) -> Outcome:
    balancer = Balancer(ports=[member.port for member in fleet.of("web")])
    port = await balancer.start()
    await _until(lambda: len(balancer.ready) == len(balancer.ports), fleet)
    office = Office(port=port, **people)
    open_pages = [Page(office) for _ in range(pages)]
    listening = [asyncio.create_task(page.listen()) for page in open_pages]
    working = [asyncio.create_task(office.work()) for _ in range(clients)]
    restarts = 0
    for member in fleet.members:
        await asyncio.sleep(rest)
        await _anew(fleet, member, balancer)
        restarts += 1
    await asyncio.sleep(rest)
    office.closed = True
    await asyncio.gather(*working)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(NEWS_SECONDS):
            while any(office.made - page.known for page in open_pages):
                await asyncio.sleep(0.1)
    for task in listening:
        task.cancel()
    await asyncio.gather(*listening, return_exceptions=True)
    await balancer.stop()
    with psycopg.connect(fleet.direct or fleet.url, autocommit=True) as connection:
        twice = [*connection.execute(TWICE).fetchall(), *connection.execute(RAN_TWICE).fetchall()]
        periodic, jobs_failed = (int((connection.execute(count).fetchone() or (0,))[0]) for count in (PERIODIC, FAILED))
    return Outcome(
        done=dict(office.done),
        failed=[*office.failed, *balancer.failures],
        missed=[len(office.made - page.known) for page in open_pages],
        resyncs=sum(page.resyncs for page in open_pages),
        slowest=office.slowest,
        restarts=restarts,
        periodic=periodic,
        twice=twice,
        jobs_failed=jobs_failed,
        served=balancer.served,
    )


async def _anew(fleet: Fleet, member: Member, balancer: Balancer) -> None:
    """End it, and go on once the new one serves."""
    ending = fleet.ask_to_end(member)
    await _until(lambda: ending.poll() is not None, fleet)
    assert ending.returncode == 0, f"{member.role} ended with {ending.returncode}\n{fleet.said()}"
    fleet.start(member)
    if member.role == "web":
        await _until(lambda: member.port in balancer.ready, fleet)


async def _until(true: Any, fleet: Fleet) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(fleet.said())
        await asyncio.sleep(0.05)


def _run(fleet: Fleet, module: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module], cwd=ROOT, env=fleet.environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return done.stdout.splitlines()[-1]
