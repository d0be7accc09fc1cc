"""What a round keeps: nothing is declared mended that nobody looked at, and addresses stay with their desk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from guichet.lib.models import Outgoing
from guichet.tickets import clocks
from guichet.tickets.models import MajorIncident, Ticket
from guichet.walkup.models import Appointment
from guichet.watchdog import elsewhere, looking, rounds
from guichet.watchdog.looking import Look
from guichet.watchdog.models import Finding
from guichet.watchdog.wording import CHECKS
from tests import builders
from tests.tickets.stage import Stage, later
from tests.walkup.office import office
from tests.watchdog.test_watchdog import SOON, found, sql

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


def unread(*, number: int) -> Outgoing:
    return Outgoing.objects.create(
        key=f"u{number}", kind="mail", payload={}, recipient=f"a{number}@b.example", about="", created_at=later(-90),
        next_at=later(-90), attempts=1, answer="550 <a@b.example> unknown",
    )  # fmt: skip


def test_a_wrong_clock_of_an_ended_ticket_stays_found_until_it_is_right(stage: Stage) -> None:
    ticket = stage.ticket("closed")
    sql("UPDATE tickets_commitment SET due_at = due_at + interval '1 day' WHERE ticket_id = %s", ticket.pk)
    assert found(now=SOON + WEEK) == {}
    assert found(now=SOON + WEEK, whole=True) == {"clock": 1}
    assert found(now=SOON + 2 * WEEK) == {"clock": 1}
    assert Finding.objects.present().get(kind="clock").since == SOON + WEEK
    clocks.rebuild([ticket])
    assert found(now=SOON + 3 * WEEK) == {}
    assert not Finding.objects.present().filter(kind="clock").exists()


def test_each_kind_belongs_to_one_watcher() -> None:
    named = [kind for watcher in rounds.WATCHERS for kind in watcher.kinds]
    assert sorted([*named, rounds.WATCH]) == sorted(check.kind for check in CHECKS)


def test_a_watcher_that_fails_erases_nothing_that_it_found_before(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    builders.ticket(stage.requester, actor=stage.agent, now=later(0) - timedelta(days=30))
    unread(number=1)
    assert found() == {"late": 1, "outgoing": 1}
    Outgoing.objects.all().delete()
    monkeypatch.setattr("guichet.watchdog.tickets._batch", lambda *args, **more: 1 / 0)
    assert found(now=later(15)) == {"watch": 1}
    present = {one.kind for one in Finding.objects.present()}
    assert present == {"late", "watch"}, "what was looked at and is mended is gone, what nobody saw stays"


def test_what_is_beyond_the_rows_kept_is_not_mended(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = (unread(number=number) for number in range(3))
    found()
    assert Finding.objects.present().count() == 3
    monkeypatch.setattr(looking, "KEPT", 1)
    assert found(now=later(15)) == {"outgoing": 3}
    assert Finding.objects.present().count() == 3
    second.delete()
    third.delete()
    assert found(now=later(20)) == {"outgoing": 1}
    assert Finding.objects.present().get().subject == str(first.pk)


def of_ticket(stage: Stage) -> None:
    Outgoing.objects.update(about=stage.ticket("open").reference)


def of_appointment(stage: Stage) -> None:
    place = office()
    booked = Appointment.objects.create(
        venue=place.venue, person=place.amelie, reason=place.accounts, starts_at=SOON + WEEK,
        minutes=30, place=0, booked_by=place.amelie, booked_at=SOON, uid="rdv@essai.example",
    )  # fmt: skip
    Outgoing.objects.update(kind="appointment", payload={"appointment": booked.pk, "what": "booked", "sequence": 0})


def of_major(stage: Stage) -> None:
    ticket = stage.ticket("open")
    row = MajorIncident.objects.create(
        reference="I-1", desk=stage.desk.organisation, ticket=ticket, lead=stage.agent, started_at=SOON,
        declared_at=SOON, declared_by=stage.agent, title_fr="Panne", update_minutes=60, next_news_at=SOON + WEEK,
    )  # fmt: skip
    Outgoing.objects.update(kind="major", about=row.reference)


@pytest.mark.parametrize("about", [of_ticket, of_major])
def test_an_address_is_named_to_the_managers_of_the_desk_that_wrote_to_it(
    stage: Stage, about: Callable[[Stage], None]
) -> None:
    unread(number=1)
    about(stage)
    found()
    finding = Finding.objects.get(kind="outgoing")
    assert finding.desk == stage.desk.organisation
    assert finding.name == "a1@b.example"
    assert "550" in finding.detail["answer"]
    assert not Finding.objects.visible_to(builders.manager(stage.elsewhere)).exists()


def test_so_it_is_with_mail_about_an_appointment(stage: Stage) -> None:
    unread(number=1)
    of_appointment(stage)
    found()
    finding = Finding.objects.get(kind="outgoing")
    assert finding.desk == Appointment.objects.get().venue.organisation.desk
    assert not Finding.objects.visible_to(stage.manager).exists()


def test_where_nobody_knows_whose_it_is_no_address_is_named(stage: Stage) -> None:
    row = unread(number=1)
    found()
    finding = Finding.objects.get(kind="outgoing")
    assert finding.desk is None
    assert "b.example" not in f"{finding.name} {finding.detail}"
    assert str(row.pk) in finding.name
    look = Look(now=SOON)
    elsewhere.outgoing(look)
    assert look.found["outgoing"] == 1
    assert not Ticket.objects.exists()
