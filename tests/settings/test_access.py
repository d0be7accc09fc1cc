"""Every URL of the settings × every role: managers in, the desk's others forbidden, everybody else finds nothing."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guichet.desk.settings.urls import of_desk
from guichet.people.models import Account
from tests import builders
from tests.settings.conftest import Setting

pytestmark = pytest.mark.exhaustive

POST_ONLY = {
    "member_lead", "member_removal", "rule_position", "rule_live",
    "macro_preview", "level_removal", "site_removal", "skill_removal", "team_removal", "rule_removal",
    "macro_removal", "mailbox_removal", "venue_switch", "counter_removal", "device_code", "device_revocation",
    "past_switch", "past_adoption", "suggestion_switch", "suggestion_learning", "suggestion_version",
    "duty_removal", "ready_reasons", "reason_position", "reason_removal", "service_level_position",
    "service_level_removal", "calendar_removal", "tree_publication", "tree_withdrawal", "tree_copy", "tree_undoing",
    "webhook_removal", "webhook_rotation", "webhook_trial",
}  # fmt: skip
NAMES = sorted(pattern.name for pattern in of_desk)


@pytest.fixture
def setting(setting: Setting) -> Setting:
    setting.rows["promise_trial"] = builders.trial(setting.desk.organisation, by=setting.manager, now=timezone.now())
    setting.rows["lesson"] = builders.lesson(setting.desk.organisation)
    return setting


def arguments(setting: Setting, name: str) -> list[object]:
    """What the URL of that name takes after the desk."""
    rows = setting.rows
    if name in {"client_severity", "usual_severity"}:
        return [setting.client.slug]
    if name in {"person", "invitation", "account_closing"}:
        return [setting.agent.pk]
    if name == "person_roles":
        return [setting.agent.pk, setting.slug]
    if name in {"members"}:
        return [setting.desk.front.pk]
    if name in {"member_lead", "member_removal"}:
        return [setting.desk.front.pk, setting.agent.pk]
    if name == "new_question":
        return [rows["request_type"].pk]
    if name.startswith("question"):
        return [rows["request_type"].pk, rows["question"].pk]
    if name.startswith("duty"):
        return [rows["venue"].pk, setting.agent.pk]
    if name.startswith(("counter", "device", "reason")):
        return [rows["venue"].pk, rows[name.partition("_")[0]].pk]
    if name.startswith("venue_") or name in {"new_counter", "new_device", "new_duty", "new_reason", "ready_reasons"}:
        return [rows["venue"].pk]
    if name.startswith("tree_"):
        return [rows["tree"].pk, *(["n1"] if name.startswith(("tree_step", "tree_answer")) else [])]
    if name.startswith("webhook_"):
        return [rows["webhook"].pk, *([rows["delivery"].pk] if name == "webhook_delivery" else [])]
    if name == "suggestion_version":
        return [rows["lesson"].pk]
    base = name.removesuffix("_removal").removesuffix("_position").removesuffix("_live").removesuffix("_letter")
    return [rows[base].pk] if base in rows else []


def test_every_url_is_here() -> None:
    assert len(NAMES) == len(set(NAMES)) >= 60
    assert set(NAMES) >= POST_ONLY


def answers(browser: Client, method: str, urls: dict[str, str]) -> dict[str, int]:
    return {name: getattr(browser, method)(url).status_code for name, url in urls.items()}


def urls_of(setting: Setting, slug: str = "") -> dict[str, str]:
    return {
        name: reverse(f"desk:settings:{name}", args=[slug or setting.slug, *arguments(setting, name)]) for name in NAMES
    }


WHO = {
    "agent": (lambda setting: setting.agent, 403),
    "provider": (lambda setting: builders.provider(setting.desk), 403),
    "requester": (lambda setting: builders.person(setting.desk.organisation), 404),
    "client's contact": (lambda setting: setting.customer, 404),
    "another desk's manager": (lambda _setting: builders.manager(builders.desk()), 404),
}


@pytest.mark.parametrize("who", WHO)
def test_who_may_not(setting: Setting, who: str) -> None:
    make, expected = WHO[who]
    browser = builders.client_for(make(setting))
    urls = urls_of(setting)
    for method in ("get", "post"):
        assert answers(browser, method, urls) == dict.fromkeys(NAMES, expected)


def test_strangers_sign_in_first(setting: Setting) -> None:
    assert answers(Client(), "get", urls_of(setting)) == dict.fromkeys(NAMES, 302)
    assert answers(Client(), "post", urls_of(setting)) == dict.fromkeys(NAMES, 302)


def test_managers_see_every_page(setting: Setting) -> None:
    expected = {name: 405 if name in POST_ONLY else 200 for name in NAMES}
    assert answers(setting.browser, "get", urls_of(setting)) == expected


def test_rows_of_another_desk_are_not_there(setting: Setting) -> None:
    """The manager of one desk asks for another desk's rows under their own desk's URL."""
    other = builders.manager(builders.desk())
    urls = {name: url for name, url in urls_of(setting, other.organisation.slug).items() if arguments(setting, name)}
    assert len(urls) > 25
    assert answers(builders.client_for(other), "post", urls) == dict.fromkeys(urls, 404)


def test_a_client_has_no_settings_of_its_own(setting: Setting) -> None:
    assert setting.browser.get(reverse("desk:settings:home", args=[setting.client.slug])).status_code == 404


def test_the_entrance_leads_to_the_desk_one_manages(setting: Setting) -> None:
    assert setting.browser.get(reverse("desk:settings:entrance"))["Location"] == setting.url("home")
    assert builders.client_for(setting.agent).get(reverse("desk:settings:entrance")).status_code == 403


@pytest.mark.parametrize("pk", ["0", "9" * 18, "9" * 40])
def test_impossible_rows(setting: Setting, pk: str) -> None:
    for name in ("level", "team", "site", "rule", "macro", "person", "category"):
        place = setting.url(name, 1).replace("/1/", f"/{pk}/")
        assert setting.browser.get(place).status_code == 404


def test_a_password_link_works_once(setting: Setting) -> None:
    from guichet.desk.settings.views.people import password_link

    account = Account.objects.get(person=setting.agent)
    link = password_link(account)
    path = link[link.index("/desk/") :]
    browser = Client()
    page = browser.get(path, follow=True)
    assert page.status_code == 200
    inside = page.redirect_chain[-1][0]
    short = browser.post(inside, {"new_password1": "court", "new_password2": "court"})
    assert short.status_code == 422
    phrase = "une phrase assez longue"
    assert browser.post(inside, {"new_password1": phrase, "new_password2": phrase}).status_code == 302
    assert Account.objects.get(pk=account.pk).check_password(phrase)
    assert Client().get(path, follow=True).status_code == 404
    assert Client().get(path.replace(path.split("/")[-2], "x-y")).status_code == 404
