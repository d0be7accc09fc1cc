"""What the search found, as the desk shows it: for each kind its name, its icon and where it opens.

A kind that is not here is not shown at the desk; a room that makes something findable adds its line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guichet.people.models import Person
from guichet.search.asking import Hit
from guichet.search.findable import findables
from guichet.search.highlights import Piece


@dataclass(frozen=True)
class Look:
    """How hits of one kind are shown; `all_may`: a provider's technician finds them too.

    `outside` is where one opens what is another desk's, or one's own desk's for whoever doesn't treat there.
    """

    label: Promise
    icon: str
    url: Callable[[Hit], str]
    all_may: bool = False
    outside: Callable[[Hit], str] | None = None

    def opens(self, hit: Hit, *, person: Person) -> str:
        if self.outside and hit.shown.desk not in person.grants.treats_in:
            return self.outside(hit)
        return self.url(hit)


def _by_reference(name: str) -> Callable[[Hit], str]:
    return lambda hit: reverse(name, args=[hit.shown.reference])


def _by_number(name: str) -> Callable[[Hit], str]:
    return lambda hit: reverse(name, args=[hit.subject])


def _among(name: str) -> Callable[[Hit], str]:
    return lambda hit: f"{reverse(name)}#tree-{hit.subject}"


LOOKS: dict[str, Look] = {
    "ticket": Look(_("Tickets"), "ticket", _by_reference("desk:ticket"), all_may=True),
    "article": Look(
        _("Articles"),
        "book-open",
        _by_reference("desk:article"),
        all_may=True,
        outside=_by_reference("portal:article"),
    ),
    "tree": Look(_("Decision trees"), "workflow", _among("desk:guides"), outside=_among("portal:guides")),
    "problem": Look(_("Problems"), "bug", _by_reference("desk:problem")),
    "major": Look(_("Major incidents"), "siren", _by_reference("desk:major")),
    "session": Look(_("Training"), "graduation-cap", _by_number("desk:session"), outside=_by_number("portal:session")),
    "person": Look(_("People"), "user-round", lambda hit: f"{reverse('desk:new_ticket')}?person={hit.subject}"),
}
# Where in a ticket or a major incident the words stood, when not in what was asked.
_WHERE: dict[str, Promise] = {
    "message": pgettext_lazy("found", "in a reply"),
    "note": pgettext_lazy("found", "in an internal note"),
    "hypothesis": pgettext_lazy("found", "in a hypothesis"),
    "attempt": pgettext_lazy("found", "in an attempt"),
    "major_news": pgettext_lazy("found", "in the news"),
    "major_note": pgettext_lazy("found", "in an internal note"),
}


@dataclass(frozen=True)
class Row:
    """One hit as a row of the page, or of the palette."""

    kind: str
    icon: str
    url: str
    reference: str
    title: list[Piece]
    pieces: list[Piece]
    detail: str
    where: str
    at: datetime | None
    # Of title and pieces, where it is known.
    language: str

    @classmethod
    def of(cls, hit: Hit, *, person: Person) -> Row:
        look = LOOKS[hit.findable.name]
        where = _WHERE.get(hit.part.kind, "")
        says_more = _text(hit.pieces).rstrip("….") not in _text(hit.title)
        return cls(
            kind=str(look.label),
            icon=look.icon,
            url=look.opens(hit, person=person),
            reference=hit.shown.reference,
            title=hit.title,
            pieces=hit.pieces if says_more else [],
            detail=hit.shown.detail,
            where=str(where),
            at=hit.shown.at,
            language=hit.shown.language,
        )

    def for_palette(self) -> dict[str, Any]:
        return {
            "label": f"{self.reference} {_text(self.title)}".strip(),
            "detail": " · ".join(filter(None, (self.detail, self.where))),
            "url": self.url,
            "group": self.kind,
        }


def _text(pieces: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def kinds_for(person: Person) -> list[str]:
    """The kinds that the person may find at the desk, in the order of their tabs."""
    known = {findable.name for findable in findables()}
    treats = bool(person.grants.treats_in)
    return [kind for kind, look in LOOKS.items() if kind in known and (treats or look.all_may)]
