"""What happens to a session, told as sentences. For those who run it alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guichet.activity.models import Event
from guichet.training.models import Registration, Session

_MOST = 100
Teller = Callable[[dict[str, Any]], str]


@dataclass(frozen=True)
class Told:
    """One thing that happened."""

    verb: str
    at: datetime
    sentence: str


def story(session: Session) -> list[Told]:
    """What happened, newest first. Two queries."""
    events = Event.objects.filter(subject_type="session", subject_id=session.pk).select_related("actor")
    history = list(events.order_by("-number")[:_MOST])
    rows = Registration.objects.filter(session=session).values_list("pk", "person__name")
    names = dict(rows) if any("registration" in event.data for event in history) else {}
    return [Told(event.verb, event.at, _tell(event, names=names)) for event in history]


def _tell(event: Event, *, names: dict[int, str]) -> str:
    """One sentence. A verb without a sentence of its own names itself."""
    values = {
        **event.data,
        "actor": event.actor.name if event.actor else "Guichet",
        "person": names.get(event.data.get("registration", 0), ""),
    }
    teller = _TELLERS.get(event.verb)
    return teller(values) if teller else f"{values['actor']}: {event.verb}"


def _plain(message: Callable[[], str]) -> Teller:
    return lambda values: message() % values


def _registered(values: dict[str, Any]) -> str:
    if values.get("standing") == "waiting":
        return _("%(person)s is on the waiting list.") % values
    return _("%(person)s registered.") % values


def _withdrawn(values: dict[str, Any]) -> str:
    promoted = len(values.get("promoted", ()))
    if not promoted:
        return _("%(person)s gave the place back.") % values
    return _("%(person)s gave the place back; it went to whoever waited longest.") % values


def _attended(values: dict[str, Any]) -> str:
    came = int(values.get("present", 0)) + int(values.get("partly", 0))
    said = ngettext("%(actor)s noted who came: %(came)d person.", "%(actor)s noted who came: %(came)d people.", came)
    return said % {**values, "came": came}


_TELLERS: dict[str, Teller] = {
    "session.planned": _plain(lambda: _("%(actor)s planned the session.")),
    "session.described": _plain(lambda: _("%(actor)s corrected what is said of the session.")),
    "session.moved": _plain(lambda: _("%(actor)s changed its time or place; those who registered were told.")),
    "session.opened": _plain(lambda: _("%(actor)s opened the registration.")),
    "session.cancelled": _plain(lambda: _("%(actor)s cancelled the session; those who registered were told.")),
    "session.registered": _registered,
    "session.withdrawn": _withdrawn,
    "session.reminded": _plain(lambda: _("Those who registered were reminded.")),
    "session.attended": _attended,
    "session.held": _plain(lambda: _("%(actor)s ended the session; those who came were thanked.")),
    "session.handed_out": _plain(lambda: _("%(actor)s added something to hand out.")),
    "session.taken_back": _plain(lambda: _("%(actor)s took something out of what is handed out.")),
}
VERBS = frozenset(_TELLERS)
