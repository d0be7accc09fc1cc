"""The clock is set two hours ahead, and an hour back: nothing is told twice, nothing storms, nothing rests."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

import guichet.config.recurring  # noqa: F401 (registers the periodic jobs)
from guichet.activity.models import Event
from guichet.activity.record import broken_links
from guichet.api import tokens
from guichet.lib.jobs import ClockSetBackError, forget_what_is_to_come, watch_clock, worker_application
from guichet.lib.paging import page
from guichet.notifications.models import Notification
from guichet.notifications.warning import warn
from guichet.routing.models import Forecast
from guichet.tickets import actions
from guichet.tickets.models import Ticket
from tests import builders
from tests.builders import NOW

AHEAD, BACK = NOW + timedelta(hours=2), NOW + timedelta(hours=1)
CLOCKS = (NOW, AHEAD, BACK)


@pytest.mark.django_db
def test_tickets_keep_their_names_their_order_and_their_chains() -> None:
    desk = builders.desk()
    nadia, amelie = builders.agent(desk), builders.person(desk.organisation)
    tickets = [builders.ticket(amelie, now=clock) for clock in CLOCKS for _ in range(3)]
    assert len({ticket.reference for ticket in tickets}) == len(tickets)
    for ticket in tickets:
        for clock in (AHEAD, BACK):
            actions.reply(ticket, body="Nous cherchons.", actor=nadia, now=clock)
        assert not broken_links(
            list(Event.objects.filter(subject_type="ticket", subject_id=ticket.pk).order_by("number"))
        )
    seen, cursor = [], ""
    while True:
        found = page(Ticket.objects.all(), order=("-opened_at", "-id"), cursor=cursor, size=2)
        seen += [ticket.pk for ticket in found.items]
        if not (cursor := found.next_cursor):
            break
    assert sorted(seen) == sorted(ticket.pk for ticket in tickets)


@pytest.mark.django_db
def test_a_promise_in_danger_is_told_once_however_the_clock_goes() -> None:
    desk = builders.desk()
    nadia, amelie = builders.agent(desk), builders.person(desk.organisation)
    ticket = builders.ticket(amelie)
    actions.take(ticket, actor=nadia, now=NOW)
    told = {"chance": 0.9, "due_at": NOW + timedelta(hours=3), "measure": "first_response"}
    Forecast.objects.update_or_create(ticket=ticket, defaults={**told, "made_at": NOW})
    assert [warn(now=clock) for clock in (AHEAD, BACK, AHEAD)] == [1, 0, 0]
    assert Notification.objects.filter(person=nadia, event__isnull=True).count() == 1


@pytest.mark.django_db
def test_a_token_of_an_hour_to_come_lets_in_and_one_that_is_over_does_not() -> None:
    person = builders.agent(builders.desk())
    ends = AHEAD + timedelta(hours=24)
    _, text = tokens.issue(person=person, name="x", scopes=["tickets:read"], expires_at=ends, now=AHEAD)
    assert tokens.authenticate(f"Bearer {text}", now=BACK) is not None
    assert tokens.authenticate(f"Bearer {text}", now=ends + timedelta(hours=2)) is None


def test_of_each_periodic_job_one_waits_at_most_however_many_hours_are_skipped() -> None:
    tasks = [periodic.task for periodic in app.periodic_registry.periodic_tasks.values()]
    assert len(tasks) > 20
    assert [task.name for task in tasks if task.queueing_lock is None] == []


def test_a_clock_that_is_set_back_is_noticed_and_one_that_is_corrected_is_not() -> None:
    shift = [0.0]

    async def watched() -> None:
        watching = asyncio.create_task(watch_clock(every=0.01, wall=lambda: time.time() + shift[0]))
        for shift[0] in (7200.0, 7170.0):
            await asyncio.sleep(0.1)
            assert not watching.done()
        shift[0] = 3600.0
        with pytest.raises(ClockSetBackError):
            await asyncio.wait_for(watching, 10)

    asyncio.run(watched())


@pytest.mark.django_db(transaction=True)
def test_periodic_jobs_go_on_after_a_clock_that_was_ahead() -> None:
    async def tried(at: float) -> bool:
        """Whether the job of that minute is put in the queue."""
        application = worker_application()
        async with application.open_async():
            await forget_what_is_to_come(application, now=time.time())
            name, given = "api.forget_answers", {"timestamp": int(at)}
            job = app.configure_task(name, queueing_lock=f"clock {at}", task_kwargs=given).job
            return bool(
                await application.job_manager.defer_periodic_job(job=job, periodic_id="clock", defer_timestamp=int(at))
            )

    minute = time.time() // 60 * 60
    assert asyncio.run(tried(minute + 7200))
    # The clock is right again: nothing of what is to come counts as begun, and what was begun isn't begun twice.
    assert asyncio.run(tried(minute + 3600))
    assert asyncio.run(tried(minute))
    assert not asyncio.run(tried(minute))
    ProcrastinateJob.objects.filter(task_name="api.forget_answers").delete()
