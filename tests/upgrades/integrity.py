"""Everything that can be held against something else is: chains of events, tickets against their logs, clocks.

`python integrity.py REFERENCE…` says what is wrong, as JSON; the tickets named have to be there.
"""

from __future__ import annotations

import json
import sys

# What time brings by itself where no worker runs.
OF_THE_HOUR = {"late", "outgoing", "contact", "job_missed", "job_failed", "visit", "appointment"}


def main(*references: str) -> None:
    import django

    django.setup()
    from django.utils import timezone

    from guichet.tickets.models import Ticket
    from guichet.watchdog import rounds
    from guichet.watchdog.models import Finding

    rounds.go(now=timezone.now(), whole=True)
    found = Finding.objects.present().exclude(kind__in=OF_THE_HOUR).values_list("kind", "subject")
    there = set(Ticket.objects.filter(reference__in=references).values_list("reference", flat=True))
    print(
        json.dumps({"wrong": sorted(found), "lost": sorted(set(references) - there), "tickets": Ticket.objects.count()})
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
