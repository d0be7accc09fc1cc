"""A ticket's promises made anew, told as a sentence: by today's policies, or because another policy fits it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from guichet.activity.models import Event
from guichet.lib.bilingual import pick
from guichet.sla.models import Measure
from guichet.tickets.models import How
from guichet.tickets.sentences_appointments import moment_text


def _applied(event: Event, known: Any, for_desk: bool) -> str:
    """The requester hears only of what they were told themselves: the next step."""
    actor = event.actor.name if event.actor else "Guichet"
    if for_desk:
        told = "; ".join(_change(change) for change in event.data["changes"])
        return _("%(actor)s applied today’s policies to this ticket: %(changes)s.") % {"actor": actor, "changes": told}
    return _promised(event)


def _promised(event: Event) -> str:
    promise = event.data.get("promise")
    return (
        _("The next step is now promised before %(due)s.") % {"due": moment_text(promise["due_at"])} if promise else ""
    )


def _recategorised(event: Event, known: Any, for_desk: bool) -> str:
    """Which policy counts now is the desk's to know."""
    actor, policy = event.actor.name if event.actor else "Guichet", event.data.get("policy")
    told = [_("%(actor)s corrected what the ticket is about.") % {"actor": actor}]
    if policy and for_desk:
        told.append(_("The policy “%(name)s” counts for it now.") % {"name": pick(policy["fr"], policy["en"])})
    return " ".join(filter(None, [*told, _promised(event)]))


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


TELLERS: dict[str, Callable[[Event, Any, bool], str]] = {
    "ticket.recategorised": _recategorised,
    "ticket.terms_applied": _applied,
}
