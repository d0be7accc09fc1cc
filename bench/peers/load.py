"""Fill Guichet with tickets of the peers' corpus. `python -m bench.peers.load FIRST LAST`, with DATABASE_URL set."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any

from bench.peers.places import HOME, PEERS, ROOT


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.peers.load", description=__doc__)
    parser.add_argument("first", type=int)
    parser.add_argument("last", type=int)
    options = parser.parse_args()
    sys.path[:0] = [str(ROOT / "src"), str(PEERS)]
    import corpus
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from bench.peers import world

    call_command("migrate", verbosity=0)
    now = timezone.now()
    people = [corpus.requester(n) for n in range(corpus.N_REQUESTERS)]
    desk = world.founded(requesters=people, agents=corpus.N_AGENTS)
    known = {"email": world.EMAIL, "password": world.PASSWORD, "token": world.key_of(desk, now=now)}
    requesters = [person.pk for person in desk.requesters]
    (HOME / "guichet.json").write_text(json.dumps({**known, "requesters": requesters}))
    world.load(_told(options.first, options.last), desk=desk, now=now)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return 0


def _told(first: int, last: int) -> Iterator[dict[str, Any]]:
    with (HOME / "corpus.jsonl").open(encoding="utf-8") as lines:
        yield from map(json.loads, islice(lines, first - 1, last))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guichet.config.settings")
    sys.exit(main())
