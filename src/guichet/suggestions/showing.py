"""A ticket's suggestions in words: what, how sure, why. Only what can still be chosen and isn't so already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from guichet.catalog.models import Category, Kind
from guichet.people.models import Person, Team
from guichet.suggestions import lessons, policies
from guichet.suggestions.models import Field, Outcome, Suggestion
from guichet.suggestions.proposing import current, is_free
from guichet.tickets.actions.opening import matrix_of
from guichet.tickets.models import Impact, Ticket, Urgency
from guichet.tickets.severity import assess

# The verb that accepting comes to: where the ticket's state forbids it, nothing is suggested.
VERB = {
    Field.CATEGORY: "recategorise", Field.KIND: "recategorise", Field.ASSET: "recategorise", Field.TEAM: "hand_over",
    Field.IMPACT: "assess", Field.URGENCY: "assess",
}  # fmt: skip
_CHOICES = {Field.KIND: Kind, Field.IMPACT: Impact, Field.URGENCY: Urgency}
_QUOTED = gettext_lazy("“%(word)s”")


@dataclass(frozen=True)
class Shown:
    """One suggestion as people read it. `percent` is None where nothing was measured yet."""

    suggestion: Suggestion
    field: Field
    label: str
    now: str
    percent: int | None
    because: str
    why: str
    # The severity that would follow; "" where it stays.
    severity: str = ""

    @property
    def number(self) -> int:
        return self.suggestion.pk


def shown_for(ticket: Ticket, *, person: Person) -> list[Shown]:
    """What is suggested for `ticket` and open; [] for those who may not see it. Six queries at most."""
    if not policies.can_see(person, ticket):
        return []
    rows = list(
        Suggestion.objects.filter(ticket=ticket, outcome=Outcome.OPEN).select_related("lesson").defer("lesson__data")
    )
    if not rows:
        return []
    off = lessons.switched_off(ticket.desk_id)
    open_ones = [
        row
        for row in rows
        if row.field not in off
        and current(ticket, row.field) != row.value
        and ticket.may(VERB[Field(row.field)])
        and is_free(ticket, row.field)
    ]
    names = _names(ticket, open_ones)
    found = [_shown(ticket, row, names) for row in open_ones]
    order = list(Field)
    return sorted((one for one in found if one is not None), key=lambda one: order.index(one.field))


def _names(ticket: Ticket, rows: Sequence[Suggestion]) -> Mapping[tuple[str, str], str]:
    """(field, value) → its name, for what can be chosen at this desk."""
    names: dict[tuple[str, str], str] = {}
    of = {row.field: row.value for row in rows}
    if of.get(Field.CATEGORY, "").isdecimal():
        wanted = Category.objects.filter(pk=int(of[Field.CATEGORY]), active=True)
        names |= {
            (Field.CATEGORY, str(row.pk)): row.name for row in wanted if row.organisation_id in {None, ticket.desk_id}
        }
    if of.get(Field.TEAM, "").isdecimal():
        team = Team.objects.filter(pk=int(of[Field.TEAM]), organisation=ticket.desk_id).first()
        names |= {(Field.TEAM, str(team.pk)): team.name} if team else {}
    for field, choices in _CHOICES.items():
        names |= {(field, str(value)): str(label) for value, label in choices.choices}
    if Field.ASSET in of:
        names[Field.ASSET, of[Field.ASSET]] = of[Field.ASSET]
    return names


def _shown(ticket: Ticket, row: Suggestion, names: Mapping[tuple[str, str], str]) -> Shown | None:
    label = names.get((row.field, row.value))
    if label is None:
        return None
    measured = row.lesson is not None or row.rule == "past"
    return Shown(
        suggestion=row,
        field=Field(row.field),
        label=label,
        now=_now(ticket, Field(row.field)),
        percent=min(round(100 * row.confidence), 99) if measured else None,
        because=because(row),
        why=why(row),
        severity=_severity(ticket, row),
    )


def _now(ticket: Ticket, field: Field) -> str:
    if field == Field.CATEGORY:
        return ticket.category.name if ticket.category else ""
    if field == Field.TEAM:
        return ticket.team.name
    if field == Field.ASSET:
        return ticket.asset
    return str(_CHOICES[field](current(ticket, field)).label)


def _severity(ticket: Ticket, row: Suggestion) -> str:
    if row.field not in {Field.IMPACT, Field.URGENCY}:
        return ""
    given = {"impact": ticket.impact, "urgency": ticket.urgency, row.field: row.value}
    severity = assess(**given, matrix=matrix_of(ticket.organisation)).severity
    return "" if severity == ticket.severity else severity


def because(row: Suggestion) -> str:
    """By what, in half a sentence."""
    told = row.because
    if "count" in told:
        return ngettext(
            "%(count)d of the %(among)d tickets like it", "%(count)d of the %(among)d tickets like it", told["count"]
        ) % {"count": told["count"], "among": told["among"]}
    words = ", ".join(str(_QUOTED) % {"word": word} for word in told.get("words", ()))
    if not words:
        return ""
    return _("because of %(words)s") % {"words": words}


def why(row: Suggestion) -> str:
    """Where it comes from and how far it is to be trusted, for « Pourquoi ? »."""
    if row.lesson is not None:
        told = ngettext(
            "Learned overnight from %(count)d solved ticket of this desk (version %(number)d).",
            "Learned overnight from %(count)d solved tickets of this desk (version %(number)d).",
            row.lesson.tickets,
        ) % {"count": row.lesson.tickets, "number": row.lesson.number}
        right = _("Asked about tickets that it hadn’t seen, it was right %(percent)d times in a hundred.") % {
            "percent": round(100 * row.lesson.accuracy)
        }
        return f"{told} {right}"
    if row.rule == "past":
        return _("From what was known at the opening of this desk’s solved tickets, not from words.")
    if row.rule == "tags":
        before = int(row.because.get("before", 0))
        if before:
            return ngettext(
                "The text names it, and so does %(count)d earlier ticket of this organisation.",
                "The text names it, and so do %(count)d earlier tickets of this organisation.",
                before,
            ) % {"count": before}
        return _("The text names it, and it looks like the equipment of this organisation’s earlier tickets.")
    return _("By usual words: this desk has solved too few tickets yet to learn from, or they teach too little.")
