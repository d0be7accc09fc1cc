"""A reader hears of what comes in, and is told to stop; who was beside a killed one has more tries than time."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from guichet.channels import ledger, readers
from guichet.channels.models import Contact, Outcome
from tests import builders
from tests.channels.post import Post


@pytest.mark.django_db(transaction=True)
def test_what_is_committed_is_read_at_once() -> None:
    post = Post()
    amelie = builders.person(post.desk.organisation)
    asyncio.run(_while_reading(post, amelie.email))
    assert list(Contact.objects.values_list("outcome", flat=True)) == [Outcome.TICKET] * 3


async def _while_reading(post: Post, sender: str) -> None:
    reader = asyncio.create_task(readers.read_on())
    try:
        for number in range(3):
            await asyncio.sleep(0.2)
            raw = bytes(post.message(sender, f"message {number}"))
            await asyncio.to_thread(_store, post, raw)
            await asyncio.to_thread(_read_within, 5.0)
    finally:
        started = time.monotonic()
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)
        assert time.monotonic() - started < 1.5


def _store(post: Post, raw: bytes) -> None:
    from django.db import connection

    ledger.receive(raw=raw, source_key=ledger.key_of("x", raw), now=timezone.now(), mailbox=post.box)
    connection.close()


def _read_within(seconds: float) -> None:
    from django.db import connection

    end = time.monotonic() + seconds
    while Contact.objects.filter(outcome=Outcome.WAITING).exists() and time.monotonic() < end:
        time.sleep(0.02)
    waiting = Contact.objects.filter(outcome=Outcome.WAITING).count()
    connection.close()
    assert waiting == 0


@pytest.mark.parametrize(
    ("tries", "minutes", "taken"), [(1, 0.9, 0), (1, 1.1, 1), (2, 4, 0), (2, 6, 1), (3, 24, 0), (3, 26, 1)]
)
def test_each_try_leaves_more_time(post: Post, tries: int, minutes: float, taken: int) -> None:
    amelie = builders.person(post.desk.organisation)
    contact = post.deliver(post.message(amelie.email), read=False)
    Contact.objects.filter(pk=contact.pk).update(tries=tries, tried_at=timezone.now() - timedelta(minutes=minutes))
    assert readers.read_all() == taken


def test_a_reader_stops_between_two_contacts(post: Post) -> None:
    amelie = builders.person(post.desk.organisation)
    for number in range(3):
        post.deliver(post.message(amelie.email, f"message {number}"), read=False)
    answers = iter([False, True])
    assert readers.read_all(ended=lambda: next(answers)) == 1
    assert Contact.objects.filter(outcome=Outcome.WAITING).count() == 2
