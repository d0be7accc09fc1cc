"""What managers are told by mail: one gathered message, at most one an hour, never in quiet hours, each thing once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from guichet.lib.errors import Forbidden, Refused
from guichet.lib.models import Outgoing
from guichet.people.models import Person
from guichet.routing.models import Forecast
from guichet.tickets import actions
from guichet.tickets.models import Ticket
from guichet.watchdog import writing
from guichet.watchdog.models import Finding, MailChoice
from tests import builders
from tests.channels.mail.sink import Sink, serving
from tests.notifications.post import both, sent, text, to

# 14:00 in Montréal.
NOW = datetime(2025, 11, 18, 19, 0, tzinfo=timezone.get_fixed_timezone(0))
HOUR = timedelta(hours=1)


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def desk(db: Any, settings: Any, tmp_path: Path, sink: Sink) -> Iterator[builders.Desk]:
    settings.MEDIA_ROOT = tmp_path
    settings.MAIL_FROM = ("Centre d’aide", "aide@essai.example")
    settings.BASE_URL = "https://aide.essai.example"
    with serving(sink) as server:
        settings.SMTP = server
        yield builders.desk()


@pytest.fixture
def boss(desk: builders.Desk) -> Person:
    return fresh(builders.manager(desk))


def fresh(person: Person) -> Person:
    return Person.objects.get(pk=person.pk)


def in_danger(desk: builders.Desk, *, due: datetime = NOW + HOUR) -> Ticket:
    ticket = builders.ticket(builders.person(desk.organisation, account=False, email=""), now=NOW - 9 * HOUR)
    Forecast.objects.create(ticket=ticket, measure="first_response", due_at=due, chance=0.9, made_at=NOW)
    return ticket


def left_lying(desk: builders.Desk, kind: str = "no_owner", name: str = "G-ABCDE") -> Finding:
    return Finding.objects.create(
        kind=kind, desk=desk.organisation, subject_type="ticket", subject=name, name=name, since=NOW, seen_at=NOW,
        detail={"who": "team"},
    )  # fmt: skip


def letters(sink: Sink, *, now: datetime = NOW) -> list[str]:
    """The texts of what leaves after a look at that time."""
    Outgoing.objects.exclude(kind=writing.KIND).delete()
    writing.write(now=now)
    return [both(mail) for mail in sent(sink, at=now)]


def test_all_of_it_is_one_message(desk: builders.Desk, boss: Person, sink: Sink) -> None:
    far = timezone.now() + HOUR
    first, second = in_danger(desk, due=far), in_danger(desk, due=far)
    left_lying(desk)
    left_lying(desk, kind="late", name="G-LATES")
    Outgoing.objects.all().delete()
    assert writing.write(now=NOW) == 1
    (mail,) = sent(sink, at=NOW)
    assert to(mail) == boss.email
    assert mail["Subject"] == "2 engagements seront sans doute rompus, 1 chose reste en plan"
    for name in (first.reference, second.reference, "G-ABCDE", "https://aide.essai.example/desk/watch/mail"):
        assert name in text(mail)
        assert name in text(mail, "html")
    assert "G-LATES" not in both(mail)


def test_each_thing_is_told_once_and_again_when_it_came_back(desk: builders.Desk, boss: Person, sink: Sink) -> None:
    finding = left_lying(desk)
    assert len(letters(sink)) == 1
    assert letters(sink, now=NOW + 2 * HOUR) == []
    Finding.objects.filter(pk=finding.pk).update(gone_at=NOW + 2 * HOUR)
    left_lying(desk, name="G-OTHER")
    (later,) = letters(sink, now=NOW + 3 * HOUR)
    assert "G-OTHER" in later
    assert "G-ABCDE" not in later


def test_at_most_one_an_hour(desk: builders.Desk, boss: Person, sink: Sink) -> None:
    left_lying(desk)
    assert len(letters(sink)) == 1
    for n in range(5):
        left_lying(desk, name=f"G-NEWS{n}")
        assert letters(sink, now=NOW + timedelta(minutes=10 * (n + 1))) == []
    (gathered,) = letters(sink, now=NOW + HOUR)
    assert all(f"G-NEWS{n}" in gathered for n in range(5))


def test_quiet_hours_hold_it_back_until_they_end(desk: builders.Desk, boss: Person, sink: Sink) -> None:
    left_lying(desk)
    assert letters(sink, now=NOW + 8 * HOUR) == []
    assert letters(sink, now=NOW + 16 * HOUR) == []
    assert len(letters(sink, now=NOW + 17 * HOUR)) == 1


def test_who_is_at_the_desk_or_wants_none_is_not_written_to(desk: builders.Desk, boss: Person, sink: Sink) -> None:
    ticket = in_danger(desk)
    left_lying(desk)
    actions.note(ticket, body="Vu.", actor=boss, now=NOW - HOUR)
    assert letters(sink) == []
    day = {"quiet_from": 0, "quiet_until": 0}
    writing.choose(actor=boss, when="always", **day)
    assert len(letters(sink)) == 1
    writing.choose(actor=boss, when="never", **day)
    left_lying(desk, name="G-OTHER")
    assert letters(sink, now=NOW + 24 * HOUR) == []


def test_nothing_of_other_desks_is_told_and_agents_hear_nothing(desk: builders.Desk, boss: Person, sink: Sink) -> None:
    other = builders.desk()
    builders.agent(desk)
    left_lying(other, name="G-ALIEN")
    foreign = in_danger(other)
    assert letters(sink) == []
    left_lying(desk)
    (mine,) = letters(sink)
    assert "G-ALIEN" not in mine
    assert foreign.reference not in mine


def test_what_is_over_when_the_mail_leaves_is_not_sent(desk: builders.Desk, boss: Person, sink: Sink) -> None:
    finding = left_lying(desk)
    assert writing.write(now=NOW) == 1
    Finding.objects.filter(pk=finding.pk).update(gone_at=NOW)
    assert sent(sink, at=NOW) == []
    row = Outgoing.objects.get(kind=writing.KIND)
    assert row.given_up_at is not None


def test_a_dead_address_or_no_mail_server_writes_nothing(desk: builders.Desk, boss: Person, settings: Any) -> None:
    left_lying(desk)
    settings.SMTP = None
    assert writing.write(now=NOW) == 0
    assert not MailChoice.objects.exists()


def test_only_managers_choose_and_only_what_there_is(desk: builders.Desk, boss: Person) -> None:
    with pytest.raises(Forbidden):
        writing.choose(actor=fresh(builders.agent(desk)), when="never", quiet_from=0, quiet_until=0)
    for wrong in ({"when": "sometimes"}, {"quiet_from": 1440}, {"quiet_until": -1}):
        with pytest.raises(Refused):
            writing.choose(actor=boss, **{"when": "away", "quiet_from": 0, "quiet_until": 0, **wrong})


def test_a_manager_chooses_on_the_page(desk: builders.Desk, boss: Person) -> None:
    browser = builders.client_for(boss)
    url = reverse("desk:watch_mail")
    assert 'value="20:00"' in browser.get(url).content.decode()
    assert browser.post(url, {"when": "always", "quiet_from": "22:30", "quiet_until": "06:00"}).status_code == 302
    kept = MailChoice.objects.get(person=boss)
    assert (kept.when, kept.quiet_from, kept.quiet_until) == ("always", 1350, 360)
    refused = browser.post(url, {"when": "always", "quiet_from": "25:99", "quiet_until": "06:00"})
    assert refused.status_code == 422
    assert "25:99" in refused.content.decode()


@given(st.integers(0, 1439), st.integers(0, 1439))
def test_quiet_minutes_are_those_between_the_two_on_the_dial(start: int, end: int) -> None:
    walked = {(start + step) % 1440 for step in range((end - start) % 1440)}
    assert {m for m in range(1440) if writing.is_quiet(m, start=start, end=end)} == walked
