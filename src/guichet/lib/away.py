"""Whether the database answers, as this process knows it; and which errors say that it doesn't.

While it is away, whoever wants a connection is told so at once instead of waiting for one: six threads that wait answer
nobody. One of them asks again every half second, on a connection of its own.
"""

from __future__ import annotations

import errno
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum

import django.db
import psycopg

from guichet.lib.errors import Busy, NoRoom

logger = logging.getLogger(__name__)

ASK_AGAIN_SECONDS = 0.5
# Said with each refusal: how long a program waits before it asks again.
RETRY_AFTER_SECONDS = 2


class Trouble(StrEnum):
    """What is wrong with what we stand on, when it is that and nothing that somebody did."""

    AWAY = "away"  # the database doesn't answer, or is just starting or stopping
    FULL = "full"  # no room is left, in the database or for files
    BUSY = "busy"  # the database answers and could not do this one now, or files are too slow in coming


_STOPPING = {"57P01", "57P02", "57P03", "57P05"}
_FULL = {"53100", "58030"}
# Serialisation, deadlock, a lock that was not given, no connection or memory left, a standby that only reads.
_BUSY = {"40001", "40P01", "55P03", "53000", "53200", "53300", "25006", "57014"}


def trouble_of(error: BaseException | None) -> Trouble | None:
    """None where neither the error nor what it came from says so."""
    while error is not None:
        if isinstance(error, AwayError):
            return Trouble.AWAY
        if isinstance(error, psycopg.Error):
            return _of_state(error.sqlstate, error)
        if isinstance(error, Busy):
            return Trouble.BUSY
        if isinstance(error, NoRoom) or (isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}):
            return Trouble.FULL
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return None


def _of_state(state: str | None, error: psycopg.Error) -> Trouble | None:
    if state is None:
        # No server said it: the connection is gone, or none was to be had.
        return Trouble.AWAY if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) else None
    if state.startswith("08") or state in _STOPPING:
        return Trouble.AWAY
    if state in _FULL:
        return Trouble.FULL
    return Trouble.BUSY if state in _BUSY else None


def tell(asked: str, *, trouble: Trouble, error: BaseException | None) -> None:
    """One line for whoever runs this: a traceback for each page says no more, and hides the rest."""
    what = error if trouble is Trouble.FULL or not isinstance(error, AwayError) else "still"
    logger.log(logging.DEBUG if what == "still" else logging.ERROR, "%s was not done: %s: %s", asked, trouble, what)


class AwayError(django.db.OperationalError):
    """Not asked: a moment ago the database didn't answer."""


class Gate:
    """In front of the connections of one process. `ask` says whether the database answers again."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._asked_at: float | None = None
        self._asking = threading.Lock()

    @property
    def closed(self) -> bool:
        return self._asked_at is not None

    @contextmanager
    def passing(self, *, ask: Callable[[], None]) -> Iterator[None]:
        """AwayError while it is known to be away; what goes wrong inside makes it known."""
        if self._asked_at is not None:
            self._ask_again(ask)
        try:
            yield
        except django.db.OperationalError as error:
            if trouble_of(error) is Trouble.AWAY:
                self._asked_at = self._clock()
            raise

    def _ask_again(self, ask: Callable[[], None]) -> None:
        asked_at = self._asked_at
        if asked_at is None:
            return
        if self._clock() - asked_at < ASK_AGAIN_SECONDS or not self._asking.acquire(blocking=False):
            raise AwayError("the database is away")
        try:
            ask()
            self._asked_at = None
        except psycopg.Error as error:
            self._asked_at = self._clock()
            raise AwayError("the database is away") from error
        finally:
            self._asking.release()
