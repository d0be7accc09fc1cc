"""What the index does by itself: what was written is sorted in, its words become known ones."""

from __future__ import annotations

from collections import Counter

from django.db import connection, transaction

from guichet.lib.jobs import job
from guichet.search.models import KnownWord
from guichet.search.writing import know

# One run's share; the next minute takes the rest.
_BATCH, _ROUNDS = 2_000, 20
# With more words than this, the rarest are forgotten: slips, and names that one entry has.
MOST_WORDS = 200_000

_TAKE = """
DELETE FROM search_writtenwords WHERE id IN (
    SELECT id FROM search_writtenwords ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING words
"""


@job(name="search.learn_words", queueing_lock="search.learn_words")
def learn_words(timestamp: int = 0) -> int:
    """Words written since the last time are known, for completions and corrections; of how many entries."""
    learned = 0
    for _ in range(_ROUNDS):
        taken = _learn_some()
        learned += taken
        if taken < _BATCH:
            break
    if learned:
        forget_rarest()
        sort_in()
    return learned


def sort_in() -> None:
    """What waits in the list of the index of words goes to its place: searches read the list through."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('entry_words')")


def _learn_some() -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TAKE, [_BATCH])
        rows = cursor.fetchall()
        know(Counter(word for (words,) in rows for word in words.split()))
    return len(rows)


def forget_rarest() -> int:
    """What is more than the dictionary is to hold; how many words."""
    over = KnownWord.objects.count() - MOST_WORDS
    if over <= 0:
        return 0
    rarest = KnownWord.objects.order_by("entries", "word").values_list("pk", flat=True)[:over]
    return KnownWord.objects.filter(pk__in=list(rarest)).delete()[0]
