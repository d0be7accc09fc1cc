"""What was sent by mail, about a ticket or anything else of the desk’s, and sending it again. Desk only."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import Resource, shown
from guichet.api.v1.fields import Given, Named, OneOf, PathId, Shown, Size
from guichet.api.v1.reach import in_path
from guichet.api.v1.tickets_shape import find_for_desk
from guichet.lib.errors import Forbidden
from guichet.lib.models import Outgoing
from guichet.lib.paging import page
from guichet.notifications import sent
from guichet.notifications.sent import Sent, Standing

router = Resource(tag="Messages sent", scope="tickets")


class SentRow(Shown):
    """A mail: for whom, how it stands, and what the server said last. `next_at` while it waits."""

    id: int
    person: Named | None
    address: str
    subject: str = Field(description="As it was last written; empty until it is first tried")
    standing: Annotated[str, OneOf.these(Standing)]
    answer: str
    tries: int
    written_at: datetime
    next_at: datetime | None
    delivered_at: datetime | None
    given_up_at: datetime | None


class SentShown(SentRow):
    """With what it would say if it were written now: no copy of it is kept."""

    text: str
    files: list[str]
    instead: str = Field(description="Why nothing would be written now, where that is so")
    may_again: bool


class SentPage(Shown):
    """Mails, newest first."""

    items: list[SentRow]
    next_cursor: str | None


class SentFilters(Given):
    """Which part of the list."""

    cursor: Annotated[str, Field(max_length=400)] = ""
    size: Size = 50


@router.read("/tickets/{reference}/sent", answer=SentPage)
def list_sent(request: ApiRequest, reference: str, filters: Query[SentFilters]) -> HttpResponse:
    """The mails about a ticket, newest first. Desk only."""
    ticket = find_for_desk(request, reference)
    rows = sent.visible_to(request.person).filter(about=ticket.reference)
    found = page(rows, order=("-created_at", "-id"), cursor=filters.cursor, size=filters.size)
    items = [SentRow(**_row(mail)) for mail in sent.shown(found.items, now=timezone.now())]
    return shown(SentPage(items=items, next_cursor=found.next_cursor or None))


@router.read("/tickets/{reference}/sent/{number}", answer=SentShown)
def read_sent(request: ApiRequest, reference: str, number: PathId) -> HttpResponse:
    """One of them, with what it would say now. Desk only."""
    return _shown(request, _find(request, reference, number))


@router.write("POST", "/tickets/{reference}/sent/{number}/again", answer=SentShown, status=201, guarded=False)
def send_again(request: ApiRequest, reference: str, number: PathId) -> HttpResponse:
    """Send it once more, worded as of now; the answer is the new mail. Desk only."""
    made = sent.again(_find(request, reference, number), actor=request.person, now=request.now)
    return _shown(request, made, status=201)


class DeskSentFilters(SentFilters):
    about: Annotated[str, Field(max_length=40, description="A ticket’s or a major incident’s reference")] = ""
    standing: Annotated[str, OneOf("waiting", "given_up", "delivered")] | None = None


@router.read("/sent", answer=SentPage)
def list_all_sent(request: ApiRequest, filters: Query[DeskSentFilters]) -> HttpResponse:
    """What your desks sent, newest first: about tickets, major incidents, and appointments without a ticket."""
    if not request.person.grants.at_desk:
        raise Forbidden(_("This is for those who work at a service desk."), code="not_desk")
    rows = sent.visible_to(request.person)
    if filters.about:
        rows = rows.filter(about=filters.about)
    if filters.standing:
        rows = sent.only(rows, standing=filters.standing)
    found = page(rows, order=("-created_at", "-id"), cursor=filters.cursor, size=filters.size)
    items = [SentRow(**_row(mail)) for mail in sent.shown(found.items, now=timezone.now())]
    return shown(SentPage(items=items, next_cursor=found.next_cursor or None))


@router.read("/sent/{number}", answer=SentShown)
def read_any_sent(request: ApiRequest, number: PathId) -> HttpResponse:
    """One of them, whatever it is about, with what it would say now."""
    return _shown(request, in_path(sent.visible_to(request.person), number))


@router.write("POST", "/sent/{number}/again", answer=SentShown, status=201, guarded=False)
def send_any_again(request: ApiRequest, number: PathId) -> HttpResponse:
    """Send it once more, worded as of now; the answer is the new mail."""
    mail = in_path(sent.visible_to(request.person), number)
    return _shown(request, sent.again(mail, actor=request.person, now=request.now), status=201)


def _find(request: ApiRequest, reference: str, number: int) -> Outgoing:
    ticket = find_for_desk(request, reference)
    return in_path(sent.visible_to(request.person).filter(about=ticket.reference), number)


def _shown(request: ApiRequest, outgoing: Outgoing, *, status: int = 200) -> HttpResponse:
    seen = sent.preview(outgoing, now=request.now)
    [mail] = sent.shown([outgoing], now=timezone.now())
    may = sent.may_again(outgoing, seen=seen)
    body = SentShown(**_row(mail), text=seen.text, files=seen.files, instead=seen.instead, may_again=may)
    return shown(body, status=status)


def _row(mail: Sent) -> dict[str, Any]:
    row = mail.row
    return {
        "id": row.pk,
        "person": Named(id=mail.person, name=mail.name) if mail.person and mail.name else None,
        "address": row.recipient,
        "subject": mail.subject,
        "standing": mail.standing.value,
        "answer": mail.answer,
        "tries": row.attempts,
        "written_at": row.created_at,
        "next_at": row.next_at if row.is_waiting else None,
        "delivered_at": row.delivered_at,
        "given_up_at": row.given_up_at,
    }
