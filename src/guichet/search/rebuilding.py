"""The whole index written anew while people search in it: batch by batch, from where the last attempt stopped.

Each batch reads and writes one moment of the database (repeatable read): what an action changes meanwhile is not
overwritten with what was read before, the batch is done again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby

from django.db import OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected, SerializationFailure

from guichet.search.findable import Findable, findables
from guichet.search.jobs import forget_rarest, sort_in
from guichet.search.models import Entry, KnownWord, RebuildMark, WrittenWords
from guichet.search.writing import Words, know, spoken, write_all

BATCH = 500
"""Subjects of one transaction."""
_TRIES = 10


@dataclass
class Rebuilt:
    """How many entries were written, and how many were left over from what is gone."""

    entries: int = 0
    dropped: int = 0


def rebuild(
    *, from_the_start: bool = False, progress: Callable[[str, int], None] = lambda _kind, _count: None
) -> Rebuilt:
    """Everything that is findable; begun anew where no attempt was left unfinished. `progress` hears of each batch."""
    if from_the_start or not RebuildMark.objects.exists():
        _begin()
    done = Rebuilt()
    by_name = {findable.name: findable for findable in findables()}
    for mark in RebuildMark.objects.order_by("pk"):
        findable = by_name.get(mark.kind)
        while findable and not mark.done:
            written, dropped = _again(findable, mark)
            done.entries += written
            done.dropped += dropped
            progress(mark.kind, written)
    done.dropped += _end()
    sort_in()
    return done


def _begin() -> None:
    """A mark for each kind; the dictionary is counted anew, and serves as it is meanwhile."""
    with transaction.atomic():
        RebuildMark.objects.all().delete()
        RebuildMark.objects.bulk_create(RebuildMark(kind=findable.name) for findable in findables())
        KnownWord.objects.update(entries=0)
        WrittenWords.objects.all().delete()


def _end() -> int:
    """Words and kinds that nothing has any more are gone, and so are the marks; how many entries that was."""
    kinds = {kind for findable in findables() for kind in findable.kinds}
    with transaction.atomic():
        KnownWord.objects.filter(entries=0).delete()
        forget_rarest()
        RebuildMark.objects.all().delete()
        return Entry.objects.exclude(kind__in=kinds).delete()[0]


def _again(findable: Findable, mark: RebuildMark) -> tuple[int, int]:
    """One batch, as often as something came between."""
    for _ in range(_TRIES):
        with suppress(_CameBetween):
            return _one(findable, mark)
    raise RuntimeError(f"The index of {findable.name} is written by others all the time after {mark.after}.")


class _CameBetween(Exception):
    """An action wrote what a batch had read."""


def _one(findable: Findable, mark: RebuildMark) -> tuple[int, int]:
    """The next subjects written, and what is left of others among them dropped."""
    try:
        with transaction.atomic():
            _see_one_moment()
            batch, last = _next(findable, after=mark.after)
            write_all(batch)
            dropped = _drop_others(findable, batch, after=mark.after, until=last)
            RebuildMark.objects.filter(pk=mark.pk).update(after=last or mark.after, done=last is None)
    except OperationalError as error:
        if isinstance(error.__cause__, SerializationFailure | DeadlockDetected):
            raise _CameBetween from error
        raise
    mark.after, mark.done = last or mark.after, last is None
    know(spoken(batch))
    return len(batch), dropped


def _see_one_moment() -> None:
    """From here on. Where the caller's own transaction is around us, it is theirs to say what it sees."""
    if len(connection.savepoint_ids) == 0:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT 1")


def _next(findable: Findable, *, after: int) -> tuple[list[Words], int | None]:
    """The words of the next subjects, and the last of these; None where there are no more."""
    batch: list[Words] = []
    for n, (_, words) in enumerate(groupby(findable.everything(after), key=lambda words: words.subject)):
        if n == BATCH:
            return batch, batch[-1].subject
        batch += words
    return batch, None


def _drop_others(findable: Findable, batch: Iterable[Words], *, after: int, until: int | None) -> int:
    there = Entry.objects.filter(kind__in=findable.kinds, subject__gt=after)
    if until is not None:
        there = there.filter(subject__lte=until)
    written = {(words.kind, words.subject, words.part) for words in batch}
    left = [key for key in there.values_list("kind", "subject", "part") if key not in written]
    return sum(Entry.objects.filter(kind=kind, subject=subject, part=part).delete()[0] for kind, subject, part in left)
