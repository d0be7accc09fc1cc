"""Events told as sentences, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from guichet.activity.models import Event
from guichet.catalog.models import Kind
from guichet.lib import moments
from guichet.tickets.models import (
    Attempt,
    AttemptKind,
    AttemptResult,
    Channel,
    HandOver,
    HandOverReason,
    Hold,
    HoldReason,
    Hypothesis,
    HypothesisState,
    Impact,
    Priority,
    PromiseKind,
    ReturnReason,
    Unsolved,
    Urgency,
)
from guichet.tickets.sentences_appointments import TELLERS as APPOINTMENTS
from guichet.tickets.sentences_guided import TELLERS as GUIDED
from guichet.tickets.sentences_major import TELLERS as MAJORS
from guichet.tickets.sentences_major import VERBS as MAJOR_VERBS
from guichet.tickets.sentences_problems import TELLERS as PROBLEMS
from guichet.tickets.sentences_problems import VERBS as PROBLEM_VERBS
from guichet.tickets.sentences_terms import TELLERS as TERMS
from guichet.tickets.sentences_visits import TELLERS as VISITS

# Key in an event's data → the kind of row its value points to.
POINTERS: Mapping[str, str] = {
    "to": "person",
    "person": "person",
    "requester": "person",
    "team": "team",
    "from_team": "team",
    "to_team": "team",
    "level": "level",
    "from_level": "level",
    "to_level": "level",
}


@dataclass(frozen=True)
class Known:
    """What the events of one ticket point to, by id."""

    people: Mapping[int, str] = field(default_factory=dict)
    teams: Mapping[int, str] = field(default_factory=dict)
    levels: Mapping[int, str] = field(default_factory=dict)
    hand_overs: Mapping[int, HandOver] = field(default_factory=dict)
    holds: Mapping[int, Hold] = field(default_factory=dict)
    hypotheses: Mapping[int, Hypothesis] = field(default_factory=dict)
    attempts: Mapping[int, Attempt] = field(default_factory=dict)
    # Runs of decision trees, as `guided.told` words them.
    guided: Mapping[int, Any] = field(default_factory=dict)


def tell(event: Event, *, known: Known, for_desk: bool) -> str:
    """One sentence. A verb without a sentence of its own names itself: better plain than missing."""
    teller = _TELLERS.get(event.verb)
    return teller(event, known, for_desk) if teller else f"{_actor(event)}: {event.verb}"


def _actor(event: Event) -> str:
    return event.actor.name if event.actor else "Guichet"


def _moment(value: Any) -> str:
    moment = parse_datetime(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime):
        return ""
    zone = timezone.get_current_timezone()
    return moments.spoken(at=moment, zone=zone, language=get_language() or "fr")


def _promise(event: Event, known: Known) -> str:
    """What was promised with the event, as a sentence of its own; "" where nothing was."""
    promise = event.data.get("promise")
    if not promise or promise["kind"] == PromiseKind.CUSTOM:
        return ""
    return _(" Next: %(what)s, before %(due)s.") % {
        "what": _lower(str(PromiseKind(promise["kind"]).label)),
        "due": _moment(promise["due_at"]),
    }


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _opened(event: Event, known: Known, for_desk: bool) -> str:
    d = event.data
    values = {
        "actor": _actor(event),
        "requester": known.people.get(d["requester"], ""),
        "channel": Channel(d["channel"]).label,
        "kind": _lower(str(Kind(d["kind"]).label)),
        "severity": d["severity"],
        "team": known.teams.get(d["team"], ""),
        "level": known.levels.get(d["level"], ""),
    }
    if event.actor_id == d["requester"]:
        opened = _("%(actor)s opened this ticket (%(channel)s).") % values
    else:
        opened = _("%(actor)s opened this ticket for %(requester)s (%(channel)s).") % values
    if for_desk:
        opened += " " + _("Severity %(severity)s; it went to %(team)s (%(level)s).") % values
    return opened + _promise(event, known)


def _taken(event: Event, known: Known, for_desk: bool) -> str:
    return _("%(actor)s took the ticket on.") % {"actor": _actor(event)} + _promise(event, known)


def _assigned(event: Event, known: Known, for_desk: bool) -> str:
    values = {"actor": _actor(event), "to": known.people.get(event.data["to"], "")}
    if for_desk:
        return _("%(actor)s gave the ticket to %(to)s.") % values + _promise(event, known)
    return _("%(to)s takes care of the ticket.") % values + _promise(event, known)


def _released(event: Event, known: Known, for_desk: bool) -> str:
    return _("%(actor)s put the ticket back into the team’s list.") % {"actor": _actor(event)}


_REASONS = dict([*HandOverReason.choices, *ReturnReason.choices])


def _handed_over(event: Event, known: Known, for_desk: bool) -> str:
    d = event.data
    made = known.hand_overs.get(d["hand_over"])
    values = {
        "actor": _actor(event),
        "from_team": known.teams.get(d["from_team"], ""),
        "to_team": known.teams.get(d["to_team"], ""),
        "from_level": known.levels.get(d["from_level"], ""),
        "to_level": known.levels.get(d["to_level"], ""),
        "reason": _lower(str(_REASONS[d["reason"]])),
        "note": made.note if made else "",
    }
    if not for_desk:
        return _("The team %(to_team)s now looks after the ticket.") % values
    if d["reason"] in ReturnReason.values:
        told = _(
            "%(actor)s sent it back from %(from_team)s (%(from_level)s) to %(to_team)s (%(to_level)s): %(reason)s."
        )
    else:
        told = _("%(actor)s handed over from %(from_team)s (%(from_level)s) to %(to_team)s (%(to_level)s): %(reason)s.")
    return told % values + (_(" “%(note)s”") % values if values["note"] else "")


def _escalated(event: Event, known: Known, for_desk: bool) -> str:
    made = known.hand_overs.get(event.data["hand_over"])
    values = {
        "actor": _actor(event),
        "severity": event.data.get("severity", ""),
        "note": made.note if made else "",
    }
    if values["severity"]:
        return _("Management was told at once, as the policy for %(severity)s says.") % values
    if values["note"]:
        return _("%(actor)s told management: “%(note)s”") % values
    return _("%(actor)s told management.") % values


def _held(event: Event, known: Known, for_desk: bool) -> str:
    d = event.data
    made = known.holds.get(d["hold"])
    values = {
        "actor": _actor(event),
        "reason": _lower(str(HoldReason(d["reason"]).label)),
        "until": _moment(d["wake_at"]),
        "note": made.note if made else "",
    }
    if values["note"] and for_desk:
        return _("%(actor)s put the ticket on hold until %(until)s, %(reason)s: “%(note)s”") % values
    return _("%(actor)s put the ticket on hold until %(until)s, %(reason)s.") % values


def _woken(event: Event, known: Known, for_desk: bool) -> str:
    if event.actor is None:
        return _("The time to wait was over; work goes on.") + _promise(event, known)
    return _("%(actor)s ended the wait; work goes on.") % {"actor": _actor(event)} + _promise(event, known)


def _replied(event: Event, known: Known, for_desk: bool) -> str:
    if event.data.get("reopened"):
        return _("This reply opened the ticket again.") + _promise(event, known)
    return _("This reply ended the wait.") + _promise(event, known)


def _attached(event: Event, known: Known, for_desk: bool) -> str:
    told = _("%(actor)s added files.") % {"actor": _actor(event)}
    if event.data.get("reopened"):
        told += " " + _("That opened the ticket again.")
    return told + _promise(event, known)


def _promised(event: Event, known: Known, for_desk: bool) -> str:
    promise = event.data["promise"]
    values = {
        "actor": _actor(event),
        "owner": known.people.get(promise["owner"] or 0, ""),
        "due": _moment(promise["due_at"]),
    }
    if values["owner"]:
        return _("%(actor)s promised the next step: by %(owner)s, before %(due)s.") % values
    return _("%(actor)s promised the next step before %(due)s.") % values


def _assessed(event: Event, known: Known, for_desk: bool) -> str:
    d = event.data
    values = {
        "actor": _actor(event),
        "impact": _lower(str(Impact(d["impact"]).label)),
        "urgency": _lower(str(Urgency(d["urgency"]).label)),
        "severity": d["severity"],
        "from": d["from"],
    }
    return _("%(actor)s assessed anew: %(impact)s; %(urgency)s. Severity %(severity)s (was %(from)s).") % values


def _overridden(event: Event, known: Known, for_desk: bool) -> str:
    d = event.data
    return _("%(actor)s set the severity to %(severity)s (was %(from)s) against the matrix.") % {
        "actor": _actor(event),
        "severity": d["severity"],
        "from": d["from"],
    }


def _prioritised(event: Event, known: Known, for_desk: bool) -> str:
    return _("%(actor)s set the priority: %(priority)s.") % {
        "actor": _actor(event),
        "priority": _lower(str(Priority(event.data["priority"]).label)),
    }


def _supposed(event: Event, known: Known, for_desk: bool) -> str:
    made = known.hypotheses.get(event.data["hypothesis"])
    return _("%(actor)s supposes: “%(text)s”") % {"actor": _actor(event), "text": made.text if made else ""}


def _judged(event: Event, known: Known, for_desk: bool) -> str:
    made = known.hypotheses.get(event.data["hypothesis"])
    values = {"actor": _actor(event), "text": made.text if made else ""}
    if event.data["state"] == HypothesisState.CONFIRMED:
        return _("%(actor)s confirmed the hypothesis “%(text)s”") % values
    if event.data["state"] == HypothesisState.REJECTED:
        return _("%(actor)s rejected the hypothesis “%(text)s”") % values
    return _("%(actor)s opened the hypothesis “%(text)s” again.") % values


def _attempted(event: Event, known: Known, for_desk: bool) -> str:
    made = known.attempts.get(event.data["attempt"])
    values = {"actor": _actor(event), "text": made.text if made else ""}
    if event.data["kind"] == AttemptKind.WORKAROUND:
        told = _("%(actor)s applied a workaround: “%(text)s”") % values
    else:
        told = _("%(actor)s applied a fix: “%(text)s”") % values
    if event.data.get("result", AttemptResult.UNTESTED) == AttemptResult.UNTESTED:
        return told
    return f"{told} {_tested(event, known, for_desk)}"


def _tested(event: Event, known: Known, for_desk: bool) -> str:
    made = known.attempts.get(event.data["attempt"])
    values = {"actor": _actor(event), "test": made.test if made else ""}
    if event.data["result"] == AttemptResult.WORKED:
        return _("%(actor)s tested it, and it works: “%(test)s”") % values
    return _("%(actor)s tested it, and it doesn’t work: “%(test)s”") % values


def _resolved(event: Event, known: Known, for_desk: bool) -> str:
    values = {"actor": _actor(event), "reason": ""}
    if event.data["unsolved_reason"]:
        values["reason"] = _lower(str(Unsolved(event.data["unsolved_reason"]).label))
        return _("%(actor)s ended the work without a solution: %(reason)s.") % values + _promise(event, known)
    made = known.attempts.get(event.data["solution"] or 0)
    if made and made.kind == AttemptKind.WORKAROUND:
        return _("%(actor)s restored the service with a verified workaround.") % values + _promise(event, known)
    return _("%(actor)s solved it with a verified fix.") % values + _promise(event, known)


def _simple(message: Callable[[], str]) -> Callable[[Event, Known, bool], str]:
    return lambda event, known, for_desk: message() % {"actor": _actor(event)}


def _with_promise(message: Callable[[], str]) -> Callable[[Event, Known, bool], str]:
    return lambda event, known, for_desk: message() % {"actor": _actor(event)} + _promise(event, known)


def _closed(event: Event, known: Known, for_desk: bool) -> str:
    if event.actor is None:
        return _("Nobody objected in time; the ticket is closed.")
    return _("%(actor)s closed the ticket.") % {"actor": _actor(event)}


def _follower(event: Event, known: Known, for_desk: bool) -> str:
    values = {"actor": _actor(event), "person": known.people.get(event.data["person"], "")}
    if event.verb == "ticket.watched":
        return _("%(person)s follows the ticket.") % values
    return _("%(person)s no longer follows the ticket.") % values


def _undelivered(event: Event, known: Known, for_desk: bool) -> str:
    return _("Mail about this ticket did not reach %(person)s.") % {
        "person": known.people.get(event.data["person"], "")
    }


def _resent(event: Event, known: Known, for_desk: bool) -> str:
    return _("%(actor)s had a mail to %(person)s sent again.") % {
        "actor": _actor(event),
        "person": known.people.get(event.data["person"], ""),
    }


def _rated(event: Event, known: Known, for_desk: bool) -> str:
    return _("%(actor)s rated the help: %(score)s out of 5.") % {
        "actor": _actor(event),
        "score": event.data["score"],
    }


_TELLERS: dict[str, Callable[[Event, Known, bool], str]] = {
    "ticket.opened": _opened,
    "ticket.taken": _taken,
    "ticket.assigned": _assigned,
    "ticket.released": _released,
    "ticket.handed_over": _handed_over,
    "ticket.escalated": _escalated,
    "ticket.held": _held,
    "ticket.woken": _woken,
    "ticket.replied": _replied,
    "ticket.attached": _attached,
    "ticket.promised": _promised,
    "ticket.assessed": _assessed,
    "ticket.severity_overridden": _overridden,
    "ticket.prioritised": _prioritised,
    "ticket.supposed": _supposed,
    "ticket.hypothesis_judged": _judged,
    "ticket.attempted": _attempted,
    "ticket.attempt_tested": _tested,
    "ticket.resolved": _resolved,
    "ticket.confirmed": _simple(lambda: _("%(actor)s confirmed that it works; the ticket is closed.")),
    "ticket.refused": _with_promise(lambda: _("%(actor)s says that it doesn’t work yet; work goes on.")),
    "ticket.closed": _closed,
    "ticket.cancelled": _simple(lambda: _("%(actor)s cancelled the ticket.")),
    "ticket.reopened": _with_promise(lambda: _("%(actor)s opened the ticket again.")),
    "ticket.rated": _rated,
    "ticket.tagged": _simple(lambda: _("%(actor)s changed the tags.")),
    "ticket.withdrawn": _simple(lambda: _("%(actor)s moved a message that came by mail among the internal notes.")),
    "ticket.undelivered": _undelivered,
    "ticket.resent": _resent,
    "ticket.watched": _follower,
    "ticket.unwatched": _follower,
    **APPOINTMENTS,
    **GUIDED,
    **MAJORS,
    **PROBLEMS,
    **TERMS,
    **VISITS,
}
VERBS = frozenset(_TELLERS) | {"ticket.noted"} | PROBLEM_VERBS | MAJOR_VERBS
