"""What managers are told by mail: promises that will probably be broken, and what the watchdog found.

One gathered message, at most one an hour for each person, never in their quiet hours; each thing once. Overdue promises
are no news to anybody and stay on the page. Whoever was at the desk lately sees it there, unless they chose otherwise.
The mail is worded when it is sent, from what is still so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guichet.activity.models import Event
from guichet.lib import outbox
from guichet.lib.errors import Forbidden, Refused
from guichet.lib.moments import LIKELY
from guichet.notifications import addressing
from guichet.people.middleware import zone_of
from guichet.people.models import Organisation, Person, Role, RoleKind
from guichet.routing.models import Forecast
from guichet.routing.pending import STATES
from guichet.tickets.models import Presence
from guichet.watchdog.models import Finding, MailChoice, MailWhen

KIND = "watch"
EVERY = timedelta(hours=1)
HERE = timedelta(hours=4)
# What one message speaks of; the page has the rest.
GATHERED = 200
_READ = 5_000
_DAY = 24 * 60


@dataclass(slots=True)
class Seen:
    """What there is to say of one desk, or (with no desk) of the whole installation."""

    findings: set[int] = field(default_factory=set)
    # Ticket → when the promise ends that will probably be broken.
    tickets: dict[int, datetime] = field(default_factory=dict)


def is_quiet(minute: int, *, start: int, end: int) -> bool:
    """Whether a minute of the day lies between the two; over midnight where the end comes first. Equal: never."""
    return start <= minute < end if start <= end else minute >= start or minute < end


def choice_of(person: Person) -> MailChoice:
    """What the person chose; the usual where nothing was kept yet."""
    return MailChoice.objects.filter(person=person).first() or MailChoice(person=person)


def choose(*, actor: Person, when: str, quiet_from: int, quiet_until: int) -> MailChoice:
    """A manager's own choice, in minutes of their day."""
    if not actor.grants.manages_in:
        raise Forbidden(_("Only a manager of a service desk is told of this."), code="not_manager")
    if when not in MailWhen.values:
        raise Refused(_("Choose one of the answers offered."), code="unknown_choice", field="when")
    for name, minute in (("quiet_from", quiet_from), ("quiet_until", quiet_until)):
        if not 0 <= minute < _DAY:
            raise Refused(_("Give a time of the day."), code="invalid", field=name)
    chosen = {"when": when, "quiet_from": quiet_from, "quiet_until": quiet_until}
    return MailChoice.objects.update_or_create(person=actor, defaults=chosen)[0]


def write(*, now: datetime) -> int:
    """How many people were written to."""
    if settings.SMTP is None:
        return 0
    seen = _look(now=now)
    if not seen:
        return 0
    return sum(_write(person, seen, now=now) for person in _managers())


def _look(*, now: datetime) -> Mapping[int | None, Seen]:
    seen: dict[int | None, Seen] = defaultdict(Seen)
    for pk, desk in Finding.objects.present().exclude(kind="late").values_list("pk", "desk").order_by("pk")[:_READ]:
        seen[desk].findings.add(pk)
    ahead = Forecast.objects.filter(chance__gte=LIKELY, due_at__gt=now, ticket__state__in=STATES)
    for ticket, desk, due_at in ahead.order_by("due_at", "pk").values_list("ticket", "ticket__desk", "due_at")[:_READ]:
        seen[desk].tickets[ticket] = due_at
    return seen


def _managers() -> Iterable[Person]:
    roles = Role.objects.filter(kind=RoleKind.MANAGER).values("person")
    people = Person.objects.filter(pk__in=roles, account__is_active=True).exclude(email="")
    return people.select_related("organisation").order_by("pk")


@transaction.atomic
def _write(person: Person, seen: Mapping[int | None, Seen], *, now: datetime) -> bool:
    mine = [seen[desk] for desk in (*sorted(person.grants.manages_in), None) if desk in seen]
    findings = {pk for one in mine for pk in one.findings}
    tickets = {str(pk): due.isoformat() for one in mine for pk, due in one.tickets.items()}
    if not mine or sender_for(person) is None:
        return False
    MailChoice.objects.get_or_create(person=person)
    # Whoever writes to this person at the same time has said it.
    choice = MailChoice.objects.select_for_update(skip_locked=True).filter(person=person).first()
    if choice is None or not _may(choice, now=now):
        return False
    new_findings = sorted(findings - set(choice.told_findings))
    new_tickets = [pk for pk, due in tickets.items() if choice.told_tickets.get(pk) != due]
    # What is over is forgotten: should it come again, it is news again.
    choice.told_findings, choice.told_tickets = sorted(findings), tickets
    is_news = bool(new_findings or new_tickets)
    if is_news:
        outbox.enqueue(
            kind=KIND,
            key=f"watch:{person.pk}:{int(now.timestamp())}",
            payload={
                "person": person.pk,
                "findings": new_findings[:GATHERED],
                "tickets": [int(pk) for pk in new_tickets][:GATHERED],
            },
            recipient=person.email.lower(),
            about="",
            now=now,
        )
        choice.written_at = now
    choice.save(update_fields=["told_findings", "told_tickets", "written_at"])
    return is_news


def _may(choice: MailChoice, *, now: datetime) -> bool:
    if choice.when == MailWhen.NEVER or (choice.written_at is not None and now - choice.written_at < EVERY):
        return False
    if not addressing.reachable([choice.person]):
        return False
    local = now.astimezone(zone_of(choice.person) or ZoneInfo(timezone.get_default_timezone_name()))
    if is_quiet(local.hour * 60 + local.minute, start=choice.quiet_from, end=choice.quiet_until):
        return False
    return choice.when == MailWhen.ALWAYS or not _was_here(choice.person, since=now - HERE)


def _was_here(person: Person, *, since: datetime) -> bool:
    """Did something, or had a ticket before them: nobody signs in to a list of those on duty."""
    desks = person.grants.manages_in
    served = Organisation.objects.filter(Q(pk__in=desks) | Q(served_by__in=desks))
    return (
        Event.objects.filter(organisation__in=served, at__gte=since, actor=person).exists()
        or Presence.objects.filter(person=person, seen_at__gte=since).exists()
    )


def sender_for(person: Person) -> tuple[Organisation, addressing.Identity] | None:
    """As which of the desks that they manage we write to them: their own first."""
    managed = Organisation.objects.filter(pk__in=person.grants.manages_in)
    desks = sorted(managed, key=lambda desk: (desk.pk != person.organisation_id, desk.pk))
    for desk in desks:
        identity = addressing.identity(desk)
        if identity is not None:
            return desk, identity
    return None


def forget(*, now: datetime, days: int) -> int:
    """Delete the rows of what was sent longer ago than that, or needed no sending."""
    old = outbox.Outgoing.objects.filter(kind=KIND, created_at__lt=now - timedelta(days=days))
    return old.exclude(delivered_at=None, given_up_at=None).delete()[0]
