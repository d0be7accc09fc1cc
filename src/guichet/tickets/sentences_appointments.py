"""What happens to appointments, told as sentences. The event carries the venue's names: tickets know no venues."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from guichet.activity.models import Event
from guichet.lib import moments
from guichet.lib.bilingual import pick


def _values(event: Event) -> dict[str, str]:
    data = event.data
    return {
        "actor": event.actor.name if event.actor else "Guichet",
        "venue": pick(data["venue_name_fr"], data["venue_name_en"]),
        "at": moment_text(data["starts_at"]),
        "was": moment_text(data.get("was")),
    }


def moment_text(value: Any) -> str:
    """A moment as an event keeps it, in the reader’s words."""
    moment = parse_datetime(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime):
        return ""
    return moments.spoken(at=moment, zone=timezone.get_current_timezone(), language=get_language() or "fr")


def _told(message: Callable[[], str]) -> Callable[[Event, Any, bool], str]:
    return lambda event, known, for_desk: message() % _values(event)


TELLERS: dict[str, Callable[[Event, Any, bool], str]] = {
    "appointment.booked": _told(lambda: _("%(actor)s made an appointment: %(venue)s, %(at)s.")),
    "appointment.moved": _told(lambda: _("%(actor)s moved the appointment of %(was)s: %(venue)s, %(at)s.")),
    "appointment.cancelled": _told(lambda: _("%(actor)s cancelled the appointment of %(at)s (%(venue)s).")),
    "appointment.reminded": _told(lambda: _("A reminder of the appointment of %(at)s was sent (%(venue)s).")),
    "appointment.no_show": _told(lambda: _("Nobody came to the appointment of %(at)s (%(venue)s).")),
}
