"""What was sent by mail: who may see it, how each mail stands in words, and sending one again.

No copy of a mail is kept: the row of the outbox says to whom it went, about which events, and what the server answered.
What it says is worded anew from the ticket whenever somebody looks, as it would be if it were sent now.

Mail about an appointment belongs to the appointment's ticket. Where that has none, those who receive at its venue see
it among all that the desk sent. News of a major incident are seen by those who may enter its room.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.lib import outbox
from guichet.lib.errors import Conflict, Forbidden
from guichet.lib.models import Outgoing
from guichet.lib.sending import Unneeded
from guichet.notifications import addressing, invitations, letters, of_majors, of_sessions
from guichet.notifications.addressing import KIND
from guichet.people.models import Person
from guichet.tickets import actions, lifecycle
from guichet.tickets.models import MajorIncident, Ticket
from guichet.walkup.models import Appointment

_AT_ONCE = 5000
# The kinds of rows that are mail to a person, and who words each.
_WRITERS = {KIND: letters.letter_of, invitations.KIND: invitations.letter_of, of_majors.KIND: of_majors.letter_of}


class Standing(models.TextChoices):
    """How a mail stands."""

    WAITING = "waiting", gettext_lazy("Waits to be sent")
    LATE = "late", gettext_lazy("Not delivered yet, is tried again")
    DELIVERED = "delivered", gettext_lazy("Taken by the mail server")
    GIVEN_UP = "given_up", gettext_lazy("Not delivered, given up")
    NEEDLESS = "needless", gettext_lazy("Not sent, as it was no longer needed")


# What we say ourselves where a server would have answered.
OURS: dict[str, Promise] = {
    "the person doesn’t see this ticket any more": gettext_lazy("The person doesn’t see this ticket any more."),
    "the person has no address that works": gettext_lazy("The person has no address that works."),
    "the desk has no address to write from": gettext_lazy("The desk has no address to write from."),
    "what was to be said was withdrawn": gettext_lazy("What was to be said was withdrawn."),
    addressing.DEAD: gettext_lazy("A mail server said that this address doesn’t exist."),
    "mail is turned off": gettext_lazy("Outgoing mail is turned off."),
}
NEEDLESS = frozenset(OURS) - {addressing.DEAD, "mail is turned off"}


@dataclass(frozen=True)
class Sent:
    """A mail as those see it who look after it."""

    row: Outgoing
    # For whom; None and "" where that isn't known any more.
    person: int | None
    name: str
    # Its time has come, and it waits for its turn.
    is_due: bool

    @property
    def subject(self) -> str:
        """As it was last written; "" where nobody has tried to send it yet."""
        return str(self.row.payload.get("subject", ""))

    @property
    def standing(self) -> Standing:
        if self.row.delivered_at is not None:
            return Standing.DELIVERED
        if self.row.given_up_at is not None:
            return Standing.NEEDLESS if self.row.answer in NEEDLESS else Standing.GIVEN_UP
        return Standing.LATE if self.row.attempts else Standing.WAITING

    @property
    def answer(self) -> str:
        """What the server said last, or we instead of it."""
        return str(OURS.get(self.row.answer, self.row.answer))


@dataclass(frozen=True)
class Preview:
    """What a mail would say now; or why there would be none."""

    subject: str = ""
    text: str = ""
    # Its reader's, which need not be the one of whoever looks.
    language: str = ""
    files: list[str] = field(default_factory=list)
    instead: str = ""


def visible_to(person: Person) -> models.QuerySet[Outgoing]:
    """The mails about tickets that the person may treat, about major incidents of their desks, and about appointments
    without a ticket where they receive. Nobody else sees any, their own included.
    """
    tickets = Ticket.objects.at_desk_of(person).order_by().values("reference")
    booked = Appointment.objects.received_by(person).order_by().values("pk")
    rows = Outgoing.objects.filter(kind__in=_WRITERS).alias(booked=_APPOINTMENT)
    majors = MajorIncident.objects.at_desk_of(person).order_by().values("reference")
    of_a_major = Q(kind=of_majors.KIND, about__in=majors)
    return rows.filter(Q(about__in=tickets) | of_a_major | Q(about="", kind=invitations.KIND, booked__in=booked))


_APPOINTMENT = Cast(KeyTextTransform("appointment", "payload"), models.BigIntegerField())


def only(rows: models.QuerySet[Outgoing], *, standing: str) -> models.QuerySet[Outgoing]:
    """Those that wait (late or not), that were given up although they were needed, or that were delivered."""
    if standing == Standing.DELIVERED:
        return rows.filter(delivered_at__isnull=False)
    if standing == Standing.GIVEN_UP:
        return rows.filter(given_up_at__isnull=False).exclude(answer__in=NEEDLESS)
    return rows.filter(delivered_at=None, given_up_at=None)


def shown(rows: Iterable[Outgoing], *, now: datetime) -> list[Sent]:
    """The rows with the names of those whom they are for."""
    rows = list(rows)
    readers = _readers(rows)
    names = dict(Person.objects.filter(pk__in=set(readers.values())).values_list("pk", "name"))
    return [
        Sent(
            row=row,
            person=readers.get(row.pk),
            name=names.get(readers.get(row.pk, 0), ""),
            is_due=row.is_waiting and row.next_at <= now,
        )
        for row in rows
    ]


def preview(outgoing: Outgoing, *, now: datetime) -> Preview:
    """The mail as it would be written now. Its own marks, which prove who answers, are not part of it."""
    try:
        letter = _WRITERS[outgoing.kind](outgoing, now=now)
    except Unneeded as reason:
        return Preview(instead=str(OURS.get(reason.reason, reason.reason)))
    files = [file.name for file in letter.attachments]
    return Preview(subject=letter.subject, text=letter.text, language=letter.language, files=files)


def may_again(outgoing: Outgoing, *, seen: Preview) -> bool:
    return settings.SMTP is not None and not seen.instead and not outbox.on_its_way(outgoing)


def again(outgoing: Outgoing, *, actor: Person, now: datetime) -> Outgoing:
    """Send it once more, as a mail of its own, worded as of now; the ticket says who wanted that."""
    with transaction.atomic():
        row = visible_to(actor).select_for_update(of=("self",)).filter(pk=outgoing.pk).first()
        if row is None:
            raise Forbidden(_("You don’t treat this ticket."), code="not_yours")
        if settings.SMTP is None:
            raise Conflict(OURS["mail is turned off"], code="mail_off")
        if outbox.on_its_way(row):
            raise Conflict(_("It is on its way already, and is tried again by itself."), code="waiting")
        seen = preview(row, now=now)
        if seen.instead:
            raise Conflict(seen.instead, code="needless")
        person = Person.objects.get(pk=_readers([row])[row.pk])
        if ticket := Ticket.objects.filter(reference=row.about).first():
            actions.resent(ticket, person=person, actor=actor, now=now, source=f"outgoing:{row.pk}")
        # Whoever sends it again has reason to think that it arrives this time.
        addressing.believe(person.email)
        return Outgoing.objects.get(key=outbox.again(row, now=now))


def forget(*, now: datetime, days: int) -> int:
    """Delete what was delivered, or was no longer needed, longer ago than that; how many rows.

    Save where the ticket is live or was touched since: the next mail about it still names them in its References. For a
    ticket that rests longer and is opened again, the thread begins anew in its readers' programs; the way back to
    the ticket is signed in each Message-ID and address, and needs no row. Mail about an appointment without a ticket
    or a training session goes with its time.
    """
    limit = now - timedelta(days=days)
    in_use = Ticket.objects.filter(reference=OuterRef("about")).filter(
        Q(state__in=lifecycle.LIVE) | Q(updated_at__gte=limit)
    )
    past = Q(delivered_at__lt=limit) | Q(given_up_at__lt=limit, answer__in=NEEDLESS)
    old = Outgoing.objects.filter(~Exists(in_use), past, kind__in=[*_WRITERS, of_sessions.KIND]).order_by()
    total = 0
    while numbers := list(old.values_list("pk", flat=True)[:_AT_ONCE]):
        Outgoing.objects.filter(pk__in=numbers).delete()
        total += len(numbers)
    return total


def _readers(rows: Iterable[Outgoing]) -> dict[int, int]:
    """Row → the person whom it is for."""
    rows = list(rows)
    wanted = {row.payload["appointment"] for row in rows if row.kind == invitations.KIND}
    booked = dict(Appointment.objects.filter(pk__in=wanted).values_list("pk", "person")) if wanted else {}
    found = {
        row.pk: booked.get(row.payload["appointment"]) if row.kind == invitations.KIND else row.payload.get("person")
        for row in rows
    }
    return {row: person for row, person in found.items() if person is not None}
