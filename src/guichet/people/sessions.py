"""Sessions as Django keeps them. They are looked up with every page, so their SQL is written once."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from guichet.lib.compiled import Compiled

_lasting = Compiled(
    lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now), key=str, now=datetime
)  # fmt: skip


class SessionStore(db.SessionStore):
    """Named by the setting SESSION_ENGINE."""

    def _get_session_from_db(self) -> Session | None:
        found = _lasting.first(key=self.session_key, now=timezone.now())
        if found is None:
            self._session_key = None
        return found
