"""What is said on a ticket: replies, notes and files; who follows it, its tags."""

import base64
import binascii
from datetime import datetime
from io import BytesIO
from typing import Annotated, Any
from uuid import UUID

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import File, Query
from ninja.files import UploadedFile as NinjaFile
from pydantic import Field

from guichet.api.door import FORM, ApiRequest
from guichet.api.resource import BINARY, Resource, expected, shown
from guichet.api.v1 import reach
from guichet.api.v1.fields import Given, Named, OneOf, PathId, Shown, Size
from guichet.api.v1.tickets_shape import TicketShown, find, find_for_desk, need_desk, show
from guichet.lib.errors import Refused
from guichet.lib.paging import page
from guichet.people.models import Person
from guichet.tickets import actions, files, policies
from guichet.tickets.models import Attachment, Channel, Message, MessageKind, Watcher

router = Resource(tag="Conversation", scope="tickets")


class FileGiven(Given):
    """A small file inside JSON; larger ones go to /attachments as a form."""

    name: Annotated[str, Field(max_length=255)]
    content_type: Annotated[str, Field(max_length=100)] = "application/octet-stream"
    content: str = Field(description="base64")


class MessageGiven(Given):
    """Markdown; HTML in it is shown as text."""

    body: str = ""
    files: Annotated[list[FileGiven], Field(max_length=20)] = []


class ReplyGiven(MessageGiven):
    """What everybody on the ticket reads."""

    channel: Annotated[str, OneOf.these(Channel)] | None = Field(default=None, description="Desk only; `api` otherwise")


class AttachmentShown(Shown):
    """A file given with a ticket or a message."""

    key: UUID
    name: str
    content_type: str
    size: int
    sha256: str
    internal: bool
    message: int | None
    by: Named
    created_at: datetime


class MessageShown(Shown):
    """A public reply or an internal note; `html` is its safe rendering."""

    id: int
    kind: Annotated[str, OneOf.these(MessageKind)]
    author: Named
    from_desk: bool
    channel: Annotated[str, OneOf.these(Channel)]
    body: str
    html: str
    created_at: datetime
    attachments: list[AttachmentShown]


class MessagePage(Shown):
    """Messages, oldest first."""

    items: list[MessageShown]
    next_cursor: str | None


class MessageFilters(Given):
    """Which part of the conversation."""

    cursor: Annotated[str, Field(max_length=400)] = ""
    size: Size = 50


class Tags(Given):
    """All the ticket's tags."""

    names: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=20)]


class TagsShown(Shown):
    """All the ticket's tags."""

    names: list[str]


@router.read("/tickets/{reference}/messages", answer=MessagePage)
def list_messages(request: ApiRequest, reference: str, filters: Query[MessageFilters]) -> HttpResponse:
    """The conversation, oldest first; with the notes for the desk."""
    ticket = find(request, reference)
    messages = Message.objects.filter(ticket=ticket).select_related("author").prefetch_related("attachments__by")
    if not policies.is_desk(request.person, ticket):
        messages = messages.filter(kind=MessageKind.REPLY)
    found = page(messages, order=("created_at", "id"), cursor=filters.cursor, size=filters.size)
    return shown(MessagePage(items=[message_of(m) for m in found.items], next_cursor=found.next_cursor or None))


@router.write("POST", "/tickets/{reference}/replies", answer=MessageShown, status=201)
def add_reply(request: ApiRequest, reference: str, body: ReplyGiven) -> HttpResponse:
    """Say something in public. The requester's reply wakes a ticket that waits for them."""
    ticket = find(request, reference)
    if body.channel:
        need_desk(request.person, ticket)
    made = actions.reply(
        ticket,
        body=body.body,
        uploads=uploads_of(body.files),
        channel=body.channel or Channel.API,
        actor=request.person,
        now=request.now,
        expect=expected(request, ticket),
    )
    return shown(message_of(made), status=201)


@router.write("POST", "/tickets/{reference}/notes", answer=MessageShown, status=201)
def add_note(request: ApiRequest, reference: str, body: MessageGiven) -> HttpResponse:
    """Write for the desk only."""
    ticket = find_for_desk(request, reference)
    made = actions.note(
        ticket,
        body=body.body,
        uploads=uploads_of(body.files),
        actor=request.person,
        now=request.now,
        expect=expected(request, ticket),
    )
    return shown(message_of(made), status=201)


@router.read("/tickets/{reference}/attachments", answer=list[AttachmentShown])
def list_attachments(request: ApiRequest, reference: str) -> list[AttachmentShown]:
    """The ticket's files; with the internal ones for the desk."""
    ticket = find(request, reference)
    attachments = Attachment.objects.filter(ticket=ticket).select_related("by")
    if not policies.is_desk(request.person, ticket):
        attachments = attachments.filter(internal=False)
    return [attachment_of(a) for a in attachments[:1000]]


@router.write(
    "POST",
    "/tickets/{reference}/attachments",
    answer=list[AttachmentShown],
    status=201,
    content=FORM,
    guarded=False,
)
def add_attachments(request: ApiRequest, reference: str, files: File[list[NinjaFile]]) -> HttpResponse:
    """Add files to the request, in public: a form with one or more parts named `files`."""
    ticket = find(request, reference)
    made = actions.attach(ticket, uploads=files, actor=request.person, now=request.now)
    body = ",".join(attachment_of(a).model_dump_json() for a in made)
    return HttpResponse(f"[{body}]", status=201, content_type="application/json")


@router.read("/tickets/{reference}/attachments/{key}", answer=None, responses={200: BINARY})
def download_attachment(request: ApiRequest, reference: str, key: UUID) -> HttpResponse:
    """The file itself."""
    ticket = find(request, reference)
    found = Attachment.objects.filter(ticket=ticket, key=key).first()
    if found is None or (found.internal and not policies.is_desk(request.person, ticket)):
        raise Http404
    try:
        return files.response(found)  # type: ignore[return-value]
    except FileNotFoundError as error:
        raise Http404 from error


@router.read("/tickets/{reference}/watchers", answer=list[Named])
def list_watchers(request: ApiRequest, reference: str) -> list[Named]:
    """Who follows the ticket."""
    ticket = find(request, reference)
    watchers = Watcher.objects.filter(ticket=ticket).select_related("person").order_by("person__name", "pk")
    return [Named(id=w.person_id, name=w.person.name) for w in watchers[:1000]]


@router.write("PUT", "/tickets/{reference}/watchers/{person}", answer=TicketShown)
def add_watcher(request: ApiRequest, reference: str, person: PathId) -> HttpResponse:
    """Let somebody follow the ticket: oneself, or as its requester or desk another person."""
    ticket = find(request, reference)
    expected(request, ticket)
    someone = reach.in_path(_may_follow(request, ticket.organisation_id, ticket.desk_id), person)
    actions.watch(ticket, person=someone, actor=request.person, now=request.now)
    return show(request, ticket)


@router.write("DELETE", "/tickets/{reference}/watchers/{person}", answer=TicketShown)
def remove_watcher(request: ApiRequest, reference: str, person: PathId) -> HttpResponse:
    """Stop following; idempotent."""
    ticket = find(request, reference)
    expected(request, ticket)
    following = Watcher.objects.filter(ticket=ticket).values("person")
    someone = reach.in_path(Person.objects.filter(Q(pk__in=following) | Q(pk=request.person.pk)), person)
    actions.unwatch(ticket, person=someone, actor=request.person, now=request.now)
    return show(request, ticket)


def _may_follow(request: ApiRequest, *organisations: int) -> QuerySet[Person]:
    """Those of the ticket's two organisations whom the person may see; and one's colleagues."""
    own = Person.objects.filter(organisation=request.person.organisation_id, organisation__in=organisations)
    return reach.people(request.person).filter(organisation__in=organisations) | own


@router.read("/tickets/{reference}/tags", answer=TagsShown)
def list_tags(request: ApiRequest, reference: str) -> TagsShown:
    """The ticket's tags. Desk only."""
    ticket = find_for_desk(request, reference)
    return TagsShown(names=[tag.name for tag in ticket.tags.all()])


@router.write("PUT", "/tickets/{reference}/tags", answer=TicketShown)
def set_tags(request: ApiRequest, reference: str, body: Tags) -> HttpResponse:
    """Make these the ticket's tags. Desk only."""
    ticket = find_for_desk(request, reference)
    expected(request, ticket)
    actions.set_tags(ticket, names=body.names, actor=request.person, now=request.now)
    return show(request, ticket)


def message_of(message: Message) -> MessageShown:
    return MessageShown(
        id=message.pk,
        kind=message.kind,
        author=Named(id=message.author_id, name=message.author.name),
        from_desk=message.from_desk,
        channel=message.channel,
        body=message.body,
        html=message.html,
        created_at=message.created_at,
        attachments=[attachment_of(a) for a in message.attachments.all()],
    )


def attachment_of(attachment: Attachment) -> AttachmentShown:
    return AttachmentShown(
        key=attachment.key,
        name=attachment.name,
        content_type=attachment.content_type,
        size=attachment.size,
        sha256=attachment.sha256,
        internal=attachment.internal,
        message=attachment.message_id,
        by=Named(id=attachment.by_id, name=attachment.by.name),
        created_at=attachment.created_at,
    )


def uploads_of(given: list[FileGiven]) -> list[Any]:
    uploads: list[Any] = []
    for number, file in enumerate(given):
        try:
            content = base64.b64decode(file.content, validate=True)
        except (binascii.Error, ValueError) as error:
            raise Refused(_("This is not base64."), code="invalid", field=f"files.{number}.content") from error
        uploads.append(
            InMemoryUploadedFile(BytesIO(content), "files", file.name or "file", file.content_type, len(content), None)
        )
    return uploads
