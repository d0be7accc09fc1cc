"""What the index keeps: one row for each piece that can be found, and the words that are known to stand in them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Substr

from guichet.people.models import Organisation
from guichet.search.kept import KeptSearch
from guichet.search.words import LONGEST_KNOWN

__all__ = ["Entry", "KeptSearch", "KnownWord", "WrittenWords"]


class Entry(models.Model):
    """One piece that can be found: a ticket's own text, one of its messages, an article, a person.

    `subject` is what opens: a message's entry is that of its ticket, with the message as its `part`.
    `words` are numbers (`writing.number_of`): four for where it belongs (kind, desk, fortnight, day), those of the
    title, then those of the text in its order, so that one index serves words, places and time together.
    """

    pk = models.CompositePrimaryKey("kind", "subject", "part")
    subject = models.BigIntegerField()
    part = models.BigIntegerField(default=0)
    # Whose thing it is, and whom it concerns: who may find it is said in these terms.
    desk = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+", db_index=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    # What "newest" means.
    at = models.DateTimeField()
    # How many of `words` are the title's.
    titled = models.PositiveSmallIntegerField(default=0)
    # Only those who treat tickets at the desk may find it.
    inside = models.BooleanField(default=False)
    kind = models.CharField(max_length=16)
    words = ArrayField(models.IntegerField())

    class Meta:
        indexes = [
            # What is written waits in the index's own list until the job sorts it in: the action needn't. In kB.
            GinIndex(fields=["words"], name="entry_words", fastupdate=True, gin_pending_list_limit=512),
            models.Index(fields=["desk", "at"], name="entry_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}.{self.part}"


class KnownWord(models.Model):
    """A word as people write it, folded, and in about how many entries: what a begun or misspelt word may become.

    It is never shown by itself: its entries may be nobody's business. `jobs.learn_words` fills it.
    """

    word = models.CharField(max_length=LONGEST_KNOWN, primary_key=True, db_collation="C")
    entries = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(Substr("word", 1, 1), models.F("entries").desc(), name="known_word_by_letter")]

    def __str__(self) -> str:
        return self.word


class WrittenWords(models.Model):
    """The words of an entry just written, a space before each, until they are among the known ones."""

    words = models.TextField()

    def __str__(self) -> str:
        return self.words.strip()


class RebuildMark(models.Model):
    """How far writing the index anew has come with one kind of thing; there is none while nobody does so."""

    kind = models.CharField(max_length=16, primary_key=True)
    after = models.BigIntegerField(default=0)
    done = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.kind
