"""A desk's present policies applied to its open tickets: foreseen, shown, then done by a job, in batches."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from guichet.lib.batches import batch
from guichet.lib.errors import Conflict, Refused
from guichet.lib.live import Event as LiveEvent
from guichet.lib.live import publish
from guichet.lib.text import one_line
from guichet.people.managing import need_manager, need_own, noted
from guichet.people.models import Organisation, Person
from guichet.tickets import applying, clocks, lifecycle
from guichet.tickets.models import Commitment, PlannedChange, PolicyApplication, Ticket

LOOKED_AT, CHANGED_AT_ONCE = 1_000, 200
# More open tickets are gone through by a job.
AT_ONCE = 500
FORGOTTEN_AFTER = timedelta(days=1)
_COLUMNS = (
    "opened_at", "organisation", "desk", "service", "category", "kind", "severity", "state", "version", "chain",
    "promise_kind", "promise_owner", "promise_due_at", "updated_at", "reference", "requester",
)  # fmt: skip
Later = Callable[[int], object]


def ask(*, desk: Organisation, actor: Person, now: datetime, later: Later) -> PolicyApplication:
    """What applying would change; of many tickets, `later` has a job find out. Nothing changes by asking."""
    need_manager(actor, desk)
    _need_none_running(desk)
    waiting = Ticket.objects.filter(desk=desk, state__in=lifecycle.UNSOLVED)
    with transaction.atomic():
        PolicyApplication.objects.filter(organisation=desk, by=actor, begun_at=None).delete()
        made = PolicyApplication.objects.create(
            organisation=desk, by=actor, asked_at=now, tickets=waiting.count(), terms=applying.mark_of(desk)
        )
        if made.tickets > AT_ONCE:
            later(made.pk)
            return made
    plan(made.pk, now=now)
    made.refresh_from_db()
    return made


def plan(application: int, *, now: datetime) -> int:
    """Go through the desk's open tickets and write down what would change; how many were looked at."""
    with batch():
        while _plan_some(application, now=now):
            pass
    return PolicyApplication.objects.filter(pk=application).values_list("looked", flat=True).first() or 0


@transaction.atomic
def _plan_some(application: int, *, now: datetime) -> bool:
    mine = _locked(application)
    if mine is None or mine.planned_at is not None:
        return False
    open_ones = Ticket.objects.filter(desk=mine.organisation, state__in=lifecycle.UNSOLVED, pk__gt=mine.reached)
    tickets = list(open_ones.only(*_COLUMNS).order_by("pk")[:LOOKED_AT])
    if not tickets:
        mine.planned_at, mine.reached = now, 0
        mine.save(update_fields=["planned_at", "reached"])
        return False
    stays = Counter(mine.stays)
    rows = []
    for ticket, found in _weighed(mine.organisation, tickets, now=now):
        stays.update(found.stays)
        mine.touched += bool(found.changes)
        rows += [_row(mine, ticket, change) for change in found.changes]
    PlannedChange.objects.bulk_create(rows, batch_size=LOOKED_AT)
    mine.looked += len(tickets)
    mine.reached, mine.stays = tickets[-1].pk, dict(stays)
    mine.save(update_fields=["looked", "reached", "stays", "touched"])
    return True


def begin(
    application: PolicyApplication, *, reason: str, actor: Person, now: datetime, later: Later
) -> PolicyApplication:
    """Say that it is to be done, and why; `later` has a job do it."""
    desk = application.organisation
    need_manager(actor, desk)
    need_own(application, desk)
    reason = one_line(reason)
    if not reason:
        raise Refused(_("Say why promises that were made are changed."), code="required", field="reason")
    if len(reason) > 240:
        raise Refused(_("This text is too long."), code="too_long", field="reason")
    _need_none_running(desk)
    try:
        with transaction.atomic():
            mine = _locked(application.pk)
            if mine is None or mine.begun_at is not None:
                raise Conflict(_("It has been applied already."), code="applied")
            if mine.planned_at is None:
                raise Conflict(_("What would change isn’t known yet: wait a moment."), code="planning")
            if mine.terms != applying.mark_of(mine.organisation):
                raise Conflict(
                    _("Policies or calendars changed since this was worked out: look at it again."), code="outdated"
                )
            if not mine.touched:
                raise Conflict(_("There is nothing to change."), code="nothing")
            mine.by, mine.reason, mine.begun_at = actor, reason, now
            mine.save(update_fields=["by", "reason", "begun_at"])
            noted("policies applied", subject=mine, actor=actor, now=now)
            later(mine.pk)
    except IntegrityError as error:
        raise _running() from error
    return mine


def carry_out(application: int, *, clock: Callable[[], datetime]) -> int:
    """Do what was foreseen, as it has to be done now; each batch is a transaction that locks its tickets only.

    A repeat goes on where it was; how many tickets changed.
    """
    mine = PolicyApplication.objects.select_related("organisation", "by").filter(pk=application).first()
    if mine is None or mine.state != "applying":
        return 0
    with batch():
        desk, agreed = mine.organisation, mine.terms == applying.mark_of(mine.organisation)
        done = 0
        while agreed and (some := _carry_out_some(application, desk, now=clock())) is not None:
            done += some
    PolicyApplication.objects.filter(pk=application, finished_at=None).update(finished_at=clock(), outdated=not agreed)
    return done


@transaction.atomic
def _carry_out_some(application: int, desk: Organisation, *, now: datetime) -> int | None:
    mine = _locked(application)
    if mine is None or mine.finished_at is not None:
        return None
    left = mine.changes.filter(ticket__gt=mine.reached).order_by("ticket").values_list("ticket", flat=True)
    chosen = list(left.distinct()[:CHANGED_AT_ONCE])
    if not chosen:
        return None
    found = Ticket.objects.filter(pk__in=chosen, desk=desk).select_for_update(of=("self",))
    tickets = [t for t in found.only(*_COLUMNS).order_by("pk") if t.state in lifecycle.UNSOLVED]
    changed, rows = 0, []
    for ticket, weighed in _weighed(desk, tickets, now=now):
        if weighed.changes:
            applying.apply_to(ticket, weighed.changes, application=mine.pk, by=mine.by, reason=mine.reason, now=now)
            changed += 1
        rows += [_row(mine, ticket, change, done_at=now) for change in weighed.changes]
    PlannedChange.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["application", "ticket", "measure"],
        update_fields=["how", "was", "due", "at", "done_at"], batch_size=LOOKED_AT,
    )  # fmt: skip
    mine.reached, mine.handled = chosen[-1], mine.handled + len(chosen)
    mine.save(update_fields=["reached", "handled"])
    if changed:
        publish(LiveEvent(kind="list", topic=f"desk:{desk.pk}"))
    return changed


def forget_old(*, now: datetime) -> int:
    """Those that nobody applied in time; how many rows."""
    return PolicyApplication.objects.filter(begun_at=None, asked_at__lt=now - FORGOTTEN_AFTER).delete()[0]


def counts(application: PolicyApplication) -> dict[str, dict[str, int]]:
    """By measure and what becomes of it: how many promises; once it was begun, of those that were changed."""
    rows = application.changes.order_by()
    if application.begun_at:
        rows = rows.filter(done_at__isnull=False)
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for measure, how, number in rows.values_list("measure", "how").annotate(Count("pk")):
        found[measure][how] = number
    return dict(found)


def _weighed(desk: Organisation, tickets: Iterable[Ticket], *, now: datetime) -> list[tuple[Ticket, applying.Weighed]]:
    """Of those that were promised something else than what is said today; three queries, however many they are."""
    tickets = list(tickets)
    rows: defaultdict[int, list[Commitment]] = defaultdict(list)
    for row in Commitment.objects.filter(ticket__in=tickets).current().order_by("id"):
        rows[row.ticket_id].append(row)
    for ticket in tickets:
        ticket.desk = desk
    other = [ticket for ticket in tickets if applying.differs(ticket, rows[ticket.pk])]
    told = clocks.stories(other) if other else {}
    return [(ticket, applying.weigh(ticket, rows[ticket.pk], told[ticket.pk], now=now)) for ticket in other]


def _row(
    application: PolicyApplication, ticket: Ticket, change: applying.Change, *, done_at: datetime | None = None
) -> PlannedChange:
    return PlannedChange(
        application=application, ticket=ticket, measure=change.measure, how=change.how, was=change.was,
        due=change.due, at=change.at, done_at=done_at,
    )  # fmt: skip


def _locked(application: int) -> PolicyApplication | None:
    rows = PolicyApplication.objects.select_related("organisation", "by").select_for_update(of=("self",))
    return rows.filter(pk=application).first()


def _need_none_running(desk: Organisation) -> None:
    if PolicyApplication.objects.filter(organisation=desk, begun_at__isnull=False, finished_at=None).exists():
        raise _running()


def _running() -> Conflict:
    return Conflict(_("The policies are being applied right now: wait until that is done."), code="running")
