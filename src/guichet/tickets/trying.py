"""Trials carried out: tickets in chunks, progress as it goes, figures at the end. Doing it again does nothing more."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from guichet.lib.batches import batch
from guichet.people.models import Organisation, Person
from guichet.sla import drafts
from guichet.sla.models import SEVERITIES, Measure
from guichet.tickets.models import Ticket, Trial, TrialChange, TrialState, Verdict
from guichet.tickets.what_if import SIDES, Change, Facts, Made, Offered, Tally, pasts

logger = logging.getLogger(__name__)

CHUNK = 500
# Of more tickets the newest are tried, and of those that change so many are kept each way.
TICKETS_MAX = 100_000
CHANGES_MAX = 2_000
KEPT = timedelta(days=30)
_FACTS = ("pk", "opened_at", "organisation_id", "service_id", "category_id", "kind", "severity")


def past_tickets(desk: Organisation, *, by: Person, weeks: int, now: datetime) -> QuerySet[Ticket]:
    """Those of a desk opened in so many weeks before `now`, as far as the person sees them."""
    return Ticket.objects.at_desk_of(by).filter(
        desk=desk, opened_at__gt=now - timedelta(weeks=weeks), opened_at__lte=now
    )


def carry_out(trial: Trial) -> Trial:
    """Try the draft on the tickets there were when it was asked. What was tried already stays tried."""
    if trial.state == TrialState.DONE:
        return trial
    Trial.objects.filter(pk=trial.pk).update(state=TrialState.RUNNING, tried=0)

    def progress(tried: int) -> None:
        Trial.objects.filter(pk=trial.pk).update(tried=tried)

    try:
        tally, tried = reckon(trial, progress=progress)
    except Exception:
        logger.exception("Trial %s was interrupted", trial.pk)
        Trial.objects.filter(pk=trial.pk).update(state=TrialState.FAILED, finished_at=timezone.now())
        raise
    _keep(trial, tally, tried=tried)
    trial.refresh_from_db()
    return trial


def reckon(trial: Trial, *, progress: Callable[[int], None] = lambda _tried: None) -> tuple[Tally, int]:
    """What came of it, and of how many tickets. Holds one chunk of them at a time."""
    now, desk = trial.asked_at, trial.desk
    tally, tried = Tally(most=CHANGES_MAX), 0
    with batch():
        present = drafts.present(desk)
        in_force, draft = Offered(present), Offered(drafts.under(desk, trial.draft))
        found = past_tickets(desk, by=trial.by, weeks=trial.weeks, now=now).order_by("-opened_at", "-id")
        wanted = list(found.values_list("pk", flat=True)[:TICKETS_MAX])
        for begin in range(0, len(wanted), CHUNK):
            chosen = wanted[begin : begin + CHUNK]
            rows = Ticket.objects.filter(pk__in=chosen).order_by("-opened_at", "-id").values_list(*_FACTS)
            facts = [Facts(*row) for row in rows]
            made = Made(present, chosen, now=now)
            for past in pasts(facts, now=now):
                tally.take(past, now_in_force=in_force, draft=draft, made=made, now=now)
            tried += len(facts)
            progress(tried)
    return tally, tried


def _keep(trial: Trial, tally: Tally, *, tried: int) -> None:
    with transaction.atomic():
        there = Trial.objects.select_for_update().filter(pk=trial.pk).first()
        if there is None or there.state == TrialState.DONE:
            return
        TrialChange.objects.filter(trial=there).delete()
        TrialChange.objects.bulk_create([_row(there, change) for change in tally.changes], batch_size=500)
        there.state, there.tried, there.tickets, there.finished_at = TrialState.DONE, tried, tried, timezone.now()
        there.result = told(tally)
        there.save(update_fields=["state", "tried", "tickets", "finished_at", "result"])


def _row(trial: Trial, change: Change) -> TrialChange:
    was, becomes = change.was, change.becomes
    return TrialChange(
        trial=trial,
        ticket_id=change.ticket,
        measure=change.measure,
        severity=change.severity,
        worse=change.worse,
        was=was.verdict if was else "",
        becomes=becomes.verdict if becomes else "",
        was_due=was.due if was else None,
        becomes_due=becomes.due if becomes else None,
        promises=change.promises,
    )


def told(tally: Tally) -> dict[str, Any]:
    """`lines`: by measure and severity, how many promises are kept, broken and open on each side, and how many become
    broken or are no longer; `worse` and `better`: of how many tickets a measure changes so."""
    lines = []
    for measure in Measure.values:
        for severity in SEVERITIES:
            sides = {side: [tally.verdicts[measure, severity, side, v] for v in Verdict.values] for side in SIDES}
            if any(map(any, sides.values())):
                moves = {"worse": tally.moves[measure, severity, True], "better": tally.moves[measure, severity, False]}
                lines.append({"measure": measure, "severity": severity, **sides, **moves})
    return {"lines": lines, "worse": tally.changed[True], "better": tally.changed[False]}


def forget_old(*, now: datetime) -> int:
    """Trials of more than thirty days ago; how many rows."""
    gone, _ = Trial.objects.filter(asked_at__lt=now - KEPT).delete()
    return gone
