"""The "ticket trick": to be named, put in copy or to share an address with somebody grants nothing."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from guichet.lib.errors import Refused
from guichet.people.models import Account, Person
from guichet.tickets import actions
from guichet.tickets.models import Ticket, Watcher
from tests import builders
from tests.security.stage import World


def sees(person: Person, ticket: Ticket) -> bool:
    return Ticket.objects.visible_to(person).filter(pk=ticket.pk).exists()


def test_being_named_grants_no_reading(world: World) -> None:
    """In the text, the facts, the place, a file's name, whatever their address is."""
    stranger = world.people["elsewhere"]
    named = f"Cc: {stranger.name} <{stranger.email}> @{stranger.name}"
    ticket = builders.ticket(
        world.people["owner"],
        now=timezone.now(),
        description=named,
        title=named,
        facts={"place": named, "availability": named},
    )
    actions.reply(ticket, body=named, actor=world.people["owner"], now=timezone.now())
    assert not sees(stranger, ticket)
    assert not Watcher.objects.filter(ticket=ticket).exists()
    assert world.browser("elsewhere").get(f"/help/tickets/{ticket.reference}/").status_code == 404


def test_sharing_an_address_grants_no_reading(world: World) -> None:
    """Somebody of another organisation who goes by the same address is somebody else."""
    owner = world.people["owner"]
    twin = builders.person(world.people["elsewhere"].organisation, email=owner.email, name=owner.name, account=False)
    assert not sees(twin, world.ticket)


def test_nobody_outside_can_be_made_a_follower(world: World) -> None:
    """Not by the requester, not by the desk: who follows reads, so only the two organisations' own people may."""
    ticket, now = world.ticket, timezone.now()
    before = set(Watcher.objects.filter(ticket=ticket).values_list("person", flat=True))
    for role in ("owner", "agent", "manager", "provider"):
        for stranger in ("elsewhere", "foreign"):
            with pytest.raises(Refused):
                actions.watch(ticket, person=world.people[stranger], actor=world.people[role], now=now)
    browser = world.browser("owner")
    for email in (world.people["elsewhere"].email, "quelquun@evil.example", "%", "*", ""):
        browser.post(f"/help/tickets/{ticket.reference}/watchers/", {"email": email})
    headers = {"Authorization": f"Bearer {world.token('owner')}"}
    for person in Person.objects.exclude(organisation=world.client):
        path = f"/api/v1/tickets/{ticket.reference}/watchers/{person.pk}"
        answer = browser.put(path, "{}", content_type="application/json", headers=headers)
        assert answer.status_code == 404
    assert set(Watcher.objects.filter(ticket=ticket).values_list("person", flat=True)) == before


def test_a_follower_reads_and_has_no_say(world: World) -> None:
    """Following is reading and speaking: not confirming, ending, or letting in more people."""
    follower = world.rows["colleague"]
    world.people["colleague"] = follower
    another = builders.person(world.client)
    browser = world.browser("colleague")
    path = f"/help/tickets/{world.ticket.reference}"
    assert browser.get(f"{path}/").status_code == 200
    assert browser.post(f"{path}/watchers/", {"email": another.email}).status_code == 403
    assert browser.post(f"{path}/cancellation/", {"body": "x"}).status_code == 403
    assert not sees(another, world.ticket)


def test_who_no_longer_follows_no_longer_reads(world: World) -> None:
    follower = world.rows["colleague"]
    assert sees(follower, world.ticket)
    actions.unwatch(world.ticket, person=follower, actor=world.people["owner"], now=timezone.now())
    assert not sees(follower, world.ticket)


def test_an_account_is_made_by_a_manager_and_by_nobody_else(world: World) -> None:
    """No page signs anybody up, so no address in somebody's domain can be claimed; writing a caller down makes none."""
    before = Account.objects.count()
    world.browser("agent").post(
        "/desk/tickets/new",
        {"name": "Quelqu’un", "organisation": str(world.client.pk), "email": "support@essai.example"},
    )
    headers = {"Authorization": f"Bearer {world.token('manager')}"}
    body = json.dumps({"name": "Quelqu’un d’autre", "email": "autre@essai.example"})
    path = f"/api/v1/organisations/{world.client.pk}/people"
    world.browser("anonymous").post(path, body, content_type="application/json", headers=headers)
    assert Person.objects.filter(name__startswith="Quelqu’un").count() == 2
    assert Account.objects.count() == before
