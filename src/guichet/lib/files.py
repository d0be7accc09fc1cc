"""The storage of files, which may be another machine: some of a process’s threads may wait for it, never all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.files.storage import Storage, default_storage
from django.utils.translation import gettext_lazy as _

from guichet.lib.errors import Busy

# Half of a web process's threads: the others answer pages meanwhile.
HANDS = 3
PATIENCE_SECONDS = 0.5
_hands = threading.BoundedSemaphore(HANDS)


@contextmanager
def storage() -> Iterator[Storage]:
    """The storage, for as long as this lasts. Busy where as many wait for it already as may."""
    if not _hands.acquire(timeout=PATIENCE_SECONDS):
        raise Busy(
            _("Files can’t be reached at the moment: where they are kept is slow to answer. Try again in a while."),
            code="files_busy",
            field="files",
        )
    try:
        yield default_storage
    finally:
        _hands.release()
