"""LMTP and SMTP over a real socket: 250 only once the message is committed, 451 as long as it can't be."""

from __future__ import annotations

import asyncio
import smtplib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connections

from guichet.channels import delivery, ledger
from guichet.channels.models import Contact
from tests.channels.post import Post


@contextmanager
def listening(place: str) -> Iterator[int]:
    """The door in a thread with a loop of its own; its port."""
    ready, stop, port = threading.Event(), threading.Event(), []

    async def serve(threads: ThreadPoolExecutor) -> None:
        server = await asyncio.get_running_loop().create_server(
            delivery.protocol(place, threads=threads), host="127.0.0.1", port=0
        )
        port.append(server.sockets[0].getsockname()[1])
        ready.set()
        while not stop.is_set():
            await asyncio.sleep(0.02)
        server.close()

    def run() -> None:
        with ThreadPoolExecutor(max_workers=1) as threads:
            asyncio.run(serve(threads))
            threads.submit(connections.close_all).result()

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(10)
    try:
        yield port[0]
    finally:
        stop.set()
        thread.join()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("place", ["lmtp", "smtp"])
def test_what_is_answered_with_250_is_committed(place: str) -> None:
    post = Post()
    message = post.message("a@b.example", "Ça ne va pas.").as_bytes()
    with listening(place) as port, (smtplib.LMTP if place == "lmtp" else smtplib.SMTP)("127.0.0.1", port) as server:
        assert server.sendmail("a@b.example", [post.box.address], message) == {}
        stored = Contact.objects.get()
        # smtplib ends each message with an empty line, in the line ends of the wire.
        assert bytes(stored.raw).replace(b"\r\n", b"\n").strip() == message.strip()
        assert stored.mailbox == post.box
        assert (stored.envelope_from, stored.envelope_to) == ("a@b.example", post.box.address)
        # A server that did not hear our answer sends it again.
        server.sendmail("a@b.example", [post.box.address], message)
        assert Contact.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_while_it_cannot_be_stored_the_server_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    post = Post()

    def fails(**values: object) -> None:
        raise OperationalError("the database is down")

    monkeypatch.setattr(ledger, "receive", fails)
    with listening("lmtp") as port, smtplib.LMTP("127.0.0.1", port) as server:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            server.sendmail("a@b.example", [post.box.address], b"Subject: x\n\ny")
        assert refused.value.smtp_code == 451
    assert Contact.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_an_address_of_nobody_s_is_refused_and_a_plus_address_is_not() -> None:
    post = Post()
    local, _at, domain = post.box.address.partition("@")
    with listening("lmtp") as port, smtplib.LMTP("127.0.0.1", port) as server:
        server.ehlo_or_helo_if_needed()
        server.mail("a@b.example")
        assert server.rcpt("nobody@elsewhere.example")[0] == 550
        assert server.rcpt(f"{local}+anything@{domain}")[0] == 250
        # Each recipient has an answer of its own: the second one comes in a transaction of its own.
        assert server.rcpt(post.box.address)[0] == 452


@pytest.mark.django_db(transaction=True)
def test_a_mailbox_that_was_closed_takes_nothing_more_after_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    post = Post()
    asked: list[str] = []
    look, now = ledger.mailbox_for, [100.0]
    monkeypatch.setattr(ledger, "mailbox_for", lambda address: asked.append(address) or look(address))
    monkeypatch.setattr(delivery, "monotonic", lambda: now[0])
    with ThreadPoolExecutor(max_workers=1) as threads:
        door = delivery.Door(place="lmtp", threads=threads)

        def found() -> bool:
            return asyncio.run(door._mailbox(post.box.address)) is not None

        assert [found(), found()] == [True, True]
        assert len(asked) == 1
        type(post.box).objects.update(active=False)
        now[0] += delivery._MOMENT_SECONDS
        assert [found(), found()] == [False, False]
        # Who isn't known is looked up each time: a new mailbox is there at once.
        assert len(asked) == 3
        type(post.box).objects.update(active=True)
        assert found()
        threads.submit(connections.close_all).result()
