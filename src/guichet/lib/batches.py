"""Settings that are read once for many: a reader of mail or of a log asks the same of the database for each piece.

Inside `batch()` a function marked `read_once` remembers its answers; outside it asks each time. A batch lasts a moment
(the caller sees to that), so a changed setting is heard of as soon as the next one begins. What is to be done once for
all of them is done at its end.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

AtEnd = Callable[..., None]

log = logging.getLogger(__name__)

_kept: ContextVar[dict[Any, Any] | None] = ContextVar("kept", default=None)
_ends: ContextVar[dict[AtEnd, datetime] | None] = ContextVar("ends", default=None)


@contextmanager
def batch() -> Iterator[None]:
    """What is read inside stays known until the end; a batch inside a batch is part of it."""
    if _kept.get() is not None:
        yield
        return
    token, ends = _kept.set({}), _ends.set({})
    try:
        yield
    finally:
        last = _ends.get() or {}
        _kept.reset(token)
        _ends.reset(ends)
        for function, at in last.items():
            try:
                function(at=at)
            except Exception:
                log.exception("What a batch leaves to its end could not be done.")


def kept() -> dict[Any, Any] | None:
    """What the batch knows, by whatever key; None where there is no batch."""
    return _kept.get()


def at_end(function: AtEnd, *, at: datetime) -> bool:
    """Have `function` called once when the batch ends, with the earliest `at`; False where there is no batch."""
    ends = _ends.get()
    if ends is None:
        return False
    ends[function] = min(at, ends.get(function, at))
    return True


def read_once(function: Callable[P, R]) -> Callable[P, R]:
    """Remember the answers for these arguments (rows count by their id) as long as the batch lasts.

    The answer is shared: whoever gets it leaves it as it is.
    """

    @wraps(function)
    def remembered(*args: P.args, **kwargs: P.kwargs) -> R:
        kept = _kept.get()
        if kept is None:
            return function(*args, **kwargs)
        key = (function, args, tuple(sorted(kwargs.items())))
        if key not in kept:
            kept[key] = function(*args, **kwargs)
        answer: R = kept[key]
        return answer

    return remembered
