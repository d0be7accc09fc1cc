"""The rules of setting up: what may be changed, what stands in the way, what always stays true."""

import pytest

from guichet.lib.errors import Conflict, Forbidden, Refused
from guichet.people import actions, levels, teams
from guichet.people.managing import users_of
from guichet.people.models import Account, Level, Membership, Organisation, Role, Team
from guichet.people.schemes import SCHEMES
from tests import builders, cast
from tests.builders import NOW
from tests.settings.conftest import Setting, text


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=lambda s: s.key)
def test_ladders_are_ordered(scheme: object) -> None:
    """Codes climb one by one, each level says what it treats in both languages, and only the last has no limit."""
    steps = scheme.levels
    numbers = [int(level.code[1:]) for level in steps]
    assert numbers == list(range(numbers[0], numbers[0] + len(steps)))
    assert all(level.name_fr and level.name_en and level.treats_fr and level.treats_en for level in steps)
    limits = [level.minutes for level in steps]
    assert limits[-1] is None
    assert limits[:-1] == sorted(limits[:-1])


def test_the_three_ladders() -> None:
    assert {key: [level.code for level in s.levels] for key, s in SCHEMES.items()} == {
        "n0-n4": ["N0", "N1", "N2", "N3", "N4"],
        "enterprise": ["N1", "N2", "N3", "N4"],
        "call-centre": ["N1", "N2", "N3", "N4"],
    }


def test_start_a_ladder_and_another(db: None) -> None:
    place = builders.organisation()
    manager = builders.person(place)
    Role.objects.create(person=manager, organisation=place, kind="manager")
    levels.start_scheme(organisation=place, key="n0-n4", actor=manager, now=NOW)
    first = Level.objects.get(scheme=place.scheme, code="N0")
    team = builders.team(place, first)
    top = builders.team(place, Level.objects.get(scheme=place.scheme, code="N4"))
    levels.start_scheme(organisation=place, key="enterprise", actor=manager, now=NOW)
    team.refresh_from_db()
    top.refresh_from_db()
    assert (team.level.code, top.level.code) == ("N1", "N4")
    assert list(place.schemes.values_list("key", flat=True)) == ["enterprise"]
    with pytest.raises(Refused) as same:
        levels.start_scheme(organisation=place, key="enterprise", actor=manager, now=NOW)
    assert same.value.code == "same"


def test_tickets_keep_their_ladder(setting: Setting) -> None:
    builders.ticket(builders.person(setting.desk.organisation))
    answer = setting.post("levels", scheme="n0-n4")
    assert answer.status_code == 409
    assert "1 ticket stands on the present ladder" in text(answer)
    assert setting.post("levels", scheme="moon").status_code == 422
    level = setting.desk.levels["N1"]
    with pytest.raises(Conflict):
        levels.remove_level(level=level, actor=setting.manager, now=NOW)
    unused = setting.desk.levels["N3"]
    setting.desk.teams["N3"].delete()
    levels.remove_level(level=unused, actor=setting.manager, now=NOW)
    with pytest.raises(Conflict) as last:
        levels.remove_level(level=setting.desk.levels["N2"], actor=setting.manager, now=NOW)
    assert last.value.code == "last_levels"


def test_who_uses_a_row_is_asked_of_every_model(setting: Setting) -> None:
    builders.ticket(builders.person(setting.desk.organisation))
    used = users_of(setting.desk.front)
    assert used["ticket"] == 1
    assert used["decision"] == 1
    assert used["membership"] == 1
    assert "event" not in used


def test_there_is_always_one_front_team(setting: Setting) -> None:
    desk, by = setting.desk, {"actor": setting.manager, "now": NOW}
    common = {"desk": desk.organisation, "takes_calls": False, "skills": [], **by}
    with pytest.raises(Conflict):
        teams.save_team(team=desk.front, name="A", level=desk.levels["N1"], is_front=False, **common)
    teams.save_team(team=desk.second, name="B", level=desk.levels["N2"], is_front=True, **common)
    assert list(Team.objects.filter(organisation=desk.organisation, is_front=True)) == [desk.second]
    with pytest.raises(Conflict):
        teams.remove_team(team=Team.objects.get(pk=desk.second.pk), **by)
    builders.ticket(builders.person(desk.organisation))
    # The rule of the setting names the second team; the old front has members only, and may go with them.
    front = Team.objects.get(pk=desk.front.pk)
    teams.remove_team(team=front, **by)
    assert not Membership.objects.filter(person=setting.agent).exists()


def test_members_need_a_role(setting: Setting) -> None:
    amelie = builders.person(setting.desk.organisation)
    with pytest.raises(Refused):
        teams.join_team(team=setting.desk.front, person=amelie, lead=False, actor=setting.manager, now=NOW)
    assert setting.post("members", setting.desk.second.pk, person=setting.agent.pk, lead="on").status_code == 302
    assert Membership.objects.get(team=setting.desk.second, person=setting.agent).lead
    assert setting.post("member_lead", setting.desk.second.pk, setting.agent.pk, lead="0").status_code == 302
    assert not Membership.objects.get(team=setting.desk.second, person=setting.agent).lead
    setting.post("member_removal", setting.desk.second.pk, setting.agent.pk)
    assert not Membership.objects.filter(team=setting.desk.second, person=setting.agent).exists()


def test_roles(setting: Setting) -> None:
    agent, place = setting.agent, setting.desk.organisation
    assert setting.post("person_roles", agent.pk, setting.slug, roles=["agent", "approver"]).status_code == 302
    assert set(agent.roles.values_list("kind", flat=True)) == {"agent", "approver"}
    only = setting.post("person_roles", setting.manager.pk, setting.slug, roles=["agent"])
    assert only.status_code == 409
    assert "only manager" in text(only)
    assert setting.post("person_roles", agent.pk, setting.slug, roles=["king"]).status_code == 422
    # A client's person treats nothing at the desk, whatever is sent.
    emily = setting.customer
    assert setting.post("person_roles", emily.pk, setting.slug, roles=["manager"]).status_code == 422
    assert setting.post("person_roles", emily.pk, setting.client.slug, roles=["agent"]).status_code == 422
    by = {"desk": place, "actor": setting.manager, "now": NOW}
    with pytest.raises(Refused):
        actions.set_roles(person=emily, organisation=place, kinds=["agent"], **by)
    with pytest.raises(Refused):
        actions.set_roles(person=emily, organisation=setting.client, kinds=["manager"], **by)
    assert set(emily.roles.values_list("kind", flat=True)) == {"contact"}
    with pytest.raises(Forbidden):
        actions.set_roles(person=agent, organisation=place, kinds=["manager"], desk=place, actor=agent, now=NOW)


def test_an_account_of_somebody_who_works_elsewhere_too_is_not_ours(setting: Setting) -> None:
    other = builders.desk()
    Role.objects.create(person=setting.agent, organisation=other.organisation, kind="manager")
    before = Account.objects.get(person=setting.agent).password
    answer = setting.browser.post(setting.url("invitation", setting.agent.pk), follow=True)
    assert "also works for a desk that you don’t manage" in text(answer)
    setting.post("account_closing", setting.agent.pk)
    after = Account.objects.get(person=setting.agent)
    assert (after.password, after.is_active) == (before, True)


def test_invite_show_once_close(setting: Setting) -> None:
    someone = builders.person(setting.desk.organisation, cast.JOLAINE, account=False)
    page = text(setting.browser.post(setting.url("invitation", someone.pk), follow=True))
    assert "/desk/settings/invitation/" in page
    assert "/desk/settings/invitation/" not in text(setting.get("person", someone.pk))
    account = Account.objects.get(person=someone)
    assert not account.has_usable_password()
    setting.post("account_closing", someone.pk)
    assert not Account.objects.get(person=someone).is_active
    own = text(setting.browser.post(setting.url("account_closing", setting.manager.pk), follow=True))
    assert "can’t close your own account" in own


def test_people_stay_in_their_organisation(setting: Setting) -> None:
    with pytest.raises(Refused) as moved:
        actions.save_person(
            person=setting.customer, organisation=setting.desk.organisation, name="Emily", email="", phone="",
            job_title="", badge="", site=None, language="en", time_zone="", expertise="general", availability="",
            skills=[], desk=setting.desk.organisation, actor=setting.manager, now=NOW,
        )  # fmt: skip
    assert moved.value.code == "moves"


def test_people_are_found_without_accents_and_paged(setting: Setting) -> None:
    place = setting.desk.organisation
    builders.person(place, cast.AMELIE, name="Étienne Bœuf-Lévêque")
    found = text(setting.get("people", q="etienne leveque"))
    assert "Étienne Bœuf-Lévêque" in found
    assert setting.manager.name not in found.split('id="main"')[1]
    assert "Nobody matches" in text(setting.get("people", q="[a-z]+ (.*"))
    for number in range(60):
        builders.person(place, name=f"Personne {number:02d}", account=False)
    first = text(setting.get("people"))
    assert "cursor=" in first
    assert setting.get("people", cursor="forged").status_code == 422
    other = builders.desk()
    builders.person(other.organisation, name="Zoé Ailleurs")
    assert "Zoé Ailleurs" not in text(setting.get("people", q="Ailleurs"))


def test_the_checklist_follows_the_facts(db: None) -> None:
    place = builders.organisation()
    manager = builders.person(place)
    Role.objects.create(person=manager, organisation=place, kind="manager")
    browser = builders.client_for(manager)
    browser.cookies["guichet_language"] = "en"
    page = browser.get(f"/desk/settings/{place.slug}/")
    steps = {step["name"]: step["done"] for step in page.context["steps"]}
    assert not steps["levels"]
    assert not steps["teams"]
    assert steps["clients"]
    assert "Choose a ladder to start from." in text(page)
    levels.start_scheme(organisation=place, key="call-centre", actor=manager, now=NOW)
    steps = {step["name"]: step["done"] for step in browser.get(f"/desk/settings/{place.slug}/").context["steps"]}
    assert steps["levels"]


def test_names_are_shown_as_text(setting: Setting) -> None:
    Organisation.objects.filter(pk=setting.client.pk).update(name="<script>alert(1)</script>")
    Team.objects.filter(pk=setting.desk.second.pk).update(name='"><img src=x onerror=alert(1)>')
    for name in ("clients", "teams", "severity", "rules", "new_person", "trial"):
        page = text(setting.get(name))
        assert "<script>alert(1)" not in page
        assert "<img src=x" not in page
