"""A follower's way out of a ticket's mails without signing in: a signed link that stops this and nothing else."""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.urls import reverse

from guichet.people.models import Person
from guichet.tickets.models import Ticket, Watcher

_SIGNER = signing.Signer(salt="guichet.following")


def url(*, ticket: Ticket, person: Person) -> str:
    """Where that person stops following the ticket."""
    return settings.BASE_URL + reverse("portal:following_end", args=[_SIGNER.sign_object([ticket.pk, person.pk])])


def named(token: str) -> tuple[Ticket, Person] | None:
    """Which ticket and whom a link is for; None for any that we did not make."""
    try:
        ticket, person = _SIGNER.unsign_object(token)
    except (signing.BadSignature, ValueError):
        return None
    found = Ticket.objects.select_related("desk").filter(pk=ticket).first()
    follower = Person.objects.select_related("organisation").filter(pk=person).first()
    return (found, follower) if found is not None and follower is not None else None


def follows(person: Person, *, ticket: Ticket) -> bool:
    return Watcher.objects.filter(ticket=ticket, person=person).exists()
