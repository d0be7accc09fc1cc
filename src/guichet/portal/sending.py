"""From a draft to a ticket: once, however often it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from guichet.catalog.models import Category, RequestType
from guichet.lib.text import excerpt
from guichet.people.models import Organisation, Person
from guichet.portal import guides
from guichet.portal import journey as journeys
from guichet.portal.journey import Journey
from guichet.routing.actions import submit
from guichet.suggestions import deflection
from guichet.tickets import actions, files
from guichet.tickets.models import Ticket


def send(
    token: str,
    *,
    person: Person,
    now: datetime,
    category: Category | None = None,
    uploads: Sequence[UploadedFile[Any]] = (),
) -> str:
    """Open the ticket and mark the draft as sent, together; the ticket’s reference. A refusal changes nothing."""
    files.check(uploads)
    with transaction.atomic():
        journey = journeys.lock(token, person=person)
        if journey.sent:
            return journey.sent
        ticket = _open(journey, person=person, category=category, now=now)
        deflection.sent(journey.asking, ticket=ticket)
        guides.joined(journey, ticket, person=person, now=now)
        if uploads:
            actions.attach(ticket, uploads=uploads, actor=person, now=now)
        # All was said: what remains of the draft is where it went.
        journeys.save(Journey(token=token, sent=ticket.reference), person=person, now=now)
    return ticket.reference


def offered_to(organisation: Organisation) -> list[int]:
    """Whose request types the people of `organisation` may use: its own and its desk's."""
    return [organisation.pk, organisation.desk.pk]


def asked_for(journey: Journey, *, person: Person) -> RequestType | None:
    """The request type that the journey began with; None where it began otherwise, or it is offered no more."""
    if not journey.request_type:
        return None
    offered = RequestType.objects.filter(organisation__in=offered_to(person.organisation))
    return offered.select_related("category").filter(pk=journey.request_type).first()


def category_of(category: Category | None, chosen: RequestType | None) -> Category | None:
    """That of the ticket: the one that was said, else the request type's."""
    return category or (chosen.category if chosen else None)


def _open(journey: Journey, *, person: Person, category: Category | None, now: datetime) -> Ticket:
    chosen = asked_for(journey, person=person)
    return submit(
        organisation=person.organisation,
        requester=person,
        actor=person,
        now=now,
        description=journey.description,
        impact=journey.impact,
        urgency=journey.urgency,
        kind=journey.kind,
        category=category_of(category, chosen),
        request_type=chosen,
        title=f"{chosen.name} – {excerpt(journey.description, length=80)}" if chosen else "",
        asset=journey.asset.removeprefix("-"),
        facts=journey.facts,
        answers=journey.answers,
        site=person.site,
    )
