"""Every verb of a ticket as one table: from which state, with what, who may, and whether it knows `expect`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from guichet.tickets import actions
from guichet.tickets.models import Ticket
from tests.tickets.stage import Stage, later, upload

By = dict[str, Any]
DESK = frozenset({"agent", "technician", "manager"})
SAYS = DESK | {"requester"}
ANYBODY = SAYS | {"neighbour", "contact", "stranger", "provider"}


@dataclass(frozen=True)
class Verb:
    """`do(stage, ticket, by)` on a ticket in state `start`; `by` holds actor, now, and expect where given."""

    event: str
    do: Callable[[Stage, Ticket, By], Any]
    start: str = "open"
    who: frozenset[str] = DESK
    # The name of the verb in `lifecycle`.
    gate: str = ""
    expects: bool = True


def _judge(s: Stage, t: Ticket, by: By) -> Any:
    return actions.judge(given(t, "hypotheses"), state="confirmed", evidence="Vu dans le journal.", **by)


def _test(s: Stage, t: Ticket, by: By) -> Any:
    return actions.test_attempt(given(t, "attempts"), test="Imprimé.", result="worked", **by)


def _withdraw(s: Stage, t: Ticket, by: By) -> Any:
    return actions.withdraw(t, message=given(t, "messages"), **by)


def given(ticket: Ticket, what: str) -> Any:
    """The ticket's hypothesis, attempt or message by mail, written beside the actions where it has none."""
    common = {"created_at": later(1)}
    if what == "messages":
        text = {"body": "Par courriel", "html": "<p>Par courriel</p>"}
        return ticket.messages.filter(channel="mail", kind="reply").first() or ticket.messages.create(
            kind="reply", channel="mail", author=ticket.requester, **text, **common
        )
    rows = getattr(ticket, what)
    common["by"] = ticket.requester
    return rows.first() or (
        rows.create(text="Le pilote", **common)
        if what == "hypotheses"
        else rows.create(kind="fix", text="Réinstallé", **common)
    )


VERBS: dict[str, Verb] = {
    "take": Verb("ticket.taken", lambda s, t, by: actions.take(t, **by), start="new"),
    "assign": Verb("ticket.assigned", lambda s, t, by: actions.assign(t, to=s.colleague, **by)),
    "release": Verb("ticket.released", lambda s, t, by: actions.release(t, **by)),
    "hold": Verb(
        "ticket.held", lambda s, t, by: actions.hold(t, reason="provider", wake_at=later(2000), note="Appel 7", **by)
    ),
    "wake": Verb("ticket.woken", lambda s, t, by: actions.wake(t, **by), start="on_hold"),
    "promise": Verb(
        "ticket.promised", lambda s, t, by: actions.promise(t, text="Je passe voir", due_at=later(300), **by)
    ),
    "assess": Verb("ticket.assessed", lambda s, t, by: actions.assess(t, impact="person", urgency="none", **by)),
    "override_severity": Verb(
        "ticket.severity_overridden",
        lambda s, t, by: actions.override_severity(t, severity="S2", reason="Examen demain", **by),
        gate="assess",
    ),
    "prioritise": Verb("ticket.prioritised", lambda s, t, by: actions.prioritise(t, priority=1, reason="Paie", **by)),
    "recategorise": Verb("ticket.recategorised", lambda s, t, by: actions.recategorise(t, kind="request", **by)),
    "hand_over": Verb(
        "ticket.handed_over",
        lambda s, t, by: actions.hand_over(t, to_team=s.desk.second, reason="presence", note="Câble", **by),
    ),
    "escalate": Verb("ticket.escalated", lambda s, t, by: actions.escalate(t, note="Trois rappels", **by)),
    "reply": Verb("ticket.replied", lambda s, t, by: actions.reply(t, body="Bonjour", **by), who=ANYBODY),
    "note": Verb("ticket.noted", lambda s, t, by: actions.note(t, body="Entre nous", **by)),
    "attach": Verb(
        "ticket.attached",
        lambda s, t, by: actions.attach(t, uploads=[upload()], **by),
        who=ANYBODY,
        gate="reply",
        expects=False,
    ),
    "undelivered": Verb(
        "ticket.undelivered",
        lambda s, t, by: actions.undelivered(t, person=s.neighbour, **by),
        gate="note",
        expects=False,
    ),
    "resent": Verb(
        "ticket.resent", lambda s, t, by: actions.resent(t, person=s.neighbour, **by), gate="note", expects=False
    ),
    "withdraw": Verb("ticket.withdrawn", _withdraw, gate="note", expects=False),
    "watch": Verb(
        "ticket.watched",
        lambda s, t, by: actions.watch(t, person=s.neighbour, **by),
        who=SAYS | {"neighbour"},
        gate="note",
        expects=False,
    ),
    "unwatch": Verb(
        "ticket.unwatched",
        lambda s, t, by: actions.unwatch(t, person=s.neighbour, **by),
        who=SAYS | {"neighbour"},
        gate="note",
        expects=False,
    ),
    "set_tags": Verb(
        "ticket.tagged", lambda s, t, by: actions.set_tags(t, names=["wifi"], **by), gate="note", expects=False
    ),
    "suppose": Verb("ticket.supposed", lambda s, t, by: actions.suppose(t, text="Le pilote", **by)),
    "judge": Verb("ticket.hypothesis_judged", _judge, gate="suppose"),
    "attempt": Verb("ticket.attempted", lambda s, t, by: actions.attempt(t, kind="fix", text="Réinstallé", **by)),
    "test_attempt": Verb("ticket.attempt_tested", _test, gate="attempt"),
    "resolve": Verb("ticket.resolved", lambda s, t, by: actions.resolve(t, unsolved_reason="not_ours", **by)),
    "confirm": Verb("ticket.confirmed", lambda s, t, by: actions.confirm(t, **by), start="resolved", who=SAYS),
    "refuse": Verb(
        "ticket.refused", lambda s, t, by: actions.refuse(t, body="Toujours rien", **by), start="resolved", who=SAYS
    ),
    "close": Verb("ticket.closed", lambda s, t, by: actions.close(t, **by), start="resolved", expects=False),
    "cancel": Verb("ticket.cancelled", lambda s, t, by: actions.cancel(t, reason="Inutile", **by), who=SAYS),
    "reopen": Verb("ticket.reopened", lambda s, t, by: actions.reopen(t, **by), start="closed", who=SAYS),
    "rate": Verb(
        "ticket.rated",
        lambda s, t, by: actions.rate(t, score=4, **by),
        start="resolved",
        who=frozenset({"requester"}),
        expects=False,
    ),
}


def gate(name: str) -> str:
    return VERBS[name].gate or name
