"""The processes that the crash test kills: the product's own, which may also die at a named point.

    python -m bench.crash.processes ROLE POINT SEED PLACE

ROLE is `door` (LMTP at the port PLACE), `folder` (feeds the folder PLACE into the ledger) or `work` (the worker:
reads, sends, and takes up again what the dead left).
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

from tests.channels import crashing

# Beyond what the short form kills: the sender, just before and just after the other side has the mail.
SENDING = {
    "before a mail is handed over": ("work", "smtp.send", "before"),
    "after a mail is handed over": ("work", "smtp.send", "after"),
}


def points(role: str) -> list[str]:
    """The names of the points at which a process of this role can die."""
    part = {"door": "feed", "folder": "feed", "work": "read"}[role]
    found = [name for name, (where, _what, _when) in crashing.POINTS.items() if where == part]
    return [*found, *(SENDING if role == "work" else ())]


def main(role: str, point: str, seed: str, place: str) -> None:
    import django

    django.setup()
    if point != "none":
        _arm(point, random.Random(seed))
    print("ready", flush=True)
    if role == "folder":
        while True:
            crashing.feed(Path(place), order="")
            time.sleep(0.05)
    from guichet.channels.delivery import serving
    from guichet.config.cli import works_of
    from guichet.lib.supervisor import supervise

    door = {"door": serving({"lmtp": ("127.0.0.1", int(place))})}
    sys.exit(supervise(web=None, sockets=[], works=door if role == "door" else works_of({"worker"})))


def _arm(point: str, chance: random.Random) -> None:
    from guichet.channels import interpreting, ledger, readers
    from guichet.channels.mail import smtp

    modules = {"interpreting": interpreting, "readers": readers, "ledger": ledger, "smtp": smtp}
    _where, name, when = {**crashing.POINTS, **SENDING}[point]
    module, _dot, function = name.partition(".")
    armed = crashing.deadly(getattr(modules[module], function), when=when, chance=chance)
    setattr(modules[module], function, armed)


if __name__ == "__main__":
    main(*sys.argv[1:])
