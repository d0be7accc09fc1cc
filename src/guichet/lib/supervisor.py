"""One process, one event loop: the web server, the job worker and the mail door, kept alive and stopped together."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping

import uvloop
from asgiref.sync import sync_to_async
from django.db import close_old_connections

from guichet.lib.server import GRACE_SECONDS, WebServer, grace_seconds

logger = logging.getLogger(__name__)

WORKER_GRACE_SECONDS = 0.8
STOP_SECONDS = 1.5
BACKOFF_FIRST_SECONDS = 1.0
BACKOFF_LAST_SECONDS = 30.0

Work = Callable[[], Awaitable[None]]


def supervise(
    *, web: WebServer | None, sockets: list[socket.socket], works: Mapping[str, Work], parent_gone: int | None = None
) -> int:
    """Run until SIGINT or SIGTERM; the exit status is 1 when the web server ended by itself, else 0.

    `parent_gone` is a file descriptor that can be read once the process which started this one is no more.
    """
    # Not uvloop.run: at its end it would wait for every task and thread, however slow.
    loop = uvloop.new_event_loop()
    asyncio.set_event_loop(loop)
    return loop.run_until_complete(_supervise(web=web, sockets=sockets, works=works, parent_gone=parent_gone))


async def _supervise(
    *, web: WebServer | None, sockets: list[socket.socket], works: Mapping[str, Work], parent_gone: int | None
) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    if parent_gone is not None:
        loop.add_reader(parent_gone, stop.set)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if hasattr(signal, "SIGHUP"):
        loop.add_signal_handler(signal.SIGHUP, stop.set)
    asked = asyncio.create_task(stop.wait(), name="stop")
    serving = asyncio.create_task(web.serve(sockets), name="web") if web else None
    working = [asyncio.create_task(keep_working(work), name=name) for name, work in works.items()]
    watched: set[asyncio.Task[object]] = {asked, *([serving] if serving else [])}
    await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
    status = 0 if asked.done() else 1
    for task in working:
        task.cancel()
    if web is not None:
        if serving is not None and not serving.done():
            await web.drain(stop=stop)
        web.should_exit = True
    asked.cancel()
    # A job in a thread cannot be interrupted: what outlasts this ends with the process, its transaction
    # rolled back, and the stalled job is taken up again by a later worker.
    ending = [*([serving] if serving else []), *working]
    if ending:
        await asyncio.wait(ending, timeout=STOP_SECONDS - GRACE_SECONDS + grace_seconds())
    if serving is not None and serving.done() and not serving.cancelled() and (error := serving.exception()):
        logger.error("The web server failed", exc_info=error)
        status = 1
    return status


async def keep_working(work: Work, *, first: float = BACKOFF_FIRST_SECONDS, last: float = BACKOFF_LAST_SECONDS) -> None:
    """Start the work again whenever it ends, with growing pauses; the web server never notices."""
    pause = first
    loop = asyncio.get_running_loop()
    while True:
        started_at = loop.time()
        try:
            # The thread that enqueues periodic jobs may hold a connection that died with the last worker.
            await sync_to_async(close_old_connections)()
            await work()
            logger.error("Background work ended; starting it again in %.0f s", pause)
        except Exception:
            logger.exception("Background work failed; starting it again in %.0f s", pause)
        if loop.time() - started_at > 2 * last:
            pause = first
        await asyncio.sleep(pause)
        pause = min(pause * 2, last)


def leave_at_once(status: int) -> None:
    """End the process without waiting for threads that hang on slow jobs or requests."""
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)
