"""Values out of query strings and plain inputs, without surprises."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo

_WHOLE = re.compile(r"[0-9]{1,18}")


def whole_number(text: str | None, default: int | None = None) -> int | None:
    """A whole number ≥ 0 that a database integer holds, else `default`."""
    text = (text or "").strip()
    return int(text) if _WHOLE.fullmatch(text) and text.isascii() else default


def parse_moment(text: str, *, zone: tzinfo) -> datetime | None:
    """An aware moment out of an ISO text or a browser's `datetime-local`; without an offset it is in `zone`.

    None when it is no moment, a date alone among them, or out of the years that one can mean.
    """
    text = text.strip()
    if "T" not in text and " " not in text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not 1990 <= moment.year <= 2200:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
