"""What a desk's own solved tickets teach about each field: learned by night, kept in versions, chosen by managers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from subprocess import SubprocessError
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Left
from django.utils.translation import gettext_lazy as _

from guichet.lib.errors import Conflict, Refused
from guichet.people.managing import need_manager, noted
from guichet.people.models import Organisation, Person, Team
from guichet.suggestions.apart import Taught, learn_apart
from guichet.suggestions.models import Field, FieldSwitch, Lesson
from guichet.tickets.models import State, Ticket

if TYPE_CHECKING:
    from guichet.suggestions.learned import Learned

# What is learned from texts. A tag of equipment is read, not learned.
LEARNED = (Field.CATEGORY, Field.KIND, Field.TEAM, Field.IMPACT, Field.URGENCY)
_COLUMN = {
    Field.CATEGORY: "category", Field.KIND: "kind", Field.TEAM: "team", Field.IMPACT: "impact",
    Field.URGENCY: "urgency",
}  # fmt: skip
WINDOW = timedelta(days=730)
# The youngest are enough; with fewer than so many nothing is learned.
TICKETS_MAX, TICKETS_LEAST = 20_000, 60
# Characters of a description that are read.
READ = 4_000
# So many versions of a field can be gone back to; so many are told of.
KEPT, TOLD = 3, 20

# Those asked last come last; the first is forgotten where there are too many: each takes some megabytes.
_known: dict[tuple[str, int], Learned] = {}
_KNOWN_MAX = 10


def text_of(title: str, description: str) -> str:
    """What is read of a ticket: the same when learning and when asked."""
    return f"{title}\n{description[:READ]}"


def learn_all(*, now: datetime) -> int:
    """Each desk's lessons anew; how many versions that made. One that fails keeps none of the others from being
    learned, and is told at the end."""
    desks = Organisation.objects.filter(Exists(Team.objects.filter(organisation=OuterRef("pk"))))
    made, failed = 0, None
    for desk in desks.order_by("pk"):
        for field in LEARNED:
            try:
                made += len(learn_desk(desk, now=now, fields=[field]))
            except (RuntimeError, SubprocessError) as failure:
                failed = failure
    if failed is not None:
        raise failed
    return made


def learn_desk(desk: Organisation, *, now: datetime, fields: Iterable[str] = LEARNED) -> list[Lesson]:
    """A version more of each field that is switched on and has enough to learn from."""
    off = switched_off(desk)
    made = []
    for field in (Field(name) for name in fields if name in LEARNED and name not in off):
        solved = _solved(desk, field, now=now)
        told = solved.order_by().aggregate(tickets=Count("pk"), answers=Count(_COLUMN[field], distinct=True))
        if told["tickets"] < TICKETS_LEAST or told["answers"] < 2:
            continue
        taught = learn_apart(_pairs(solved, field))
        if taught is not None:
            made.append(_keep(desk, field, taught, now=now))
    return made


def _solved(desk: Organisation, field: Field, *, now: datetime) -> QuerySet[Ticket]:
    """The solved tickets that say something of the field, the youngest first."""
    ended = Ticket.objects.filter(
        desk=desk, state__in=(State.RESOLVED, State.CLOSED), resolved_at__gte=now - WINDOW, resolved_at__lte=now,
        team__organisation=desk,
    )  # fmt: skip
    return ended.exclude(**{f"{_COLUMN[field]}": None}).order_by("-resolved_at", "-pk")


def _pairs(solved: QuerySet[Ticket], field: Field) -> Iterator[tuple[str, str]]:
    """What is read of each, with what it ended as."""
    rows = solved.values_list("title", Left("description", READ), _COLUMN[field])[:TICKETS_MAX]
    for title, description, label in rows.iterator(chunk_size=500):
        yield text_of(title, description), str(label)


def _keep(desk: Organisation, field: Field, taught: Taught, *, now: datetime) -> Lesson:
    """The new version, in use unless it is worse than what is. Of older ones only the newest keep their data."""
    measured = taught.measured
    with transaction.atomic():
        Organisation.objects.select_for_update().only("pk").get(pk=desk.pk)
        versions = Lesson.objects.filter(organisation=desk, field=field)
        last = versions.defer("data").first()
        used = versions.defer("data").filter(in_use=True).first()
        better = used is None or not_worse(measured["accuracy"], than=used.accuracy, tickets=measured["rows"])
        if better and used is not None:
            versions.filter(pk=used.pk).update(in_use=False)
        made = Lesson.objects.create(
            organisation=desk,
            field=field,
            number=last.number + 1 if last else 1,
            made_at=now,
            tickets=measured["rows"],
            classes=measured["classes"],
            accuracy=measured["accuracy"],
            macro_f1=measured["macro_f1"],
            coverage_at_90=measured["coverage_at_90"],
            ece=measured["ece"],
            usual=measured["usual"],
            threshold=measured["threshold"],
            data=taught.data,
            in_use=better,
        )
        versions.filter(number__lte=made.number - KEPT, in_use=False).update(data=None)
        versions.filter(number__lte=made.number - TOLD, in_use=False).delete()
    return made


def not_worse(accuracy: float, *, than: float, tickets: int) -> bool:
    """Whether it is as right as the other, save for what chance does to a share of so many tickets (one standard
    error)."""
    return accuracy >= than - math.sqrt(max(than * (1 - than), 0.0) / max(tickets, 1))


def use(lesson: Lesson, *, actor: Person, now: datetime) -> Lesson:
    """Go by this version from now on: back to an older one, or on to one that was held back."""
    desk = lesson.organisation
    need_manager(actor, desk)
    with transaction.atomic():
        Organisation.objects.select_for_update().only("pk").get(pk=desk.pk)
        versions = Lesson.objects.filter(organisation=desk, field=lesson.field)
        if not versions.filter(pk=lesson.pk, data__isnull=False).exists():
            raise Conflict(_("This version is no longer kept."), code="gone")
        versions.filter(in_use=True).exclude(pk=lesson.pk).update(in_use=False)
        versions.filter(pk=lesson.pk).update(in_use=True)
    noted("lesson used", subject=lesson, actor=actor, now=now)
    return lesson


def switched_off(desk: Organisation | int) -> set[str]:
    return set(FieldSwitch.objects.filter(organisation=desk, on=False).values_list("field", flat=True))


def switch(*, desk: Organisation, field: str, on: bool, actor: Person, now: datetime) -> None:
    """Off: nothing is learned or suggested for this field, and what was is no longer shown."""
    need_manager(actor, desk)
    if field not in Field.values:
        raise Refused(_("Choose one of the answers offered."), code="unknown_choice", field="field")
    made, _new = FieldSwitch.objects.update_or_create(
        organisation=desk, field=field, defaults={"on": on, "by": actor, "at": now}
    )
    noted("suggestions on" if on else "suggestions off", subject=made, actor=actor, now=now)


def in_use(desk: Organisation | int) -> Mapping[str, Lesson]:
    """The lessons that speak, by field: those right often enough somewhere."""
    rows = Lesson.objects.filter(organisation=desk, in_use=True, threshold__isnull=False).defer("data")
    return {row.field: row for row in rows.order_by(F("field"))}


def versions_of(desk: Organisation) -> Mapping[str, list[Lesson]]:
    """The newest versions by field, without their data; `kept` says of each whether one can go by it."""
    rows = Lesson.objects.filter(organisation=desk).defer("data").annotate(kept=Q(data__isnull=False))
    found: dict[str, list[Lesson]] = {}
    for row in rows.order_by("field", "-number"):
        found.setdefault(row.field, []).append(row)
    return found


def learned_of(lesson: Lesson) -> Learned | None:
    """Its data, read once by a process. Versions never change; None where it was forgotten meanwhile, or was kept by an
    older product."""
    # Here alone: the processes that answer people never load what learning needs.
    from guichet.suggestions.learned import Learned

    key = str(connection.settings_dict["NAME"]), lesson.pk
    if key in _known:
        _known[key] = _known.pop(key)
        return _known[key]
    data = Lesson.objects.filter(pk=lesson.pk).values_list("data", flat=True).first()
    try:
        learned = Learned.from_bytes(bytes(data or b""))
    except ValueError:
        return None
    while len(_known) >= _KNOWN_MAX:
        del _known[next(iter(_known))]
    _known[key] = learned
    return learned
