"""A desk whose events another program hears of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from guichet.connectors import changing
from guichet.connectors.models import Webhook
from guichet.lib import outbox
from guichet.lib.models import Outgoing
from guichet.people.models import Person
from guichet.tickets.models import Ticket
from tests import builders
from tests.connectors.receiver import Receiver, receiving


@dataclass
class Hooked:
    """A desk, its manager, an agent, a requester, and whoever listens."""

    desk: builders.Desk
    manager: Person
    agent: Person
    requester: Person
    receiver: Receiver
    webhook: Webhook

    def ticket(self, **fields: Any) -> Ticket:
        return builders.ticket(self.requester, now=timezone.now(), **fields)

    def hook(self, name: str = "Un autre", *, verbs: Iterable[str] = ("ticket.*",), **fields: Any) -> Webhook:
        given = {"url": self.receiver.url, "active": True, **fields}
        return changing.save_webhook(
            webhook=None, desk=self.desk.organisation, name=name, verbs=verbs,
            actor=self.manager, now=timezone.now(), **given,
        )  # fmt: skip

    def send(self, **later: float) -> int:
        """What is due by then is sent."""
        return outbox.send_due(clock=lambda: timezone.now() + timedelta(**later), apart=True)

    def rows(self) -> list[Outgoing]:
        return list(Outgoing.objects.filter(kind="webhook").order_by("pk"))

    def fresh(self) -> Webhook:
        return Webhook.objects.get(pk=self.webhook.pk)


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.INSIDE_HOSTS = ("127.0.0.0/8",)
    with receiving() as running:
        yield running


@pytest.fixture
def hooked(receiver: Receiver, db: None) -> Hooked:
    desk = builders.desk()
    manager = builders.manager(desk)
    made = Hooked(
        desk=desk,
        manager=manager,
        agent=builders.agent(desk),
        requester=builders.person(desk.organisation),
        receiver=receiver,
        webhook=Webhook(made_by=manager, made_at=builders.NOW),
    )
    made.webhook = made.hook("Tableau de bord", verbs=["ticket.opened", "ticket.resolved"])
    return made
