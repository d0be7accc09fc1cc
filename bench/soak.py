"""A desk's day at one pace, for as long as one says: memory stays, answers stay as quick, nothing goes wrong.

`python -m bench.soak` finds by a short ramp what the machine can do, then keeps half of that up for half an hour:
tickets opened, answered and solved by programs, lists and pages read by an agent, searches, a requester's page, mail
coming in, open live streams. A line each minute; its last line is JSON, its exit status 1 where something failed,
memory moved by more than 5 % after the warm-up, or the 99th percentile did.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import random
import select
import smtplib
import socket
import statistics
import sys
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench.faults import TICKET, ask
from tests.faults.stand import MAILBOX, Answer, Stand, free_port, standing, until

STREAMS = 20
HANDS = 16
RAMP_SECONDS = 10
WARM_UP_SHARE = 0.2
STEADY = 0.05
# A 99th percentile of a minute is a few answers: a third and five milliseconds more is still the same.
AS_QUICK, AND_MS = 1.33, 5.0
LONGEST_SECONDS = 30


@dataclass
class Desk:
    """What may be done once, and what it needs to know: the tickets that are open."""

    stand: Stand
    port: int
    lmtp: int
    open_tickets: deque[str] = field(default_factory=deque)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def acts(self) -> dict[str, tuple[int, Callable[[], None]]]:
        """Each with how often it comes among all."""
        return {
            "open": (14, self.open), "reply": (12, self.reply), "solve": (12, self.solve), "list": (12, self.list),
            "list page": (12, self.list_page), "ticket page": (20, self.ticket_page), "search": (8, self.search),
            "portal": (6, self.portal), "mail": (4, self.mail),
        }  # fmt: skip

    def open(self) -> None:
        words = random.sample(WORDS, 6)
        given = {**TICKET, "title": " ".join(words[:3]), "description": " ".join(words) + "."}
        self.open_tickets.append(self._api("POST", "/tickets", given).json()["reference"])

    def reply(self) -> None:
        if self.open_tickets:
            said = {"body": f"Nous cherchons la cause : {random.choice(WORDS)}."}
            self._api("POST", f"/tickets/{random.choice(self.open_tickets)}/replies", said)

    def solve(self) -> None:
        """The oldest ends: as many are open after an hour as after a minute."""
        if len(self.open_tickets) > HANDS:
            given = {"unsolved_reason": "unreproducible", "body": "Nous ne l’avons pas revu."}
            self._api("PUT", f"/tickets/{self.open_tickets.popleft()}/resolution", given)

    def list(self) -> None:
        self._api("GET", "/tickets?view=desk&live=true")

    def search(self) -> None:
        self._api("GET", f"/search?q={quote(random.choice(WORDS))}")

    def list_page(self) -> None:
        self._page("/desk/tickets/", who="nadia")

    def ticket_page(self) -> None:
        if self.open_tickets:
            self._page(f"/desk/tickets/{random.choice(self.open_tickets)}/", who="nadia")

    def portal(self) -> None:
        self._page("/help/", who="amelie")

    def mail(self) -> None:
        number = next(self._numbers)
        raw = (
            f"From: Personne <p{number}@x.example>\nTo: {MAILBOX}\nSubject: {random.choice(WORDS)}\n"
            f"Message-ID: <{uuid.uuid4().hex}@x.example>\n\nJe ne peux plus travailler, numéro {number}.\n"
        )
        with smtplib.LMTP("127.0.0.1", self.lmtp, timeout=LONGEST_SECONDS) as client:
            client.sendmail(f"p{number}@x.example", [MAILBOX], raw.encode())

    def _api(self, method: str, path: str, given: Any = None) -> Answer:
        headers = {"Authorization": f"Bearer {self.stand.people['token']}"}
        if method == "POST":
            headers["Idempotency-Key"] = uuid.uuid4().hex
        body = None if given is None else json.dumps(given).encode()
        if body is not None:
            headers["Content-Type"] = "application/json"
        return self._well(ask(self.port, method, f"/api/v1{path}", body, headers))

    def _page(self, path: str, *, who: str) -> None:
        self._well(ask(self.port, "GET", path, None, {"Cookie": f"sessionid={self.stand.people[who]}"}))

    @staticmethod
    def _well(answer: Answer) -> Answer:
        if answer.status >= 300:
            raise RuntimeError(f"{answer.status}: {answer.text[:200]}")
        return answer


WORDS = (
    "imprimante", "clavier", "écran", "réseau", "compte", "dossier", "courriel", "téléphone", "licence", "facture",
    "salle", "borne", "badge", "partage", "sauvegarde", "agenda", "navigateur", "projecteur", "serveur", "certificat",
)  # fmt: skip


@dataclass
class Hands:
    """Those who do it: as fast as they can, or so many a second."""

    desk: Desk
    took: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def work(self, *, hands: int, seconds: float, rate: float | None) -> None:
        """For that long; at a rate each act has its moment, and who is late doesn't wait."""
        end, begun = time.monotonic() + seconds, time.monotonic()
        turns = itertools.count()
        threads = [threading.Thread(target=self._go_on, args=[turns, begun, end, rate]) for _ in range(hands)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _go_on(self, turns: Iterator[int], begun: float, end: float, rate: float | None) -> None:
        acts = self.desk.acts()
        chosen = random.Random()
        while True:
            with self._lock:
                turn = next(turns)
            due = begun + turn / rate if rate else time.monotonic()
            if due >= end or time.monotonic() >= end:
                return
            time.sleep(max(0.0, due - time.monotonic()))
            name = chosen.choices(list(acts), weights=[weight for weight, _ in acts.values()])[0]
            began = time.monotonic()
            try:
                acts[name][1]()
            except Exception as error:
                self.wrong.append(f"{name}: {type(error).__name__}: {error}"[:300])
            # From the moment at which it was due: a server that stalls is not spared what it kept waiting.
            self.took.append(time.monotonic() - (due if rate else began))

    def account(self) -> tuple[list[float], list[str]]:
        took, self.took = sorted(self.took), []
        wrong, self.wrong = self.wrong, []
        return took, wrong


class Streams:
    """Open live streams, listened to all the time."""

    def __init__(self, stand: Stand, port: int) -> None:
        self.lost = 0
        self._stop = threading.Event()
        self._open = [self._opened(stand, port) for _ in range(STREAMS)]
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    @staticmethod
    def _opened(stand: Stand, port: int) -> socket.socket:
        opened = socket.create_connection(("127.0.0.1", port), timeout=10)
        topics = f"desk:{stand.people['organisation']}"
        asked = f"GET /live?topics={topics} HTTP/1.1\r\nHost: x\r\nCookie: sessionid={stand.people['nadia']}\r\n\r\n"
        opened.sendall(asked.encode())
        return opened

    def _listen(self) -> None:
        while not self._stop.is_set() and self._open:
            for ready in select.select(self._open, [], [], 0.5)[0]:
                if not ready.recv(65536):
                    self._open.remove(ready)
                    self.lost += 1

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        for one in self._open:
            one.close()


def memory(pid: int, *, shared: bool = True) -> float:
    """Proportional megabytes of a process and those that it started."""
    total = 0.0
    with contextlib.suppress(OSError, ValueError):
        rows = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
        total = int(rows["Pss"].split()[0]) - (0 if shared else int(rows["Pss_Shmem"].split()[0]))
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            total += memory(int(child), shared=shared) * 1024
    return total / 1024


@dataclass(frozen=True)
class Minute:
    count: int
    p50_ms: float
    p99_ms: float
    errors: int
    web_mb: float
    worker_mb: float
    # Without what its processes share: that fills with tables as long as there is room.
    postgresql_mb: float


def measured(stand: Stand, took: list[float], wrong: list[str]) -> Minute:
    web, worker = stand.processes[0].process.pid, stand.processes[1].process.pid
    postmaster = stand.server.running_pid()
    assert postmaster is not None
    return Minute(
        count=len(took), p50_ms=1000 * took[len(took) // 2], p99_ms=1000 * took[int(len(took) * 0.99)],
        errors=len(wrong), web_mb=memory(web), worker_mb=memory(worker),
        postgresql_mb=memory(postmaster, shared=False),
    )  # fmt: skip


def saturation(hands: Hands) -> float:
    """Acts a second with more and more hands, until more of them give no more."""
    best = 0.0
    for count in (2, 4, 8, HANDS):
        hands.work(hands=count, seconds=RAMP_SECONDS, rate=None)
        took, wrong = hands.account()
        found = len(took) / RAMP_SECONDS
        print(f"{count} at once: {found:.0f} a second, {len(wrong)} errors", flush=True)
        assert not wrong, wrong[:3]
        if found < best * 1.05:
            break
        best = max(best, found)
    return best


def verdict(minutes: list[Minute]) -> dict[str, Any]:
    """The last third beside the first, after the warm-up."""
    warm = minutes[max(1, round(len(minutes) * WARM_UP_SHARE)) :] or minutes
    third = max(1, len(warm) // 3)

    def of(name: str, part: list[Minute]) -> float:
        return statistics.median(getattr(minute, name) for minute in part)

    moved = {
        name: of(name, warm[-third:]) / of(name, warm[:third]) - 1 for name in ("web_mb", "worker_mb", "postgresql_mb")
    }
    first, last = of("p99_ms", warm[:third]), of("p99_ms", warm[-third:])
    errors = sum(minute.errors for minute in minutes)
    flat = all(abs(share) <= STEADY for share in moved.values())
    return {
        "holds": flat and last <= first * AS_QUICK + AND_MS and not errors, "errors": errors,
        "memory_moved": {name: round(share, 3) for name, share in moved.items()},
        "p99_ms": [round(first, 1), round(last, 1)], "p50_ms": round(of("p50_ms", warm), 1),
        "web_mb": round(of("web_mb", warm[-third:]), 1), "worker_mb": round(of("worker_mb", warm[-third:]), 1),
    }  # fmt: skip


def run(stand: Stand, *, minutes: float, rate: float, web: int) -> dict[str, Any]:
    port, lmtp = free_port(), free_port()
    stand.start("web", port=port, words=("--web-processes", str(web)))
    stand.start("worker,mail", GUICHET_LMTP_LISTEN=f"127.0.0.1:{lmtp}")
    until(lambda: _listens(lmtp), what="mail is taken", seconds=60)
    hands = Hands(Desk(stand, port, lmtp))
    for _ in range(HANDS * 2):
        hands.desk.open()
    found = rate or saturation(hands) / 2
    streams, kept = Streams(stand, port), []
    length = min(60.0, minutes * 60)
    for number in range(max(1, round(minutes))):
        hands.work(hands=HANDS, seconds=length, rate=found)
        took, wrong = hands.account()
        minute = measured(stand, took, wrong)
        kept.append(minute)
        print(
            f"{number + 1:3}: {minute.count} acts, p50 {minute.p50_ms:.0f} ms, p99 {minute.p99_ms:.0f} ms, "
            f"{minute.errors} errors; web {minute.web_mb:.0f} MB, worker {minute.worker_mb:.0f} MB, "
            f"PostgreSQL {minute.postgresql_mb:.0f} MB {' '.join(wrong[:2])}",
            flush=True,
        )
    streams.close()
    result = verdict(kept)
    lost = {"streams_lost": streams.lost, "tickets": stand.number("SELECT count(*) FROM tickets_ticket")}
    return {
        **result,
        **lost,
        "holds": result["holds"] and not streams.lost,
        "rate": round(found, 1),
        "minutes": minutes,
    }


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--rate", type=float, default=0, help="acts a second; half of what the machine can do")
    parser.add_argument("--web", type=int, default=2, help="web processes")
    parser.add_argument("--source", default="", help="URL of a migrated database whose tables are copied first")
    options = parser.parse_args()
    os.environ.pop("DATABASE_URL", None)
    with standing(source=options.source) as stand:
        result = run(stand, minutes=options.minutes, rate=options.rate, web=options.web)
    print(json.dumps(result), flush=True)
    return 0 if result["holds"] else 1


if __name__ == "__main__":
    sys.exit(main())
