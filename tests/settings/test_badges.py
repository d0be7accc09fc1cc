"""The badge number on a person's page: entered, shown, refused in words; for this desk's managers alone."""

from __future__ import annotations

from typing import Any

import pytest

from guichet.people.models import Person
from tests import builders, cast
from tests.settings.conftest import Setting, text


def about(person: Person, **fields: Any) -> dict[str, Any]:
    """A person's form as it stands, with changes."""
    return {
        "name": person.name, "organisation": person.organisation_id, "email": person.email, "phone": person.phone,
        "job_title": person.job_title, "language": person.language, "time_zone": "", "expertise": person.expertise,
        "availability": "", "badge": person.badge, **fields,
    }  # fmt: skip


def test_entered_shown_and_taken_back(setting: Setting) -> None:
    someone = setting.agent
    assert setting.post("person", someone.pk, **about(someone, badge=" 0042-11AB ")).status_code == 302
    page = text(setting.get("person", someone.pk))
    assert 'value="004211ab"' in page and "Badge number" in page and "Spaces, dashes and capitals" in page
    # Saved once more as it is shown, and by a form that doesn't touch it.
    again = Person.objects.get(pk=someone.pk)
    assert setting.post("person", someone.pk, **about(again, phone="819 555-0199")).status_code == 302
    assert Person.objects.get(pk=someone.pk).badge == "004211ab"
    assert setting.post("person", someone.pk, **about(again, badge="")).status_code == 302
    assert Person.objects.get(pk=someone.pk).badge == ""


def test_somebody_new_has_theirs_at_once(setting: Setting) -> None:
    new = Person(name="Zoé Marchand", organisation=setting.client, language="fr", expertise="general")
    assert setting.post("new_person", **about(new, badge="7700-1234")).status_code == 302
    assert Person.objects.get(badge="77001234").organisation == setting.client


@pytest.mark.parametrize("name", ["person", "new_person"])
def test_somebody_else_who_has_it_is_named(setting: Setting, name: str) -> None:
    Person.objects.filter(pk=setting.customer.pk).update(badge="004211ab")
    args = [setting.agent.pk] if name == "person" else []
    answer = setting.post(name, *args, **about(setting.agent, badge="0042 11AB", email=""))
    assert answer.status_code == 422
    page = text(answer)
    assert f"{setting.customer.name} ({setting.client.name}) already has this badge number." in page
    assert 'value="0042 11AB"' in page and "field-error" in page
    assert Person.objects.get(badge="004211ab").pk == setting.customer.pk


@pytest.mark.parametrize("wrong", ["12", "---", "ß" * 60, "9" * 81])
def test_what_can_not_be_one_is_said_and_kept(setting: Setting, wrong: str) -> None:
    answer = setting.post("person", setting.agent.pk, **about(setting.agent, badge=wrong))
    assert answer.status_code == 422
    assert f'value="{wrong}"' in text(answer) and "field-error" in text(answer)
    assert not Person.objects.exclude(badge="").exists()


def test_said_in_french(setting: Setting) -> None:
    Person.objects.filter(pk=setting.customer.pk).update(badge="004211ab")
    setting.browser.cookies["guichet_language"] = "fr"
    page = text(setting.post("person", setting.agent.pk, **about(setting.agent, badge="004211ab")))
    assert "a déjà ce numéro de badge." in page and "Numéro de badge" in page


def test_nobody_elses_form_changes_it(setting: Setting) -> None:
    others = {
        setting.agent: 403,
        builders.person(setting.desk.organisation, cast.RACHEL): 404,
        setting.customer: 404,
        builders.manager(builders.desk()): 404,
    }
    for who, status in others.items():
        browser, url = builders.client_for(who), setting.url("person", setting.customer.pk)
        assert browser.post(url, about(setting.customer, badge="004211ab")).status_code == status
        assert browser.get(url).status_code == status
    assert not Person.objects.exclude(badge="").exists()
