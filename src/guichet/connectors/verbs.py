"""What a webhook can ask for: events one by one, or all of a family, those to come included."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from guichet.knowledge import sentences as articles
from guichet.tickets.sentences import VERBS as OF_TICKETS
from guichet.training import sentences as sessions

VERBS = OF_TICKETS | articles.VERBS | sessions.VERBS
# Never recorded: what a trial sends.
PING = "ping"
FAMILIES = {
    "ticket": _("Tickets"),
    "appointment": _("Appointments"),
    "visit": _("Visits at a counter"),
    "problem": _("Problems"),
    "major": _("Major incidents"),
    "article": _("Articles"),
    "session": _("Training sessions"),
}


def of_family(family: str) -> list[str]:
    return sorted(verb for verb in VERBS if family_of(verb) == family)


def family_of(verb: str) -> str:
    return verb.partition(".")[0]


def everything_of(family: str) -> str:
    return f"{family}.*"


def is_wanted(verb: str, *, wanted: Collection[str]) -> bool:
    return verb in wanted or everything_of(family_of(verb)) in wanted


def is_known(asked: str) -> bool:
    """Whether one can ask for that."""
    return asked in VERBS or asked in {everything_of(family) for family in FAMILIES}
