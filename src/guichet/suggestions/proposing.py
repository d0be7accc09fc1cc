"""What a new ticket's text says of its fields, in the worker: by what the desk's tickets taught, else by rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from guichet.catalog.models import Category, Kind
from guichet.lib.live import Event, publish
from guichet.people.models import Team
from guichet.routing import habits
from guichet.routing.models import LearnedVersion
from guichet.suggestions import lessons, rules, tags
from guichet.suggestions.lessons import READ, text_of
from guichet.suggestions.models import Field, Lesson, Reading, Suggestion
from guichet.tickets.models import Impact, Ticket, Urgency

# Older ones were treated without; the next round takes the rest of many.
_SINCE = timedelta(hours=24)
BATCH = 200
# Tags of the organisation's latest tickets that a text is held against.
_TAGS = 2_000


@dataclass(frozen=True)
class Proposed:
    """What a field probably is, before it is kept."""

    field: Field
    value: str
    confidence: float
    because: dict[str, Any]
    lesson: Lesson | None = None
    rule: str = ""


@dataclass
class Known:
    """What a desk knows, read once for a round."""

    desk: int
    off: set[str]
    taught: Mapping[str, Lesson]
    categories: Mapping[int, tuple[str, str]]
    teams: frozenset[int]
    past: LearnedVersion | None
    _tags: dict[int, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, desk: int) -> Known:
        own = Q(organisation=desk) | Q(organisation=None)
        categories = Category.objects.filter(own, active=True).values_list("pk", "name_fr", "name_en")
        return cls(
            desk=desk,
            off=lessons.switched_off(desk),
            taught=lessons.in_use(desk),
            categories={pk: (french, english) for pk, french, english in categories},
            teams=frozenset(Team.objects.filter(organisation=desk).values_list("pk", flat=True)),
            past=habits.in_use(desk),
        )

    def tags_of(self, organisation: int) -> list[str]:
        """The equipment that the organisation's earlier tickets named."""
        if organisation not in self._tags:
            named = Ticket.objects.filter(organisation=organisation, desk=self.desk).exclude(asset="")
            self._tags[organisation] = list(named.order_by("-opened_at").values_list("asset", flat=True)[:_TAGS])
        return self._tags[organisation]

    def has(self, what: Field, value: str) -> bool:
        """Whether the value can still be chosen."""
        if what == Field.CATEGORY:
            return value.isdecimal() and int(value) in self.categories
        if what == Field.TEAM:
            return value.isdecimal() and int(value) in self.teams
        choices: Mapping[Field, Sequence[str]]
        choices = {Field.KIND: Kind.values, Field.IMPACT: Impact.values, Field.URGENCY: Urgency.values}
        return value in choices.get(what, (value,))


def read_new(*, now: datetime) -> int:
    """Every ticket that came since the last round; how many."""
    unread = Ticket.objects.unsolved().filter(
        ~Exists(Reading.objects.filter(ticket=OuterRef("pk"))), opened_at__gte=now - _SINCE, opened_at__lte=now
    )
    count = 0
    while rows := list(unread.order_by("desk", "pk")[:BATCH]):
        count += read(rows, now=now)
    return count


def read(tickets: Sequence[Ticket], *, now: datetime) -> int:
    """Keep what is to be suggested for these. A ticket that was read before is left as it is."""
    known: dict[int, Known] = {}
    count = 0
    for ticket in tickets:
        if ticket.desk_id not in known:
            known[ticket.desk_id] = Known.of(ticket.desk_id)
        with transaction.atomic():
            _reading, first = Reading.objects.get_or_create(ticket=ticket, defaults={"at": now})
            if not first:
                continue
            made = [_row(ticket, one, now=now) for one in propose(ticket, known[ticket.desk_id])]
            Suggestion.objects.bulk_create(made, ignore_conflicts=True)
            if made:
                publish(Event(kind="suggested", topic=f"work:{ticket.reference}", ref=ticket.reference))
        count += 1
    return count


def _row(ticket: Ticket, one: Proposed, *, now: datetime) -> Suggestion:
    return Suggestion(
        ticket=ticket,
        field=one.field,
        value=one.value[:80],
        confidence=one.confidence,
        because=one.because,
        lesson=one.lesson,
        rule=one.rule,
        at=now,
    )


def propose(ticket: Ticket, known: Known) -> list[Proposed]:
    """What is worth saying of `ticket`: at most one thing a field, and nothing that it already says."""
    made = []
    for what in Field:
        if what in known.off:
            continue
        one = next((found for found in _ways(what, ticket, known) if known.has(what, found.value)), None)
        if one is not None and one.value != current(ticket, what) and is_free(ticket, what):
            made.append(one)
    return made


def is_free(ticket: Ticket, what: str) -> bool:
    """Where people have handed the ticket over, they know better than its text who is to have it."""
    return what != Field.TEAM or not ticket.hand_overs.filter(hierarchical=False).exists()


def current(ticket: Ticket, what: str) -> str:
    """What the field says now, as a suggestion would say it."""
    values = {
        Field.CATEGORY: ticket.category_id, Field.KIND: ticket.kind, Field.TEAM: ticket.team_id,
        Field.IMPACT: ticket.impact, Field.URGENCY: ticket.urgency, Field.ASSET: ticket.asset,
    }  # fmt: skip
    value = values[Field(what)]
    return "" if value is None else str(value)


def _ways(what: Field, ticket: Ticket, known: Known) -> Iterator[Proposed]:
    """A lesson that speaks has the word: rules are for fields that nothing was learned of yet, or not well enough."""
    lesson = known.taught.get(what)
    if lesson is not None:
        yield from _by_lesson(lesson, ticket)
        return
    if what == Field.TEAM:
        yield from _by_past(ticket, known)
    elif what == Field.ASSET:
        # A tag that somebody gave isn't corrected by one that the text names.
        found = None if ticket.asset else tags.find(_read(ticket), known.tags_of(ticket.organisation_id))
        if found is not None:
            sure = 0.9 if found.before else 0.6
            because = {"words": [found.tag], "before": found.before}
            yield Proposed(what, found.tag, sure, because, rule="tags")
    else:
        said = _by_words(what, ticket, known)
        if said is not None:
            yield Proposed(what, said.value, said.confidence, {"words": list(said.words)}, rule="words")


def _by_lesson(lesson: Lesson, ticket: Ticket) -> Iterator[Proposed]:
    learned = lessons.learned_of(lesson)
    guesses = learned.guess(text_of(ticket.title, ticket.description), most=1) if learned else []
    for guess in guesses:
        if lesson.threshold is not None and guess.confidence >= lesson.threshold:
            because = {"words": list(guess.because)}
            sure = min(max(float(guess.confidence), 0.0), 1.0)
            yield Proposed(Field(lesson.field), guess.label, sure, because, lesson=lesson)


def _by_past(ticket: Ticket, known: Known) -> Iterator[Proposed]:
    """Who solves tickets of its category, place and so on; its words say nothing here."""
    if known.past is None or not known.past.enough:
        return
    found = habits.say(habits.past_of(known.past).propose(habits.facts_now(ticket), least=habits.CASES_LEAST))
    if found is not None:
        because = {"count": found.count, "among": found.among}
        yield Proposed(Field.TEAM, str(found.team), found.share, because, rule="past")


def _by_words(what: Field, ticket: Ticket, known: Known) -> rules.Said | None:
    title, text = ticket.title, ticket.description[:READ]
    if what == Field.CATEGORY:
        return rules.category(title, text, known.categories)
    if what == Field.KIND:
        return None if ticket.request_type_id else rules.kind(title, text)
    return rules.impact(title, text) if what == Field.IMPACT else rules.urgency(title, text)


def _read(ticket: Ticket) -> str:
    return f"{ticket.title}\n{ticket.description[:READ]}"
