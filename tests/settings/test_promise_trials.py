"""Trying a policy or calendar from its form, before it is saved: nothing typed is lost, nothing is saved."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from guichet.calendars.models import CalendarVersion
from guichet.sla.models import Policy, PolicyChange
from guichet.tickets import actions, trials, trying
from guichet.tickets.jobs import try_promises
from guichet.tickets.models import Ticket, Trial
from tests import builders
from tests.settings.conftest import Setting, text
from tests.settings.test_service_levels import filled, usual

NEW: dict[str, Any] = {
    "name_fr": "Convention du notaire", "kind": "incident", "active": "on", "first_response-S3": "5 min",
    "first_response-S3-calendar": "", "note": "Demandée le 3 mai", "try": "1",
}  # fmt: skip


@pytest.fixture
def late(setting: Setting) -> Ticket:
    """Opened yesterday, answered ten minutes after."""
    asked = timezone.now() - timedelta(days=1)
    ticket = builders.ticket(
        builders.person(setting.desk.organisation), kind="incident", impact="person", urgency="stopped", now=asked
    )
    actions.reply(ticket, body="Bonjour", actor=setting.agent, now=asked + timedelta(minutes=10))
    return ticket


def trial_of(setting: Setting) -> Trial:
    return Trial.objects.get(desk=setting.desk.organisation)


def test_a_new_policy_is_tried_from_its_form_and_saved_after(setting: Setting, late: Ticket) -> None:
    severity = late.severity
    data = {**NEW, f"first_response-{severity}": "5 min", f"first_response-{severity}-calendar": ""}
    before = Policy.objects.count(), PolicyChange.objects.count()
    answer = setting.post("new_service_level", **data)
    trial = trial_of(setting)
    assert (answer.status_code, answer["Location"]) == (302, setting.url("promise_trial", trial.pk))
    assert before == (Policy.objects.count(), PolicyChange.objects.count())
    shown = text(setting.get("promise_trial", trial.pk))
    assert late.reference in shown
    assert "Present settings and the draft are counted in the same way" in shown
    assert "<strong>1</strong> promise more would be broken" in shown
    assert f"First answer {severity}: nothing promised → 5 min (Day and night)" in shown.replace("\xa0", " ")
    # Back in the form stands what was typed.
    back = setting.url("new_service_level") + f"?trial={trial.pk}"
    assert back.replace("&", "&amp;") in shown
    form = text(setting.browser.get(back))
    assert "Demandée le 3 mai" in form
    assert "This is the draft that was tried" in form
    assert 'value="5 min"' in form
    data.pop("try")
    assert setting.post("new_service_level", **data).status_code == 302
    assert Policy.objects.filter(name_fr="Convention du notaire").exists()


def test_what_cannot_be_said_is_said_at_its_field_and_nothing_is_tried(setting: Setting) -> None:
    wrong = setting.post("new_service_level", **{**NEW, "first_response-S3": "bientôt"})
    assert wrong.status_code == 422
    assert "bientôt" in text(wrong)
    assert "Demandée le 3 mai" in text(wrong)
    unconditional = setting.post("new_service_level", **{**NEW, "kind": ""})
    assert unconditional.status_code == 422
    assert not Trial.objects.exists()


def test_the_usual_policy_as_it_stands_changes_nothing(setting: Setting, late: Ticket) -> None:
    policy = usual(setting)
    assert setting.post("service_level", policy.pk, **filled(policy), **{"try": "1"}).status_code == 302
    shown = text(setting.get("promise_trial", trial_of(setting).pk))
    assert "no promise would be broken that isn’t" in shown
    assert late.reference not in shown


def test_a_calendar_is_tried_from_its_form_and_an_earlier_version_from_the_list(setting: Setting, late: Ticket) -> None:
    usual(setting)
    week = {f"day_{n}": "8:00–17:00" for n in range(5)}
    said = {"name": "Heures d’ouverture", "time_zone": "America/Montreal", "since": "1", **week}
    versions = CalendarVersion.objects.count()
    answer = setting.post("opening", **said, **{"try": "1", "day_5": "9:00–12:00"})
    trial = trial_of(setting)
    assert (answer.status_code, trial.of_calendar, trial.tickets) == (302, True, 1)
    assert CalendarVersion.objects.count() == versions
    form = text(setting.browser.get(setting.url("opening") + f"?trial={trial.pk}"))
    assert "9:00–12:00" in form
    # Not taken up by a policy that happens to have its number, nor from another desk.
    policy = Policy.objects.create(
        pk=trial.row, organisation=setting.desk.organisation, name_fr="Même numéro", kind="request"
    )
    taken = setting.browser.get(setting.url("service_level", policy.pk) + f"?trial={trial.pk}")
    assert "This is the draft" not in text(taken)
    assert setting.post("opening", **said, day_5="9:00–12:00").status_code == 302
    assert "Try this version" in text(setting.get("opening"))
    assert setting.post("opening", try_version="1").status_code == 302
    assert Trial.objects.first().name == "Opening hours (version 1)"
    assert setting.post("opening", try_version="99").status_code == 404
    assert setting.post("opening", try_version="²").status_code == 404


def test_many_tickets_are_tried_in_the_background(
    setting: Setting, late: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "AT_ONCE", 0)
    setting.post("new_service_level", **NEW)
    trial = trial_of(setting)
    shown = text(setting.get("promise_trial", trial.pk))
    assert "0 of 1 tickets tried" in shown
    assert 'hx-trigger="every 2s"' in shown
    assert "Look again" in shown
    try_promises(trial=trial.pk)
    assert "every 2s" not in text(setting.get("promise_trial", trial.pk))
    Trial.objects.update(state="failed")
    assert "The trial was interrupted" in text(setting.get("promise_trial", trial.pk))


def test_another_period_is_another_trial_of_the_same_draft(setting: Setting, late: Ticket) -> None:
    setting.post("new_service_level", **NEW)
    first = trial_of(setting)
    answer = setting.post("promise_trial", first.pk, weeks="26")
    second = Trial.objects.exclude(pk=first.pk).get()
    assert answer["Location"] == setting.url("promise_trial", second.pk)
    assert (second.draft, second.weeks, second.typed) == (first.draft, 26, first.typed)
    for wrong in ("", "0", "1000", "x"):
        refused = setting.post("promise_trial", first.pk, weeks=wrong)
        assert refused["Location"] == setting.url("promise_trial", first.pk)
    assert Trial.objects.count() == 2
    listed = text(setting.get("promise_trials"))
    assert setting.url("promise_trial", first.pk) in listed
    assert setting.manager.name in listed


def test_the_tickets_that_change_come_page_by_page(
    setting: Setting, late: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = late.requester
    asked = timezone.now() - timedelta(days=1)
    for _ in range(2):
        made = builders.ticket(person, kind="incident", impact="person", urgency="stopped", now=asked)
        actions.reply(made, body="Bonjour", actor=setting.agent, now=asked + timedelta(minutes=10))
    monkeypatch.setattr("guichet.desk.settings.views.trials.PAGE", 2)
    monkeypatch.setattr("guichet.desk.settings.views.trials.CHANGES_MAX", 2)
    severity = late.severity
    setting.post(
        "new_service_level",
        **{**NEW, f"first_response-{severity}": "5 min", f"first_response-{severity}-calendar": ""},
    )
    shown = setting.get("promise_trial", trial_of(setting).pk)
    assert len(shown.context["changes"]) == 2
    assert "The newest 2 are listed" in text(shown)
    rest = setting.browser.get(shown.context["more_url"].partition("#")[0])
    assert len(rest.context["changes"]) == 1
    assert not rest.context["more_url"]
    assert setting.get("promise_trial", trial_of(setting).pk, which="better").context["changes"] == []
    assert setting.get("promise_trial", trial_of(setting).pk, cursor="abc").status_code == 422
    assert trying.CHANGES_MAX == 2_000
