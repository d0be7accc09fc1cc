"""What is suggested, on its page: measured and lived figures, versions gone back to, a switch for each field."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from guichet.suggestions import actions, lessons
from guichet.suggestions.models import FieldSwitch, Lesson, Suggestion
from tests import builders
from tests.builders import NOW
from tests.settings.conftest import Setting, text


def version(setting: Setting, number: int, **figures: object) -> Lesson:
    made_at = NOW + timedelta(days=number)
    return builders.lesson(setting.desk.organisation, now=made_at, number=number, **{"in_use": False, **figures})


def test_nothing_learned_yet(setting: Setting) -> None:
    page = text(setting.get("suggestions"))
    assert "Nothing learned yet: it takes 60 solved tickets" in page
    assert page.count("Suggest no more") == 6
    assert page.count("Learn now") == 5


def test_measured_and_lived(setting: Setting) -> None:
    version(setting, 1, data=None, accuracy=0.8)
    version(setting, 2, in_use=True)
    ticket = builders.ticket(builders.person(setting.desk.organisation), now=NOW)
    one = Suggestion.objects.create(
        ticket=ticket, field="category", value=str(setting.rows["category"].pk), confidence=0.9, at=ticket.opened_at
    )
    page = text(setting.get("suggestions"))
    assert "Version 2, from 1234 solved tickets" in page
    assert "<strong>87%</strong> right" in page
    assert "It speaks from 72% certainty: for 64% of the tickets" in page
    now = timezone.now()
    Suggestion.objects.update(at=now)
    actions.accept(one, actor=setting.agent, now=now)
    assert "<strong>1</strong> of 1 accepted" in text(setting.get("suggestions"))


def test_never_right_enough(setting: Setting) -> None:
    version(setting, 1, in_use=True, threshold=None, coverage_at_90=0.0)
    assert "Nowhere is it right nine times in ten" in text(setting.get("suggestions"))


def test_gone_back_to(setting: Setting) -> None:
    old, new = version(setting, 1), version(setting, 2, in_use=True)
    assert setting.post("suggestion_version", old.pk)["Location"] == setting.url("suggestions")
    assert list(Lesson.objects.filter(in_use=True)) == [old]
    # Its data is forgotten: it can't be gone by.
    Lesson.objects.filter(pk=new.pk).update(data=None)
    setting.post("suggestion_version", new.pk)
    assert list(Lesson.objects.filter(in_use=True)) == [old]
    elsewhere = builders.desk()
    theirs = Lesson.objects.get(pk=old.pk)
    theirs.pk, theirs.organisation, theirs.in_use = None, elsewhere.organisation, False
    theirs.save()
    assert setting.post("suggestion_version", theirs.pk).status_code == 404


def test_off_and_on(setting: Setting) -> None:
    setting.post("suggestion_switch", field="team", on="0")
    assert FieldSwitch.objects.get().on is False
    assert lessons.switched_off(setting.desk.organisation) == {"team"}
    assert "Switched off: nothing is learned or suggested." in text(setting.get("suggestions"))
    setting.post("suggestion_switch", field="team", on="1")
    assert lessons.switched_off(setting.desk.organisation) == set()


@pytest.mark.parametrize("field", ["", "x", "é\u0000", "asset2"])
def test_no_such_field(setting: Setting, field: str) -> None:
    assert setting.post("suggestion_switch", field=field, on="0").status_code == 302
    assert not FieldSwitch.objects.exists()
    assert setting.post("suggestion_learning", field=field).status_code == 302
    assert not ProcrastinateJob.objects.filter(task_name="suggestions.learn_field").exists()


def test_learned_at_once_when_asked(setting: Setting) -> None:
    for _twice in range(2):
        assert setting.post("suggestion_learning", field="category").status_code == 302
    job = ProcrastinateJob.objects.get(task_name="suggestions.learn_field")
    assert job.args == {"desk": setting.desk.organisation.pk, "field": "category"}


def test_the_page_costs_the_same_however_many_versions(setting: Setting) -> None:
    def cost() -> int:
        setting.get("suggestions")
        with CaptureQueriesContext(connection) as queries:
            assert setting.get("suggestions").status_code == 200
        return len(queries)

    version(setting, 1, in_use=True)
    few = cost()
    for number in range(2, 9):
        version(setting, number)
    assert cost() == few <= 14
