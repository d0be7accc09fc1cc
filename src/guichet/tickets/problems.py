"""The verbs of a problem: open, describe, state the cause, work around it, fix it, close it.

Each is atomic, locks its problem, checks who and when, and records exactly one event on the problem's own chain. What
happens to the tickets under it stands in `causes.py`; who is locked first there is the problem, then its tickets.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any

from django.utils.translation import gettext_lazy as _

from guichet.activity.record import Statement, record
from guichet.catalog.models import Category
from guichet.knowledge.models import Article
from guichet.lib import references
from guichet.lib.database import next_id
from guichet.lib.errors import Conflict, Forbidden, Refused, Stale
from guichet.lib.text import clean
from guichet.people.models import Organisation, Person
from guichet.tickets import policies
from guichet.tickets.actions.change import atomically, need_body, need_text
from guichet.tickets.indexing import indexing, of_problem
from guichet.tickets.models import Problem, ProblemState, Workaround

PREFIX = "PB-"
LONGEST = timedelta(days=366)
_LIMIT = 20_000
_PUBLIC_LIMIT = 4_000


def reference_of(text: str) -> str | None:
    """The canonical reference of a problem that `text` means, None when it can't be one."""
    return references.parse(text, prefix=PREFIX) if len(text) <= 40 else None


class Unchanged(Enum):
    """What is said of something that may be empty, and stays as it is."""

    UNCHANGED = auto()


UNCHANGED = Unchanged.UNCHANGED


@dataclass
class Step:
    """The locked problem, and what its event will say."""

    problem: Problem
    at: datetime
    data: dict[str, Any] = field(default_factory=dict)


@contextmanager
def change_problem(
    problem: Problem,
    *,
    verb: str,
    event: str,
    actor: Person | None,
    now: datetime,
    expect: int | None = None,
) -> Iterator[Step]:
    """Lock `problem`, let the body change it, then record `event` and save. `actor` None is the product itself."""
    with atomically():
        locked = lock_problem(problem.pk)
        if expect is not None and expect != locked.version:
            raise Stale(_("Somebody changed this problem meanwhile. Look at it again before you go on."), code="stale")
        if actor is not None:
            need_right(actor, locked)
        if not locked.may(verb):
            raise Conflict(_("This is no longer possible in the problem’s present state."), code="wrong_state")
        step = Step(problem=locked, at=now)
        yield step
        locked.updated_at = now
        record(
            locked,
            verb=event,
            actor=actor,
            at=now,
            organisation_id=locked.desk_id,
            data=step.data,
            rows=lambda: _indexing(locked),
        )
        locked.save()


def lock_problem(pk: int) -> Problem:
    """Its row as it is now, locked until the transaction ends. Rows that point to it may be made meanwhile."""
    return Problem.objects.select_for_update(no_key=True).get(pk=pk)


def need_right(actor: Person, problem: Problem) -> None:
    if not policies.can_treat_problem(actor, problem):
        raise Forbidden(_("Only the desk that treats this problem may do this."), code="not_desk")


def open_problem(
    *,
    desk: Organisation,
    title: str,
    actor: Person,
    now: datetime,
    symptoms: str = "",
    category: Category | None = None,
    owner: Person | None = None,
) -> Problem:
    """A new problem of this desk; whoever opens it sees to it, unless `owner` does."""
    title = need_text(title, field="title", limit=200, message=_("Say in a few words what goes wrong."))
    symptoms = _text(symptoms, field="symptoms")
    number = next_id(Problem)
    problem = Problem(
        pk=number,
        reference=references.reference(number, prefix=PREFIX),
        desk=desk,
        title=title,
        symptoms=symptoms,
        category=category,
        owner=owner or actor,
        opened_by=actor,
        opened_at=now,
        updated_at=now,
    )
    need_right(actor, problem)
    _need_own(problem, category=category, owner=owner)
    with atomically():
        # The event's readers may point to the row.
        problem.save(force_insert=True)
        record(
            problem,
            verb="problem.opened",
            actor=actor,
            at=now,
            organisation_id=desk.pk,
            data={"owner": problem.owner_id, "category": category.pk if category else None},
            rows=lambda: _indexing(problem),
        )
        problem.save(update_fields=["version", "chain"])
    return problem


def describe(
    problem: Problem,
    *,
    actor: Person,
    now: datetime,
    title: str | None = None,
    symptoms: str | None = None,
    category: Category | Unchanged | None = UNCHANGED,
    expect: int | None = None,
) -> Problem:
    """Correct what happens, as far as it is known. Texts that are None stay; a category that is None is taken off."""
    with change_problem(
        problem, verb="describe", event="problem.described", actor=actor, now=now, expect=expect
    ) as step:
        current = step.problem
        if title is not None:
            current.title = need_text(title, field="title", limit=200)
            step.data["title"] = True
        if symptoms is not None:
            current.symptoms = _text(symptoms, field="symptoms")
            step.data["symptoms"] = True
        if not isinstance(category, Unchanged):
            _need_own(current, category=category)
            current.category = category
            step.data["category"] = category.pk if category else None
        if not step.data:
            raise Refused(_("Nothing to change."), code="nothing")
    return step.problem


def assign(problem: Problem, *, to: Person, actor: Person, now: datetime, expect: int | None = None) -> Problem:
    """Somebody else of the desk sees to it from now on."""
    with change_problem(problem, verb="assign", event="problem.assigned", actor=actor, now=now, expect=expect) as step:
        _need_own(step.problem, owner=to)
        step.problem.owner = to
        step.data["to"] = to.pk
    return step.problem


def state_cause(problem: Problem, *, cause: str, actor: Person, now: datetime, expect: int | None = None) -> Problem:
    """The cause is known: it is a known error from now on. Stated again, the newer text replaces the older."""
    cause = need_body(cause, field="cause", limit=_LIMIT)
    with change_problem(
        problem, verb="state_cause", event="problem.cause_stated", actor=actor, now=now, expect=expect
    ) as step:
        step.data["again"] = bool(step.problem.cause)
        step.problem.cause = cause
        step.problem.state = ProblemState.KNOWN_ERROR
    return step.problem


def dismiss_cause(problem: Problem, *, actor: Person, now: datetime, expect: int | None = None) -> Problem:
    """What was taken for the cause isn't it; one looks again."""
    with change_problem(
        problem, verb="state_cause", event="problem.cause_dismissed", actor=actor, now=now, expect=expect
    ) as step:
        if not step.problem.cause:
            raise Conflict(_("No cause has been stated yet."), code="wrong_state")
        step.problem.cause = ""
        step.problem.state = ProblemState.INVESTIGATING
    return step.problem


def work_around(
    problem: Problem,
    *,
    text: str,
    expires_at: datetime,
    actor: Person,
    now: datetime,
    public_text: str = "",
    expect: int | None = None,
) -> Workaround:
    """What restores the service until `expires_at`, when somebody looks at it again. It replaces the one before.

    `public_text` is what requesters read; without it they read none of it.
    """
    text = need_body(text, field="text", limit=_LIMIT)
    public_text = _text(public_text, field="public_text", limit=_PUBLIC_LIMIT)
    if not now < expires_at <= now + LONGEST:
        raise Refused(_("Choose a moment between now and a year from now."), code="not_future", field="expires_at")
    with change_problem(
        problem, verb="work_around", event="problem.worked_around", actor=actor, now=now, expect=expect
    ) as step:
        replaced = _end_workaround(step.problem, now=now)
        made = Workaround.objects.create(
            problem=step.problem, text=text, public_text=public_text, by=actor, since=now, expires_at=expires_at
        )
        step.data.update(workaround=made.pk, expires_at=expires_at, again=replaced)
    return made


def withdraw_workaround(problem: Problem, *, actor: Person, now: datetime, expect: int | None = None) -> Problem:
    """It doesn't hold: nobody is offered it any more."""
    with change_problem(
        problem, verb="work_around", event="problem.workaround_withdrawn", actor=actor, now=now, expect=expect
    ) as step:
        if not _end_workaround(step.problem, now=now):
            raise Conflict(_("There is no workaround to withdraw."), code="wrong_state")
    return step.problem


def remind(workaround: Workaround, *, now: datetime) -> Problem:
    """Its time is over: whoever sees to the problem hears of it, once."""
    with change_problem(
        workaround.problem, verb="unlink", event="problem.workaround_expired", actor=None, now=now
    ) as step:
        current = current_workaround(step.problem)
        if current is None or current.pk != workaround.pk or current.reminded_at or current.expires_at > now:
            raise Conflict(_("There is nothing to remind anybody of."), code="wrong_state")
        current.reminded_at = now
        current.save(update_fields=["reminded_at"])
        step.data["workaround"] = current.pk
    return step.problem


def fix(
    problem: Problem,
    *,
    text: str,
    test: str,
    public_text: str,
    actor: Person,
    now: datetime,
    cause: str = "",
    expect: int | None = None,
) -> Problem:
    """The cause is removed. All who live with it are told `public_text` and asked to confirm (`causes.py`).

    A fix removes a cause: where none has been stated, `cause` states it.
    """
    text = need_body(text, field="text", limit=_LIMIT)
    test = need_text(test, field="test", limit=300, message=_("Say how it was tested."))
    public_text = need_body(public_text, field="public_text", limit=_PUBLIC_LIMIT)
    with change_problem(problem, verb="fix", event="problem.fixed", actor=actor, now=now, expect=expect) as step:
        current = step.problem
        if cause.strip() or not current.cause:
            current.cause = need_body(cause, field="cause", limit=_LIMIT)
        _end_workaround(current, now=now)
        current.state = ProblemState.FIXED
        current.fix, current.fix_test, current.fix_public = text, test, public_text
        current.fixed_by, current.fixed_at = actor, now
        step.data["linked"] = current.links.count()
    return step.problem


def close(
    problem: Problem, *, actor: Person, now: datetime, conclusion: str = "", expect: int | None = None
) -> Problem:
    """Nothing is left to do: it is fixed, or `conclusion` says why nobody looks any further."""
    with change_problem(problem, verb="close", event="problem.closed", actor=actor, now=now, expect=expect) as step:
        current = step.problem
        if current.state != ProblemState.FIXED:
            conclusion = need_body(conclusion, field="conclusion", limit=_PUBLIC_LIMIT)
        current.conclusion = _text(conclusion, field="conclusion", limit=_PUBLIC_LIMIT)
        _end_workaround(current, now=now)
        step.data["fixed"] = current.fixed_at is not None
        current.state, current.closed_at = ProblemState.CLOSED, now
    return step.problem


def reopen(problem: Problem, *, actor: Person, now: datetime, expect: int | None = None) -> Problem:
    """It is there again. The next fix is told to everybody under it anew."""
    with change_problem(problem, verb="reopen", event="problem.reopened", actor=actor, now=now, expect=expect) as step:
        current = step.problem
        current.state = ProblemState.KNOWN_ERROR if current.cause else ProblemState.INVESTIGATING
        current.fixed_at = current.fixed_by = current.closed_at = None
        current.conclusion = ""
        current.links.update(told_at=None)
    return step.problem


def _indexing(problem: Problem) -> list[Statement]:
    """It is found by its workaround too, while that is offered."""
    workaround = current_workaround(problem)
    return indexing(of_problem(problem, workaround=workaround.text if workaround else ""))


def document(
    problem: Problem, *, article: Article | None, actor: Person, now: datetime, expect: int | None = None
) -> Problem:
    """This article tells of it; None: none does any more."""
    with change_problem(
        problem, verb="document", event="problem.documented", actor=actor, now=now, expect=expect
    ) as step:
        if article is not None and article.desk_id != step.problem.desk_id:
            raise Refused(_("This article belongs to another desk."), code="foreign", field="article")
        step.problem.article = article
        step.data["article"] = article.reference if article else None
    return step.problem


def current_workaround(problem: Problem) -> Workaround | None:
    """What is offered now; it may have expired."""
    return problem.workarounds.filter(ended_at__isnull=True).first()


def _end_workaround(problem: Problem, *, now: datetime) -> bool:
    return bool(problem.workarounds.filter(ended_at__isnull=True).update(ended_at=now))


def _text(text: str, *, field: str, limit: int = _LIMIT) -> str:
    """Several lines that may be left out."""
    text = clean(text).strip()
    if len(text) > limit:
        raise Refused(_("This text is too long."), code="too_long", field=field)
    return text


def _need_own(problem: Problem, *, category: Category | None = None, owner: Person | None = None) -> None:
    if category is not None and category.organisation_id not in {None, problem.desk_id}:
        raise Refused(_("This category belongs to another desk."), code="foreign", field="category")
    if owner is not None and problem.desk_id not in owner.grants.treats_in:
        raise Refused(_("This person doesn’t treat this desk’s tickets."), code="not_desk", field="owner")
