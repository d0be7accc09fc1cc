"""Both demo worlds, loaded once: everything that a screen can show is there, and everything that must hold holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

import pytest
from django.db import transaction
from django.utils import translation

from guichet.activity.models import Event
from guichet.activity.record import broken_links
from guichet.catalog.models import Question, RequestType
from guichet.channels.models import Contact, Outcome
from guichet.demo import cast
from guichet.demo.loading import WORLDS, load
from guichet.lib.models import Outgoing
from guichet.notifications.models import Notification
from guichet.people.badges import number_of
from guichet.people.models import Account, Expertise, Level, Organisation, Person, RoleKind
from guichet.routing.models import Decision, Rule
from guichet.tickets import lifecycle
from guichet.tickets.applications import ask
from guichet.tickets.models import (
    Attachment,
    Attempt,
    Channel,
    HandOver,
    HandOverReason,
    Hold,
    HoldReason,
    Hypothesis,
    Macro,
    Message,
    PolicyApplication,
    Priority,
    ReturnReason,
    Satisfaction,
    Severity,
    State,
    Ticket,
    Watcher,
)
from guichet.tickets.severity import matrix_errors
from guichet.walkup.missing import lacks
from guichet.walkup.models import Appointment, EstimateRecord, Sitting, Venue, Visit
from guichet.walkup.who import find_person

pytestmark = pytest.mark.exhaustive

# A Wednesday, 14:20 in Québec and 20:20 in Liège.
NOW = datetime(2025, 11, 19, 19, 20, tzinfo=UTC)

Check = Callable[[], None]
_checks: list[Check] = []


def check(function: Check) -> Check:
    _checks.append(function)
    return function


@pytest.fixture(scope="module")
def worlds(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        with translation.override("fr"):
            assert load(now=NOW, begin=lambda _plan, _acts: lambda: None) == list(WORLDS)
            assert load(now=NOW, begin=lambda _plan, _acts: lambda: None) == []
        yield
        transaction.set_rollback(True)


# One test, so that however many processes run the suite, the worlds are loaded once.
def test_the_worlds_are_rich_and_sound(worlds: None) -> None:
    failed = []
    for function in _checks:
        try:
            function()
        except AssertionError as error:
            failed.append(f"{function.__name__}: {error}")
    assert not failed, "\n".join(failed)


def desks() -> list[Organisation]:
    return list(Organisation.objects.filter(served_by=None))


def values(field: str, **where: Any) -> set[Any]:
    return set(Ticket.objects.filter(**where).values_list(field, flat=True))


@check
def size() -> None:
    by_desk = {desk.slug: Ticket.objects.filter(desk=desk).count() for desk in desks()}
    assert by_desk[cast.COLLEGE] >= 110, by_desk
    assert by_desk[cast.COMPANY] >= 75, by_desk


@check
def the_casts_badges_are_known_at_their_venues() -> None:
    held = dict(Person.objects.exclude(badge="").values_list("email", "badge"))
    assert held == {someone.email: number_of(someone.badge) for someone in cast.EVERYBODY.values()}
    for venue in Venue.objects.select_related("organisation"):
        found = find_person(venue=venue, badge=cast.find("amelie").badge)
        assert (found is not None) == (venue.organisation.slug == cast.COLLEGE), venue


@check
def every_state_severity_channel_and_priority() -> None:
    assert values("state") == set(State.values)
    assert values("severity") == set(Severity.values)
    assert values("channel") == set(Channel.values)
    assert values("kind") == {"incident", "request"}
    assert {1, 2, 3, 4} == set(Priority.values) == values("priority")
    for desk in desks():
        assert values("state", desk=desk) == set(State.values), desk


@check
def every_level_has_had_work() -> None:
    used = values("level")
    unused = [str(level.code) for level in Level.objects.all() if level.pk not in used]
    assert not unused, unused


@check
def every_reason() -> None:
    assert set(Hold.objects.values_list("reason", flat=True)) == set(HoldReason.values)
    running = Hold.objects.filter(ended_at=None)
    assert set(running.values_list("reason", flat=True)) == set(HoldReason.values)
    handed = HandOver.objects.filter(hierarchical=False)
    given = set(handed.values_list("reason", flat=True))
    assert given - set(ReturnReason.values) == set(HandOverReason.values)
    assert given & set(ReturnReason.values)
    assert HandOver.objects.filter(hierarchical=True).count() >= 3
    assert Ticket.objects.exclude(unsolved_reason="").exists()


@check
def the_way_to_a_solution() -> None:
    assert set(Hypothesis.objects.values_list("state", flat=True)) == {"open", "confirmed", "rejected"}
    assert set(Attempt.objects.values_list("kind", flat=True)) == {"workaround", "fix"}
    assert set(Attempt.objects.values_list("result", flat=True)) == {"untested", "worked", "failed"}
    assert Ticket.objects.filter(reopened__gt=0, state="closed").exists()
    assert Ticket.objects.exclude(severity_by=None).exists()


@check
def ping_pong() -> None:
    legs = HandOver.objects.filter(hierarchical=False).order_by("ticket", "at", "pk")
    back = 0
    for _ticket, group in groupby(legs, key=lambda leg: leg.ticket_id):
        path = [leg.to_team_id for leg in group]
        back += len(path) - len(set(path)) > 0
    assert back >= 2


@check
def conversations_and_files() -> None:
    assert Message.objects.filter(kind="note").count() >= 5
    assert Message.objects.filter(from_desk=False).count() >= 10
    longest = max(Message.objects.filter(ticket=t).count() for t in Ticket.objects.filter(requester__language="en"))
    assert longest >= 8
    assert {"image/png", "text/plain"} <= set(Attachment.objects.values_list("content_type", flat=True))
    assert Attachment.objects.filter(internal=True).exists()
    assert Watcher.objects.exists()
    assert Ticket.objects.exclude(tags=None).exists()


@check
def satisfaction_of_both_kinds() -> None:
    scores = set(Satisfaction.objects.values_list("score", flat=True))
    assert scores == {1, 2, 3, 4, 5}
    assert Satisfaction.objects.exclude(comment="").count() >= 10


@check
def alive_now() -> None:
    for desk in desks():
        live = Ticket.objects.filter(desk=desk, state__in=lifecycle.UNSOLVED)
        assert live.count() >= 12, (desk, live.count())
        assert live.filter(assignee=None).exists(), desk
        assert Ticket.objects.filter(desk=desk, opened_at__gt=NOW - timedelta(minutes=30)).exists(), desk
        late = live.filter(promise_due_at__lt=NOW)
        assert 1 <= late.count() <= 3, (desk, [(t.title, t.promise_due_at) for t in late])
    assert not Ticket.objects.filter(state=State.RESOLVED, promise_due_at__lt=NOW).exists()
    assert not Event.objects.filter(at__gt=NOW).exists()
    assert not Hold.objects.filter(ended_at=None, wake_at__lte=NOW).exists()


@check
def no_live_ticket_without_a_promise() -> None:
    assert not Ticket.objects.live().filter(promise_due_at=None).exists()
    assert not Ticket.objects.live().filter(promise_kind="").exists()


@check
def every_chain_verifies() -> None:
    chain_of = dict(Ticket.objects.values_list("pk", "chain"))
    events = Event.objects.filter(subject_type="ticket").order_by("subject_id", "number")
    seen = set()
    for ticket, group in groupby(events, key=lambda event: event.subject_id):
        chain = list(group)
        seen.add(ticket)
        assert broken_links(chain) == [], ticket
        assert chain[-1].hash == chain_of[ticket], ticket
        moments = [event.at for event in chain]
        assert moments == sorted(moments), ticket
    assert seen == set(chain_of)


@check
def who_works_and_who_asks() -> None:
    college = Person.objects.filter(organisation__slug=cast.COLLEGE)
    assert college.filter(roles=None).count() >= 20
    assert set(college.values_list("expertise", flat=True)) == set(Expertise.values)
    assert set(college.values_list("language", flat=True)) == {"fr", "en"}
    kinds = set(Person.objects.values_list("roles__kind", flat=True)) - {None}
    assert kinds == set(RoleKind.values)
    assert Organisation.objects.exclude(served_by=None).count() == 3


@check
def the_desks_are_set_up() -> None:
    for desk in desks():
        assert desk.scheme
        assert desk.teams.filter(is_front=True, takes_calls=True).count() == 1
        assert desk.response_policies.count() == 5
        assert Rule.objects.filter(organisation=desk, live=True).count() >= 4
        assert Rule.objects.filter(organisation=desk, live=False).count() == 1
        assert Macro.objects.filter(organisation=desk).exclude(body_en="").count() >= 5
        assert desk.tags.count() >= 7
        assert desk.categories.exclude(parent=None).exists()
        assert RequestType.objects.filter(organisation=desk).count() == 5
    college = Organisation.objects.get(slug=cast.COLLEGE)
    assert matrix_errors(college.severity_matrix.cells) == []
    assert Question.objects.exclude(shown_if={}).exists()
    assert Decision.objects.exclude(rule=None).values("rule").distinct().count() >= 6


@check
def news_is_read_and_unread() -> None:
    assert Notification.objects.exclude(read_at=None).exists()
    manager = Person.objects.get(email=cast.HELENE.email)
    assert Notification.objects.filter(person=manager).exists()
    assert Notification.objects.filter(read_at=None, person__email=cast.AMELIE.email).exists()


@check
def everybody_can_sign_in() -> None:
    emails = set(Account.objects.values_list("email", flat=True))
    assert {someone.email for someone in cast.EVERYBODY.values() if someone.account} == emails
    assert Account.objects.get(email=cast.NADIA.email).check_password(cast.PASSWORD)
    assert all(re.fullmatch(r"[a-z0-9.-]+@[a-z0-9.-]+\.example", email) for email in emails)


@check
def each_door_opens_on_something() -> None:
    for door in cast.DOORS:
        person = Person.objects.get(email=door.someone.email)
        assert Ticket.objects.visible_to(person).count() >= 4, door.someone.key
    amelie = Person.objects.get(email=cast.AMELIE.email)
    assert {"resolved", "on_hold", "new"} <= set(
        Ticket.objects.filter(requester=amelie).values_list("state", flat=True)
    )


@check
def french_typography() -> None:
    plain = re.compile(r"\w [:;!?»]|« ")
    texts = [*Message.objects.values_list("body", flat=True)]
    texts += [*Ticket.objects.values_list("description", flat=True), *Attempt.objects.values_list("text", flat=True)]
    texts += [*Macro.objects.values_list("body_fr", flat=True), *HandOver.objects.values_list("note", flat=True)]
    assert [text for text in texts if plain.search(text) or "'" in text] == []


@check
def mail_came_and_went() -> None:
    for desk in desks():
        sent = Outgoing.objects.filter(about__in=Ticket.objects.filter(desk=desk).values("reference"))
        assert sent.filter(delivered_at__isnull=False).count() >= 15, desk
        assert sent.filter(given_up_at__isnull=False).exists(), desk
    became = set(Contact.objects.values_list("outcome", flat=True))
    assert became == set(Outcome.values) - {"waiting"}, became
    assert Attachment.objects.filter(ticket__channel="mail", content_type="image/png").exists()


@check
def people_wait_at_the_counter_now() -> None:
    venue = Venue.objects.get(organisation__slug=cast.COLLEGE)
    present = Visit.objects.filter(venue=venue).exclude(state="ended")
    assert present.filter(state="waiting").count() >= 2, list(present.values_list("state", "arrived_at"))
    assert present.filter(state="serving").exists()
    assert Sitting.objects.filter(counter__venue=venue, closed_at=None).count() >= 2
    assert not Visit.objects.filter(arrived_at__gt=NOW).exists()
    booked = Appointment.objects.filter(venue=venue, state="booked", starts_at__gt=NOW)
    assert booked.filter(starts_at__lt=NOW + timedelta(hours=24)).exists() and booked.count() >= 4
    assert [lack.text for lack in lacks(venue) if lack.grave] == []


@check
def four_weeks_at_the_counter() -> None:
    venue = Venue.objects.get(organisation__slug=cast.COLLEGE)
    past = Visit.objects.filter(venue=venue, day__lt=NOW.date())
    assert past.values("day").distinct().count() == 20
    assert 20 * 20 <= past.count() <= 20 * 40
    assert set(past.values_list("outcome", flat=True)) == {"served", "no_show", "abandoned"}
    assert set(past.values_list("standing", flat=True)) >= {"walk_in", "urgent"}
    waits = sorted((v.called_at - v.arrived_at).total_seconds() / 60 for v in past if v.called_at)
    assert 2 <= sum(waits) / len(waits) <= 15 and 8 <= waits[len(waits) * 9 // 10] <= 45, (sum(waits), len(waits))
    estimates = EstimateRecord.objects.filter(visit__venue=venue, waited__isnull=False)
    assert estimates.count() >= 300
    covered = sum(e.low80 <= (e.waited or 0) <= e.high80 for e in estimates) / len(estimates)
    assert 0.7 <= covered <= 1, covered
    assert venue.laws is not None
    assert Venue.objects.filter(organisation__slug=cast.COMPANY, visits__outcome="served").exists()


@check
def promises_were_reviewed() -> None:
    done = PolicyApplication.objects.get(organisation__slug=cast.COLLEGE, finished_at__isnull=False)
    assert done.state == "done" and done.changes.filter(done_at__isnull=False).count() >= 3, done.touched
    manager = Person.objects.get(email=cast.HELENE.email)
    now = ask(desk=Organisation.objects.get(slug=cast.COLLEGE), actor=manager, now=NOW, later=lambda _pk: None)
    assert now.touched >= 5, now.touched
