"""A round: look at everything, keep what was found, and say what is new to those who answer for it."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from guichet.watchdog import clocks, elsewhere, looking, tickets
from guichet.watchdog.looking import Fault, Look
from guichet.watchdog.models import Finding, FindingQuerySet, Round

logger = logging.getLogger(__name__)


class Watcher(NamedTuple):
    """Who looks, and for which kinds of findings: what it can't see is not gone."""

    look: Callable[[Look], None]
    kinds: tuple[str, ...]


WATCHERS = (
    Watcher(tickets.watch, (*tickets.KINDS, "lost")),
    Watcher(clocks.watch, ("clock",)),
    Watcher(elsewhere.contacts, ("contact",)),
    Watcher(elsewhere.outgoing, ("outgoing",)),
    Watcher(elsewhere.webhooks, ("webhook",)),
    Watcher(elsewhere.jobs, ("job_missed", "job_failed")),
    Watcher(elsewhere.counters, ("visit", "appointment")),
)
# A watcher that fails.
WATCH = "watch"
# Rounds run every ten minutes: three that didn't are said.
STALE = timedelta(minutes=35)
KEPT = timedelta(days=90)
# Only a whole round looks for these.
_WHOLE_ONLY = frozenset({"lost"})
_Key = tuple[str, str, str]


def go(*, now: datetime, whole: bool = False) -> Round:
    """Look at everything, and keep what is wrong. A watcher that fails is itself a finding, and stops no other."""
    this = Round.objects.create(began_at=now, whole=whole)
    look = Look(now=now, whole=whole)
    unseen: set[str] = set()
    for watcher, kinds in WATCHERS:
        look.at(WATCH, count=1)
        try:
            watcher(look)
        except Exception as error:
            logger.exception("The watchdog could not look at %s", watcher.__name__)
            name = f"{watcher.__module__.rpartition('.')[2]}.{watcher.__name__}"
            look.fault(WATCH, desk=None, subject_type="watch", subject=name, name=name, error=str(error)[:200])
            unseen.update(kinds)
    _keep(look, unseen=unseen | (set() if whole else _WHOLE_ONLY))
    this.looked, this.found, this.ended_at = dict(look.looked), dict(look.found), timezone.now()
    this.save(update_fields=["looked", "found", "ended_at"])
    Round.objects.filter(began_at__lt=now - KEPT).delete()
    Finding.objects.filter(gone_at__lt=now - KEPT).delete()
    return this


@transaction.atomic
def _keep(look: Look, *, unseen: Collection[str]) -> None:
    """What is still there was seen again, what is new is written, and what is no longer there is gone.

    Kinds that nobody looked for to the end, and those with more than is kept, say nothing of what is gone.
    """
    present: dict[_Key, Finding] = {
        (one.kind, one.subject_type, one.subject): one for one in Finding.objects.select_for_update().present()
    }
    new, seen = [], []
    for fault in look.faults:
        known = present.pop((fault.kind, fault.subject_type, fault.subject), None)
        if known is None:
            new.append(_finding(fault, now=look.now))
            continue
        known.detail, known.name, known.desk_id, known.seen_at = _plain(fault), fault.name, fault.desk, look.now
        seen.append(known)
    Finding.objects.bulk_create(new, batch_size=500)
    Finding.objects.bulk_update(seen, ["detail", "name", "desk", "seen_at"], batch_size=500)
    beyond = {kind for kind, count in look.found.items() if count > looking.KEPT}
    gone = [one.pk for key, one in present.items() if key[0] not in unseen and key[0] not in beyond]
    Finding.objects.filter(pk__in=gone).update(gone_at=look.now)


def _finding(fault: Fault, *, now: datetime) -> Finding:
    return Finding(
        kind=fault.kind,
        desk_id=fault.desk,
        subject_type=fault.subject_type,
        subject=fault.subject,
        name=fault.name,
        detail=_plain(fault),
        since=now,
        seen_at=now,
    )


def _plain(fault: Fault) -> dict[str, object]:
    plain: dict[str, object] = json.loads(json.dumps(fault.detail, cls=DjangoJSONEncoder))
    return plain


@dataclass(frozen=True, slots=True)
class Standing:
    """The last round in one line. `at` None: there was none yet. `late`: promises whose time has passed, which are
    broken and yet known to everybody; `wrong`: everything else, which should be 0 on any day."""

    at: datetime | None
    stale: bool
    late: int
    wrong: int
    looked: dict[str, int]

    @property
    def total(self) -> int:
        return self.late + self.wrong


def standing(among: FindingQuerySet, *, now: datetime) -> Standing:
    last = Round.objects.filter(ended_at__isnull=False).first()
    kinds = list(among.present().values_list("kind", flat=True))
    late = sum(kind == "late" for kind in kinds)
    return Standing(
        at=last.began_at if last else None,
        stale=last is None or last.began_at < now - STALE,
        late=late,
        wrong=len(kinds) - late,
        looked=last.looked if last else {},
    )
