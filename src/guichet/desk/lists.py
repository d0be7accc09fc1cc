"""The lists of tickets: saved views, and filters that read as a sentence. All of it lives in the URL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from guichet.catalog.models import Category
from guichet.lib.moments import AT_RISK
from guichet.lib.parsing import whole_number
from guichet.lib.text import one_line
from guichet.people.models import Level, Membership, Organisation, Person, Team
from guichet.routing.pages import LISTS
from guichet.routing.pending import STATES
from guichet.tickets.levels_at_work import came_back
from guichet.tickets.models import Channel, Priority, Severity, State, Tag, Ticket
from guichet.tickets.queries import TicketQuerySet

SIZE = 50
BY_URGENCY = ("priority", "promise_due_at", "id")
NEWEST = ("-opened_at", "-id")


@dataclass(frozen=True)
class SavedView:
    """A list that everybody needs. `order` is by urgency where every ticket of the view has a promise.

    `worked`: it is worked through from its top, and stands in the order of work (`routing.pages`). The others answer a
    question, over teams that don't share their work: there the first is what is due first.
    """

    key: str
    label: Promise
    narrow: Callable[[TicketQuerySet, Person, datetime], TicketQuerySet]
    order: tuple[str, ...] = BY_URGENCY
    worked: bool = False


def _worked(key: str, label: Promise) -> SavedView:
    return SavedView(key, label, lambda tickets, person, now: LISTS[key](tickets, person), worked=True)


VIEWS: tuple[SavedView, ...] = (
    SavedView("open", gettext_lazy("All open"), lambda q, p, now: q.live()),
    _worked("mine", gettext_lazy("Mine")),
    _worked("team", gettext_lazy("My teams’")),
    _worked("unassigned", gettext_lazy("Unassigned")),
    SavedView("overdue", gettext_lazy("Overdue promises"), lambda q, p, now: q.overdue(now=now)),
    SavedView(
        "at-risk",
        gettext_lazy("Promises at risk"),
        lambda q, p, now: q.filter(state__in=STATES, forecast__chance__gte=AT_RISK, forecast__due_at__gt=now),
    ),
    SavedView(
        "to-and-fro", gettext_lazy("To and fro"), lambda q, p, now: q.live().filter(pk__in=came_back().values("ticket"))
    ),
    SavedView("on-hold", gettext_lazy("On hold"), lambda q, p, now: q.filter(state=State.ON_HOLD)),
    SavedView("resolved", gettext_lazy("Awaiting confirmation"), lambda q, p, now: q.filter(state=State.RESOLVED)),
    SavedView(
        "grave", gettext_lazy("S1 and S2"), lambda q, p, now: q.live().filter(severity__in=(Severity.S1, Severity.S2))
    ),
    SavedView(
        "closed",
        pgettext_lazy("tickets", "Closed"),
        lambda q, p, now: q.filter(state__in=(State.CLOSED, State.CANCELLED)),
        NEWEST,
    ),
    SavedView("all", pgettext_lazy("tickets", "All"), lambda q, p, now: q, NEWEST),
)
BY_KEY = {view.key: view for view in VIEWS}


@dataclass(frozen=True)
class Filter:
    """Something one may filter by. `says` leads the value in the sentence above the list."""

    key: str
    says: Promise
    label: Promise
    lookup: str
    choices: tuple[tuple[str, Any], ...] = ()
    rows: Callable[[Person], QuerySet[Any]] | None = None


def desks(person: Person) -> frozenset[int]:
    """The organisations at whose desk the person works."""
    return person.grants.treats_in | person.grants.provider_in


def colleagues(person: Person) -> QuerySet[Person]:
    """Whoever belongs to a team of the person's desks."""
    members = Membership.objects.filter(team__organisation__in=desks(person)).values("person")
    return Person.objects.filter(pk__in=members)


def served(person: Person) -> QuerySet[Organisation]:
    """Those for whom the person treats. A provider's technician sees tickets, not the list of clients."""
    treated = person.grants.treats_in
    return Organisation.objects.filter(Q(pk__in=treated) | Q(served_by__in=treated))


def _static(kind: Any) -> tuple[tuple[str, Any], ...]:
    return tuple((str(value), label) for value, label in kind.choices)


FILTERS: tuple[Filter, ...] = (
    Filter("state", gettext_lazy("whose state is"), gettext_lazy("State"), "state", _static(State)),
    Filter(
        "severity", gettext_lazy("whose severity is"), gettext_lazy("Severity"), "severity",
        tuple((s.value, s.value) for s in Severity),
    ),
    Filter("priority", gettext_lazy("whose priority is"), gettext_lazy("Priority"), "priority", _static(Priority)),
    Filter(
        "level", gettext_lazy("treated at level"), gettext_lazy("Level"), "level",
        rows=lambda p: Level.objects.filter(teams__organisation__in=desks(p)).distinct(),
    ),
    Filter(
        "team", gettext_lazy("with the team"), gettext_lazy("Team"), "team",
        rows=lambda p: Team.objects.filter(organisation__in=desks(p)),
    ),
    Filter("assignee", gettext_lazy("treated by"), gettext_lazy("Treated by"), "assignee", rows=colleagues),
    Filter(
        "organisation", gettext_lazy("of the organisation"), gettext_lazy("Organisation"), "organisation", rows=served
    ),
    Filter(
        "category", gettext_lazy("about"), gettext_lazy("Category"), "category",
        rows=lambda p: Category.objects.filter(Q(organisation__in=desks(p)) | Q(organisation=None)),
    ),
    Filter("channel", gettext_lazy("come by"), gettext_lazy("Channel"), "channel", _static(Channel)),
    Filter(
        "tag", gettext_lazy("tagged"), gettext_lazy("Tag"), "tags",
        rows=lambda p: Tag.objects.filter(organisation__in=desks(p)),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Chip:
    label: str
    value: str
    remove: str


@dataclass(frozen=True)
class Wanted:
    """What a URL asks for: a view, filters and words. Unknown values match nothing rather than everything."""

    view: SavedView
    values: Mapping[str, str]
    text: str

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Wanted:
        values = {f.key: query.get(f.key, "").strip()[:60] for f in FILTERS}
        return cls(
            view=BY_KEY.get(query.get("view", ""), VIEWS[0]),
            values={key: value for key, value in values.items() if value},
            text=one_line(query.get("q", ""))[:200],
        )

    def url(self, base: str, *, without: str = "", **more: str) -> str:
        kept = {"view": self.view.key, **self.values, "q": self.text, **more}
        kept.pop(without, None)
        return f"{base}?{urlencode({key: value for key, value in kept.items() if value})}"

    @property
    def order(self) -> tuple[str, ...]:
        return self.view.order

    def tickets(self, person: Person, *, now: datetime) -> TicketQuerySet:
        found = self.view.narrow(Ticket.objects.at_desk_of(person), person, now)
        for entry in FILTERS:
            value = self.values.get(entry.key)
            if value:
                found = _apply(found, entry, value, person)
        return found.matching(self.text, person=person) if self.text else found

    def chips(self, person: Person, *, base: str) -> list[Chip]:
        """One for each filter, in the order of FILTERS; at most one query each."""
        chips = [
            Chip(str(entry.says), _name(entry, self.values[entry.key], person), self.url(base, without=entry.key))
            for entry in FILTERS
            if entry.key in self.values
        ]
        if self.text:
            chips.append(Chip(_("that mention"), f"“{self.text}”", self.url(base, without="q")))
        return chips


def _apply(found: TicketQuerySet, entry: Filter, value: str, person: Person) -> TicketQuerySet:
    if entry.rows is None:
        return found.filter(**{entry.lookup: value}) if value in dict(entry.choices) else found.none()
    if entry.key == "assignee" and value == "me":
        return found.filter(assignee=person)
    if entry.key == "assignee" and value == "none":
        return found.filter(assignee=None)
    number = whole_number(value)
    return found.none() if number is None else found.filter(**{entry.lookup: number})


def _name(entry: Filter, value: str, person: Person) -> str:
    if entry.rows is None:
        return str(dict(entry.choices).get(value, _("unknown")))
    if entry.key == "assignee" and value in {"me", "none"}:
        return _("me") if value == "me" else _("nobody yet")
    number = whole_number(value)
    row: Model | None = None if number is None else entry.rows(person).filter(pk=number).first()
    return label_of(row) if row else _("unknown")


def label_of(row: Model) -> str:
    """What a level, team, person, … is called in a list of choices."""
    if isinstance(row, Level):
        return f"{row.code} {row.name}"
    return str(row)


def options(entry: Filter, person: Person) -> list[tuple[str, str]]:
    """The values that one may filter by, for the form."""
    if entry.rows is None:
        return [(value, str(label)) for value, label in entry.choices]
    fixed = [("me", _("me")), ("none", _("nobody yet"))] if entry.key == "assignee" else []
    return fixed + [(str(row.pk), label_of(row)) for row in entry.rows(person)[:500]]
