"""How often one place may ask: counted in the process's memory, a minute at a time."""

from __future__ import annotations

from axes.helpers import get_client_ip_address
from django.core.cache import cache
from django.http import HttpRequest

_MINUTE = 60


def too_often(request: HttpRequest, *, what: str, limit: int) -> bool:
    """Whether this address asked more than `limit` times within the minute; this time is counted."""
    key = f"often:{what}:{get_client_ip_address(request)}"
    cache.add(key, 0, _MINUTE)
    try:
        return int(cache.incr(key)) > limit
    except ValueError:  # the minute ended in between
        return False
