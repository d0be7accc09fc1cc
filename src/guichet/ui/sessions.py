"""A training session in words: the same at the desk and for those who take part."""

from __future__ import annotations

from django.utils.translation import get_language

from guichet.lib import moments
from guichet.training.models import Session


class SessionInWords:
    """One session; its times are those of its own clock, wherever one reads them."""

    def __init__(self, session: Session) -> None:
        self.session = session

    @property
    def when(self) -> str:
        session = self.session
        return moments.absolute(at=session.starts_at, zone=session.zone, language=get_language() or "fr")

    @property
    def length(self) -> str:
        return moments.length(minutes=self.session.minutes)
