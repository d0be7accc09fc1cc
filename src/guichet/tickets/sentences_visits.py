"""The way through a waiting room, told as sentences. The event carries the names: tickets know no venues."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guichet.activity.models import Event
from guichet.lib.bilingual import pick

Teller = Callable[[Event, Any, bool], str]


def _values(event: Event) -> dict[str, Any]:
    data = event.data
    return {
        "actor": event.actor.name if event.actor else "Guichet",
        "venue": pick(data["venue_name_fr"], data["venue_name_en"]),
        "number": data["number"],
        "counter": data.get("counter", ""),
    }


def _told(message: Callable[[], str]) -> Teller:
    return lambda event, known, for_desk: message() % _values(event)


def _checked_in(event: Event, known: Any, for_desk: bool) -> str:
    if event.data.get("by_desk"):
        told = _("%(actor)s gave number %(number)s for %(venue)s.") % _values(event)
    elif event.data.get("how") == "anonymous":
        told = _("Somebody checked in without a name: number %(number)s, %(venue)s.") % _values(event)
    else:
        told = _("%(actor)s checked in: number %(number)s, %(venue)s.") % _values(event)
    if for_desk and event.data.get("how") in {"badge", "email", "name"} and not event.data.get("by_desk"):
        told += " " + _("Nobody has verified who it was.")
    return told


def _called(event: Event, known: Any, for_desk: bool) -> str:
    told = _("%(actor)s called number %(number)s to counter %(counter)s.") % _values(event)
    overtook = event.data.get("overtook", 0)
    if overtook and for_desk:
        told += " " + ngettext(
            "It was out of turn: %(count)d person stood before them.",
            "It was out of turn: %(count)d people stood before them.",
            overtook,
        ) % {"count": overtook}
    return told


def _transferred(event: Event, known: Any, for_desk: bool) -> str:
    data, values = event.data, _values(event)
    if "to_visit" in data:
        values["place"] = pick(data["to_venue_fr"], data["to_venue_en"])
        values["new"] = data["to_number"]
        return _("%(actor)s sent number %(number)s on: %(place)s, with number %(new)s.") % values
    if "to" in data:
        values["to"] = known.people.get(data["to"], "")
        return _("%(actor)s sent number %(number)s to %(to)s.") % values
    return _("%(actor)s put number %(number)s back in the queue, for another reason.") % values


def _abandoned(event: Event, known: Any, for_desk: bool) -> str:
    if event.actor is None:
        return _("Number %(number)s was still in the queue when the day ended.") % _values(event)
    if event.data.get("by_desk"):
        return _("%(actor)s saw that number %(number)s had left.") % _values(event)
    return _("Number %(number)s left the queue of %(venue)s.") % _values(event)


TELLERS: dict[str, Teller] = {
    "visit.checked_in": _checked_in,
    "visit.ticket_opened": _told(lambda: _("The check-in opened this ticket.")),
    "visit.called": _called,
    "visit.recalled": _told(lambda: _("%(actor)s called number %(number)s again to counter %(counter)s.")),
    "visit.serving": _told(lambda: _("%(actor)s receives number %(number)s at counter %(counter)s.")),
    "visit.held": _told(lambda: _("%(actor)s set number %(number)s aside.")),
    "visit.resumed": _told(lambda: _("%(actor)s put number %(number)s back in its place in the queue.")),
    "visit.transferred": _transferred,
    "visit.no_show": _told(lambda: _("Number %(number)s was called and didn’t come.")),
    "visit.abandoned": _abandoned,
    "visit.cancelled": _told(lambda: _("%(actor)s took number %(number)s out of the queue.")),
    "visit.served": _told(lambda: _("%(actor)s ended the visit of number %(number)s.")),
}
