"""What is said on a ticket, and who follows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from guichet.lib.errors import Refused
from guichet.lib.text import one_line, plain_html, to_html
from guichet.people.models import Person
from guichet.search.writing import drop
from guichet.tickets import files, lifecycle, policies
from guichet.tickets.actions.change import (
    Change,
    begin_treatment,
    change,
    need_body,
    need_desk,
    promise_news,
    promise_say,
)
from guichet.tickets.indexing import REPLY, indexing, of_message
from guichet.tickets.models import (
    Attachment,
    Channel,
    HoldReason,
    Message,
    MessageKind,
    PromiseKind,
    Tag,
    Ticket,
    Watcher,
)

_TAGS_PER_TICKET = 20


def reply(
    ticket: Ticket,
    *,
    body: str,
    actor: Person,
    now: datetime,
    uploads: Sequence[UploadedFile[Any]] = (),
    channel: str = Channel.PORTAL,
    expect: int | None = None,
    source: str = "",
) -> Message:
    """Say something in public.

    The desk's first reply is the first answer. The requester's side wakes a ticket that waited for them; on a solved
    ticket it makes an answer due, and on an ended one it opens the ticket again: nothing said stays unanswered.
    """
    body = _body_or_files(body, uploads)
    with change(
        ticket, verb="reply", event="ticket.replied", actor=actor, now=now, expect=expect, source=source
    ) as step:
        from_desk = policies.is_desk(actor, step.ticket) and actor.pk != step.ticket.requester_id
        message = add_message(
            step,
            kind=MessageKind.REPLY,
            body=body,
            actor=actor,
            from_desk=from_desk,
            channel=channel,
            uploads=uploads,
        )
        if from_desk:
            _answered(step, by=actor)
        else:
            _heard(step)
    return message


def note(
    ticket: Ticket,
    *,
    body: str,
    actor: Person,
    now: datetime,
    uploads: Sequence[UploadedFile[Any]] = (),
    expect: int | None = None,
    source: str = "",
) -> Message:
    """Write for the desk only."""
    body = _body_or_files(body, uploads)
    with change(ticket, verb="note", event="ticket.noted", actor=actor, now=now, expect=expect, source=source) as step:
        need_desk(actor, step.ticket)
        return add_message(
            step,
            kind=MessageKind.NOTE,
            body=body,
            actor=actor,
            from_desk=True,
            channel=Channel.PORTAL,
            uploads=uploads,
        )


def attach(
    ticket: Ticket, *, uploads: Sequence[UploadedFile[Any]], actor: Person, now: datetime, source: str = ""
) -> list[Attachment]:
    """Add files to the request itself, in public."""
    if not uploads:
        raise Refused(_("Choose at least one file."), code="required", field="files")
    with change(ticket, verb="reply", event="ticket.attached", actor=actor, now=now, source=source) as step:
        stored = files.store(ticket=step.ticket, message=None, uploads=uploads, by=actor, now=now)
        step.data["attachments"] = [attachment.pk for attachment in stored]
        from_desk = policies.is_desk(actor, step.ticket) and actor.pk != step.ticket.requester_id
        if not from_desk:
            _heard(step)
    return stored


def withdraw(ticket: Ticket, *, message: Message, actor: Person, now: datetime, source: str = "") -> Ticket:
    """Take a message that came by mail out of the public conversation: it stays, as a note of the desk's."""
    with change(ticket, verb="note", event="ticket.withdrawn", actor=actor, now=now, source=source) as step:
        need_desk(actor, step.ticket)
        if message.ticket_id != step.ticket.pk or message.kind != MessageKind.REPLY or message.channel != Channel.MAIL:
            raise Refused(_("Only a message that came by mail can be withdrawn."), code="not_mail", field="message")
        message.kind = MessageKind.NOTE
        message.save(update_fields=["kind"])
        message.attachments.update(internal=True)
        drop(REPLY, step.ticket.pk, message.pk)
        step.rows += indexing(of_message(message, step.ticket))
        step.data["message"] = message.pk
    return step.ticket


def watch(ticket: Ticket, *, person: Person, actor: Person, now: datetime, source: str = "") -> Ticket:
    """Let `person` follow the ticket. The desk and the requester may add anybody concerned, others themselves."""
    with change(ticket, verb="note", event="ticket.watched", actor=actor, now=now, source=source) as step:
        current = step.ticket
        if actor.pk not in {person.pk, current.requester_id}:
            need_desk(actor, current)
        if person.organisation_id not in {current.organisation_id, current.desk_id}:
            raise Refused(_("This person doesn’t belong to that organisation."), code="foreign", field="person")
        Watcher.objects.get_or_create(ticket=current, person=person)
        step.data["person"] = person.pk
    return step.ticket


def unwatch(ticket: Ticket, *, person: Person, actor: Person, now: datetime, source: str = "") -> Ticket:
    """Stop following: oneself, or by whoever may add followers."""
    with change(ticket, verb="note", event="ticket.unwatched", actor=actor, now=now, source=source) as step:
        if actor.pk not in {person.pk, step.ticket.requester_id}:
            need_desk(actor, step.ticket)
        Watcher.objects.filter(ticket=step.ticket, person=person).delete()
        step.data["person"] = person.pk
    return step.ticket


def set_tags(ticket: Ticket, *, names: Iterable[str], actor: Person, now: datetime, source: str = "") -> Ticket:
    """Make these the ticket's tags; a tag that the desk doesn't have yet is made."""
    wanted = sorted({one_line(name)[:40].casefold() for name in names} - {""})
    if len(wanted) > _TAGS_PER_TICKET:
        raise Refused(_("That is too many tags."), code="too_many", field="tags")
    with change(ticket, verb="note", event="ticket.tagged", actor=actor, now=now, source=source) as step:
        need_desk(actor, step.ticket)
        tags = [Tag.objects.get_or_create(organisation_id=step.ticket.desk_id, name=name)[0] for name in wanted]
        step.ticket.tags.set(tags)
        step.data["tags"] = [tag.pk for tag in tags]
    return step.ticket


def add_message(
    step: Change,
    *,
    kind: str,
    body: str,
    actor: Person,
    from_desk: bool,
    channel: str,
    uploads: Sequence[UploadedFile[Any]] = (),
) -> Message:
    """Inside an action: write the message and its files, and point the event to it."""
    message = Message.objects.create(
        ticket=step.ticket,
        kind=kind,
        author=actor,
        from_desk=from_desk,
        channel=channel,
        body=body,
        html=plain_html(body) if channel == Channel.MAIL else to_html(body),
        created_at=step.at,
    )
    files.store(ticket=step.ticket, message=message, uploads=uploads, by=actor, now=step.at)
    if body:
        step.rows += indexing(of_message(message, step.ticket))
    step.data["message"] = message.pk
    step.data["from_desk"] = from_desk
    return message


def _body_or_files(body: str, uploads: Sequence[UploadedFile[Any]]) -> str:
    """Files alone are something said too."""
    return need_body(body) if body.strip() or not uploads else ""


def _answered(step: Change, *, by: Person) -> None:
    ticket = step.ticket
    ticket.answered_at = ticket.answered_at or step.at
    if ticket.state == lifecycle.NEW:
        begin_treatment(step)
        ticket.assignee = ticket.assignee or by
    if ticket.state == lifecycle.RESOLVED and ticket.promise_kind != PromiseKind.CONFIRM:
        promise_say(step)
    elif ticket.promise_kind in {PromiseKind.FIRST_ANSWER, PromiseKind.TAKE_ON} or (
        ticket.promise_kind == PromiseKind.SOLVE and ticket.is_live
    ):
        promise_news(step)


def _heard(step: Change) -> None:
    """The requester's side spoke: see that an answer is due."""
    ticket = step.ticket
    if ticket.state == lifecycle.ON_HOLD:
        waits_for_them = ticket.holds.filter(ended_at__isnull=True, reason=HoldReason.REQUESTER).exists()
        if waits_for_them:
            begin_treatment(step)
            promise_news(step)
    elif ticket.state == lifecycle.RESOLVED:
        promise_news(step)
    elif ticket.state in lifecycle.ENDED:
        open_again(step)


def open_again(step: Change) -> None:
    """A new open period; what ended the last one stays in the log."""
    ticket = step.ticket
    step.data["reopened"] = True
    step.data["was"] = ticket.state
    ticket.state = lifecycle.OPEN
    ticket.solution, ticket.unsolved_reason = None, ""
    ticket.resolved_at = ticket.closed_at = None
    ticket.received_at = step.at
    ticket.reopened += 1
    promise_news(step)
