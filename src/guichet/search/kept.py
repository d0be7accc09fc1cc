"""What a person searched for: the last searches, and those that they keep under a name."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from guichet.lib.errors import Refused
from guichet.lib.text import one_line
from guichet.people.models import Person

LINE, NAME = 200, 60
_RECENT, _KEPT = 8, 30


class KeptSearch(models.Model):
    """A query line that a person typed: kept under its name, or without one among their last searches."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", db_index=False)
    line = models.CharField(max_length=LINE)
    name = models.CharField(max_length=NAME, blank=True)
    used_at = models.DateTimeField()

    class Meta:
        ordering = ["-used_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["person", "line"], name="one_search_a_line")]

    def __str__(self) -> str:
        return self.name or self.line

    @property
    def query(self) -> str:
        """As the end of the search page's address."""
        return urlencode({"q": self.line})


def searches_of(person: Person) -> tuple[list[KeptSearch], list[KeptSearch]]:
    """Those with a name, by name; and the last ones without."""
    rows = list(KeptSearch.objects.filter(person=person))
    named = sorted((row for row in rows if row.name), key=lambda row: row.name.casefold())
    return named, [row for row in rows if not row.name]


def remember(line: str, *, person: Person, now: datetime) -> None:
    """It was searched for just now. Of those without a name only the last few are remembered."""
    line = one_line(line)[:LINE]
    if not line:
        return
    KeptSearch.objects.bulk_create(
        [KeptSearch(person=person, line=line, used_at=now)],
        update_conflicts=True,
        unique_fields=["person", "line"],
        update_fields=["used_at"],
    )
    old = KeptSearch.objects.filter(person=person, name="").values_list("pk", flat=True)[_RECENT : _RECENT + 50]
    KeptSearch.objects.filter(pk__in=list(old)).delete()


def keep(line: str, *, name: str, person: Person, now: datetime) -> KeptSearch:
    """Under a name of one's own; named anew, the newer name holds."""
    line, name = one_line(line)[:LINE], one_line(name)
    if not line:
        raise Refused(_("Search for something first."), code="required", field="q")
    if not name or len(name) > NAME:
        raise Refused(_("Give it a short name."), code="required", field="name")
    with transaction.atomic():
        # Two windows at once: neither passes the limit unseen.
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        others = KeptSearch.objects.filter(person=person).exclude(name="").exclude(line=line)
        if others.count() >= _KEPT:
            raise Refused(_("You keep many searches already. Remove one first."), code="too_many", field="name")
        return KeptSearch.objects.update_or_create(person=person, line=line, defaults={"name": name, "used_at": now})[0]


def forget(*, person: Person, number: int | None = None) -> int:
    """One of the person's searches; without a number all those that have no name. How many there were."""
    rows = KeptSearch.objects.filter(person=person)
    rows = rows.filter(name="") if number is None else rows.filter(pk=number)
    return rows.delete()[0]
