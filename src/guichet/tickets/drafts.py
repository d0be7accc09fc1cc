"""What people have typed and not yet sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from guichet.lib.errors import Refused
from guichet.people.models import Person
from guichet.tickets.models import Draft

_KEY_LIMIT = 60
# More than every question of a long form answered at length.
_SIZE_LIMIT = 1_000_000
KEEP_FOR = timedelta(days=30)


def save(*, person: Person, key: str, body: dict[str, Any], now: datetime) -> None:
    """Keep `body` under `key`, replacing what was there."""
    if not _usable(key) or sum(len(str(v)) for v in body.values()) > _SIZE_LIMIT:
        raise Refused("", code="bad_draft")
    Draft.objects.update_or_create(person=person, key=key, defaults={"body": _storable(body), "updated_at": now})


def load(*, person: Person, key: str) -> dict[str, Any]:
    """What was kept under `key`; empty when nothing was."""
    draft = Draft.objects.filter(person=person, key=key).first() if _usable(key) else None
    return dict(draft.body) if draft else {}


def discard(*, person: Person, key: str) -> bool:
    """Forget a draft; whether there was one. Inside a transaction it tells which of two senders came first."""
    return _usable(key) and bool(Draft.objects.filter(person=person, key=key).delete()[0])


def forget_old(*, now: datetime) -> int:
    """Drop drafts that nobody touched for a month; how many."""
    deleted, _ = Draft.objects.filter(updated_at__lt=now - KEEP_FOR).delete()
    return deleted


def _usable(key: str) -> bool:
    return 0 < len(key) <= _KEY_LIMIT and key.isprintable()


def _storable(value: Any) -> Any:
    """JSONB holds no NUL and no lone surrogate."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_storable(k): _storable(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_storable(v) for v in value]
    return value
