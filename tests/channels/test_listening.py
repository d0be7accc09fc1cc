"""Listening to mailboxes (IMAP IDLE): at once, by one process, and nobody held up by a server that is dead."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from guichet.channels import imap, listening, readers, settings_actions
from guichet.channels.models import Contact, Mailbox
from guichet.tickets.models import Ticket
from tests import builders
from tests.channels.dovecot import MISSING, Server, message
from tests.channels.imap_stub import Stub, serving
from tests.channels.post import Post

ROOT = Path(__file__).resolve().parents[2]
SOON = 2.0


class Listener:
    """`listen()` as a process of its own would run it."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._task = self._loop.create_task(listening.listen())
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._task)
        except asyncio.CancelledError:
            pass
        finally:
            connections.close_all()

    def stop(self) -> float:
        """How long it took."""
        began = time.monotonic()
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(10)
        assert not self._thread.is_alive()
        return time.monotonic() - began


@contextmanager
def listener() -> Iterator[Listener]:
    running = Listener()
    try:
        yield running
    finally:
        if running._thread.is_alive():
            running.stop()
        time.sleep(0.1)  # steps that were cut give their connections back


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def post_there(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Post:
    monkeypatch.setenv("GUICHET_MAIL_TEST", "secret")
    return Post()


def fetched(stub: Stub, post: Post, *, address: str = "") -> Mailbox:
    box = Mailbox(organisation=post.desk.organisation, address=address) if address else post.box
    box.fetch, box.host, box.port, box.user = "imap", "127.0.0.1", stub.port, "aide"
    box.password_variable = "GUICHET_MAIL_TEST"
    box.save()
    return box


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving(Stub()) as running:
        yield running


def idles(stub: Stub) -> bool:
    return within(5, lambda: bool(stub.idling))


def stored(count: int) -> Callable[[], bool]:
    return lambda: Contact.objects.count() == count


class TestDovecot:
    pytestmark = MISSING

    @pytest.mark.django_db(transaction=True)
    def test_a_message_is_a_ticket_within_two_seconds(self, server: Server, post_there: Post) -> None:
        fetched(Stub(port=server.port), post_there)
        server.put("m0", message(0))
        with listener():
            assert within(5, stored(1))
            time.sleep(1)  # it idles by now
            began = time.monotonic()
            server.put("m1", message(1))
            assert within(SOON, stored(2))
            readers.read_all()
            assert time.monotonic() - began < SOON
        assert sorted(Ticket.objects.values_list("title", flat=True)) == ["numero-0", "numero-1"]
        assert all(name.endswith("S") for name in server.names("cur"))


def test_it_is_fetched_when_the_server_says_so(stub: Stub, post_there: Post) -> None:
    fetched(stub, post_there)
    with listener():
        assert idles(stub)
        stub.put(1, message(1))
        assert within(SOON, stored(1))
        assert within(SOON, lambda: stub.seen == {1} and bool(stub.idling))
        stub.put(2, message(2))
        assert within(SOON, stored(2))
    assert stub.connections == 1


def test_news_in_the_same_packet_as_the_consent_are_heard(stub: Stub, post_there: Post) -> None:
    stub.eager = True
    fetched(stub, post_there)
    with listener():
        assert within(SOON, stored(1))
    assert stub.connections == 1


def test_a_server_that_cannot_tell_is_asked(stub: Stub, post_there: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "POLL_SECONDS", 0.2)
    stub.able_inside = "IMAP4rev1"
    fetched(stub, post_there)
    with listener():
        assert within(5, lambda: stub.heard.count("UID SEARCH") > 1)
        stub.put(1, message(1))
        assert within(SOON, stored(1))
    assert "IDLE" not in stub.heard


def test_it_idles_anew_before_the_server_or_a_router_loses_patience(
    stub: Stub, post_there: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert listening.IDLE_SECONDS < 29 * 60
    monkeypatch.setattr(listening, "IDLE_SECONDS", 0.2)
    stub.deaf = True
    fetched(stub, post_there)
    with listener():
        assert within(5, lambda: stub.heard.count("IDLE") > 1)
        stub.put(1, message(1))  # and nobody is told
        assert within(SOON, stored(1))
    assert stub.connections == 1


def test_cut_off_it_comes_back(stub: Stub, post_there: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "PAUSE_FIRST_SECONDS", 0.1)
    box = fetched(stub, post_there)
    with listener():
        assert idles(stub)
        stub.hang_up()
        assert within(5, lambda: stub.connections == 2) and idles(stub)
        stub.put(1, message(1))
        assert within(SOON, stored(1))
        assert within(SOON, lambda: Mailbox.objects.get(pk=box.pk).trouble == "")


def test_a_dead_server_holds_nobody_up_and_does_not_keep_the_process(stub: Stub, post_there: Post) -> None:
    with serving(Stub(silent=True)) as dead, listener() as running:
        for n in range(3):
            fetched(dead, post_there, address=f"{n}@dead.example")
        fetched(stub, post_there)
        listening_again()
        assert within(5, lambda: dead.connections == 3) and idles(stub)
        stub.put(1, message(1))
        assert within(SOON, stored(1))
        assert running.stop() < SOON


@pytest.mark.process
def test_a_process_ends_within_two_seconds_of_the_signal(stub: Stub, post_there: Post) -> None:
    """One that idles at one mailbox, and waits for a dead server about another."""
    url = os.environ["DATABASE_URL"].partition("?")
    address = f"{url[0].rpartition('/')[0]}/{connection.settings_dict['NAME']}{url[1]}{url[2]}"
    words = [sys.executable, "-m", "guichet.config.cli", "run", "--roles", "mail", "--no-demo"]
    with serving(Stub(silent=True)) as dead, tempfile.TemporaryDirectory() as data:
        fetched(dead, post_there, address="a@dead.example")
        fetched(stub, post_there)
        ours = {"DATABASE_URL": address, "PYTHONPATH": "src", "GUICHET_DATA": data, "GUICHET_LOG_LEVEL": "ERROR"}
        process = subprocess.Popen(words, cwd=ROOT, env={**os.environ, **ours}, stderr=subprocess.PIPE)
        try:
            assert within(30, lambda: bool(stub.idling and dead.open))
            stub.put(1, message(1))
            assert within(SOON, stored(1))
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            _said, errors = process.communicate(timeout=10)
            assert time.monotonic() - began < SOON
            assert (process.returncode, errors) == (0, b"")
        finally:
            process.kill()
            process.wait(5)


def test_a_dead_server_is_left_after_a_while(post_there: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    assert imap.TIMEOUT <= 10
    monkeypatch.setattr(imap, "TIMEOUT", 0.3)
    with serving(Stub(silent=True)) as dead:
        box = fetched(dead, post_there)
        with pytest.raises(imap.Trouble):
            imap.fetch(box, now=builders.NOW)
    assert Mailbox.objects.get(pk=box.pk).trouble


def listening_again() -> None:
    with transaction.atomic():
        listening.changed()


def test_settings_are_read_anew_when_they_change(stub: Stub, post_there: Post) -> None:
    box = fetched(stub, post_there)
    desk = post_there.desk
    manager = builders.manager(desk)
    with serving(Stub()) as other, listener():
        assert idles(stub)
        given = {name: getattr(box, name) for name in settings_actions.FETCHING} | {"port": other.port}
        settings_actions.save_mailbox(
            mailbox=box, desk=desk.organisation, address=box.address, aliases=[], name="", active=True, home=None,
            joins=box.joins, strangers=box.strangers, category=None, impact=box.impact, urgency=box.urgency,
            fetching=settings_actions.Fetching(**given), wording=settings_actions.Wording(), actor=manager,
            now=builders.NOW,
        )  # fmt: skip
        assert idles(other)
        assert within(SOON, lambda: not stub.open)
        settings_actions.remove_mailbox(mailbox=box, actor=manager, now=builders.NOW)
        assert within(SOON, lambda: not other.open)


def test_one_process_listens_and_another_takes_over(
    stub: Stub, post_there: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "REREAD_SECONDS", 0.3)
    fetched(stub, post_there)
    with listener() as first:
        assert idles(stub)
        with listener():
            time.sleep(1)
            assert stub.connections == 1
            first.stop()
            assert within(5, lambda: stub.connections == 2) and idles(stub)
            stub.put(1, message(1))
            assert within(SOON, stored(1))


def test_the_job_polls_what_nobody_listens_to(stub: Stub, post_there: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    box = fetched(stub, post_there)
    stub.put(1, message(1))
    assert listening.poll(now=timezone.now()) == 1
    with listener():
        assert idles(stub)
        before = stub.connections
        assert listening.poll(now=timezone.now()) == 0
        assert stub.connections == before
        # Its listener hangs: the job looks as well.
        Mailbox.objects.filter(pk=box.pk).update(checked_at=builders.NOW)
        listening.poll(now=timezone.now())
        assert stub.connections == before + 1


def test_those_that_a_round_had_no_time_for_come_first_in_the_next(
    stub: Stub, post_there: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "TIMEOUT", 0.3)
    monkeypatch.setattr(listening, "ROUND_SECONDS", 0.1)
    with serving(Stub(silent=True)) as dead:
        fetched(dead, post_there, address="a@dead.example")
        fetched(stub, post_there)
        stub.put(1, message(1))
        assert [listening.poll(now=timezone.now()), listening.poll(now=timezone.now())].count(1) == 1
    assert Contact.objects.count() == 1


def test_a_server_that_refuses_the_mark_keeps_nobody_from_what_comes_next(stub: Stub, post_there: Post) -> None:
    stub.refuses_marks = True
    box = fetched(stub, post_there)
    stub.put(1, message(1))
    stub.put(2, message(2))
    assert imap.fetch(box, now=builders.NOW) == 2
    assert imap.fetch(box, now=builders.NOW) == 0


def test_what_is_found_on_the_old_server_does_not_number_the_new_one(stub: Stub, post_there: Post) -> None:
    box = fetched(stub, post_there)
    stub.put(7, message(7))
    before = Mailbox.objects.get(pk=box.pk)
    # Somebody sets another server while the old one is read.
    Mailbox.objects.filter(pk=box.pk).update(host="localhost", uid_validity=None, last_uid=0)
    imap.fetch(before, now=builders.NOW)
    assert Mailbox.objects.get(pk=box.pk).last_uid == 0
