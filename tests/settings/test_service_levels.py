"""Service level policies in the settings: said, ordered, removed; what was promised stays."""

from typing import Any

import pytest

from guichet.people.models import Organisation
from guichet.sla.models import Policy, PolicyChange
from guichet.sla.offers import offers_of
from guichet.tickets.models import Commitment
from tests import builders
from tests.settings.conftest import Setting, text

NEW: dict[str, Any] = {
    "name_fr": "Convention du notaire", "name_en": "The notary’s", "kind": "incident", "active": "on",
    "resolution-S1": "4 h", "resolution-S2": "1 j", "resolution-S2-calendar": "opening",
    "resolution-pauses": ["requester", "provider"], "level-S1": "30 min", "note": "Signée le 3 mai",
}  # fmt: skip


def usual(setting: Setting) -> Policy:
    assert setting.post("service_levels").status_code == 302
    return next(row for row in Policy.objects.filter(organisation=setting.desk.organisation) if row.usual)


def filled(policy: Policy, **more: str) -> dict[str, str]:
    """What the page of a policy would send back, unchanged."""
    data = {"name_fr": policy.name_fr, "name_en": policy.name_en, "kind": policy.kind, "active": "on"}
    for target in policy.targets.all():
        name = f"{target.measure}-{target.severity}"
        data |= {name: str(target.minutes), f"{name}-calendar": "opening" if target.calendar_id else ""}
    return {**data, **more}


def test_a_new_policy_is_said_and_kept(setting: Setting) -> None:
    assert setting.post("new_service_level", **NEW).status_code == 302
    made = Policy.objects.latest("pk")
    assert "Heures d’ouverture" not in text(setting.get("service_level", made.pk))
    told = {(t.measure, t.severity): (t.minutes, t.calendar and t.calendar.usual, t.pauses) for t in made.targets.all()}
    assert told == {
        ("resolution", "S1"): (240, None, ["requester", "provider"]),
        ("resolution", "S2"): (1440, True, ["requester", "provider"]),
        ("level", "S1"): (30, None, []),
    }
    change = PolicyChange.objects.get(policy=made)
    assert (change.number, change.by, change.note) == (1, setting.manager, "Signée le 3 mai")
    page = text(setting.get("service_level", made.pk))
    assert "4 h" in page.replace("\xa0", " ")
    assert "Signée le 3 mai" in page
    assert "The notary’s" in text(setting.get("service_levels"))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"resolution-S1": "demain"}, "resolution-S1"), ({"resolution-S1": "0"}, "resolution-S1"),
        ({"resolution-S1": "366 j"}, "resolution-S1"), ({"resolution-S1-calendar": "999999"}, "resolution-S1-calendar"),
        ({"resolution-pauses": ["moon"]}, "resolution-pauses"), ({"kind": "wish"}, "kind"),
        ({"kind": ""}, "client"), ({"name_fr": ""}, "name_fr"), ({"service": "999999"}, "service"),
    ],
)  # fmt: skip
def test_bad_input_keeps_what_was_typed(setting: Setting, wrong: dict[str, Any], field: str) -> None:
    before = Policy.objects.count()
    answer = setting.post("new_service_level", **{**NEW, "name_en": "Typed & kept", **wrong})
    assert answer.status_code == 422
    assert "Typed &amp; kept" in text(answer)
    assert answer.context["form"].errors.keys() == {field}
    assert "field-error" in text(answer)
    assert (Policy.objects.count(), PolicyChange.objects.count()) == (before, 0)


def test_a_policy_promises_something(setting: Setting) -> None:
    bare = {name: value for name, value in NEW.items() if "-" not in name}
    assert setting.post("new_service_level", **bare).status_code == 422


def test_the_usual_one_stays_whole_and_last(setting: Setting) -> None:
    policy = usual(setting)
    assert setting.post("service_level_removal", policy.pk).status_code == 302
    assert setting.post("service_level_position", policy.pk, to="up").status_code == 302
    assert Policy.objects.filter(pk=policy.pk).exists()
    data = filled(policy, **{"first_response-S3": ""})
    refused = setting.post("service_level", policy.pk, **data)
    assert refused.context["form"].errors.keys() == {"first_response-S3"}
    assert setting.post("new_service_level", **NEW).status_code == 302
    page = text(setting.get("service_levels"))
    assert page.index("The notary’s") < page.index("Usual policy")
    assert setting.post("service_levels").status_code == 302
    assert Policy.objects.filter(organisation=setting.desk.organisation, name_fr=policy.name_fr).count() == 1


def test_the_order_decides(setting: Setting) -> None:
    first = setting.rows["service_level"]
    for name in ("Deux", "Trois"):
        setting.post("new_service_level", **{**NEW, "name_fr": name})
    third = Policy.objects.get(name_fr="Trois")

    def order() -> list[str]:
        return [p.name_fr for p in Policy.objects.filter(organisation=setting.desk.organisation)]

    assert order() == [first.name_fr, "Deux", "Trois"]
    setting.post("service_level_position", third.pk, to="up")
    setting.post("service_level_position", third.pk, to="up")
    setting.post("service_level_position", third.pk, to="up")
    assert order() == ["Trois", first.name_fr, "Deux"]
    assert PolicyChange.objects.filter(policy=third, by=setting.manager).count() == 3


def test_a_change_is_for_new_tickets_only(setting: Setting) -> None:
    policy = usual(setting)
    ticket = builders.ticket(builders.person(setting.desk.organisation))
    before = list(Commitment.objects.filter(ticket=ticket).values())
    assert before
    minutes = {target.severity: target.minutes for target in policy.targets.filter(measure="first_response")}
    changed = {f"first_response-{severity}": str(3 * number) for severity, number in minutes.items()}
    numbers = set(policy.targets.values_list("pk", flat=True))
    assert setting.post("service_level", policy.pk, **filled(policy, **changed)).status_code == 302
    assert set(policy.targets.values_list("pk", flat=True)) == numbers
    desk = Organisation.objects.get(pk=setting.desk.organisation.pk)
    assert {s: o["first_response"].minutes for s, o in offers_of(desk).always.items()} == {
        severity: 3 * number for severity, number in minutes.items()
    }
    assert list(Commitment.objects.filter(ticket=ticket).values()) == before
    told = text(setting.get("service_level", policy.pk)).replace("\xa0", " ")
    assert f"First answer S1: {minutes['S1']} min (Day and night) → {3 * minutes['S1']} min (Day and night)" in told


def test_somebody_was_quicker(setting: Setting) -> None:
    setting.post("new_service_level", **NEW)
    made = Policy.objects.latest("pk")
    assert setting.post("service_level", made.pk, **{**NEW, "since": "1", "name_fr": "Autre"}).status_code == 302
    again = setting.post("service_level", made.pk, **{**NEW, "since": "1", "name_fr": "Encore"})
    assert again.status_code == 409
    made.refresh_from_db()
    assert made.name_fr == "Autre"


def test_removed(setting: Setting) -> None:
    setting.post("new_service_level", **NEW)
    made = Policy.objects.latest("pk")
    assert setting.post("service_level_removal", made.pk).status_code == 302
    assert not Policy.objects.filter(pk=made.pk).exists()
    last = PolicyChange.objects.latest("pk")
    assert (last.said["name_fr"], last.said["removed"], last.by) == ("Convention du notaire", True, setting.manager)


def test_one_without_times_and_one_that_was_set_up_elsewhere(setting: Setting) -> None:
    page = text(setting.get("service_level", setting.rows["service_level"].pk))
    assert "Incidents" in page


def test_a_calendar_that_is_called_otherwise_is_no_change_of_a_policy(setting: Setting) -> None:
    setting.post("new_service_level", **NEW)
    made = Policy.objects.latest("pk")
    calendar = setting.desk.organisation.calendars.get(usual=True)
    calendar.name = "Ouverture du comptoir"
    calendar.save()
    setting.post("service_level", made.pk, **{**NEW, "since": "1", "note": "Autrement"})
    page = setting.get("service_level", made.pk)
    assert [row["told"] for row in page.context["changes"]] == [[], []]


def test_a_policy_that_is_gone_is_still_told_of(setting: Setting) -> None:
    setting.post("new_service_level", **NEW)
    made = Policy.objects.latest("pk")
    assert "Removed policies" not in text(setting.get("service_levels"))
    setting.post("service_level_removal", made.pk)
    page = text(setting.get("service_levels"))
    told = page.split("Removed policies")[1]
    assert "The notary’s" in told and setting.manager.name in told


def test_figures_in_the_list_are_said_as_each_language_does(setting: Setting) -> None:
    usual(setting)
    assert "First answer: " in text(setting.get("service_levels"))
    setting.browser.cookies["guichet_language"] = "fr"
    assert "Première réponse\xa0: " in text(setting.get("service_levels"))
