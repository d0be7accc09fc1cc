"""Two web processes and a worker under load, killed with PostgreSQL time and again: what was said yes to is there once.

`python -m bench.faults` says each kill in a line and ends with one line of JSON. Exit status 1: something acknowledged
was lost or done twice, a chain of events is broken, a job failed, or somebody was answered with an error of ours. The
seed decides who is killed and when; the machine decides what they were just doing.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import os
import random
import re
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.faults.stand import Answer, Process, Stand, free_port, standing, until

VICTIMS = ("postgresql", "web", "worker")
CUTS = ("immediate", "postmaster", "all")
TICKET = {"description": "Sous charge, pendant que tout meurt.", "impact": "person", "urgency": "hampered"}
FORM = "application/x-www-form-urlencoded"
BUSY = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing' OR (status = 'todo' AND scheduled_at IS NULL)"
PAUSE = 0.2
# Whoever waits for a yes gives up after this long: the service didn't come back by itself.
PATIENCE_SECONDS = 90


@dataclass
class Load:
    """Clients that send each thing until they hear yes: programs with an Idempotency-Key, people with a form."""

    stand: Stand
    doors: list[int]
    tickets: list[str]
    said_yes: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    longest: float = 0.0
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self, *, programs: int, people: int) -> None:
        for work, count in ((self._program, programs), (self._person, people)):
            for number in range(count):
                thread = threading.Thread(target=self._keep_on, args=[work, number], daemon=True)
                thread.start()
                self._threads.append(thread)

    def stop(self) -> None:
        """What was begun is brought to its end."""
        self._stop.set()
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS + 30)
            if thread.is_alive():
                self.wrong.append("a client never came to its end")

    def _keep_on(self, work: Callable[[int], None], number: int) -> None:
        try:
            while not self._stop.is_set():
                work(number)
        except Exception as error:
            self.wrong.append(f"{type(error).__name__}: {error}"[:300])

    def _program(self, _number: int) -> None:
        name = f"api-{next(self._numbers)}"
        made = self._until_yes(name, self._call("/tickets", {**TICKET, "title": name}))
        reference, said = made.json()["reference"], f"reply-{name}"
        self._until_yes(said, self._call(f"/tickets/{reference}/replies", {"body": said}))

    def _call(self, path: str, content: dict[str, Any]) -> Callable[[int], Answer]:
        key, body = uuid.uuid4().hex, json.dumps(content).encode()
        headers = {"Authorization": f"Bearer {self.stand.people['token']}", "Idempotency-Key": key}
        return lambda port: ask(port, "POST", f"/api/v1{path}", body, {**headers, "Content-Type": "application/json"})

    def _person(self, number: int) -> None:
        """Opens the page of a ticket and replies; the same form again until it was taken."""
        name, reference = f"page-{next(self._numbers)}", self.tickets[number]
        cookie = f"sessionid={self.stand.people['amelie']}"
        page = self._again(lambda port: ask(port, "GET", f"/help/tickets/{reference}/", None, {"Cookie": cookie}))
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        key = re.search(r'name="form_key" value="([^"]+)"', page.text)
        given = re.search(r"csrftoken=([^;]+)", page.headers.get("set-cookie", ""))
        assert token and key and given, page.text[:300]
        typed = {"csrfmiddlewaretoken": token[1], "form_key": key[1], "kind": "reply", "body": name}
        headers = {"Cookie": f"{cookie}; csrftoken={given[1]}", "Content-Type": FORM}
        body = urlencode(typed).encode()
        self._until_yes(name, lambda port: ask(port, "POST", f"/help/tickets/{reference}/replies/", body, headers))

    def _until_yes(self, name: str, send: Callable[[int], Answer]) -> Answer:
        began = time.monotonic()
        answer = self._again(send)
        self.said_yes.append(name)
        self.longest = max(self.longest, time.monotonic() - began)
        return answer

    def _again(self, send: Callable[[int], Answer]) -> Answer:
        """At one door after the other until it is done."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        for port in itertools.cycle(random.sample(self.doors, len(self.doors))):
            try:
                answer = send(port)
            except (OSError, http.client.HTTPException) as error:
                self.answers[type(error).__name__] += 1
            else:
                self.answers[str(answer.status)] += 1
                if answer.status < 400:
                    return answer
                self._judge(answer)
            assert time.monotonic() < deadline, "nobody said yes"
            time.sleep(PAUSE)
        raise AssertionError

    def _judge(self, answer: Answer) -> None:
        """503 says when to come again, 409 that somebody is at it. Whatever else is wrong."""
        if answer.status == 503:
            if not answer.headers.get("retry-after", "").isdigit() or "Traceback" in answer.text:
                self.wrong.append(f"503 that helps nobody: {answer.text[:200]}")
        elif not (answer.status == 409 and "in_progress" in answer.text):
            self.wrong.append(f"{answer.status}: {answer.text[:300]}")


def ask(port: int, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body=body, headers=headers)
        return Answer.of(connection.getresponse())
    finally:
        connection.close()


@dataclass
class Seats:
    """What runs at the stand, and is put in its place again when it was killed."""

    stand: Stand
    doors: list[int]
    chance: random.Random
    running: dict[str, Process] = field(default_factory=dict)
    cuts: Iterator[str] = field(default_factory=lambda: itertools.cycle(CUTS))

    def fill(self) -> None:
        for number, port in enumerate(self.doors):
            self.running[f"web {number}"] = self.stand.start("web", port=port)
        self.running["worker"] = self.stand.start("worker")

    def kill(self, victim: str) -> str:
        if victim == "postgresql":
            how = next(self.cuts)
            self.stand.cut(how)
            time.sleep(self.chance.uniform(0, 2))
            self.stand.back()
            return f"postgresql ({how})"
        name = self.chance.choice([name for name in self.running if name.startswith(victim)])
        dead = self.running[name]
        dead.kill()
        self.running[name] = self.stand.start(dead.roles, port=dead.port)
        return name


def run(
    stand: Stand, *, kills: int, seed: int, programs: int, people: int, say: Callable[[str], None]
) -> dict[str, Any]:
    chance = random.Random(seed)
    seats = Seats(stand, [free_port(), free_port()], chance)
    seats.fill()
    tickets = json.loads(stand.run("-m", "tests.faults.stand", "tickets", str(people)).splitlines()[-1])
    load = Load(stand, seats.doors, tickets)
    victims = (list(VICTIMS) * kills)[:kills]
    chance.shuffle(victims)
    load.start(programs=programs, people=people)
    done: Counter[str] = Counter()
    for number, victim in enumerate(victims):
        # Somebody was served since the last: whoever dies was at work.
        served = len(load.said_yes)
        until(lambda: len(load.said_yes) > served + programs, what=f"served again: {load.wrong}", seconds=60)  # noqa: B023
        time.sleep(chance.uniform(0, 0.5))
        what = seats.kill(victim)
        done[victim] += 1
        say(f"{number + 1}: {what}; {len(load.said_yes)} acknowledged")
    load.stop()
    idle = (
        "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing' OR (status = 'todo' AND scheduled_at IS NULL)"
    )
    until(lambda: stand.number(idle) == 0, what="jobs of the dead are taken up again", seconds=180)
    account = json.loads(stand.run("-m", "tests.faults.stand", "account").splitlines()[-1])
    found = Counter(name for name in account["names"] if name.startswith(("api-", "reply-", "page-")))
    result = {
        "seed": seed, "killed": dict(done), "acknowledged": len(load.said_yes),
        "lost": [name for name in load.said_yes if not found[name]],
        "doubled": [name for name, times in found.items() if times > 1],
        "broken_chains": account["broken_chains"], "failed_jobs": account["failed_jobs"],
        "wrong_answers": load.wrong[:10], "answers": dict(load.answers), "longest_wait_seconds": round(load.longest, 1),
    }  # fmt: skip
    held = not any(result[name] for name in ("lost", "doubled", "broken_chains", "failed_jobs", "wrong_answers"))
    return {"holds": held, **result}


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--programs", type=int, default=4, help="clients of the API at a time")
    parser.add_argument("--people", type=int, default=3, help="clients of the pages at a time")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--source", default="", help="URL of a migrated, empty database: quicker than to migrate")
    options = parser.parse_args()
    os.environ.pop("DATABASE_URL", None)
    with standing(source=options.source) as stand:
        result = run(
            stand, kills=options.kills, seed=options.seed, programs=options.programs, people=options.people,
            say=lambda line: print(line, flush=True),
        )  # fmt: skip
    print(json.dumps(result), flush=True)
    return 0 if result["holds"] else 1


if __name__ == "__main__":
    sys.exit(main())
