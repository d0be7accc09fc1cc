"""Background work on PostgreSQL (procrastinate): the `job` decorator, periodic jobs, and the worker.

Each package's `jobs.py` holds its job functions. Enqueuing (`thing.defer(...)`) happens on Django's own
connection: a job exists if and only if the transaction that wanted it commits. A job may run twice (at least
once), so job functions are idempotent.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ParamSpec, TypeVar, cast

from django.db import connection
from procrastinate import App, PsycopgConnector, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.tasks import Task

from guichet.lib.database import direct_parameters
from guichet.lib.measured import observed_async_job, observed_job

P = ParamSpec("P")
R = TypeVar("R")

# 2, 4, 8, 16… seconds between tries: ten tries span some 17 minutes.
ATTEMPTS = 10
WORKER_CONCURRENCY = 2
STALLED_SECONDS = 30.0
# A clock that is set back by less is only corrected.
SET_BACK_SECONDS = 90


def job(
    *,
    name: str | None = None,
    attempts: int = ATTEMPTS,
    lock: str | None = None,
    queueing_lock: str | None = None,
    priority: int = 0,
) -> Callable[[Callable[P, R]], Task[P, R, P]]:
    """Make a function a job: `function.defer(**json_values)` runs it later, retried with growing pauses.

    `lock`: jobs of one lock never run at the same time. `queueing_lock`: at most one such job waits.
    """
    retry: bool | RetryStrategy = attempts > 1 and RetryStrategy(max_attempts=attempts, exponential_wait=2)

    def decorate(function: Callable[P, R]) -> Task[P, R, P]:
        declare = app.task(name=name, retry=retry, lock=lock, queueing_lock=queueing_lock, priority=priority)
        return cast("Task[P, R, P]", declare(function))

    return decorate


def every(*, cron: str, task: Task[..., Any, ...], name: str = "", **arguments: Any) -> None:
    """Run a job at the times of a cron expression (UTC); the job takes the planned `timestamp` first."""
    app.periodic(cron=cron, periodic_id=name, task_kwargs=arguments or None)(cast("Any", task))


def worker_application() -> App:
    """The same jobs on a connector of the worker's own.

    Swapping the connector of the shared application, as procrastinate's command does, would take enqueuing
    in this process out of Django's transactions.
    """
    connector = PsycopgConnector(kwargs=direct_parameters(application_name="guichet worker"), min_size=1, max_size=3)
    application = App(connector=connector, worker_defaults=app.worker_defaults)
    application.tasks = app.tasks
    application.periodic_registry = app.periodic_registry
    return application


async def run_worker(*, grace: float) -> None:
    """Work until cancelled; running jobs then have `grace` seconds before they are left to another worker."""
    app.perform_import_paths()  # type: ignore[no-untyped-call]
    application = worker_application()
    async with application.open_async():
        await forget_what_is_to_come(application, now=time.time())
        async with asyncio.TaskGroup() as together:
            watching = together.create_task(watch_clock())
            await application.run_worker_async(
                concurrency=WORKER_CONCURRENCY,
                install_signal_handlers=False,
                shutdown_graceful_timeout=grace,
                stalled_worker_timeout=STALLED_SECONDS,
                name="guichet",
                task_middleware=[observed_job, observed_async_job],
            )
            watching.cancel()


class ClockSetBackError(Exception):
    """The worker ends, and its next one begins with the time that it is now."""


async def watch_clock(*, every: float = 15.0, wall: Callable[[], float] = time.time) -> None:
    """ClockSetBackError when it is. Periodic jobs would rest until the time that they had come to comes again."""
    ahead = wall() - time.monotonic()
    while True:
        await asyncio.sleep(every)
        before, ahead = ahead, wall() - time.monotonic()
        if ahead < before - SET_BACK_SECONDS:
            raise ClockSetBackError(f"{before - ahead:.0f} s")


async def forget_what_is_to_come(application: App, *, now: float) -> None:
    """That periodic jobs of a time to come were begun, by a clock that was wrong."""
    await application.connector.execute_query_async(
        "DELETE FROM procrastinate_periodic_defers WHERE defer_timestamp > %(limit)s", limit=int(now) + SET_BACK_SECONDS
    )


@dataclass(frozen=True)
class Standing:
    """The jobs that are to be run: on all machines, as the database knows them."""

    due: int
    running: int
    lag_seconds: float


_STANDING = """
SELECT count(*) FILTER (WHERE status = 'todo' AND coalesce(scheduled_at, %s) <= %s),
    count(*) FILTER (WHERE status = 'doing'),
    min(coalesce(scheduled_at, (SELECT min(at) FROM procrastinate_events WHERE job_id = j.id)))
        FILTER (WHERE status = 'todo' AND coalesce(scheduled_at, %s) <= %s)
FROM procrastinate_jobs j WHERE status IN ('todo', 'doing')
"""


def standing(*, now: datetime) -> Standing:
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [now] * 4)
        due, running, since = cursor.fetchone()
    return Standing(due=due, running=running, lag_seconds=(now - since).total_seconds() if since else 0.0)
