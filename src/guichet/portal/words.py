"""What the portal asks and says, in plain words: questions with the reason they help, severities with theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import pgettext_lazy

from guichet.tickets.models import Impact, Severity, Ticket, Urgency
from guichet.ui.forms import Choice


@dataclass(frozen=True)
class Asked:
    """One question of intake: what is asked, why it helps, and what "nothing to say" is called here."""

    question: Any
    why: Any
    short: Any
    none: Any = ""
    example: Any = ""
    long: bool = False
    limit: int = 4000


ASKED: dict[str, Asked] = {
    "error_message": Asked(
        question=_l("What exactly does the screen say?"),
        why=_l("The exact words often lead straight to the cause. You can add a picture at the end."),
        short=_l("the exact message"),
        none=_l("No message is shown"),
        long=True,
    ),
    "since": Asked(
        question=_l("Since when?"),
        why=_l("Whatever changed around that moment is often the cause."),
        short=_l("since when"),
        none=_l("I don’t know"),
        example=_l("For example: this morning at 9, after the update"),
        limit=300,
    ),
    "steps": Asked(
        question=_l("What do you do until it happens, step by step?"),
        why=_l("What we can make happen ourselves, we solve sooner."),
        short=_l("the steps that lead to it"),
        none=_l("It happens by itself"),
        long=True,
    ),
    "place": Asked(
        question=_l("Where are you?"),
        why=_l("Some faults affect one place only, and somebody may have to come by."),
        short=_l("the place"),
        none=_l("It doesn’t matter here"),
        example=_l("For example: building B, room 214 — or at home"),
        limit=300,
    ),
    "asset": Asked(
        question=_l("Which equipment is it?"),
        why=_l("With its number we find its history, and what others with the same model went through."),
        short=_l("the equipment"),
        none=_l("I don’t know"),
        example=_l("The number on its label, or its name"),
        limit=80,
    ),
    "environment": Asked(
        question=_l("What are you working with?"),
        why=_l("The same fault often has another cause in another version."),
        short=_l("the system and the application"),
        none=_l("I don’t know"),
        example=_l("For example: Windows 11, Excel 2021, through the VPN"),
        limit=1000,
    ),
    "tried": Asked(
        question=_l("What have you tried already?"),
        why=_l("Whoever helps you starts where you stopped, and asks nothing twice."),
        short=_l("what was tried"),
        none=_l("Nothing yet"),
        long=True,
    ),
    "availability": Asked(
        question=_l("When and how can we reach you?"),
        why=_l("So that we call at the right moment, at the right number."),
        short=_l("when to reach you"),
        none=_l("At any time"),
        example=_l("For example: after 2 p.m., extension 4417"),
        limit=200,
    ),
}
SHORT: dict[str, Any] = {
    **{key: asked.short for key, asked in ASKED.items()},
    "description": _l("a description of eight words or more"),
    "impact": _l("who is affected"),
    "urgency": _l("the effect on the work"),
}

KINDS = [
    ("incident", Choice(_l("Something doesn’t work"), hint=_l("It worked before, or it should."), icon="wrench")),
    ("request", Choice(_l("I need something"), hint=_l("Access, software, equipment, an answer."), icon="package")),
]
IMPACTS = [
    (Impact.PERSON, Choice(_l("Me alone"), hint=_l("or one other person"), icon="user-round")),
    (Impact.GROUP, Choice(_l("A few people"), hint=_l("several colleagues, a class"), icon="users-round")),
    (Impact.DEPARTMENT, Choice(_l("A whole department or site"), icon="building")),
    (Impact.EVERYONE, Choice(_l("Everyone"), hint=_l("the whole organisation"), icon="globe")),
]
URGENCIES = [
    (Urgency.STOPPED, Choice(_l("My work has stopped"), icon="octagon-pause")),
    (
        Urgency.BLOCKED,
        Choice(_l("This work is blocked"), hint=_l("I can do something else meanwhile"), icon="coffee"),
    ),
    (Urgency.HAMPERED, Choice(_l("I manage, with difficulty"), icon="turtle")),
    (Urgency.NONE, Choice(_l("It hampers nobody"), hint=_l("I only wanted to say so"), icon="leaf")),
]
OTHER_WORK = [
    ("yes", Choice(_l("Yes"), hint=_l("I can go on with something else for now."), icon="coffee")),
    ("no", Choice(_l("No"), hint=_l("Without this I can do nothing at all."), icon="octagon-pause")),
]
SCORES = [
    ("5", _l("Very satisfied")),
    ("4", _l("Satisfied")),
    ("3", _l("Neither one nor the other")),
    ("2", _l("Dissatisfied")),
    ("1", _l("Very dissatisfied")),
]

_TOUCHED = {
    Impact.EVERYONE: pgettext_lazy("because", "the whole organisation is affected"),
    Impact.DEPARTMENT: pgettext_lazy("because", "a whole department or site is affected"),
    Impact.GROUP: pgettext_lazy("because", "a few people are affected"),
    Impact.PERSON: pgettext_lazy("because", "one person is affected"),
}
_HAMPERED = {
    Urgency.STOPPED: pgettext_lazy("because", "no other work is possible meanwhile"),
    Urgency.BLOCKED: pgettext_lazy("because", "other work is possible meanwhile"),
    Urgency.HAMPERED: pgettext_lazy("because", "work goes on, with difficulty"),
    Urgency.NONE: pgettext_lazy("because", "nobody is hampered"),
}


def because(*, impact: str, urgency: str) -> str:
    """Why the matrix gives this severity, as a sentence."""
    return _("Because %(touched)s and %(hampered)s.") % {
        "touched": _TOUCHED[Impact(impact)],
        "hampered": _HAMPERED[Urgency(urgency)],
    }


def severity_reason(ticket: Ticket) -> str:
    """Why the ticket has its severity: by the matrix, or set by somebody who said why."""
    if ticket.severity_by is not None:
        return _("Set by %(name)s: %(reason)s") % {"name": ticket.severity_by.name, "reason": ticket.severity_reason}
    return because(impact=ticket.impact, urgency=ticket.urgency)


def severity_name(severity: str) -> str:
    return str(Severity(severity).label)
