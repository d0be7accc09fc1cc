"""Everything that the ticket page shows beside the ticket itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Model, Value

from guichet.channels.folding import description_html
from guichet.desk import rows
from guichet.desk.coming_by import ComingBy, coming_by
from guichet.desk.problem_above import ProblemAbove, problem_above
from guichet.lib.bilingual import pick
from guichet.people.models import Person
from guichet.tickets import lifecycle
from guichet.tickets.explaining import Clock, clocks_of
from guichet.tickets.intake import Completeness, completeness
from guichet.tickets.level_time import Limit, limit, returns
from guichet.tickets.major_likeness import Likely, Running, likely
from guichet.tickets.models import (
    Attachment,
    Attempt,
    Commitment,
    HandOver,
    Hold,
    Hypothesis,
    HypothesisState,
    MajorState,
    Severity,
    Ticket,
)
from guichet.tickets.timeline import Entry, events_of, timeline

_OTHERS = 6
# From how many on a run of facts is folded.
_FOLD_FROM = 3


@dataclass(frozen=True)
class Run:
    """A message or note, or several facts in a row. Many facts are folded."""

    entries: list[Entry]
    facts: bool

    @property
    def folded(self) -> bool:
        return self.facts and len(self.entries) >= _FOLD_FROM


@dataclass(frozen=True)
class Dossier:
    ticket: Ticket
    runs: list[Run]
    hypotheses: list[Hypothesis]
    attempts: list[Attempt]
    solution: Attempt | None
    hold: Hold | None
    hand_overs: list[HandOver]
    files: list[Attachment]
    tags: list[str]
    watchers: list[dict[str, Any]]
    macros: list[dict[str, Any]]
    of_requester: list[dict[str, Any]]
    of_asset: list[dict[str, Any]]
    # Message → the contact it came in as; 0 stands for the request itself.
    mails: Mapping[int, int]
    # The ticket that the message it came from names without being allowed to join it.
    named: Mapping[str, str] | None
    draft: Mapping[str, str]
    decision: Mapping[str, Any] | None
    request_type: str
    problem: ProblemAbove | None
    # The major incident that it goes with, for those who may enter its room; whether one may be made of it.
    major: Mapping[str, str] | None
    may_declare: bool
    # A running one that it seems to belong to.
    likely: Likely | None
    # Whether the reader may say which problem causes it.
    can_link: bool
    # The chance that the promise shown is broken; None where nobody reckoned it.
    risk: float | None
    reporter: str
    severity_by: str
    priority_by: str
    known: Completeness
    description: str
    limit: Limit | None
    coming_by: ComingBy
    clocks: list[Clock]
    came_back: list[str] = field(default_factory=list)

    @property
    def step(self) -> int:
        """Where the way to the solution stands: intake, analysis, solution, test, the requester's say."""
        if self.ticket.state in {lifecycle.RESOLVED, lifecycle.CLOSED}:
            return 5
        if any(attempt.result == "untested" for attempt in self.attempts):
            return 4
        if self.attempts or any(h.state == HypothesisState.CONFIRMED for h in self.hypotheses):
            return 3
        return 2 if self.hypotheses or self.ticket.assignee_id else 1


def dossier(ticket: Ticket, *, person: Person, known: Mapping[str, str], draft_key: str, now: datetime) -> Dossier:
    """For `person`, who may treat `ticket`: their draft is in it, and what else they may treat of its requester.

    `known` comes from `wording.known`.
    """
    read = rows.read(ticket, person=person, draft_key=draft_key)
    hypotheses = rows.built(Hypothesis, read["hypotheses"])
    attempts = rows.built(Attempt, read["attempts"])
    holds = rows.built(Hold, read["holds"])
    hand_overs = rows.built(HandOver, read["hand_overs"])
    files = rows.built(Attachment, read["files"])
    loaded: dict[type[Model], list[Any]] = {
        Hypothesis: hypotheses, Attempt: attempts, Hold: holds, HandOver: hand_overs, Attachment: files,
    }  # fmt: skip
    events = events_of(ticket, for_desk=True)
    entries = timeline(ticket, for_desk=True, loaded=loaded, events=events)
    runs = [Run(list(run), facts) for facts, run in groupby(entries, key=lambda entry: entry.kind == "fact")]
    others = _others(ticket, person)
    return Dossier(
        ticket=ticket,
        runs=runs,
        hypotheses=hypotheses,
        attempts=attempts,
        solution=next((attempt for attempt in attempts if attempt.pk == ticket.solution_id), None),
        hold=next((hold for hold in holds if hold.ended_at is None), None),
        hand_overs=hand_overs,
        files=[file for file in files if file.message_id is None],
        tags=read["tags"],
        watchers=read["watchers"],
        macros=[{**macro, "name": pick(*macro["names"])} for macro in read["macros"]],
        of_requester=[other for other in others if other["by"] == "requester"],
        of_asset=[other for other in others if other["by"] == "asset"],
        # Whoever only treats the ticket, from another organisation, does not read the desk's mail.
        mails={int(m): contact for m, contact in read["mails"].items() if ticket.desk_id in person.grants.treats_in},
        named=read["named"],
        draft=read["draft"] or {},
        decision=read["decision"],
        request_type=pick(*read["request_type"]) if read["request_type"] else "",
        problem=problem_above(ticket, read=read["problem"], person=person, now=now),
        major=_major(read["major"]) if ticket.desk_id in person.grants.treats_in else None,
        may_declare=_may_declare(ticket, read["major"], person),
        likely=_likely(ticket, read, person=person, now=now),
        can_link=ticket.desk_id in person.grants.treats_in,
        risk=_risk(read["forecast"], ticket),
        reporter=read["reporter"],
        severity_by=read["severity_by"] or "",
        priority_by=read["priority_by"] or "",
        known=completeness(kind=ticket.kind, known=known),
        description=description_html(ticket),
        limit=limit(ticket, hand_overs=hand_overs, holds=holds, now=now),
        coming_by=coming_by(ticket, read=read, person=person),
        clocks=clocks_of(ticket, now=now, commitments=rows.built(Commitment, read["commitments"]), events=events),
        came_back=[vars(made)["team_name"] for made in returns(hand_overs)],
    )


def _major(read: Mapping[str, Any] | None) -> Mapping[str, str] | None:
    return {**read, "title": pick(*read["titles"])} if read else None


def _likely(ticket: Ticket, read: Mapping[str, Any], *, person: Person, now: datetime) -> Likely | None:
    stands = read["major"] is not None and read["major"]["state"] == MajorState.RUNNING
    if stands or not ticket.is_unsolved or ticket.desk_id not in person.grants.treats_in:
        return None
    running = [Running(one["pk"], one["reference"], tuple(one["titles"])) for one in read["running"]]
    return likely(ticket, running=running, now=now)


def _may_declare(ticket: Ticket, major: Mapping[str, Any] | None, person: Person) -> bool:
    """A critical ticket that nobody runs as a major incident yet."""
    runs = major is not None and major["state"] != MajorState.CLOSED
    critical = ticket.severity == Severity.S1 and ticket.is_unsolved
    return critical and not runs and ticket.desk_id in person.grants.treats_in


def _risk(told: Mapping[str, Any] | None, ticket: Ticket) -> float | None:
    """Only of the very promise that the page shows, and while the desk has to keep it."""
    if told is None or not ticket.is_unsolved or datetime.fromisoformat(told["due_at"]) != ticket.promise_due_at:
        return None
    return float(told["chance"])


def _others(ticket: Ticket, person: Person) -> list[dict[str, Any]]:
    """The newest open tickets of the same requester, and of the same equipment; `by` says which."""
    open_ones = Ticket.objects.at_desk_of(person).live().exclude(pk=ticket.pk).order_by("-opened_at")
    shown = open_ones.values("reference", "title", "state", "severity")
    found = shown.filter(requester=ticket.requester_id).annotate(by=Value("requester"))[:_OTHERS]
    if ticket.asset:
        of_asset = shown.filter(desk=ticket.desk_id, asset=ticket.asset).annotate(by=Value("asset"))
        found = found.union(of_asset[:_OTHERS], all=True)
    return [dict(row) for row in found]
