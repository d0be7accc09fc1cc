"""What a mail says: composed when it is sent, from what its reader may see then, in their language and time.

Only what is public on the ticket is asked for. Notes, internal files and the desk's own facts are never read here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from guichet.activity.models import Event
from guichet.channels.mail import composing, tokens
from guichet.channels.mail.composing import ATTACHED_MAX_BYTES, Letter
from guichet.channels.models import Mailbox
from guichet.lib import moments
from guichet.lib.models import Outgoing
from guichet.lib.sending import Unneeded
from guichet.lib.text import excerpt
from guichet.notifications import addressing, following, wording
from guichet.notifications.look import look_in
from guichet.people.middleware import zone_of
from guichet.people.models import Account, Person
from guichet.tickets import policies
from guichet.tickets.models import (
    Attachment,
    Channel,
    Hold,
    HoldReason,
    Message,
    MessageKind,
    PromiseKind,
    State,
    Ticket,
    Unsolved,
)


@dataclass(frozen=True)
class File:
    """A file that was given: with the mail, or behind its link."""

    name: str
    url: str
    attached: bool


@dataclass(frozen=True)
class Piece:
    """One thing that happened: a sentence, and what was said with it."""

    sentence: str
    said: Message | None = None
    files: list[File] = field(default_factory=list)


@dataclass
class Reader:
    """Whom the mail is for: at the desk or not, with the say on the ticket or not, able to sign in or not."""

    person: Person
    ticket: Ticket

    def __post_init__(self) -> None:
        self.has_say = policies.is_requester(self.person, self.ticket)
        self.at_desk = not self.has_say and policies.is_desk(self.person, self.ticket)
        self.signs_in = Account.objects.filter(person=self.person, is_active=True).exists()

    @property
    def url(self) -> str:
        name = "desk:ticket" if self.at_desk else "portal:ticket"
        return settings.BASE_URL + reverse(name, args=[self.ticket.reference]) if self.signs_in else ""

    @property
    def way_out(self) -> str:
        """Where a follower stops following: on the ticket's page, or by a link of their own."""
        if self.has_say or self.at_desk:
            return ""
        return self.url or self.stop_url

    @cached_property
    def stop_url(self) -> str:
        """The link for a follower who can't sign in."""
        if self.has_say or self.signs_in or not following.follows(self.person, ticket=self.ticket):
            return ""
        return following.url(ticket=self.ticket, person=self.person)

    def link(self, file: Attachment) -> str:
        return settings.BASE_URL + reverse("portal:file", args=[file.key]) if self.signs_in else ""


def letter_of(outgoing: Outgoing, *, now: datetime) -> Letter:
    """The mail of an outbox row. Unneeded when there is nothing left to say, or nobody to say it to."""
    payload = outgoing.payload
    person = Person.objects.select_related("organisation").filter(pk=payload["person"]).first()
    ticket = _ticket(payload["ticket"], person=person) if person else None
    if person is None or ticket is None:
        raise Unneeded("the person doesn’t see this ticket any more")
    if not person.email:
        raise Unneeded("the person has no address that works")
    sender = addressing.identity(ticket.desk)
    if sender is None:
        raise Unneeded("the desk has no address to write from")
    with translation.override(person.language), timezone.override(zone_of(person)):
        history = _history(ticket, payload["events"])
        words = _Words(reader=Reader(person, ticket), history=history, box=sender.mailbox)
        if not words.pieces:
            raise Unneeded("what was to be said was withdrawn")
        token = addressing.token(ticket=ticket, person=person)
        context = words.context()
        text, html = written(context, accent=sender.mailbox.accent if sender.mailbox else "")
        return Letter(
            sender_name=sender.name,
            sender_address=sender.address,
            to_name=context["name"],
            to_address=person.email,
            reply_to=tokens.plus_address(sender.address, token),
            subject=composing.subject_of(reference=ticket.reference, title=context["title"]),
            text=text,
            html=html,
            message_id=tokens.message_id(token=token, unique=outgoing.key, domain=sender.domain),
            date=now,
            instance=addressing.instance(),
            automatic=_automatic(history),
            references=addressing.thread(ticket=ticket, person=person),
            unsubscribe=words.reader.way_out,
            language=person.language,
            attachments=words.attached,
        )


def written(context: Mapping[str, Any], *, accent: str) -> tuple[str, str]:
    """Both forms of a mail: text and HTML."""
    text = re.sub(r"\n{3,}", "\n\n", render_to_string("notifications/mail/news.txt", dict(context))).strip() + "\n"
    return text, render_to_string("notifications/mail/news.html", {**context, "look": look_in(accent)})


def _ticket(pk: int, *, person: Person) -> Ticket | None:
    visible = Ticket.objects.visible_to(person).select_related("desk", "team", "assignee", "promise_owner")
    return visible.filter(pk=pk).first()


def _history(ticket: Ticket, numbers: Sequence[int]) -> list[Event]:
    found = Event.objects.filter(subject_type="ticket", subject_id=ticket.pk, number__in=numbers)
    return list(found.select_related("actor").order_by("number"))


def _automatic(history: list[Event]) -> str:
    """A reply that somebody wrote is a letter like any other; the rest says that no hand wrote it."""
    verbs = {event.verb for event in history}
    if any(event.verb == "ticket.replied" and event.data.get("from_desk") for event in history):
        return composing.BY_HAND
    return composing.ACKNOWLEDGEMENT if "ticket.opened" in verbs else composing.NOTICE


class _Words:
    """The pieces of one mail, and what stands around them."""

    def __init__(self, *, reader: Reader, history: list[Event], box: Mailbox | None) -> None:
        self.reader = reader
        self.box = box
        self.ticket = reader.ticket
        self.history = history
        self.attached: list[composing.Attachment] = []
        self._room = ATTACHED_MAX_BYTES
        self._read(history)
        self.pieces = [piece for event in history if (piece := self._piece(event)) is not None]

    def _read(self, history: list[Event]) -> None:
        """What the events point to, as far as it is public."""
        said = [event.data["message"] for event in history if "message" in event.data]
        files = [pk for event in history for pk in event.data.get("attachments", ())]
        public = Message.objects.filter(ticket=self.ticket, kind=MessageKind.REPLY)
        self.messages = {m.pk: m for m in public.filter(pk__in=said).select_related("author")}
        self.files: dict[int, list[Attachment]] = {}
        self.loose: dict[int, Attachment] = {}
        given = Attachment.objects.filter(ticket=self.ticket, internal=False)
        for file in given.filter(message__in=self.messages) | given.filter(pk__in=files):
            self.loose[file.pk] = file
            self.files.setdefault(file.message_id or 0, []).append(file)
        self.asked = self._question(history)

    def _question(self, history: list[Event]) -> Message | None:
        """What the desk said last, where the ticket waits for the requester and the mail doesn't tell it anyway."""
        held = any(event.verb == "ticket.held" for event in history)
        if not held or self.ticket.promise_kind != PromiseKind.REQUESTER:
            return None
        public = Message.objects.filter(ticket=self.ticket, kind=MessageKind.REPLY, from_desk=True)
        last = public.select_related("author").order_by("created_at", "pk").last()
        return last if last is not None and last.pk not in self.messages else None

    def _piece(self, event: Event) -> Piece | None:
        message = self.messages.get(event.data.get("message", 0))
        if event.verb in {"ticket.replied", "ticket.refused"} and message is None:
            return None
        if event.verb == "ticket.attached":
            given = [self.loose[pk] for pk in event.data.get("attachments", ()) if pk in self.loose]
            if not given:
                return None
        else:
            given = self.files.get(message.pk, []) if message else []
        if event.verb == "ticket.held" and self.asked is not None:
            message = self.asked
        ours = bool(message and message.from_desk) or (event.actor_id != self.ticket.requester_id and not message)
        sentence = _SENTENCES[event.verb](event, self.reader)
        return Piece(sentence=sentence, said=message, files=[self._file(file, attach=ours) for file in given])

    def _file(self, file: Attachment, *, attach: bool) -> File:
        """With the mail where it is small and of the desk's; a link else."""
        if attach and file.size <= self._room and default_storage.exists(file.path):
            self._room -= file.size
            with default_storage.open(file.path) as stored:
                content = stored.read()
            self.attached.append(composing.Attachment(file.name, file.content_type, content))
            return File(name=file.name, url=self.reader.link(file), attached=True)
        return File(name=file.name, url=self.reader.link(file), attached=False)

    def context(self) -> Mapping[str, Any]:
        ticket = self.ticket
        first = next((piece.said for piece in self.pieces if piece.said), None)
        # What came by mail may be in anybody's name: its words are not sent on to whoever has that address.
        unheard = ticket.channel == Channel.MAIL and _automatic(self.history) == composing.ACKNOWLEDGEMENT
        name = "" if unheard and not self.reader.signs_in else self.reader.person.name
        title = _("Your request has arrived") if unheard else ticket.title
        own = self._own(title="" if unheard else title, requester=name if unheard else ticket.requester.name)
        check = ticket.state == State.RESOLVED and ticket.promise_kind == PromiseKind.CONFIRM and self.reader.has_say
        return {
            "language": get_language(),
            "ticket": ticket,
            "title": title,
            "name": name,
            **own,
            "reader": self.reader,
            "pieces": self.pieces,
            "preview": excerpt(first.body if first else self.pieces[0].sentence),
            "check": check,
            "due": _moment(ticket.promise_due_at),
            "next": "" if check else self._next(),
            "live": ticket.is_live,
            "desk": ticket.desk,
        }

    def _own(self, *, title: str, requester: str) -> dict[str, str]:
        """The desk's own words, which say no more of the ticket than the mail around them may."""
        if self.box is None:
            return {"above": "", "below": ""}
        values = {
            "requester": requester,
            "first_name": requester.partition(" ")[0],
            "reference": self.ticket.reference,
            "title": title,
            "organisation": self.ticket.organisation.name,
            "desk": self.ticket.desk.name,
        }
        language = get_language() or "fr"
        return {
            "above": wording.above(self.box, language=language, values=values),
            "below": wording.below(self.box, language=language, values=values),
        }

    def _next(self) -> str:
        """The promise as it stands now, in one sentence."""
        ticket = self.ticket
        if not ticket.is_live:
            return ""
        what = ticket.promise if ticket.promise_text else _lower(ticket.promise)
        values = {"what": what, "who": ticket.promise_who, "due": _moment(ticket.promise_due_at)}
        if ticket.promise_kind not in {PromiseKind.REQUESTER, PromiseKind.CONFIRM}:
            return _("Next step: %(what)s, by %(who)s, before %(due)s.") % values
        if not self.reader.has_say and not ticket.promise_text:
            asked = ticket.promise_kind == PromiseKind.REQUESTER
            values["what"] = (
                _("the requester’s answer to our question") if asked else _("the requester’s word that it works")
            )
        return _("Next step: %(what)s, before %(due)s.") % values


def _moment(at: datetime | None) -> str:
    if at is None:
        return ""
    return moments.spoken(at=at, zone=timezone.get_current_timezone(), language=get_language() or "fr")


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _actor(event: Event) -> dict[str, str]:
    return {"actor": event.actor.name if event.actor else "Guichet"}


def _opened(event: Event, reader: Reader) -> str:
    values = {**_actor(event), "reference": reader.ticket.reference}
    if event.actor_id == reader.person.pk:
        return _("We have received your request. Its reference is %(reference)s.") % values
    return _("%(actor)s opened this ticket for you. Its reference is %(reference)s.") % values


def _held(event: Event, reader: Reader) -> str:
    hold = Hold.objects.filter(pk=event.data.get("hold"), ticket=reader.ticket).first()
    until = _moment(hold.wake_at) if hold else ""
    if event.data.get("reason") == HoldReason.REQUESTER:
        if reader.has_say:
            return _("We need your answer to go on. Until then the ticket waits, until %(until)s at most.") % {
                "until": until
            }
        return _("The ticket waits for the requester’s answer, until %(until)s at most.") % {"until": until}
    reason = _lower(str(HoldReason(event.data["reason"]).label))
    return _("The ticket is on hold until %(until)s: %(reason)s.") % {"until": until, "reason": reason}


def _resolved(event: Event, reader: Reader) -> str:
    if event.data.get("unsolved_reason"):
        reason = _lower(str(Unsolved(event.data["unsolved_reason"]).label))
        return _("%(actor)s ended the work without a solution: %(reason)s.") % {**_actor(event), "reason": reason}
    return _("%(actor)s says that it is solved.") % _actor(event)


def _closed(event: Event, reader: Reader) -> str:
    if event.actor is None:
        return _("Nobody objected in time: we take it that it works, and the ticket is closed.")
    return _("%(actor)s closed the ticket.") % _actor(event)


_SENTENCES: Mapping[str, Callable[[Event, Reader], str]] = {
    "ticket.opened": _opened,
    "ticket.replied": lambda event, reader: _("%(actor)s wrote:") % _actor(event),
    "ticket.attached": lambda event, reader: _("%(actor)s added files.") % _actor(event),
    "ticket.held": _held,
    "ticket.resolved": _resolved,
    "ticket.fixed": lambda event, reader: _("The cause of the failure is removed. Please tell us whether it works."),
    "ticket.confirmed": lambda event, reader: _("%(actor)s noted that it works; the ticket is closed.") % _actor(event),
    "ticket.refused": lambda event, reader: _("%(actor)s says that it doesn’t work yet; work goes on.") % _actor(event),
    "ticket.reopened": lambda event, reader: _("%(actor)s opened the ticket again.") % _actor(event),
    "ticket.closed": _closed,
    "ticket.cancelled": lambda event, reader: _("%(actor)s cancelled the ticket.") % _actor(event),
}
VERBS = frozenset(_SENTENCES)
