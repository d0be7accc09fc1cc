"""Texts that the desk writes for people: canned texts filled in, questions about what is missing, and the whys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from guichet.desk.forms.base import say
from guichet.lib.bilingual import pick
from guichet.lib.moments import AT_RISK
from guichet.people.models import Person
from guichet.tickets import macros
from guichet.tickets.models import Impact, Macro, Ticket, Urgency

FACT_LABELS: Mapping[str, Promise] = {
    "description": gettext_lazy("Description"),
    "impact": gettext_lazy("Who is touched"),
    "urgency": gettext_lazy("Work meanwhile"),
    "error_message": gettext_lazy("Exact message"),
    "since": gettext_lazy("Since when"),
    "steps": gettext_lazy("Steps to see it again"),
    "place": pgettext_lazy("ticket", "Place"),
    "asset": gettext_lazy("Equipment"),
    "environment": gettext_lazy("Environment"),
    "tried": gettext_lazy("Already tried"),
    "availability": gettext_lazy("Can be reached"),
    "wished_priority": gettext_lazy("Wished priority"),
}
_QUESTIONS: Mapping[str, Promise] = {
    "description": gettext_lazy("What exactly were you doing, and what happened instead?"),
    "error_message": gettext_lazy("What does the message on the screen say, word for word? A picture of it helps."),
    "since": gettext_lazy("Since when has it been so?"),
    "steps": gettext_lazy("What do you do, step by step, for it to happen?"),
    "place": gettext_lazy("Where are you: which building, which room?"),
    "asset": gettext_lazy("What number is on the label of the device?"),
    "environment": gettext_lazy("On which computer and in which application does it happen?"),
    "tried": gettext_lazy("What have you tried already?"),
    "availability": gettext_lazy("When and how can we reach you?"),
}


def known(ticket: Ticket) -> dict[str, str]:
    """What is known of a ticket, as `tickets.intake.completeness` takes it."""
    facts = ticket.facts or {}
    return {
        **{key: str(value) for key, value in facts.items()},
        "description": ticket.description,
        "impact": ticket.impact,
        "urgency": ticket.urgency,
        "asset": ticket.asset,
        "place": str(facts.get("place") or ticket.site or ""),
        "availability": str(facts.get("availability") or ticket.requester.availability),
    }


def values(ticket: Ticket, *, agent: Person) -> dict[str, str]:
    """What the placeholders of macros stand for on this ticket, in the active language."""
    return {
        "requester": ticket.requester.name,
        "first_name": ticket.requester.name.split(" ")[0],
        "agent": agent.name,
        "reference": ticket.reference,
        "title": ticket.title,
        "organisation": ticket.organisation.name,
        "team": ticket.team.name,
        "desk": ticket.desk.name,
        "next_step": ticket.promise,
        "due": say(ticket.promise_due_at) if ticket.promise_due_at else "",
    }


def macro_text(macro: Macro, *, ticket: Ticket, agent: Person) -> str:
    """A canned reply in the requester's language, a canned note in the agent's."""
    language = ticket.requester.language if macro.kind == "reply" else translation.get_language() or "fr"
    with translation.override(language):
        return macros.fill(pick(macro.body_fr, macro.body_en), values=values(ticket, agent=agent))


def missing_text(ticket: Ticket, *, missing: tuple[str, ...]) -> str:
    """A reply that asks only for what is missing, in the requester's language."""
    with translation.override(ticket.requester.language):
        asked = [f"- {_QUESTIONS[key]}" for key in missing if key in _QUESTIONS]
        if not asked:
            return ""
        greeting = _("Hello %(name)s,") % {"name": ticket.requester.name.split(" ")[0]}
        lead = ngettext(
            "To go on, we need to know one more thing:", "To go on, we need to know a few more things:", len(asked)
        )
        return "\n\n".join((greeting, lead, "\n".join(asked), _("Thank you.")))


def resolved_text(ticket: Ticket, *, agent: Person) -> str:
    """The beginning of the reply that tells of the solution, in the requester's language."""
    with translation.override(ticket.requester.language):
        return _("Hello %(name)s,\n\n…\n\nDoes it work for you now?\n\n%(agent)s") % {
            "name": ticket.requester.name.split(" ")[0],
            "agent": agent.name,
        }


def risk_why(risk: float | None) -> str:
    """What stands behind the colour of a promise; "" where there is nothing to say."""
    if risk is None or risk < AT_RISK:
        return ""
    of_ten = min(9, max(3, round(10 * risk)))
    return _(
        "As things stand, about %(count)d in 10 such promises are broken: by the time that is left, the work that goes"
        " first, what usually comes in meanwhile, and who is at work."
    ) % {"count": of_ten}


def severity_why(ticket: Ticket, *, by: str) -> str:
    """`by` set it by hand; "" where the matrix gave it."""
    if by:
        return _("%(name)s set %(severity)s by hand: “%(reason)s”") % {
            "name": by,
            "severity": ticket.severity,
            "reason": ticket.severity_reason,
        }
    return _("%(severity)s by the matrix: %(impact)s × %(urgency)s.") % {
        "severity": ticket.severity,
        "impact": _lower(Impact(ticket.impact).label),
        "urgency": _lower(Urgency(ticket.urgency).label),
    }


def routing_why(decision: Mapping[str, Any] | None) -> str:
    """Why the ticket first went where it went: `team`, `rule` (its two names, or None) and `why` as recorded."""
    if decision is None:
        return ""
    trace = decision["why"].get("trace") or []
    team, rule = decision["team"], decision["rule"]
    if rule is None:
        if not trace:
            return _("There was no rule; %(team)s receives what no rule sends elsewhere.") % {"team": team}
        return ngettext(
            "The one rule did not fit; %(team)s receives what no rule sends elsewhere.",
            "None of the %(count)d rules fitted; %(team)s receives what no rule sends elsewhere.",
            len(trace),
        ) % {"team": team, "count": len(trace)}
    held = ", ".join(str(_CONDITIONS.get(name, name)) for name in trace[-1]["held"]) if trace else ""
    told = _("The rule “%(rule)s” sent it to %(team)s") % {"rule": pick(*rule), "team": team}
    return _("%(told)s: %(reasons)s.") % {"told": told, "reasons": held} if held else f"{told}."


_CONDITIONS: Mapping[str, Promise] = {
    "organisation": gettext_lazy("the organisation fits"),
    "site": gettext_lazy("the place fits"),
    "kind": gettext_lazy("the kind fits"),
    "category": gettext_lazy("the category fits"),
    "request_type": gettext_lazy("the request type fits"),
    "severity": gettext_lazy("the severity fits"),
    "channel": gettext_lazy("the channel fits"),
    "keyword": gettext_lazy("a word of the text fits"),
}


def spelled(reference: str) -> list[str]:
    """The reference in the pieces in which one reads it aloud."""
    return list(reference.replace("-", ""))


def _lower(text: object) -> str:
    words = str(text)
    return words[:1].lower() + words[1:]
