"""What was asked along a decision tree, told as sentences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from guichet.activity.models import Event
from guichet.knowledge.models import RunOutcome

Teller = Callable[[Event, Any, bool], str]
# How the run came to its end, after the answer that led there.
_ENDED: dict[str, Callable[[], str]] = {
    RunOutcome.SOLVED: lambda: _("It works."),
    RunOutcome.ARTICLE: lambda: _("It ended with an article to read."),
    RunOutcome.HAND_OVER: lambda: _("It is for another team."),
    RunOutcome.TICKET: lambda: _("It has to be treated."),
    RunOutcome.DEAD_END: lambda: _("The tree knows no further."),
}


def _values(event: Event, known: Any) -> dict[str, Any]:
    run = known.guided.get(event.data["run"])
    said = run.steps.get(event.data.get("step", 0)) if run else None
    return {
        "actor": event.actor.name if event.actor else "Guichet",
        "tree": run.tree if run else "",
        "question": said.question if said else "",
        "said": str(said) if said else "",
    }


def _guided(event: Event, known: Any, for_desk: bool) -> str:
    values = _values(event, known)
    if not event.data.get("before"):
        return _("%(actor)s goes through “%(tree)s” with the requester.") % values
    run = known.guided.get(event.data["run"])
    values["asked"] = " · ".join(str(one) for one in run.asked) if run else ""
    if not values["asked"]:
        return _("%(actor)s began “%(tree)s” before this ticket, without an answer.") % values
    return _("%(actor)s went through “%(tree)s” before this ticket: %(asked)s") % values


def _answered(event: Event, known: Any, for_desk: bool) -> str:
    told = _("%(tree)s: %(said)s.") % _values(event, known)
    ended = _ENDED.get(event.data.get("outcome", ""))
    return f"{told} {ended()}" if ended else told


def _back(event: Event, known: Any, for_desk: bool) -> str:
    return _("%(actor)s asks again: “%(question)s”") % _values(event, known)


TELLERS: dict[str, Teller] = {
    "ticket.guided": _guided,
    "ticket.guided_answered": _answered,
    "ticket.guided_back": _back,
}
VERBS = frozenset(TELLERS)
