"""What can't be taken is said, with 422, and what was typed stays on the page; nothing is half written."""

from typing import Any

import pytest

from guichet.calendars.reading import usual_week
from guichet.catalog.models import Category, Question, RequestType, Service
from guichet.people.models import Organisation, Person, Site, Skill, Team
from guichet.routing.models import Rule
from guichet.tickets.models import Macro, ResponsePolicy
from guichet.tickets.promises import figures_of
from tests.settings.conftest import Setting, text

TYPED = "Ce que j’ai tapé <b>&"
SHOWN = "Ce que j’ai tapé &lt;b&gt;&amp;"

# URL name, model, what is posted; each lacks or spoils one thing and carries TYPED somewhere.
BAD: list[tuple[str, Any, dict[str, Any]]] = [
    ("new_client", Organisation, {"name": TYPED, "language": "fr", "region": "fr-CA", "time_zone": "Mars/Olympus"}),
    ("new_site", Site, {"organisation": "999999", "name": TYPED}),
    ("new_skill", Skill, {"name_fr": "", "name_en": TYPED}),
    ("new_team", Team, {"name": TYPED, "level": "999999"}),
    ("new_person", Person, {"name": TYPED, "email": "pas une adresse", "language": "fr", "expertise": "general"}),
    ("new_service", Service, {"name_fr": "x" * 121, "name_en": TYPED}),
    ("new_category", Category, {"name_fr": TYPED, "parent": "999999"}),
    ("new_request_type", RequestType, {"name_fr": TYPED, "kind": "wish", "position": "0"}),
    ("new_rule", Rule, {"name_fr": TYPED, "team": "999999"}),
    ("new_macro", Macro, {"name_fr": TYPED, "kind": "reply", "body_fr": ""}),
]


@pytest.mark.parametrize(("name", "model", "data"), BAD, ids=lambda value: value if isinstance(value, str) else "")
def test_bad_input(setting: Setting, name: str, model: Any, data: dict[str, Any]) -> None:
    before = model.objects.count()
    answer = setting.post(name, **data)
    assert answer.status_code == 422
    assert SHOWN in text(answer)
    assert "field-error" in text(answer) or "form-errors" in text(answer)
    assert model.objects.count() == before


NASTY = ["\x00", "a\x00b", "9" * 400, "\ud7ff\u202e", "{{7*7}}", "<script>alert(1)</script>", "'; DROP TABLE x; --"]


@pytest.mark.parametrize("value", NASTY)
def test_nothing_one_can_type_breaks_a_form(setting: Setting, value: str) -> None:
    fields = {
        "name", "name_fr", "name_en", "email", "phone", "level", "team", "organisation", "parent", "kind", "keyword",
        "body_fr", "skills", "site", "category", "position", "icon", "time_zone", "minutes_limit", "choices",
        "shown_if", "label_fr", "S1-text_fr", "resolution-S1", "S1-telephone_too",
        "everyone-stopped", "day_0", "roles", "person",
    }  # fmt: skip
    data = dict.fromkeys(sorted(fields), value)
    for name, *_rest in BAD:
        assert setting.post(name, **data).status_code in {302, 422}
    for name in ("organisation", "opening", "policies", "severity", "levels"):
        assert setting.post(name, **data).status_code in {302, 422}
    for name in ("level", "team", "rule", "macro", "request_type"):
        assert setting.post(name, setting.rows[name].pk, **data).status_code in {302, 422}
    kind = setting.rows["request_type"].pk
    assert setting.post("new_question", kind, **data).status_code in {302, 422}
    assert setting.post("members", setting.desk.front.pk, **data).status_code == 422
    for name in ("people", "trial"):
        query = {"q": value, "of": value, "cursor": value, "number": value, "rules": value, "try-text": value}
        assert setting.get(name, **query).status_code in {200, 422}


def test_what_is_fine_is_kept(setting: Setting) -> None:
    assert setting.post("new_skill", name_fr="Paie", name_en="Payroll").status_code == 302
    assert Skill.objects.filter(organisation=setting.desk.organisation, name_en="Payroll").exists()
    assert setting.post("new_skill", name_fr="Paie").status_code == 422
    assert setting.post("new_client", name="Étude Nord", language="fr", region="fr-BE", time_zone="Europe/Brussels")
    made = Organisation.objects.get(name="Étude Nord")
    assert (made.served_by, made.slug) == (setting.desk.organisation, "etude-nord")


def test_a_new_question_and_what_it_depends_on(setting: Setting) -> None:
    kind = setting.rows["request_type"]
    answer = setting.post("new_question", kind.pk, label_fr="Lequel ?", kind="choice", choices="Seul")
    assert answer.status_code == 422
    assert "at least two choices" in text(answer)
    done = setting.post(
        "new_question", kind.pk, label_fr="Lequel ?", kind="choice", choices="Oui | Yes\nNon | No", shown_if="quel=paie"
    )
    assert done.status_code == 302
    question = Question.objects.get(request_type=kind, key="lequel")
    assert question.shown_if == {"key": "quel", "value": "paie"}
    assert [c["value"] for c in question.choices] == ["oui", "non"]
    page = text(setting.get("request_type", kind.pk))
    assert "asked if “Quel système ?” is “Payroll”" in page
    # The question it depends on can't go, nor move below, nor lose that answer.
    first = setting.rows["question"]
    assert setting.post("question_removal", kind.pk, first.pk).status_code == 302
    assert Question.objects.filter(pk=first.pk).exists()
    setting.post("question_position", kind.pk, first.pk, to="down")
    assert [q.key for q in kind.questions.all()] == ["quel", "lequel"]
    lost = setting.post("question", kind.pk, first.pk, label_fr="Quel ?", kind="choice", choices="Un\nDeux")
    assert lost.status_code == 422


def test_policies_all_or_nothing(setting: Setting) -> None:
    data = {}
    for severity in ("S1", "S2", "S3", "S4", "S5"):
        data[f"{severity}-text_fr"] = "Tout de suite"
    before = figures_of(setting.desk.organisation, "S4")
    wrong = setting.post("policies", **data | {"S5-text_fr": "x" * 241, "S1-text_fr": TYPED})
    assert wrong.status_code == 422
    assert SHOWN in text(wrong)
    assert not ResponsePolicy.objects.exists()
    assert setting.post("policies", **data | {"S4-telephone_too": "on"}).status_code == 302
    kept = ResponsePolicy.objects.get(severity="S4")
    assert (kept.text_fr, kept.telephone_too, kept.tells_management) == ("Tout de suite", True, False)
    # Times are said in the service levels.
    assert figures_of(kept.organisation, "S4") == before
    assert setting.url("service_levels") in text(setting.get("policies"))


def test_opening_hours(setting: Setting) -> None:
    assert setting.post("opening").status_code == 422
    wrong = setting.post("opening", day_0="9:00–8:00", day_1="8 h – 12 h, 11:00-13:00", day_2="jamais")
    assert text(wrong).count("field-error") >= 3
    said = {"name": "Heures d’ouverture", "time_zone": "America/Montreal", "day_0": "8 h – 12 h 30, 13:00-17:00"}
    assert setting.post("opening", **said).status_code == 302
    place = Organisation.objects.get(pk=setting.desk.organisation.pk)
    assert usual_week(place) == [[[480, 750], [780, 1020]], [], [], [], [], [], []]


def test_macros_keep_unknown_braces_as_text(setting: Setting) -> None:
    answer = setting.post("macro_preview", body_fr="Bonjour {prenom}, {{7*7}} {inconnu}", body_en="")
    page = text(answer)
    assert "Bonjour Maëlle, {{7*7}} {inconnu}" in page
    assert "<code>{inconnu}</code>" in page
    assert "<script>" not in text(setting.post("macro_preview", body_fr="<script>alert(1)</script>"))
