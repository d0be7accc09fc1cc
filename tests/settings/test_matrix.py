"""The severity matrix of a desk and of its clients."""

from guichet.tickets.actions.opening import matrix_of
from guichet.tickets.models import SeverityMatrix
from guichet.tickets.severity import DEFAULT, IMPACTS, URGENCIES
from tests.settings.conftest import Setting, text


def flat(**changed: str) -> dict[str, str]:
    values = {f"{i}-{u}": DEFAULT[i][u] for i in IMPACTS for u in URGENCIES}
    return values | {key.replace("_", "-"): value for key, value in changed.items()}


def test_keep_and_reset(setting: Setting) -> None:
    place = setting.desk.organisation
    assert setting.post("severity", **flat(department_stopped="S1")).status_code == 302
    assert matrix_of(place)["department"]["stopped"] == "S1"
    assert matrix_of(setting.client)["department"]["stopped"] == "S1"
    assert setting.post("client_severity", setting.client.slug, **flat(person_none="S4")).status_code == 302
    assert matrix_of(setting.client)["department"]["stopped"] == "S2"
    assert setting.post("usual_severity", setting.client.slug).status_code == 302
    assert matrix_of(setting.client)["department"]["stopped"] == "S1"
    assert setting.post("usual_severity", setting.slug).status_code == 302
    assert matrix_of(place) == DEFAULT


def test_a_contradiction_is_named_and_what_was_chosen_stays(setting: Setting) -> None:
    answer = setting.post("severity", **flat(person_none="S1"))
    assert answer.status_code == 422
    page = text(answer)
    assert "“One person × Nobody is hampered” is graver than “A few people × Nobody is hampered”" in page
    assert "more people touched can’t be less grave" in page
    assert not SeverityMatrix.objects.exists()
    assert answer.context["form"]["person-none"].value() == "S1"


def test_the_preview_says_it_and_keeps_nothing(setting: Setting) -> None:
    answer = setting.post("severity_preview", **flat(person_none="S1"))
    assert answer.status_code == 200
    assert "is graver than" in text(answer)
    assert setting.post("severity_preview").status_code == 200
    assert not SeverityMatrix.objects.exists()


def test_incomplete_or_unknown(setting: Setting) -> None:
    assert setting.post("severity").status_code == 422
    assert setting.post("severity", **flat(person_none="S9")).status_code == 422
    assert setting.post("client_severity", setting.client.slug, **flat(person_none="")).status_code == 422
