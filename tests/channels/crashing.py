"""A process that feeds a folder of messages into the ledger, or reads what waits, and may die at a named point.

    python -m tests.channels.crashing feed FOLDER POINT SEED [seen-first|no-key]
    python -m tests.channels.crashing read FOLDER POINT SEED

The folder stands for a mail server: a message is there until its file is removed. "seen-first" and "no-key" are the two
orders that lose and double messages: the test has to catch them.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

ADDRESS = "aide@crash.example"
# What may be the last thing that a process does: the module's function, and whether it dies before or after it.
POINTS = {
    "none": ("", "", ""),
    "before it is stored": ("feed", "ledger.receive", "before"),
    "after it is stored": ("feed", "ledger.receive", "after"),
    "before it is read": ("read", "readers.read_one", "before"),
    "after it is understood": ("read", "interpreting.understood", "after"),
    "after its ticket is made": ("read", "interpreting.submit", "after"),
    "before its line is written": ("read", "interpreting.end", "before"),
    "after its line is written": ("read", "interpreting.end", "after"),
    "after it is committed": ("read", "readers.read_one", "after"),
}


def main(role: str, folder: Path, point: str, seed: str, order: str = "") -> None:
    import django

    django.setup()
    from guichet.channels import interpreting, ledger, readers

    chance = random.Random(seed)
    modules = {"interpreting": interpreting, "readers": readers, "ledger": ledger}
    where, name, when = POINTS[point]
    if where == role:
        module, _dot, function = name.partition(".")
        setattr(modules[module], function, deadly(getattr(modules[module], function), when=when, chance=chance))
    if role == "read":
        readers.read_all()
    else:
        feed(folder, order=order)


def deadly(function: Callable[..., Any], *, when: str, chance: random.Random) -> Callable[..., Any]:
    """The same function, which takes its process with it at one of its first calls."""
    left = chance.randint(0, 3)

    def called(*args: Any, **values: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0 and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        answer = function(*args, **values)
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    return called


def feed(folder: Path, *, order: str) -> None:
    """What a fetcher does: store, commit, and only then take it from the server."""
    from django.utils import timezone

    from guichet.channels import ledger

    for path in sorted(folder.glob("*.eml")):
        raw = path.read_bytes()
        key = f"folder:{path.name}"
        if order == "seen-first":
            path.unlink()
        if order == "no-key":
            key = uuid.uuid4().hex
            raw = raw.replace(b"Message-ID", b"X-Nothing") + key.encode()
        ledger.receive(raw=raw, source_key=key, now=timezone.now(), mailbox=ledger.mailbox_for(ADDRESS))
        path.unlink(missing_ok=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
