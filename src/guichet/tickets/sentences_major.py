"""What happens to a major incident, and to a ticket that goes with one, told as sentences. For the desk alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guichet.activity.models import Event
from guichet.tickets.models import MajorAudience

Teller = Callable[[Event, Any, bool], str]
People = Mapping[int, str]
_OfMajor = Callable[[Event, People], str]


def tell_major(event: Event, *, people: People) -> str:
    """One sentence of a major incident's own story. A verb without a sentence of its own names itself."""
    teller = _OF_MAJOR.get(event.verb)
    return teller(event, people) if teller else f"{_values(event, people)['actor']}: {event.verb}"


def _values(event: Event, people: People) -> dict[str, Any]:
    return {
        "actor": event.actor.name if event.actor else "Guichet",
        "lead": people.get(event.data.get("lead", 0), ""),
        "person": people.get(event.data.get("person", 0), ""),
        "reference": event.data.get("major_reference", ""),
        "minutes": event.data.get("minutes", ""),
    }


def _plain(message: Callable[[], str]) -> _OfMajor:
    return lambda event, people: message() % _values(event, people)


def _declared(event: Event, people: People) -> str:
    told = _("%(actor)s declared a major incident; %(lead)s leads it.") % _values(event, people)
    return told + " " + _("News every %(minutes)s minutes.") % _values(event, people)


def _shown(event: Event, people: People) -> str:
    says: dict[str, Callable[[], str]] = {
        MajorAudience.DESK: lambda: _("%(actor)s took it back from outside: only the desk sees it."),
        MajorAudience.CONCERNED: lambda: _("%(actor)s shows it to the people concerned."),
        MajorAudience.EVERYBODY: lambda: _("%(actor)s shows it to everybody, on the status page."),
    }
    return says[event.data["audience"]]() % _values(event, people)


def _joined(event: Event, people: People) -> str:
    if event.actor_id == event.data["person"]:
        return _("%(person)s says: me too.") % _values(event, people)
    return _("%(actor)s noted that %(person)s is affected too.") % _values(event, people)


def _solved(event: Event, people: People) -> str:
    count = event.data["count"]
    return ngettext(
        "%(count)d ticket was solved with it; its requester is asked to confirm.",
        "%(count)d tickets were solved with it; their requesters are asked to confirm.",
        count,
    ) % {"count": count}


def _followed_up(event: Event, people: People) -> str:
    if event.data["done"]:
        return _("%(actor)s did what the review had decided.") % _values(event, people)
    return _("%(actor)s says that something which the review had decided isn’t done after all.") % _values(
        event, people
    )


def _on_ticket(message: Callable[[], str]) -> Teller:
    return lambda event, known, for_desk: message() % _values(event, {})


def _news(event: Event, known: Any, for_desk: bool) -> str:
    if for_desk:
        return _("%(actor)s gave news of the major incident %(reference)s to those affected.") % _values(event, {})
    return _("News of the outage was given to everybody whom it affects.")


# On a ticket.
TELLERS: dict[str, Teller] = {
    "ticket.joined_major": _on_ticket(lambda: _("%(actor)s put it with the major incident %(reference)s.")),
    "ticket.major_news": _news,
    "ticket.left_major": _on_ticket(lambda: _("%(actor)s took it out of the major incident %(reference)s.")),
}

_OF_MAJOR: dict[str, _OfMajor] = {
    "major.declared": _declared,
    "major.led": _plain(lambda: _("%(actor)s handed the lead over to %(lead)s.")),
    "major.described": _plain(lambda: _("%(actor)s corrected what is said of it.")),
    "major.shown": _shown,
    "major.news": _plain(lambda: _("%(actor)s gave news.")),
    "major.noted": _plain(lambda: _("%(actor)s wrote an internal note.")),
    "major.news_late": _plain(lambda: _("The news that was promised did not come: lead and management were told.")),
    "major.ticket_linked": _plain(lambda: _("%(actor)s added a ticket.")),
    "major.ticket_unlinked": _plain(lambda: _("%(actor)s took a ticket out.")),
    "major.joined": _joined,
    "major.left": _plain(lambda: _("%(person)s is not affected after all.")),
    "major.restored": _plain(lambda: _("%(actor)s says that the service is back.")),
    "major.tickets_solved": _solved,
    "major.still_broken": _plain(lambda: _("It is still broken for %(person)s.")),
    "major.resumed": _plain(lambda: _("%(actor)s says that it broke down again.")),
    "major.reviewed": _plain(lambda: _("%(actor)s wrote the review.")),
    "major.followed_up": _followed_up,
    "major.closed": _plain(lambda: _("%(actor)s closed it.")),
}
VERBS = frozenset(_OF_MAJOR)
