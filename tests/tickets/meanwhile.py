"""Somebody else, with a connection of their own, who comes while one is still at it."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Thread
from typing import Any

from django.db import connection

_WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()
"""


class Meanwhile:
    """`act` in a thread; it is made inside one's transaction, and returns when the other waits for it or is done."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self._act, self._told = act, None
        self._thread = Thread(target=self._run)
        self._thread.start()
        until = time.monotonic() + 10
        while self._thread.is_alive() and not self._waits():
            assert time.monotonic() < until, "neither done nor waiting"
            time.sleep(0.01)

    def _run(self) -> None:
        try:
            self._told = self._act()
        except Exception as error:
            self._told = error
        finally:
            connection.close()

    def _waits(self) -> bool:
        with connection.cursor() as cursor:
            # Else the whole transaction sees what it saw at first.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(_WAITING)
            return bool(cursor.fetchone()[0])

    def told(self) -> Any:
        """What it returned or raised, now that one is through."""
        self._thread.join(timeout=20)
        assert not self._thread.is_alive()
        return self._told
