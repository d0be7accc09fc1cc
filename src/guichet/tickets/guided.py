"""Decision trees walked for a ticket: each answer is told on it; a run that was begun before a ticket joins it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from guichet.knowledge import running
from guichet.knowledge.models import Run, Step, Tree
from guichet.lib.errors import Conflict, Refused
from guichet.people.models import Person
from guichet.tickets.actions.change import change, need_desk
from guichet.tickets.coming_back import asked_again, decided_at
from guichet.tickets.models import Guided, Ticket


@dataclass(frozen=True)
class Told:
    """A run as the ticket's story tells it: the tree's name, all that was asked, and each step by its number."""

    tree: str
    asked: list[running.Asked]
    steps: Mapping[int, running.Asked] = field(default_factory=dict)


def start(ticket: Ticket, *, tree: Tree, actor: Person, now: datetime, key: uuid.UUID | None = None) -> Run:
    """Begin to walk the tree with the ticket's requester. Started twice with the same key, it is one run."""
    with transaction.atomic():
        run = running.start(tree, actor=actor, person=ticket.requester, now=now, key=key)
        if Guided.objects.filter(run=run).exists():
            return run
        _join(ticket, run, actor=actor, now=now, before=False)
    return run


def join(ticket: Ticket, *, run: Run, actor: Person, now: datetime) -> None:
    """The run was walked before there was a ticket: all that was asked goes with it. Joined twice, once."""
    with transaction.atomic():
        Run.objects.select_for_update().get(pk=run.pk)
        joined = Guided.objects.filter(run=run).first()
        if joined is not None:
            if joined.ticket_id != ticket.pk:
                raise Conflict(_("These answers are on another ticket already."), code="taken")
            return
        if run.person_id is not None and run.person_id != ticket.requester_id:
            raise Refused(_("These answers are somebody else’s."), code="foreign", field="run")
        if run.person_id is None:
            # The caller whom nobody knew yet when it began.
            Run.objects.filter(pk=run.pk).update(person=ticket.requester)
        _join(ticket, run, actor=actor, now=now, before=True)


def _join(ticket: Ticket, run: Run, *, actor: Person, now: datetime, before: bool) -> None:
    with change(ticket, verb="note", event="ticket.guided", actor=actor, now=now) as step:
        if not before:
            need_desk(actor, step.ticket)
        Guided.objects.create(ticket=step.ticket, run=run, by=actor, at=now)
        step.data.update(run=run.pk, before=before)


def answer(run: Run, *, move: int, answer: str, actor: Person, now: datetime, note: str = "") -> Run:
    """The answer is given, and told on the ticket where there is one."""
    with transaction.atomic():
        ticket = _ticket_of(run, actor)
        run, step = running.answer(run, move=move, answer=answer, note=note, actor=actor, now=now)
        if ticket is not None and step is not None:
            _tell(ticket, run, step, verb="ticket.guided_answered", actor=actor, now=now)
    return run


def go_back(run: Run, *, move: int, actor: Person, now: datetime) -> Run:
    """The last answer is taken back, and the ticket says so where there is one."""
    with transaction.atomic():
        ticket = _ticket_of(run, actor)
        if ticket is not None and run.alone:
            raise Conflict(_("These answers are on a ticket already."), code="wrong_state")
        run, step = running.go_back(run, move=move, actor=actor, now=now)
        if ticket is not None:
            _tell(ticket, run, step, verb="ticket.guided_back", actor=actor, now=now)
    return run


def ticket_of(run: Run) -> Ticket | None:
    """The ticket that the run belongs to."""
    found = Guided.objects.filter(run=run).select_related("ticket__team__level", "ticket__requester").first()
    return found.ticket if found else None


def told(ticket: Ticket) -> dict[int, Told]:
    """The ticket's runs in words, by their number: two queries, however many there are."""
    runs = Run.objects.filter(pk__in=ticket.guided.values("run")).select_related("version", "tree").order_by("pk")
    steps: dict[int, list[Step]] = {}
    for step in Step.objects.filter(run__in=ticket.guided.values("run")).order_by("number"):
        steps.setdefault(step.run_id, []).append(step)
    made = {}
    for run in runs:
        plan, own = run.version.plan, steps.get(run.pk, [])
        words = {step.pk: running.told(plan.node(step.node), step) for step in own}
        made[run.pk] = Told(run.tree.name, [words[s.pk] for s in own if not s.taken_back], words)
    return made


def came_back(runs: QuerySet[Run]) -> QuerySet[Run]:
    """With `asked_again`: whether whoever walked it alone asked for help within 48 hours after all."""
    asked = asked_again(person="person", since="started_at", until="ended_at")
    return runs.annotate(asked_again=asked, may_ask_until=decided_at("ended_at"))


def _ticket_of(run: Run, actor: Person) -> Ticket | None:
    ticket = ticket_of(run)
    if ticket is not None and not run.alone:
        need_desk(actor, ticket)
    return ticket


def _tell(ticket: Ticket, run: Run, step: Step, *, verb: str, actor: Person, now: datetime) -> None:
    with change(ticket, verb="note", event=verb, actor=actor, now=now) as told_on:
        told_on.data.update(run=run.pk, step=step.pk)
        if run.ended_at is not None:
            told_on.data["outcome"] = run.outcome
