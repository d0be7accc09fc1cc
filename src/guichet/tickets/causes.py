"""Tickets under the problem that causes them: linking, the problem's workaround, and its fix told to everybody.

The problem is locked before its tickets, always; what is linked is recorded on both chains.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from guichet.lib.errors import Conflict, Refused
from guichet.people.models import Person
from guichet.search.line import parse
from guichet.search.models import Entry
from guichet.search.wanted import wanted
from guichet.tickets import actions, lifecycle, problems
from guichet.tickets.actions.change import Change, atomically, change, end_hold, lock, need_body, need_desk, promise_say
from guichet.tickets.actions.conversation import add_message
from guichet.tickets.indexing import PROBLEM, indexing, of_attempt
from guichet.tickets.likeness import Match, alike
from guichet.tickets.models import (
    Attempt,
    AttemptKind,
    AttemptResult,
    Channel,
    MessageKind,
    Problem,
    ProblemLink,
    State,
    Ticket,
    Unsolved,
    Workaround,
)

_SOLVED = (State.RESOLVED, State.CLOSED)
# Below that, two texts share a word by chance.
_LEAST = 0.05
_PROPOSED, _LOOKED_AT = 8, 400


def link(ticket: Ticket, *, problem: Problem, actor: Person, now: datetime, expect: int | None = None) -> ProblemLink:
    """The ticket is caused by this problem."""
    with (
        problems.change_problem(problem, verb="link", event="problem.linked", actor=actor, now=now) as above,
        change(ticket, verb="link", event="ticket.linked", actor=actor, now=now, expect=expect) as step,
    ):
        current = step.ticket
        need_desk(actor, current)
        if current.desk_id != above.problem.desk_id:
            raise Refused(_("This ticket belongs to another desk."), code="foreign", field="ticket")
        other = ProblemLink.objects.filter(ticket=current).select_related("problem").first()
        if other is not None:
            raise Conflict(
                _("This ticket stands under %(problem)s already.") % {"problem": other.problem.reference},
                code="linked",
                field="ticket",
            )
        made = ProblemLink.objects.create(ticket=current, problem=above.problem, by=actor, at=now)
        _tell_both(above, step)
    return made


def unlink(ticket: Ticket, *, problem: Problem, actor: Person, now: datetime, expect: int | None = None) -> Ticket:
    """The ticket has another cause after all."""
    with (
        problems.change_problem(problem, verb="unlink", event="problem.unlinked", actor=actor, now=now) as above,
        change(ticket, verb="link", event="ticket.unlinked", actor=actor, now=now, expect=expect) as step,
    ):
        need_desk(actor, step.ticket)
        gone, _rows = ProblemLink.objects.filter(ticket=step.ticket, problem=above.problem).delete()
        if not gone:
            raise Conflict(_("This ticket doesn’t stand under that problem."), code="not_linked")
        _tell_both(above, step)
    return step.ticket


def _tell_both(above: problems.Step, step: Change) -> None:
    above.data.update(ticket=step.ticket.pk, reference=step.ticket.reference)
    step.data.update(problem=above.problem.pk, reference=above.problem.reference)


def resolve_by_workaround(
    ticket: Ticket, *, test: str, actor: Person, now: datetime, body: str = "", expect: int | None = None
) -> Ticket:
    """The service is restored by the problem's workaround; the requester has the say, and is told of the fix later."""
    found = ProblemLink.objects.filter(ticket=ticket).first()
    # One thing: the attempt and the resolution that it stands for.
    with transaction.atomic():
        workaround = _offered(found) if found else None
        if workaround is None:
            raise Conflict(_("No workaround is known for this ticket."), code="no_workaround")
        if workaround.expires_at <= now:
            old = _("The workaround has expired. See on the problem’s page whether it still holds.")
            raise Conflict(old, code="old")
        solution = actions.attempt(
            ticket,
            kind=AttemptKind.WORKAROUND,
            text=workaround.text[:4000],
            problem=workaround.problem,
            test=test,
            result=AttemptResult.WORKED,
            actor=actor,
            now=now,
            expect=expect,
        )
        return actions.resolve(ticket, solution=solution, body=body, actor=actor, now=now)


def _offered(found: ProblemLink) -> Workaround | None:
    """The workaround of the problem that this link leads to, both as they are now, until the transaction ends."""
    problem = problems.lock_problem(found.problem_id)
    still = ProblemLink.objects.filter(pk=found.pk).exists()
    return problem.workarounds.filter(ended_at__isnull=True).select_related("problem").first() if still else None


def lives_on_workaround(*, through: str = "") -> Q:
    """Of links: the service was restored, the cause is still there. `through`: the way to the links ("links__")."""
    ticket = f"{through}ticket__"
    return Q(**{f"{ticket}state__in": _SOLVED, f"{ticket}solution__kind": AttemptKind.WORKAROUND})


def public_workarounds(*, now: datetime) -> QuerySet[Workaround]:
    """What requesters may read of workarounds: those that are offered, and say something to them."""
    return Workaround.objects.filter(ended_at__isnull=True, expires_at__gt=now).exclude(public_text="")


def to_be_told() -> Q:
    """Of links: the requester hasn't heard of the fix. Whoever came under the problem later met something else."""
    return Q(told_at__isnull=True, at__lte=F("problem__fixed_at"))


def tell_of_fix(found: ProblemLink, *, now: datetime) -> bool:
    """Tell this ticket's requester of the fix, and ask them to confirm; whether there was anything to tell.

    Open work is resolved by the fix; what lived on a workaround is solved anew by it, and may be refused as any other
    solution. Tickets that were cancelled or solved for good otherwise stay as they are. Done once for each fix.
    """
    with atomically():
        problem = problems.lock_problem(found.problem_id)
        ticket = lock(found.ticket)
        current = problem.links.select_for_update().filter(to_be_told(), pk=found.pk).first()
        if current is None:
            return False
        concerned = _concerned(ticket, problem)
        if concerned:
            _solve(ticket, problem, now=now)
        current.told_at = now
        current.save(update_fields=["told_at"])
    return concerned


def _concerned(ticket: Ticket, problem: Problem) -> bool:
    if ticket.state in lifecycle.UNSOLVED:
        return True
    if ticket.state not in _SOLVED:
        return False
    solution = ticket.solution
    if solution is None:
        return ticket.unsolved_reason == Unsolved.UNREPRODUCIBLE
    # An earlier fix of the same problem turned out to be none.
    return solution.kind == AttemptKind.WORKAROUND or solution.problem_id == problem.pk


def _solve(ticket: Ticket, problem: Problem, *, now: datetime) -> None:
    actor = problem.fixed_by
    assert actor is not None
    open_work = ticket.state in lifecycle.UNSOLVED
    solved = partial(change, ticket, verb="resolve", event="ticket.resolved")
    solved_anew = partial(change, ticket, verb="link", event="ticket.fixed")
    with (solved if open_work else solved_anew)(actor=actor, now=now) as step:
        current = step.ticket
        made = Attempt.objects.create(
            ticket=current,
            problem=problem,
            kind=AttemptKind.FIX,
            text=problem.fix[:4000],
            test=problem.fix_test,
            result=AttemptResult.WORKED,
            by=actor,
            created_at=now,
            tested_at=now,
        )
        step.rows += indexing(of_attempt(made, current))
        body = need_body(problem.fix_public, field="public_text")
        add_message(step, kind=MessageKind.REPLY, body=body, actor=actor, from_desk=True, channel=Channel.PORTAL)
        end_hold(step)
        current.answered_at = current.answered_at or now
        current.resolved_at = current.resolved_at or now
        current.closed_at = None
        current.state = lifecycle.RESOLVED
        current.solution, current.unsolved_reason = made, ""
        current.assignee = current.assignee or actor
        step.data.update(solution=made.pk, unsolved_reason="", problem=problem.pk, reference=problem.reference)
        promise_say(step)


def similar_tickets(problem: Problem, *, person: Person) -> list[tuple[Ticket, Match]]:
    """Open incidents that may have the same cause: of its category, with words in common, under no problem yet."""
    open_ones = Ticket.objects.at_desk_of(person).filter(desk=problem.desk_id).unsolved()
    if problem.category_id:
        open_ones = open_ones.filter(category=problem.category_id)
    candidates = open_ones.filter(problem_link__isnull=True, kind="incident").order_by("-opened_at", "-id")
    texts = {
        pk: f"{title} {description[:2000]}"
        for pk, title, description in candidates.values_list("pk", "title", "description")[:_LOOKED_AT]
    }
    found = {m.key: m for m in alike(f"{problem.title} {problem.symptoms}", texts, most=_PROPOSED, least=_LEAST)}
    rows = Ticket.objects.at_desk_of(person).filter(pk__in=found).for_list() if found else ()
    return sorted(((row, found[row.pk]) for row in rows), key=lambda pair: (-pair[1].score, pair[0].pk))


def similar_problems(ticket: Ticket, *, person: Person) -> list[tuple[Problem, Match]]:
    """Problems of the desk whose cause is still there, and that speak of the same as this ticket."""
    open_ones = Problem.objects.visible_to(person).filter(desk=ticket.desk_id).unsolved()
    texts = {p.pk: p for p in open_ones.order_by("-opened_at", "-id")[:_LOOKED_AT]}
    about = f"{ticket.title} {ticket.description[:2000]}"
    matches = alike(
        about, {pk: f"{p.title} {p.symptoms[:2000]}" for pk, p in texts.items()}, most=_PROPOSED, least=_LEAST
    )
    return [(texts[match.key], match) for match in matches]


def matching(rows: QuerySet[Problem], text: str) -> QuerySet[Problem]:
    """Those that bear every word of `text`, the last one as begun; or the one with this reference."""
    exact = problems.reference_of(text)
    if exact:
        return rows.filter(reference=exact)
    asked = wanted(parse(text), as_you_type=True)
    if not asked.all_groups:
        return rows.none()
    return rows.filter(Exists(Entry.objects.filter(asked.condition, kind=PROBLEM, subject=OuterRef("pk"))))
