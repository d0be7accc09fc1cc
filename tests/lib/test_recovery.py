"""A job whose worker was killed is taken up again; one that waits already does the work of both."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from guichet.config.recurring import recover_stalled
from guichet.lib.jobs import worker_application

pytestmark = pytest.mark.django_db(transaction=True)

_JOB = """
INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, args, status, worker_id)
VALUES ('default', 'tickets.tidy', %s, '{}', %s::procrastinate_job_status, %s) RETURNING id
"""
_DEAD = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"


def put(status: str, *, lock: str, worker: int | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_JOB, [lock, status, worker])
        return int(cursor.fetchone()[0])


def dead_worker() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_DEAD)
        return int(cursor.fetchone()[0])


async def recover() -> None:
    application = worker_application()
    async with application.open_async():
        context: Any = SimpleNamespace(app=application)
        await recover_stalled.func(context, 0)


def test_what_waits_already_keeps_no_other_from_being_taken_up_again() -> None:
    # Other tests' jobs stay: the tables are not Django's to empty.
    ProcrastinateJob.objects.all().delete()
    gone = dead_worker()
    stuck, other = put("doing", lock="outbox.send", worker=gone), put("doing", lock="alone", worker=gone)
    next_one = put("todo", lock="outbox.send")
    asyncio.run(recover())
    assert dict(ProcrastinateJob.objects.values_list("pk", "status")) == {
        stuck: "aborted",
        next_one: "todo",
        other: "todo",
    }
