"""What the watchdog looks for, in words: the kinds of findings, and the sentence that each one's detail makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from guichet.lib import moments
from guichet.sla.models import Measure
from guichet.tickets.models import PromiseKind

Detail = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is looked for. `asks` is what is true where all is well, `mend` what to do where it isn't."""

    kind: str
    icon: str
    asks: Promise
    mend: Promise
    tell: Callable[[Detail], str] = lambda detail: ""


def _at(detail: Detail, key: str = "at") -> str:
    said = detail.get(key)
    at = datetime.fromisoformat(said) if said else None
    return moments.spoken(at=at, zone=timezone.get_current_timezone(), language=get_language() or "fr") if at else ""


def _late(detail: Detail) -> str:
    kind = detail.get("promise", "")
    promise = str(PromiseKind(kind).label) if kind in PromiseKind.values else ""
    return _("Promised for %(at)s: %(promise)s") % {"at": _at(detail, "due_at"), "promise": promise}


def _no_owner(detail: Detail) -> str:
    if detail.get("who") == "assignee":
        return _("Whoever has it no longer works at this desk.")
    return _("Nobody who treats tickets is in its team.")


def _no_wake(detail: Detail) -> str:
    at = _at(detail)
    if not at:
        return _("It rests, and nothing will wake it.")
    return _("It should have been taken up again on %(at)s.") % {"at": at}


_FIELDS = {
    "state": gettext_lazy("state"),
    "team": gettext_lazy("team"),
    "level": gettext_lazy("level"),
    "promise": gettext_lazy("promise"),
    "hold": gettext_lazy("pause"),
}


def _differs(detail: Detail) -> str:
    fields = ", ".join(str(_FIELDS.get(name, name)) for name in detail.get("fields", []))
    return _("Its log says something else of: %(fields)s") % {"fields": fields}


def _clock(detail: Detail) -> str:
    measures = [str(Measure(name).label) for name in detail.get("measures", []) if name in Measure.values]
    if not measures:
        return _("Nothing was ever promised for it.")
    return _("Its clocks say something else: %(measures)s") % {"measures": ", ".join(measures)}


def _chain(detail: Detail) -> str:
    numbers = detail.get("numbers") or []
    if not numbers:
        return _("Its last event isn’t the one that the ticket names.")
    return _("Events that were changed or removed: %(numbers)s") % {"numbers": ", ".join(map(str, numbers))}


def _outgoing(detail: Detail) -> str:
    tries = int(detail.get("attempts", 0))
    if not tries:
        return _("To be sent since %(at)s, and nobody tried.") % {"at": _at(detail)}
    answer = detail.get("answer", "")
    if answer:
        told = ngettext("%(count)s try since %(at)s: %(answer)s", "%(count)s tries since %(at)s: %(answer)s", tries)
    else:
        told = ngettext("%(count)s try since %(at)s", "%(count)s tries since %(at)s", tries)
    return told % {"count": tries, "at": _at(detail), "answer": answer}


def _failed(detail: Detail) -> str:
    count = int(detail.get("count", 1))
    told = ngettext(
        "%(count)s time within a day, last on %(at)s", "%(count)s times within a day, last on %(at)s", count
    )
    return told % {"count": count, "at": _at(detail)}


def _since(detail: Detail) -> str:
    return _("Since %(at)s") % {"at": _at(detail)}


def _webhook(detail: Detail) -> str:
    if detail.get("off"):
        return _("Switched off on %(at)s: nothing arrived any more.") % {"at": _at(detail)}
    return _("Nothing arrives there since %(at)s.") % {"at": _at(detail)}


CHECKS: tuple[Check, ...] = (
    Check(
        "late", "clock-alert",
        gettext_lazy("Every promise is kept in time or renewed"),
        gettext_lazy("Keep the promise, or tell the requester what happens next and by when."), _late,
    ),
    Check(
        "no_promise", "circle-question-mark",
        gettext_lazy("Every open ticket says what happens next"),
        gettext_lazy("Open the ticket and say what happens next, who does it and by when."),
    ),
    Check(
        "no_owner", "user-x",
        gettext_lazy("Every open ticket belongs to somebody who is there"),
        gettext_lazy("Take it, give it to a colleague, or put somebody into its team."), _no_owner,
    ),
    Check(
        "no_wake", "alarm-clock-off",
        gettext_lazy("Every ticket on hold wakes up"),
        gettext_lazy("Take it up again, or say until when it rests."), _no_wake,
    ),
    Check(
        "differs", "git-compare",
        gettext_lazy("Every ticket is what its log says"),
        gettext_lazy(
            "Compare the ticket with its story, correct it by an ordinary action, and tell whoever runs Guichet."
        ),
        _differs,
    ),
    Check(
        "chain", "unlink",
        gettext_lazy("No event was changed afterwards"),
        gettext_lazy("Somebody wrote past the product. Compare with a backup."), _chain,
    ),
    Check(
        "clock", "timer-off",
        gettext_lazy("Every clock says what the log gives"),
        gettext_lazy("Whoever runs Guichet can have them computed anew: guichet clocks rebuild."), _clock,
    ),
    Check(
        "lost", "ticket-x",
        gettext_lazy("Every ticket that was opened is there"),
        gettext_lazy("Somebody deleted past the product. Compare with a backup."), _since,
    ),
    Check(
        "contact", "mail-x",
        gettext_lazy("Every message that came in was read"),
        gettext_lazy("Check that the background jobs are running; then open the message."), _since,
    ),
    Check(
        "outgoing", "send",
        gettext_lazy("Everything that is to be sent leaves"),
        gettext_lazy("Check the mail server that Guichet sends by; what waits is sent by itself then."), _outgoing,
    ),
    Check(
        "webhook", "webhook",
        gettext_lazy("Every webhook reaches its program"),
        gettext_lazy("Open the webhook, try the way, and have sent again what it missed."), _webhook,
    ),
    Check(
        "job_missed", "calendar-x",
        gettext_lazy("Every job runs when it should"),
        gettext_lazy("Check that a process with the role “worker” is running."),
        lambda detail: _("It should have run on %(at)s.") % {"at": _at(detail, "due_at")},
    ),
    Check(
        "job_failed", "octagon-x",
        gettext_lazy("No job fails"),
        gettext_lazy("The server’s log says why; tell whoever runs Guichet."), _failed,
    ),
    Check(
        "visit", "door-open",
        gettext_lazy("Nobody is left waiting at a counter"),
        gettext_lazy("End the visit at its counter."), _since,
    ),
    Check(
        "appointment", "calendar-clock",
        gettext_lazy("Every appointment took place, was moved or cancelled"),
        gettext_lazy("Open the day’s appointments and say what became of it."), _since,
    ),
    Check(
        "watch", "eye-off",
        gettext_lazy("Everything can be looked at"),
        gettext_lazy("The watchdog itself fails here: tell whoever runs Guichet."),
        lambda detail: str(detail.get("error", "")),
    ),
)  # fmt: skip
BY_KIND = {check.kind: check for check in CHECKS}
