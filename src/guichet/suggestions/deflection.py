"""What helps before a ticket: what was shown, opened and said to help, and whether the person asked after all.

Only what can be known is counted. Somebody found their answer without a ticket if they opened something of what was
shown, sent nothing, and opened no ticket by any channel within 48 hours. Nothing here is an event: a ticket's story
begins with the ticket.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, Exists, OuterRef, QuerySet, Value, When

from guichet.people.models import Person
from guichet.suggestions.models import AnswerShown, Asking, Ended
from guichet.tickets.coming_back import COMES_BACK_WITHIN, asked_again
from guichet.tickets.models import Ticket

# Who comes back to the field within this time goes on with what they began.
_SAME_WITHIN = timedelta(minutes=30)
# So much is shown in one go, however long somebody types.
MOST = 12
REMEMBERED_FOR = timedelta(days=90)
_BATCH = 500


@dataclass(frozen=True)
class Subject:
    """What is shown: `kind` is "article", "tree" or "major", `number` its row's."""

    kind: str
    number: int


def show(
    subjects: Sequence[Subject], *, person: Person, now: datetime, key: str = ""
) -> tuple[Asking, dict[Subject, AnswerShown]]:
    """That these are shown to somebody who is about to ask; those of them that may be, each with its row.

    `key` is that of what they were shown before. Without it, or where it is nobody's, what they began just now goes on.
    """
    with transaction.atomic():
        asking = _current(key, person=person, now=now)
        known = {_subject(row): row for row in asking.answers.all()}
        new = [subject for subject in dict.fromkeys(subjects) if subject not in known][: max(MOST - len(known), 0)]
        rows = [AnswerShown(asking=asking, **{f"{subject.kind}_id": subject.number}) for subject in new]
        if rows:
            AnswerShown.objects.bulk_create(rows)
            _moved(asking, now=now)
    known |= dict(zip(new, rows, strict=True))
    return asking, {subject: known[subject] for subject in subjects if subject in known}


def opened(number: int, *, person: Person, now: datetime) -> AnswerShown | None:
    """The one that they open; None where it was not shown to them."""
    with transaction.atomic():
        row = _of(person).filter(pk=number).first()
        if row is not None and row.asking.ended == Ended.WAITING:
            if not row.opened:
                row.opened = True
                row.save(update_fields=["opened"])
            _moved(row.asking, now=now)
    return row


def helped(number: int, *, person: Person, now: datetime) -> AnswerShown | None:
    """They say that it answered them; None where it was not shown to them."""
    with transaction.atomic():
        row = opened(number, person=person, now=now)
        if row is not None and row.asking.ended == Ended.WAITING and not row.helped:
            row.helped = True
            row.save(update_fields=["helped"])
    return row


def is_reading(key: str, *, person: Person) -> bool:
    """Whether they have opened something of what they were shown."""
    number = _key(key)
    return number is not None and _of(person).filter(asking__key=number, opened=True).exists()


def sent(key: str, *, ticket: Ticket) -> None:
    """What they were about to ask became a ticket after all."""
    number = _key(key)
    if number is not None:
        mine = Asking.objects.filter(key=number, person=ticket.requester, ended=Ended.WAITING)
        mine.update(ticket=ticket, ended=Ended.SENT)


def decide(*, now: datetime) -> int:
    """Of those that were left alone for 48 hours it can be said what came of them; of how many it is."""
    waiting = Asking.objects.filter(ended=Ended.WAITING, moved_at__lte=now - COMES_BACK_WITHIN).order_by("moved_at")
    batch = list(waiting.values_list("pk", flat=True)[:_BATCH])
    again = asked_again(person="person", since="began_at", until="moved_at")
    any_opened = Exists(AnswerShown.objects.filter(asking=OuterRef("pk"), opened=True))
    found = Case(
        # Who it was is not known any more.
        When(person=None, then=Value(Ended.LEFT)),
        When(again, then=Value(Ended.CAME_BACK)),
        When(any_opened, then=Value(Ended.DEFLECTED)),
        default=Value(Ended.LEFT),
    )
    return Asking.objects.filter(pk__in=batch, ended=Ended.WAITING).update(ended=found)


def forget(*, now: datetime) -> int:
    """Who it was is of no use any more; of how many it was forgotten."""
    old = Asking.objects.filter(person__isnull=False, began_at__lt=now - REMEMBERED_FOR).exclude(ended=Ended.WAITING)
    batch = list(old.values_list("pk", flat=True)[:_BATCH])
    return Asking.objects.filter(pk__in=batch).update(person=None, ticket=None)


def _current(key: str, *, person: Person, now: datetime) -> Asking:
    number = _key(key)
    own = Asking.objects.select_for_update(of=("self",)).filter(person=person, ended=Ended.WAITING)
    lately = own.filter(moved_at__gt=now - _SAME_WITHIN).order_by("-moved_at", "-pk")
    found = (own.filter(key=number).first() if number else None) or lately.first()
    if found is None:
        # Of two that are typed at the same time the second waits, and goes on with what the first began.
        Person.objects.select_for_update(no_key=True).only("pk").get(pk=person.pk)
        found = lately.first()
    return found or Asking.objects.create(desk=person.organisation.desk, person=person, began_at=now, moved_at=now)


def _of(person: Person) -> QuerySet[AnswerShown]:
    return AnswerShown.objects.filter(asking__person=person).select_related("asking")


def _moved(asking: Asking, *, now: datetime) -> None:
    asking.moved_at = now
    asking.save(update_fields=["moved_at"])


def _subject(row: AnswerShown) -> Subject:
    kind = next(name for name in ("article", "tree", "major") if getattr(row, f"{name}_id"))
    return Subject(kind, getattr(row, f"{kind}_id"))


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
