"""Today's policies applied to open tickets, in the settings: seen first, then done with a reason, then kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from guichet.sla.models import Measure, Policy, Target
from guichet.tickets import actions, applications
from guichet.tickets.models import Commitment, PolicyApplication, Ticket
from tests import builders
from tests.settings.conftest import Setting, text
from tests.settings.test_service_levels import usual


def promising(setting: Setting, minutes: int, measure: str = Measure.RESOLUTION) -> Policy:
    """The usual policy, day and night for this measure."""
    policy = Policy.objects.filter(organisation=setting.desk.organisation, service=None, category=None, client=None,
                                   kind="").first() or usual(setting)  # fmt: skip
    for severity in ("S1", "S2", "S3", "S4", "S5"):
        Target.objects.update_or_create(
            policy=policy, measure=measure, severity=severity, defaults={"minutes": minutes, "calendar": None}
        )
    setting.desk.organisation.__dict__.pop("_offers", None)
    return policy


def opened(setting: Setting, count: int = 1, *, now: datetime | None = None) -> list[Ticket]:
    now = now or timezone.now()
    return [builders.ticket(setting.customer, now=now) for _ in range(count)]


def asked(setting: Setting) -> PolicyApplication:
    assert setting.post("applications").status_code == 302
    return PolicyApplication.objects.latest("pk")


def done(application: PolicyApplication) -> PolicyApplication:
    """What the job does."""
    applications.carry_out(application.pk, clock=timezone.now)
    application.refresh_from_db()
    return application


def test_seen_then_applied_then_kept(setting: Setting) -> None:
    promising(setting, 600)
    ticket = opened(setting)[0]
    promising(setting, 900)
    before = Commitment.objects.count()
    made = asked(setting)
    page = text(setting.get("application", made.pk))
    assert "5\xa0h later" in page
    assert ticket.reference in page
    assert "Nothing has changed yet" in page
    assert Commitment.objects.count() == before
    assert Ticket.objects.get(pk=ticket.pk).version == ticket.version
    refused = setting.post("application", made.pk, reason="   ")
    assert refused.status_code == 422
    assert setting.post("application", made.pk, reason="Signée <b>lundi</b>").status_code == 302
    page = text(setting.get("application", made.pk))
    assert 'hx-trigger="every 2s"' in page
    assert '<meta http-equiv="refresh"' in page
    assert done(made).state == "done"
    page = text(setting.get("application", made.pk))
    assert "1 ticket was changed" in page
    assert "Signée &lt;b&gt;lundi" in page
    assert setting.manager.name in page
    assert "http-equiv" not in page
    assert "Signée &lt;b&gt;lundi" in text(setting.get("applications"))
    assert Commitment.objects.filter(by=setting.manager, reason="Signée <b>lundi</b>").count() == 1
    # Twice is refused, and says so.
    assert setting.post("application", made.pk, reason="Encore").status_code == 409


def test_what_is_typed_stays_where_it_is_refused(setting: Setting) -> None:
    promising(setting, 600)
    opened(setting)
    promising(setting, 900)
    made = asked(setting)
    refused = setting.post("application", made.pk, reason="x" * 241)
    assert refused.status_code == 422
    assert "x" * 241 in text(refused)


def test_policies_that_changed_since_are_looked_at_again(setting: Setting) -> None:
    promising(setting, 600)
    opened(setting)
    promising(setting, 900)
    made = asked(setting)
    promising(setting, 1200)
    page = text(setting.get("application", made.pk))
    assert "calendars changed since" in page
    assert 'name="reason"' not in page
    refused = setting.post("application", made.pk, reason="Quand même")
    assert refused.status_code == 409
    made.refresh_from_db()
    assert made.state == "ready"


def test_later_and_earlier_are_said_and_chosen(setting: Setting) -> None:
    promising(setting, 600)
    promising(setting, 600, Measure.RESTORATION)
    opened(setting)
    promising(setting, 900)
    promising(setting, 540, Measure.RESTORATION)
    made = asked(setting)
    everything = text(setting.get("application", made.pk))
    assert "5\xa0h later" in everything
    assert "1\xa0h earlier" in everything
    later = text(setting.get("application", made.pk, how="later"))
    assert ("5\xa0h later" in later, "1\xa0h earlier" in later) == (True, False)
    assert setting.get("application", made.pk, how="sideways").status_code == 200
    assert setting.get("application", made.pk, cursor="x").status_code == 422


def test_nothing_to_change_says_so(setting: Setting) -> None:
    promising(setting, 600)
    opened(setting)
    made = asked(setting)
    page = text(setting.get("application", made.pk))
    assert "Nothing would change" in page
    assert setting.post("application", made.pk, reason="Pour rien").status_code == 409


def test_what_stays_is_said(setting: Setting) -> None:
    now = timezone.now()
    promising(setting, 60)
    ended, _late = opened(setting, now=now - timedelta(minutes=30)) + opened(setting, now=now - timedelta(minutes=90))
    actions.reply(ended, body="Nous regardons.", actor=setting.agent, now=now - timedelta(minutes=20))
    promising(setting, 120)
    promising(setting, 30, Measure.FIRST_RESPONSE)
    made = asked(setting)
    assert made.stays["broken"] == 1
    assert made.stays["met"] == 1
    assert {row.ticket_id for row in made.changes.all()} == {ended.pk}
    page = text(setting.get("application", made.pk))
    assert "1 is broken already" in page
    assert "1 has ended already" in page


def test_pages_cost_the_same_however_many_tickets(setting: Setting) -> None:
    promising(setting, 600)
    opened(setting, 3)
    promising(setting, 900)
    few = _queries(setting, asked(setting))
    opened(setting, 60)
    Commitment.objects.filter(measure="resolution").update(minutes=600)
    many = asked(setting)
    assert many.touched == 63
    assert _queries(setting, many) == few
    page = setting.get("application", many.pk)
    assert text(page).count("data-row") == 50


def _queries(setting: Setting, made: PolicyApplication) -> int:
    setting.get("application", made.pk)
    with CaptureQueriesContext(connection) as found:
        assert setting.get("application", made.pk).status_code == 200
    return len(found)


def test_only_managers_of_the_desk(setting: Setting) -> None:
    promising(setting, 600)
    opened(setting)
    promising(setting, 900)
    made = asked(setting)
    elsewhere = builders.desk()
    others: list[tuple[Any, int]] = [(setting.agent, 403), (setting.customer, 404), (builders.manager(elsewhere), 404)]
    for person, status in others:
        setting.browser.force_login(person.account)
        for name, args in (("applications", ()), ("application", (made.pk,))):
            assert setting.get(name, *args).status_code == status, (person, name)
            assert setting.post(name, *args, reason="Moi").status_code == status, (person, name)
    made.refresh_from_db()
    assert made.state == "ready"


def test_another_desks_application_is_not_there(setting: Setting) -> None:
    other = builders.desk()
    foreign = PolicyApplication.objects.create(
        organisation=other.organisation, by=builders.manager(other), asked_at=timezone.now()
    )
    assert setting.get("application", foreign.pk).status_code == 404
    assert setting.post("application", foreign.pk, reason="Moi").status_code == 404
