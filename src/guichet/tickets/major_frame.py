"""The frame of every verb of a major incident: lock, check, change, record one event, save; and what verbs share."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from guichet.activity.record import Statement, record
from guichet.catalog.models import Service
from guichet.lib.errors import Conflict, Forbidden, Refused, Stale
from guichet.lib.text import clean, one_line
from guichet.people.models import TREATING, Organisation, Person, Role, Site
from guichet.tickets import policies
from guichet.tickets.actions.change import atomically, need_body
from guichet.tickets.indexing import indexing, of_major
from guichet.tickets.models import MajorIncident, MajorState, Ticket

TEXT_MAX = 4000
SHORTEST, LONGEST = 5, 24 * 60


@dataclass
class Step:
    """The locked major incident, and what its event will say."""

    major: MajorIncident
    data: dict[str, Any] = field(default_factory=dict)
    # Statements that go to the database with the event.
    rows: list[Statement] = field(default_factory=list)
    # Whoever was faster did it already: nothing is saved, and nothing recorded.
    done_already: bool = False


@contextmanager
def step(
    major: MajorIncident,
    *,
    event: str,
    actor: Person | None,
    now: datetime,
    states: Collection[str] = tuple(MajorState),
    expect: int | None = None,
) -> Iterator[Step]:
    """Lock it, let the body change it, then record `event` and save. `actor` None is the product itself."""
    with atomically():
        current = lock_major(major)
        if expect is not None and expect != current.version:
            raise Stale(_("Somebody changed this meanwhile. Look at it again before you go on."), code="stale")
        if current.state not in states:
            raise moved_on()
        made = Step(major=current)
        yield made
        if made.done_already:
            return
        record(
            current,
            verb=event,
            actor=actor,
            at=now,
            organisation_id=current.desk_id,
            data=made.data,
            rows=lambda: [*indexing(of_major(current)), *made.rows],
        )
        current.save()


def moved_on() -> Conflict:
    """What is asked isn't done in the state that it is in by now."""
    return Conflict(_("This is no longer possible: the major incident has moved on."), code="wrong_state")


def lock_major(major: MajorIncident) -> MajorIncident:
    """Its row as it is now, locked until the transaction ends; before its tickets, always. Others may point to it."""
    rows = MajorIncident.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("desk").get(pk=major.pk)


@dataclass(frozen=True)
class Words:
    """What those who are affected read: a title, and what to do meanwhile. Either language may stand for both."""

    title_fr: str = ""
    title_en: str = ""
    meanwhile_fr: str = ""
    meanwhile_en: str = ""


@dataclass(frozen=True)
class Touched:
    """What is touched. No organisation means everybody whom the desk serves."""

    organisations: Collection[Organisation] = ()
    services: Collection[Service] = ()
    sites: Collection[Site] = ()


def joined(ticket: Ticket, *, major: MajorIncident, actor: Person | None, now: datetime) -> None:
    """The locked ticket's own story says that it goes with the major incident."""
    _record_on(ticket, verb="ticket.joined_major", major=major, actor=actor, now=now)


def departed(ticket: Ticket, *, major: MajorIncident, actor: Person | None, now: datetime) -> None:
    _record_on(ticket, verb="ticket.left_major", major=major, actor=actor, now=now)


def _record_on(ticket: Ticket, *, verb: str, major: MajorIncident, actor: Person | None, now: datetime) -> None:
    data = {"major": major.pk, "major_reference": major.reference}
    record(ticket, verb=verb, actor=actor, at=now, organisation_id=ticket.organisation_id, data=data)
    Ticket.objects.filter(pk=ticket.pk).update(version=ticket.version, chain=ticket.chain, updated_at=now)


def need_agent(person: Person, *, desk_id: int) -> None:
    if desk_id not in person.grants.treats_in:
        raise Forbidden(_("Only those who treat this desk’s tickets may do this."), code="not_desk")


def need_lead(person: Person, major: MajorIncident) -> None:
    if not policies.can_lead(person, major):
        raise Forbidden(_("Only whoever leads the major incident, or a manager, may do this."), code="not_lead")


def need_leader(person: Person, *, desk_id: int, field: str = "to") -> None:
    """Somebody can only be given it who works at that desk."""
    if not Role.objects.filter(person=person, organisation=desk_id, kind__in=TREATING).exists():
        raise Refused(_("This person doesn’t treat this desk’s tickets."), code="not_desk", field=field)


def cleaned_words(words: Words) -> Words:
    titles = one_line(words.title_fr)[:160], one_line(words.title_en)[:160]
    if not any(titles):
        raise Refused(_("Say in a few words what doesn’t work."), code="required", field="title_fr")
    meanwhile = [clean(text).strip() for text in (words.meanwhile_fr, words.meanwhile_en)]
    if any(len(text) > TEXT_MAX for text in meanwhile):
        raise Refused(_("This text is too long."), code="too_long", field="meanwhile_fr")
    return Words(*titles, *meanwhile)


def said(french: str, english: str) -> tuple[str, str]:
    """The text in one language at least."""
    if not clean(french).strip() and clean(english).strip():
        return "", need_body(english, field="text_en", limit=TEXT_MAX)
    said = need_body(french, field="text_fr", limit=TEXT_MAX)
    return said, clean(english).strip()[:TEXT_MAX]


def minutes_of(minutes: int) -> int:
    if not SHORTEST <= minutes <= LONGEST:
        raise Refused(_("Give a number of minutes between 5 and 1,440."), code="out_of_range", field="update_minutes")
    return minutes


def start_of(at: datetime, *, now: datetime) -> datetime:
    if at > now:
        raise Refused(_("It can’t have begun after that."), code="in_future", field="started_at")
    return at


def need_of_desk(touched: Touched, *, desk: Organisation) -> None:
    for organisation in touched.organisations:
        if organisation.desk.pk != desk.pk:
            raise Refused(_("This desk doesn’t serve that organisation."), code="foreign", field="organisations")
    for service in touched.services:
        if service.organisation_id != desk.pk:
            raise Refused(_("This isn’t in your catalogue."), code="foreign", field="services")
    for site in touched.sites:
        if site.organisation.desk.pk != desk.pk:
            raise Refused(_("This place belongs to another organisation."), code="foreign", field="sites")


def touch(major: MajorIncident, touched: Touched) -> None:
    major.organisations.set(touched.organisations)
    major.services.set(touched.services)
    major.sites.set(touched.sites)
