"""Several processes under one command, for a machine with several cores: forked when everything is loaded, so that what
they share is in memory once; started again when one dies; ended together."""

import logging
import os
import signal
import time
from collections.abc import Callable, Mapping
from types import FrameType

from django.db import connections

from guichet.lib import figures
from guichet.lib.memory import settle
from guichet.lib.server import drain_seconds, grace_seconds
from guichet.lib.supervisor import leave_at_once

logger = logging.getLogger(__name__)

# What a member does with the descriptor that is readable once the others' parent is gone; returns its exit status.
Member = Callable[[int], int]

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# One that ends sooner than this would end again at once, with whatever made it end.
SHORT_LIFE_SECONDS = 10
PAUSE_SECONDS = 1
KILL_AFTER_SECONDS = 3


class Crew:
    def __init__(self, members: Mapping[str, Member]) -> None:
        self.members = members
        self.running: dict[int, tuple[str, float]] = {}
        self.ending = False
        # Nobody writes: the reading ends are told when the writing one is closed, be it by `kill -9`.
        self.parent_gone, self._parent_here = os.pipe()

    def keep(self) -> int:
        """Until SIGINT or SIGTERM. To be called from the only thread."""
        self._forget_connections()
        figures.share(len(self.members))
        settle()
        for number in SIGNALS:
            signal.signal(number, self._end)
        for name in self.members:
            self._fork(name)
        while self.running:
            pid, status = os.wait()
            name, since = self.running.pop(pid, ("", 0.0))
            if name and not self.ending:
                logger.error("The process “%s” ended (%s); starting it again", name, os.waitstatus_to_exitcode(status))
                if time.monotonic() - since < SHORT_LIFE_SECONDS:
                    time.sleep(PAUSE_SECONDS)
                self._fork(name)
        signal.setitimer(signal.ITIMER_REAL, 0)
        return 0

    def _fork(self, name: str) -> None:
        # No signal between the birth of a process and knowing it.
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        try:
            if self.ending:
                return
            pid = os.fork()
            if pid == 0:
                figures.sit(list(self.members).index(name))
                self._live(self.members[name])
            self.running[pid] = (name, time.monotonic())
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)

    def _live(self, member: Member) -> None:
        """In the new process, until its end."""
        status = 1
        try:
            os.close(self._parent_here)
            for number in SIGNALS:
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
            status = member(self.parent_gone)
        except BaseException:
            logger.exception("A process of the crew failed")
        finally:
            leave_at_once(status)

    def _end(self, number: int, frame: FrameType | None) -> None:
        self.ending = True
        signal.signal(signal.SIGALRM, self._kill)
        signal.setitimer(signal.ITIMER_REAL, KILL_AFTER_SECONDS + drain_seconds() + grace_seconds())
        for pid in self.running:
            os.kill(pid, signal.SIGTERM)

    def _kill(self, number: int, frame: FrameType | None) -> None:
        for pid in self.running:
            os.kill(pid, signal.SIGKILL)

    @staticmethod
    def _forget_connections() -> None:
        """A connection, or a pool with its threads, can't be shared by two processes."""
        connections.close_all()
        for connection in connections.all(initialized_only=True):
            connection.close_pool()  # type: ignore[attr-defined]
