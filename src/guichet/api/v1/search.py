"""One search over everything that you may find: tickets with what was said on them, articles, problems, people."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from ninja import Query
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import Resource, shown
from guichet.api.v1.fields import Given, Shown, Size
from guichet.search.asking import Hit, ask
from guichet.search.findable import findables
from guichet.search.highlights import Piece

router = Resource(tag="Search", scope="tickets")
# What a token must be let in for, beside the tickets' scope, to find the kind; what isn't named needs no more.
_NEEDS = {
    "article": "knowledge:read",
    "person": "settings:read",
    "session": "training:read",
    "tree": "knowledge:read",
}


class PieceShown(Shown):
    """Some characters of a text; `hit`: they are what was searched for."""

    text: str
    hit: bool


class HitShown(Shown):
    """Something that was found. `part` says where the words stood, such as `message` or `note` of a ticket."""

    kind: str
    id: int = Field(description="Its number; a person’s or an article’s, for the operations that ask for it")
    reference: str
    part: str
    title: list[PieceShown]
    excerpt: list[PieceShown]
    detail: str
    at: datetime | None


class HitPage(Shown):
    """Hits, the best first; ask again with `cursor` for those after them."""

    items: list[HitShown]
    next_cursor: str | None
    corrected: str | None = Field(description="What was searched for instead, where nothing bears the words given")
    not_understood: list[str] = Field(description="What looks like a filter and is none: it was left aside")


class SearchFilters(Given):
    """A query line as people type it: words, "phrases", -words, and filters such as `state:open site:Liège`."""

    q: Annotated[str, Field(max_length=200)]
    kind: list[Annotated[str, Field(max_length=16)]] = []
    as_you_type: bool = Field(default=False, description="The last word may only have begun")
    cursor: Annotated[str, Field(max_length=600)] = ""
    size: Size = 20


@router.read("/search", answer=HitPage)
def search(request: ApiRequest, filters: Query[SearchFilters]) -> HttpResponse:
    """What the line finds among all that you may see, the best first."""
    scopes = request.token.scopes
    kinds = [f.name for f in findables() if f.name not in _NEEDS or _NEEDS[f.name] in scopes]
    found = ask(
        filters.q,
        person=request.person,
        kinds=[kind for kind in kinds if not filters.kind or kind in filters.kind],
        after=filters.cursor,
        size=filters.size,
        as_you_type=filters.as_you_type,
    )
    return shown(
        HitPage(
            items=[_hit(hit) for hit in found.hits],
            next_cursor=found.next or None,
            corrected=found.corrected,
            not_understood=found.not_understood,
        )
    )


def _hit(hit: Hit) -> HitShown:
    return HitShown(
        kind=hit.findable.name,
        id=hit.subject,
        reference=hit.shown.reference,
        part=hit.part.kind,
        title=_pieces(hit.title),
        excerpt=_pieces(hit.pieces),
        detail=hit.shown.detail,
        at=hit.shown.at,
    )


def _pieces(pieces: list[Piece]) -> list[PieceShown]:
    return [PieceShown(text=piece.text, hit=piece.hit) for piece in pieces]
