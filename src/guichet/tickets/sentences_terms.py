"""Today's policies applied to an open ticket, told as a sentence: what is due when, and when it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from guichet.activity.models import Event
from guichet.sla.models import Measure
from guichet.tickets.models import How
from guichet.tickets.sentences_appointments import moment_text


def _applied(event: Event, known: Any, for_desk: bool) -> str:
    """The requester hears only of what they were told themselves: the next step."""
    actor = event.actor.name if event.actor else "Guichet"
    if for_desk:
        told = "; ".join(_change(change) for change in event.data["changes"])
        return _("%(actor)s applied today’s policies to this ticket: %(changes)s.") % {"actor": actor, "changes": told}
    promise = event.data.get("promise")
    return (
        _("The next step is now promised before %(due)s.") % {"due": moment_text(promise["due_at"])} if promise else ""
    )


def _change(change: Mapping[str, Any]) -> str:
    label = str(Measure(change["measure"]).label)
    values = {
        "measure": label[:1].lower() + label[1:],
        "was": moment_text(change["was"]),
        "due": moment_text(change["due"]),
    }
    told = {
        How.LATER: _("%(measure)s later, before %(due)s instead of %(was)s"),
        How.EARLIER: _("%(measure)s earlier, before %(due)s instead of %(was)s"),
        How.SAME: _("%(measure)s before %(due)s as it was, counted otherwise"),
        How.NEW: _("%(measure)s newly promised, before %(due)s"),
        How.DROPPED: _("%(measure)s no longer promised (was: before %(was)s)"),
    }[How(change["how"])]
    return str(told % values)


TELLERS: dict[str, Callable[[Event, Any, bool], str]] = {"ticket.terms_applied": _applied}
