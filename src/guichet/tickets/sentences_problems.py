"""What happens to a problem, and to a ticket through its problem, told as sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from guichet.activity.models import Event
from guichet.lib import moments

Teller = Callable[[Event, Any, bool], str]


def tell_problem(event: Event, *, people: Mapping[int, str]) -> str:
    """One sentence of a problem's own story. A verb without a sentence of its own names itself."""
    teller = _OF_PROBLEMS.get(event.verb)
    return teller(event, people) if teller else f"{_values(event)['actor']}: {event.verb}"


def _values(event: Event) -> dict[str, Any]:
    return {
        "actor": event.actor.name if event.actor else "Guichet",
        "reference": event.data.get("reference", ""),
        "until": _moment(event.data.get("expires_at")),
    }


def _moment(value: Any) -> str:
    at = parse_datetime(value) if isinstance(value, str) else value
    if at is None:
        return ""
    return moments.spoken(at=at, zone=timezone.get_current_timezone(), language=get_language() or "fr")


def _told(message: Callable[[], str]) -> Teller:
    return lambda event, known, for_desk: message() % _values(event)


def _fixed(event: Event, known: Any, for_desk: bool) -> str:
    if for_desk:
        return _("The cause is removed (%(reference)s, %(actor)s): the requester is asked to confirm.") % _values(event)
    return _("The cause of the failure is removed; we ask you to confirm.")


# On a ticket.
TELLERS: dict[str, Teller] = {
    "ticket.linked": _told(lambda: _("%(actor)s says that problem %(reference)s causes it.")),
    "ticket.unlinked": _told(lambda: _("%(actor)s says that problem %(reference)s doesn’t cause it.")),
    "ticket.fixed": _fixed,
}

_OfProblem = Callable[[Event, Mapping[int, str]], str]


def _plain(message: Callable[[], str]) -> _OfProblem:
    return lambda event, people: message() % _values(event)


def _assigned(event: Event, people: Mapping[int, str]) -> str:
    return _("%(to)s sees to the problem from now on.") % {"to": people.get(event.data["to"], "")}


def _cause(event: Event, people: Mapping[int, str]) -> str:
    if event.data.get("again"):
        return _("%(actor)s stated the cause anew.") % _values(event)
    return _("%(actor)s found the cause: it is a known error.") % _values(event)


def _worked_around(event: Event, people: Mapping[int, str]) -> str:
    if event.data.get("again"):
        return _("%(actor)s gave another workaround, until %(until)s.") % _values(event)
    return _("%(actor)s gave a workaround, until %(until)s.") % _values(event)


def _fix(event: Event, people: Mapping[int, str]) -> str:
    linked = event.data.get("linked", 0)
    told = _("%(actor)s removed the cause.") % _values(event)
    if not linked:
        return told
    return (
        told
        + " "
        + ngettext(
            "Whoever asked in the ticket under it is told.",
            "Those who asked in the %(count)d tickets under it are told.",
            linked,
        )
        % {"count": linked}
    )


def _closed(event: Event, people: Mapping[int, str]) -> str:
    if event.data.get("fixed"):
        return _("%(actor)s closed the problem.") % _values(event)
    return _("%(actor)s closed the problem without a fix.") % _values(event)


def _documented(event: Event, people: Mapping[int, str]) -> str:
    if event.data.get("article"):
        return _("%(actor)s says that article %(article)s tells of it.") % {**_values(event), **event.data}
    return _("%(actor)s says that no article tells of it any more.") % _values(event)


_OF_PROBLEMS: dict[str, _OfProblem] = {
    "problem.opened": _plain(lambda: _("%(actor)s opened the problem.")),
    "problem.described": _plain(lambda: _("%(actor)s corrected what the problem is about.")),
    "problem.assigned": _assigned,
    "problem.cause_stated": _cause,
    "problem.cause_dismissed": _plain(lambda: _("%(actor)s says that this wasn’t the cause; one looks again.")),
    "problem.worked_around": _worked_around,
    "problem.workaround_withdrawn": _plain(lambda: _("%(actor)s withdrew the workaround.")),
    "problem.workaround_expired": _plain(lambda: _("The workaround’s time is over: it has to be looked at again.")),
    "problem.fixed": _fix,
    "problem.closed": _closed,
    "problem.documented": _documented,
    "problem.reopened": _plain(lambda: _("%(actor)s opened the problem again.")),
    "problem.linked": _plain(lambda: _("%(actor)s put ticket %(reference)s under it.")),
    "problem.unlinked": _plain(lambda: _("%(actor)s took ticket %(reference)s from under it.")),
}
VERBS = frozenset(_OF_PROBLEMS)
