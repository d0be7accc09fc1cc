"""Mailboxes that we listen to: one connection each, on which the server says at once that something came (IMAP IDLE).

A mailbox has one listener, however many processes play the mail role: whoever holds its lock in PostgreSQL, which
forgets those who die. Waiting takes no thread; each step takes one, with a limit, so a dead server holds up nobody.
Whatever no listener looks after is polled by the job.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, TypeVar

import psycopg
from django.db import close_old_connections, connection, connections
from django.db.models import F, Q
from django.utils import timezone
from imap_tools import BaseMailBox

from guichet.channels import imap
from guichet.channels.models import Fetch, Mailbox
from guichet.lib.database import direct_async_connection, give_back

log = logging.getLogger(__name__)

R = TypeVar("R")

# Servers end an IDLE of half an hour (RFC 2177), and routers forget a silent connection long before that.
IDLE_SECONDS = 5 * 60.0
# How often a server is asked that can't tell by itself.
POLL_SECONDS = 60.0
# Between two rounds, however much the server has to tell: what comes in a burst is fetched together.
BREATH_SECONDS = 0.5
PAUSE_FIRST_SECONDS = 1.0
PAUSE_LAST_SECONDS = 60.0
# How often the settings are read even when nobody says that they changed.
REREAD_SECONDS = 60.0
# A mailbox whose listener hasn't looked for so long is polled by the job as well.
NEGLECTED = timedelta(minutes=10)
# No more than this for the job's round: it has one of the few places where jobs run.
ROUND_SECONDS = 20.0
_AT_ONCE = 64
_CHANNEL = "guichet_mailboxes"
# The first of the two numbers of each mailbox's lock; the second one is the mailbox's own.
_LOCKS = 0x6D61696C
_SETTINGS = (
    "address", "host", "port", "user", "folder", "done_folder", "auth", "password_variable", "client_id",
    "secret_variable", "tenant", "refresh_variable",
)  # fmt: skip
_HEARD = """
SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid = %s
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def changed() -> None:
    """Tell the listeners that mailboxes are set up differently, when this transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [_CHANNEL])


def poll(*, now: datetime) -> int:
    """Store what is new in the mailboxes that nobody listens to; how many messages. One that fails stops no other.

    Those seen longest ago come first: what a round has no time for is seen in the next one.
    """
    count, until = 0, time.monotonic() + ROUND_SECONDS
    for mailbox in _unheard(now=now):
        if time.monotonic() > until:
            break
        try:
            count += imap.fetch(mailbox, now=timezone.now())
        except imap.Trouble as trouble:
            log.warning("%s: %s", mailbox, trouble)
    return count


def _unheard(*, now: datetime) -> list[Mailbox]:
    with connection.cursor() as cursor:
        cursor.execute(_HEARD, [_LOCKS])
        heard = [row[0] for row in cursor.fetchall()]
    neglected = ~Q(pk__in=heard) | Q(checked_at__isnull=True) | Q(checked_at__lt=now - NEGLECTED)
    return list(_fetched().filter(neglected).order_by(F("checked_at").asc(nulls_first=True), "pk"))


def _fetched() -> Any:
    return Mailbox.objects.filter(active=True, fetch=Fetch.IMAP)


async def listen() -> None:
    """Work for the supervisor: listen to every mailbox that nobody else listens to, until cancelled."""
    guard = await direct_async_connection(application_name="guichet mail")
    threads = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="imap")
    ears: dict[int, _Ear] = {}
    try:
        await guard.execute(f"LISTEN {_CHANNEL}")
        while True:
            await _arrange(guard, ears, threads=threads)
            async for _news in guard.notifies(timeout=REREAD_SECONDS, stop_after=1):
                pass
    finally:
        ended = [ear.stop() for ear in ears.values()]
        threads.shutdown(wait=False, cancel_futures=True)
        await asyncio.gather(*ended, return_exceptions=True)
        # The locks end with it.
        await guard.close()


async def _arrange(guard: psycopg.AsyncConnection, ears: dict[int, _Ear], *, threads: ThreadPoolExecutor) -> None:
    """One ear for each mailbox whose lock we have or get, with the settings as they are now."""
    wanted = await _in_thread(threads, lambda: {row[0]: row[1:] for row in _fetched().values_list("pk", *_SETTINGS)})
    for pk in [pk for pk, ear in ears.items() if wanted.get(pk) != ear.settings]:
        ears.pop(pk).stop()
        await guard.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCKS, pk])
    for pk in sorted(wanted.keys() - ears.keys()):
        row = await (await guard.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCKS, pk])).fetchone()
        if row and row[0]:
            ears[pk] = _Ear(pk, wanted[pk], threads=threads)
    # Had it died in silence, we would have lost the locks without knowing.
    await guard.execute("SELECT 1")


class _Ear:
    """One mailbox's connection. Its steps run in threads, one at a time; only waiting happens in the event loop."""

    def __init__(self, pk: int, settings: tuple[Any, ...], *, threads: ThreadPoolExecutor) -> None:
        self.pk = pk
        self.settings = settings
        self._threads = threads
        self._server: BaseMailBox | None = None
        # The IDLE that the server has not ended yet.
        self._tag: bytes | None = None
        self._stopped = False
        self._in_use = threading.Lock()
        self._task = asyncio.create_task(self._listen(), name=f"mailbox {pk}")

    def stop(self) -> asyncio.Task[None]:
        """Stop listening; the task ends at once, a step that has begun ends on the cut connection."""
        self._stopped = True
        self._task.cancel()
        if self._in_use.locked() and (server := self._server) is not None:
            imap.cut(server)
        return self._task

    async def _listen(self) -> None:
        try:
            await self._keep_listening()
        finally:
            # Otherwise the step that uses it does so at its end.
            if self._in_use.acquire(blocking=False):
                self._hang_up()
                self._in_use.release()

    async def _keep_listening(self) -> None:
        pause, said = PAUSE_FIRST_SECONDS, ""
        while True:
            began = time.monotonic()
            try:
                while True:
                    heard = await _in_thread(self._threads, self._round)
                    said = ""
                    await asyncio.sleep(BREATH_SECONDS)
                    if not heard:
                        await self._news()
            except Exception as error:
                if str(error) != said:
                    said = str(error)
                    log.warning("Mailbox %s: %s", self.pk, error, exc_info=not isinstance(error, imap.Trouble))
            if time.monotonic() - began > PAUSE_LAST_SECONDS:
                pause = PAUSE_FIRST_SECONDS
            await asyncio.sleep(pause)
            pause = min(pause * 2, PAUSE_LAST_SECONDS)

    def _round(self) -> bool:
        """Take what is new, then ask to be told of more; whether more is there already. In a thread."""
        with self._in_use:
            try:
                if self._stopped:
                    return False
                mailbox = Mailbox.objects.get(pk=self.pk)
                with imap.reported(mailbox, now=timezone.now(), ended=lambda: self._stopped):
                    return self._taken(mailbox)
            except imap.Trouble:
                self._hang_up()
                raise
            finally:
                if self._stopped:
                    self._hang_up()

    def _taken(self, mailbox: Mailbox) -> bool:
        server = self._connected(mailbox)
        untold = server.client.untagged_responses
        give_back()
        if self._tag is not None:
            server.client.send(b"DONE\r\n")
            server.consume_until_tagged_response(self._tag)
            self._tag = None
        while not self._stopped:
            # What is said of new messages while we take others is not said again.
            untold.pop("EXISTS", None)
            if imap.take(mailbox, server) < imap.BATCH and "EXISTS" not in untold:
                break
        if "IDLE" not in server.client.capabilities:
            return False
        give_back()
        self._tag = _idle(server)
        return "EXISTS" in untold or _told(server)

    def _connected(self, mailbox: Mailbox) -> BaseMailBox:
        if self._server is None:
            self._tag = None
            self._server = imap.signed_in(mailbox)
        return self._server

    def _hang_up(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            imap.hang_up(server)

    async def _news(self) -> None:
        """Until the server says something, or it is time to look again."""
        if self._tag is None or self._server is None:
            await asyncio.sleep(POLL_SECONDS)
            return
        loop, heard, place = asyncio.get_running_loop(), asyncio.Event(), self._server.client.sock.fileno()
        loop.add_reader(place, heard.set)
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(heard.wait(), IDLE_SECONDS)
        finally:
            loop.remove_reader(place)


def _idle(server: BaseMailBox) -> bytes:
    """Ask to be told; the command's tag. Unlike imap_tools' it takes news that comes before the server's consent."""
    client: Any = server.client
    tag: bytes = client._command("IDLE")
    while client._get_response() is not None:
        if client.tagged_commands[tag]:
            raise client.error(f"IDLE: {client.tagged_commands.pop(tag)}")
    return tag


def _told(server: BaseMailBox) -> bool:
    """Whether news came along with the consent: read from the socket by then, it would wake nobody."""
    client: Any = server.client
    client.sock.settimeout(0)
    try:
        return bool(client.file.peek(1))
    except (BlockingIOError, ssl.SSLWantReadError):
        return False
    finally:
        client.sock.settimeout(imap.TIMEOUT)


async def _in_thread(threads: ThreadPoolExecutor, step: Callable[[], R]) -> R:
    def done() -> R:
        close_old_connections()
        try:
            return step()
        finally:
            connections.close_all()

    return await asyncio.get_running_loop().run_in_executor(threads, done)
