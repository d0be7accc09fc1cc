"""From "call next" at a counter to the waiting room's screens and the phones. `python -m bench.kiosk_live`.

The product's own web server in a process of its own; screens and phones listen as their pages do (an event stream each)
and fetch what they show when they are told, over a connection of their own that stays open. A hundred people wait, each
with a phone. What is measured: from the moment the agent's POST is sent until the number stands in what each screen
fetched, and until the called person's phone says that it is their turn. Screens and phones share the machine with the
server: what they cost is in the figures.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
PATIENCE = 15.0
CSRF = "k" * 32


@dataclass
class Hall:
    """What the processes need to know of the venue."""

    venue: str
    board_key: str
    counter: int
    session: str
    # Number → (id, token), in the order of arrival.
    visits: dict[str, tuple[int, str]] = field(default_factory=dict)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.kiosk_live", description=__doc__)
    parser.add_argument("--boards", type=int, default=100)
    parser.add_argument("--phones", type=int, default=100)
    parser.add_argument("--calls", type=int, default=30)
    options = parser.parse_args()
    sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
    with tempfile.TemporaryDirectory(prefix="guichet-bench-", ignore_cleanup_errors=True) as folder, database():
        os.environ.update(
            DJANGO_SETTINGS_MODULE="guichet.config.settings",
            GUICHET_DATA=folder,
            GUICHET_SECRET_KEY="bench-only",
            PYTHONPATH=str(ROOT / "src"),
        )
        hall = begin(options.phones)
        port = free_port()
        with server(port):
            for line in asyncio.run(measured(hall, port=port, boards=options.boards, calls=options.calls)):
                print(line, flush=True)
    return 0


@contextlib.contextmanager
def database() -> Iterator[None]:
    from guichet.lib.postgres import throwaway

    with throwaway() as url:
        os.environ["DATABASE_URL"] = url
        yield


def begin(people: int) -> Hall:
    """A venue with one agent at its counter, and people who wait."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client
    from django.utils import timezone

    from bench.world import build
    from guichet.walkup import counter as verbs
    from guichet.walkup.checking_in import check_in
    from guichet.walkup.models import Counter, Reason, Venue
    from guichet.walkup.who import Who

    call_command("migrate", verbosity=0)
    world = build(tickets=0)
    venue = Venue.objects.create(
        organisation=world.desk,
        name_fr="Accueil",
        slug="accueil",
        board_key="clef-de-l-ecran",
        opening=[[[0, 1440]]] * 7,
    )
    reason = Reason.objects.create(venue=venue, name_fr="Se faire aider")
    seat = Counter.objects.create(venue=venue, name="3")
    now = timezone.now()
    verbs.sit(seat, actor=world.agent, now=now)
    browser = Client()
    browser.force_login(world.account)
    hall = Hall(venue.slug, venue.board_key, seat.pk, browser.cookies[settings.SESSION_COOKIE_NAME].value)
    for _ in range(people):
        visit = check_in(venue=venue, reason=reason, now=now, language="fr", who=Who())
        hall.visits[visit.number] = (visit.pk, visit.token)
    return hall


@contextlib.contextmanager
def server(port: int) -> Iterator[None]:
    command = [sys.executable, "-m", "guichet.config.cli", "run", "--no-demo", "--roles", "web", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
                break
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)


class Screen:
    """A page that stays open: a stream, and a connection over which it fetches."""

    def __init__(self, *, port: int, topic: str, path: str) -> None:
        self.port, self.topic, self.path = port, topic, path
        self.seen: dict[str, float] = {}
        self.fetched = 0
        self.ready = asyncio.Event()
        self.wanted: list[str] = []

    async def run(self) -> None:
        async with connected(self.port) as (fetch_reader, fetch_writer), connected(self.port) as (reader, writer):
            writer.write(request("GET", f"/live?topics={self.topic}"))
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in head.split(b"\r\n")[0]:
                raise RuntimeError(head.decode())
            while True:
                line = await reader.readline()
                if not line:
                    return
                if line.startswith(b"event: ready"):
                    self.ready.set()
                elif line.startswith(b"event: "):
                    fetch_writer.write(request("GET", self.path))
                    body = await answer(fetch_reader)
                    self.fetched += 1
                    for text in self.wanted:
                        if text.encode() in body:
                            self.seen.setdefault(text, time.perf_counter())


@contextlib.asynccontextmanager
async def connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        yield reader, writer
    finally:
        writer.close()


def request(method: str, path: str, *, headers: str = "", body: bytes = b"") -> bytes:
    length = f"Content-Length: {len(body)}\r\n" if method == "POST" else ""
    return f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{length}{headers}\r\n".encode() + body


async def answer(reader: asyncio.StreamReader) -> bytes:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if b"content-length:" in head:
        return await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return body


async def measured(hall: Hall, *, port: int, boards: int, calls: int) -> list[str]:
    board_path = f"/board/{hall.venue}/{hall.board_key}/?state="
    screens = [Screen(port=port, topic=f"board:{hall.board_key}", path=board_path) for _ in range(boards)]
    phones = {
        number: Screen(port=port, topic=f"visit:{token}", path=f"/visit/{token}/?state=")
        for number, (_pk, token) in hall.visits.items()
    }
    everybody = [*screens, *phones.values()]
    tasks = [asyncio.ensure_future(one.run()) for one in everybody]
    await asyncio.wait_for(asyncio.gather(*(one.ready.wait() for one in everybody)), 60)
    headers = f"Cookie: guichet_session={hall.session}; csrftoken={CSRF}\r\nX-CSRFToken: {CSRF}\r\nHX-Request: true\r\n"
    headers = headers.replace("guichet_session", session_cookie())
    on_boards: list[float] = []
    on_phones: list[float] = []
    posts: list[float] = []
    async with connected(port) as (reader, writer):

        async def post(path: str) -> None:
            writer.write(request("POST", path, headers=headers))
            await answer(reader)

        for number, (pk, _token) in list(hall.visits.items())[:calls]:
            called = f'class="number">{number}<'
            for screen in screens:
                screen.wanted = [called]
            phones[number].wanted = ['data-kind="called"']
            before = time.perf_counter()
            await post(f"/desk/counter/{hall.venue}/seats/{hall.counter}/next")
            posts.append(time.perf_counter() - before)
            end = before + PATIENCE
            while time.perf_counter() < end and not (all(called in s.seen for s in screens) and phones[number].seen):
                await asyncio.sleep(0.01)
            on_boards += [s.seen.get(called, end) - before for s in screens]
            on_phones += [next(iter(phones[number].seen.values()), end) - before]
            await post(f"/desk/counter/visits/{pk}/no-show")
            await asyncio.sleep(0.8)
    fetched = sum(one.fetched for one in everybody)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    load = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    streams = f"{load}: {len(screens)} screens, {len(phones)} phones, {len(posts)} calls, {fetched} fetches"
    return [streams, told("POST itself", posts), told("on screens", on_boards), told("on the phone", on_phones)]


def session_cookie() -> str:
    from django.conf import settings

    return str(settings.SESSION_COOKIE_NAME)


def told(name: str, seconds: list[float]) -> str:
    ordered = sorted(1000 * s for s in seconds)
    p50, p95 = (ordered[int(share * (len(ordered) - 1))] for share in (0.5, 0.95))
    return f"{name:<13} p50 {p50:7.0f} ms   p95 {p95:7.0f} ms   worst {ordered[-1]:7.0f} ms   n {len(ordered)}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
