"""What the past says: its accuracy, the rules it proposes, tried and adopted by managers; and off where unwanted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guichet.catalog.models import Category
from guichet.routing import habits
from guichet.routing.models import LearnedSwitch, Rule
from tests.builders import NOW
from tests.pasts import solved
from tests.settings.conftest import Setting, text
from tests.settings.test_rules import unchanged

LATER = NOW + timedelta(days=30)


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(habits, "TICKETS_LEAST", 20)


def learn(setting: Setting, *, categories: int = 1) -> str:
    """The key of what is proposed for the newest category."""
    for n in range(categories):
        since = NOW + timedelta(days=2 * n)
        row = Category.objects.create(organisation=setting.desk.organisation, name_fr=f"Copieurs {n}", icon="wifi")
        solved(setting.desk, 10, team=setting.desk.second, category=row, since=since)
    solved(setting.desk, 10 * categories, team=setting.desk.front, since=NOW + timedelta(days=9))
    assert habits.learn_desk(setting.desk.organisation, now=LATER)
    return f"category-{row.pk}.team-{setting.desk.second.pk}"


def test_nothing_learnt_and_too_little(setting: Setting) -> None:
    assert "Nothing learnt yet" in text(setting.get("past"))
    habits.learn_desk(setting.desk.organisation, now=LATER)
    assert "it takes 20 to say anything" in text(setting.get("past"))


def test_tried_then_adopted(setting: Setting) -> None:
    key = learn(setting)
    page = text(setting.get("past"))
    assert f"10 of the 10 tickets about “Copieurs 0” were solved by {setting.desk.second.name}." in page
    assert "learnt without it (2 tickets)" in page
    with unchanged():
        tried = text(setting.get("past", **{"try": key}))
    assert "What these rules would have done" in tried
    assert "<strong>10</strong> would have begun with another team than they did" in tried
    adopted = setting.post("past_adoption", rule=key)
    rule = Rule.objects.get(name_fr=f"Copieurs 0 → {setting.desk.second.name}")
    assert adopted["Location"] == setting.url("rule", rule.pk)
    assert not rule.live
    assert "the rules already do what it says" in text(setting.get("past"))


def test_what_is_no_longer_proposed(setting: Setting) -> None:
    key = learn(setting)
    setting.post("past_adoption", rule=key)
    number = Rule.objects.count()
    for gone in (key, "", "category-0.team-0", "é\u0000"):
        assert setting.post("past_adoption", rule=gone)["Location"] == setting.url("past")
    assert Rule.objects.count() == number
    refused = setting.get("past", **{"try": key})
    assert refused.status_code == 409
    assert "no longer proposes this rule" in text(refused)


def test_off_and_on(setting: Setting) -> None:
    key = learn(setting)
    assert setting.post("past_switch", on="0").status_code == 302
    assert not LearnedSwitch.objects.get(organisation=setting.desk.organisation).on
    page = text(setting.get("past"))
    assert "Switched off" in page
    assert "Rules that it proposes" not in page
    assert "learnt without it" in page
    assert setting.get("past", **{"try": key}).status_code == 409
    setting.post("past_switch", on="1")
    assert "Rules that it proposes" in text(setting.get("past"))


def test_the_page_costs_the_same_however_much_is_proposed(setting: Setting) -> None:
    def cost() -> int:
        setting.get("past")
        with CaptureQueriesContext(connection) as queries:
            assert setting.get("past").status_code == 200
        return len(queries)

    learn(setting)
    few = cost()
    Rule.objects.all().delete()
    learn(setting, categories=3)
    assert text(setting.get("past")).count("Adopt as a draft") == 4
    assert cost() == few <= 15
