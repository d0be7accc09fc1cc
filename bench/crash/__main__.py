"""Messages by two doors at once, two workers, kill -9 at every named point and at random, PostgreSQL stopped hard.

`python -m bench.crash` says each phase in a line and ends with one line of JSON. Exit status 1: something was lost or
doubled, or a known-broken order was not caught. The seed decides who is killed and when; the machine decides what they
were just doing.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg

from bench.crash.keeper import Keeper, cut_power, seats
from bench.crash.post import Senders, Sink, message, subject
from guichet.lib.postgres import PostgresServer

ROOT = Path(__file__).resolve().parents[2]

CUTS = ("immediate", "postmaster", "all")
# So many messages come by both doors: copies of one another.
BOTH = 10
ROUNDS = 2
END_SECONDS = 900
CATCH_UP_SECONDS = 15
USE_UP_SECONDS = 120
FEWEST = 12
CONTROL = 40


@dataclass
class Stage:
    """What a run stands on."""

    server: PostgresServer
    url: str
    folder: Path
    work: Path
    chance: random.Random
    started: float

    def say(self, text: str) -> None:
        print(f"{time.monotonic() - self.started:6.1f} s  {text}", flush=True)

    def ask(self, question: str) -> int:
        with psycopg.connect(self.url) as connection:
            row = connection.execute(question).fetchone()
        return int(row[0]) if row else 0

    def tell(self, statement: str) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute(statement)


WAITING = "SELECT count(*) FROM channels_contact WHERE outcome = 'waiting'"
# What was tried, and not within the time after which it would be again: its next try is a long way off.
LEASED = f"{WAITING} AND tried_at < now() - interval '3 minutes'"
END_LEASES = "UPDATE channels_contact SET tried_at = tried_at - interval '1 day' WHERE outcome = 'waiting'"
TICKETS = "SELECT count(*) FROM tickets_ticket"
UNSENT = "SELECT count(*) FROM lib_outgoing WHERE delivered_at IS NULL AND given_up_at IS NULL"


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.crash", description=__doc__)
    parser.add_argument("--messages", type=int, default=3_000)
    parser.add_argument("--kills", type=int, default=50, help="at random, besides those at the named points")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if options.kills < FEWEST:
        parser.error(f"--kills: {FEWEST} at least, or not every point has its turn")
    place = Path(tempfile.mkdtemp(prefix="guichet-crash-"))
    place.chmod(0o711)
    server = PostgresServer(data=place / "data", durable=True)
    try:
        result = run(options, place=place, server=server)
    finally:
        server.stop()
        shutil.rmtree(place, ignore_errors=True)
    print(json.dumps(result), flush=True)
    return 0 if result["holds"] else 1


def run(options: argparse.Namespace, *, place: Path, server: PostgresServer) -> dict[str, Any]:
    doors, sink_port = free_port(), free_port()
    url = server.start()
    os.environ.update(
        DATABASE_URL=url, DJANGO_SETTINGS_MODULE="guichet.config.settings", GUICHET_SECRET_KEY="crash-only",
        GUICHET_DATA=str(place), GUICHET_LOG_LEVEL="WARNING", GUICHET_MAIL_DELAY="0",
        GUICHET_SMTP_URL=f"smtp://127.0.0.1:{sink_port}",
    )  # fmt: skip
    prepare()
    (place / "folder").mkdir()
    chance = random.Random(options.seed)
    stage = Stage(server, url, place / "folder", place, chance, time.monotonic())
    numbers = range(options.messages)
    stage.say(
        f"{options.messages} messages, {options.kills} kills at random, seed {options.seed}, {os.cpu_count()} cores"
    )
    senders, sink = Senders(doors), Sink()
    rounds = ROUNDS if options.kills >= 50 else 1
    keeper = Keeper(
        seats(port=doors, folder=stage.folder, rounds=rounds), work=place, chance=random.Random(options.seed)
    )
    sink.start(port=sink_port)
    senders.start()
    keeper.start()
    try:
        cuts = storm(stage, keeper, senders, count=options.messages, kills=options.kills)
        use_up(stage, keeper)
        end(stage, keeper, senders)
    finally:
        senders.stop()
        keeper.stop()
        sink.stop()
    from bench.crash.account import account, answers

    stage.say("the account")
    book = account("crash", numbers)
    mail = answers({subject("crash", n) for n in numbers} - {*book.set_aside, *book.lost}, sink.given)
    controls = {name: control(stage, name, point) for name, point in CONTROLS.items()}
    for name, caught in controls.items():
        stage.say(f"{name}: {'caught' if caught else 'NOT CAUGHT'}")
    died = len(keeper.died_at)
    holds = not (book.wrong or mail.wrong or senders.refused or keeper.pending()) and all(controls.values())
    return {
        "holds": holds, "seed": options.seed, "seconds": round(time.monotonic() - stage.started),
        "killed_at_random": dict(keeper.killed), "named_points": died, "died_at": dict(keeper.died_at),
        "points_nobody_died_at": keeper.pending(), "ended_by_themselves": dict(keeper.left), "postgresql_stopped": cuts,
        "senders_tried_again": dict(senders.again), "refused": len(senders.refused), **book.told(),
        "acknowledgements": asdict(mail), "controls_caught": controls,
    }  # fmt: skip


def prepare() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    from guichet.channels.models import Mailbox
    from tests import builders
    from tests.channels.crashing import ADDRESS

    call_command("migrate", verbosity=0)
    Mailbox.objects.create(organisation=builders.desk().organisation, address=ADDRESS)
    # This session would not survive what happens to the database.
    connections.close_all()


def storm(stage: Stage, keeper: Keeper, senders: Senders, *, count: int, kills: int) -> list[str]:
    """A share of the messages, then somebody is killed over it, until all have come and the last was killed."""
    cuts = {round(kills * (n + 1) / (len(CUTS) + 1)): how for n, how in enumerate(CUTS)}
    done: list[str] = []
    # The workers twice as often as each of the two doors.
    order = ([0, 1, 2, 2, 3, 3] * kills)[:kills]
    stage.chance.shuffle(order)
    for step in range(kills):
        keep_up(stage, senders, share=count // kills)
        for number in range(count * step // kills, count * (step + 1) // kills):
            hand_out(stage, senders, number)
        if step in cuts:
            time.sleep(stage.chance.uniform(0.05, 0.5))
            stage.say(f"PostgreSQL is stopped hard: {cuts[step]}")
            cut_power(stage.server, how=cuts[step])
            time.sleep(stage.chance.uniform(0.5, 2))
            if stage.server.start() != stage.url:
                raise RuntimeError("PostgreSQL came back elsewhere")
            done.append(cuts[step])
        seat = keeper.seats[order[step]]
        seat.ready.wait(30)
        busy(stage, senders, seat.role)
        time.sleep(stage.chance.uniform(0, 0.4))
        keeper.kill(seat)
        if step % 10 == 9:
            died = sum(keeper.died_at.values())
            stage.say(f"{step + 1} killed at random, {died} at named points, {stage.ask(TICKETS)} tickets")
    return done


def use_up(stage: Stage, keeper: Keeper) -> None:
    """Points that nobody has come to yet have their turn while there is still work."""
    until = time.monotonic() + USE_UP_SECONDS
    while keeper.pending() and time.monotonic() < until:
        for seat in keeper.seats:
            if seat.points and seat.point == "none" and seat.ready.is_set():
                keeper.kill(seat)
        time.sleep(0.5)


def hand_out(stage: Stage, senders: Senders, number: int) -> None:
    """By LMTP and by the folder in turn; some by both."""
    raw = message("crash", number)
    if number % 2 or number % BOTH == 0:
        senders.send(raw)
    if number % 2 == 0:
        put(stage.folder, f"{number:05}", raw)


def put(folder: Path, name: str, raw: bytes) -> None:
    draft = folder / f"{name}.draft"
    draft.write_bytes(raw)
    draft.rename(folder / f"{name}.eml")


def keep_up(stage: Stage, senders: Senders, *, share: int) -> None:
    """Let most of the last share come in first, so that whoever is killed next was at work; not for ever."""
    until = time.monotonic() + CATCH_UP_SECONDS
    while senders.left() + at_folder(stage) > share and time.monotonic() < until:
        time.sleep(0.05)


def at_folder(stage: Stage) -> int:
    return sum(1 for _ in stage.folder.glob("*.eml"))


def busy(stage: Stage, senders: Senders, role: str) -> None:
    """Wait until this role has something to do; not for ever: the others may have been quicker."""
    for _ in range(40):
        with suppress(psycopg.OperationalError):
            if role == "work":
                at_hand = stage.ask(WAITING) + stage.ask(UNSENT)
            else:
                at_hand = senders.left() if role == "door" else at_folder(stage)
            if at_hand:
                return
        time.sleep(0.05)


def end(stage: Stage, keeper: Keeper, senders: Senders) -> None:
    """Everything runs to its end: what the dead held is taken up when their lease is over, by those who live."""
    stage.say("nobody is killed any more; what was left is taken up again")
    deadline = time.monotonic() + END_SECONDS
    told = 0.0
    while time.monotonic() < deadline:
        doors = senders.left() + at_folder(stage)
        waiting, unsent = stage.ask(WAITING), stage.ask(UNSENT)
        if not doors + waiting + unsent:
            return
        if not doors + unsent and waiting == stage.ask(LEASED):
            stage.say(f"{waiting} whose longer leases are ended by hand")
            stage.tell(END_LEASES)
        if time.monotonic() - told > 20:
            told = time.monotonic()
            stage.say(
                f"{doors} at the doors, {waiting} to be read, {unsent} to be sent, {keeper.pending()} points ahead"
            )
        time.sleep(0.5)
    stage.say("it did not come to its end")


# Each with the point at which it loses or doubles.
CONTROLS = {"seen-first": "before it is stored", "no-key": "after it is stored"}


def control(stage: Stage, order: str, point: str) -> bool:
    """The same account has to see what a known-broken order does."""
    from bench.crash.account import account

    for number in range(CONTROL):
        put(stage.folder, f"{number:05}", message(order, number))

    def feeder(*words: str) -> int:
        command = [sys.executable, "-m", "tests.channels.crashing", *words]
        path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
        return subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, check=False).returncode

    assert feeder("feed", str(stage.folder), point, str(stage.chance.random()), order) < 0
    assert feeder("feed", str(stage.folder), "none", "0", order) == 0
    assert feeder("read", str(stage.folder), "none", "0") == 0
    found = account(order, range(CONTROL))
    stage.say(f"{order}: {len(found.lost)} lost, {len(found.doubled)} doubled of {CONTROL}")
    return bool(found.lost if order == "seen-first" else found.doubled)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
