"""Numbers that are called, counted anew each day under a letter for the first touch; tokens of phone pages."""

from __future__ import annotations

import secrets
from datetime import date

from guichet.walkup.models import Venue, Visit

_LONGEST = 8


def next_number(venue: Venue, *, letter: str, day: date) -> str:
    """« B 27 ». Called with the venue locked; nobody else counts meanwhile."""
    prefix = f"{letter} "
    of_today = Visit.objects.filter(venue=venue, day=day)
    count = of_today.filter(number__startswith=prefix).count() + 1
    while of_today.filter(number=f"{prefix}{count}").exists():
        count += 1
    return f"{prefix}{count}"


def is_free(venue: Venue, *, number: str, day: date) -> bool:
    """Whether a kiosk's own number, given while the network was away, can be kept."""
    usable = 0 < len(number) <= _LONGEST and number.isprintable()
    return usable and not Visit.objects.filter(venue=venue, day=day, number=number).exists()


def new_token() -> str:
    """192 bits, for the address of the page on one's phone."""
    return secrets.token_urlsafe(24)
