"""Setting up a venue through its pages: good defaults, what is missing, duties, reasons, machines, the poster."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.utils import timezone, translation

from guichet.catalog.models import Category
from guichet.people.models import Skill
from guichet.walkup import ready_tree, setting_up, setting_up_duties
from guichet.walkup.missing import lacks
from guichet.walkup.models import Counter, Device, Duty, Reason, Venue
from guichet.walkup.setting_up_duties import Hours, told_span
from guichet.walkup.setting_up_reasons import branches
from tests import builders, cast
from tests.settings.conftest import Setting, text

pytestmark = pytest.mark.django_db
NEW = {"name_fr": "Le comptoir", "counters": "2", "receives": ["walk_ins"], "anonymous": "on", "ready": "on"}


@pytest.fixture
def venue(setting: Setting) -> Venue:
    here = setting.desk.organisation
    answer = setting.post("new_venue", organisation=here.pk, agents=[setting.agent.pk], **NEW)
    assert answer.status_code == 302, text(answer)
    return Venue.objects.get(slug="le-comptoir")


def told(venue: Venue) -> list[str]:
    with translation.override("en"):
        return [lack.text for lack in lacks(venue)]


def test_a_name_is_enough_for_a_venue_that_can_work(setting: Setting, venue: Venue) -> None:
    assert venue.slug == "le-comptoir" and len(venue.board_key) >= 32
    assert venue.opening == [[[480, 1020]]] * 5 + [[], []]
    assert [counter.name for counter in venue.counters.all()] == ["1", "2"]
    leaves = [leaf for branch in branches(venue) for leaf in (branch.leaves or [branch.reason])]
    assert len(leaves) == 10
    assert Reason.objects.get(venue=venue, name_fr="Wi-Fi et internet").category == setting.rows["category"]
    duties = Duty.objects.filter(venue=venue, agent=setting.agent)
    assert [(d.weekday, d.starts, d.ends, d.breaks) for d in duties] == [(n, 480, 1020, [[720, 60]]) for n in range(5)]
    page = text(setting.get("venue", venue.pk))
    assert "Le comptoir" in page and "8:00–17:00" in page and setting.agent.name in page


def test_ready_reasons_find_the_categories_whose_names_fit() -> None:
    def row(name: str) -> tuple[str, Category]:
        return ready_tree.plain(name), Category(name_fr=name)

    rows = [row("Comptes et accès"), row("Mot de passe"), row("Postes de travail"), row("Imprimantes")]
    assert ready_tree.fitting(("mot de passe", "compte"), rows) is rows[1][1]
    assert ready_tree.fitting(("acces",), rows) is rows[0][1]
    assert ready_tree.fitting(("imprim",), rows) is rows[3][1]
    assert ready_tree.fitting(("reseau",), rows) is None


def test_a_new_venue_that_cannot_be_is_said_at_its_field_and_keeps_what_was_typed(setting: Setting) -> None:
    here = setting.desk.organisation.pk
    for wrong in ({"name_fr": ""}, {"counters": "0"}, {"receives": []}, {"counters": "61"}):
        answer = setting.post("new_venue", organisation=here, **{**NEW, "name_en": "The counter", **wrong})
        assert answer.status_code == 422, wrong
        assert "The counter" in text(answer)
    assert not Venue.objects.filter(name_fr=NEW["name_fr"]).exists()


def test_two_venues_of_one_name_have_two_addresses(setting: Setting, venue: Venue) -> None:
    setting.post("new_venue", organisation=setting.desk.organisation.pk, **NEW)
    slugs = Venue.objects.filter(name_fr="Le comptoir").values_list("slug", flat=True)
    assert set(slugs) == {"le-comptoir", "le-comptoir-2"}


def test_who_is_on_duty_elsewhere_is_left_out_and_the_page_says_so(setting: Setting, venue: Venue) -> None:
    setting.post("new_venue", organisation=setting.desk.organisation.pk, agents=[setting.agent.pk], **NEW)
    second = Venue.objects.get(slug="le-comptoir-2")
    assert not second.duties.exists()
    assert "Nobody is on duty yet" in text(setting.get("venue", second.pk))


def test_what_is_missing_is_told_and_goes_when_it_is_put_right(setting: Setting, venue: Venue) -> None:
    assert told(venue) == ["Nobody is there from Monday to Friday: 12:00–13:00."]
    by = {"actor": setting.manager, "now": timezone.now()}
    week = [Hours(spans=[[480, 1020]])] + [Hours()] + [Hours(spans=[[480, 1020]])] * 3 + [Hours(), Hours()]
    setting_up_duties.set_week(venue=venue, agent=setting.agent, week=week, **by)
    assert told(venue) == ["Nobody is on duty on Tuesday."]
    leaf = Reason.objects.get(venue=venue, name_fr="Impression")
    leaf.skill = setting.rows["skill"]
    leaf.save()
    assert "Nobody on duty has the skill “Wi-Fi” that “Printing” asks for." in told(venue)
    setting.agent.skills.add(setting.rows["skill"])
    assert told(venue) == ["Nobody is on duty on Tuesday."]
    Counter.objects.filter(venue=venue).update(active=False)
    assert lacks(venue)[0].grave and lacks(venue)[0].section == "counters"


def test_a_skill_of_the_picture_above_is_asked_for_too(setting: Setting, venue: Venue) -> None:
    top = Reason.objects.get(venue=venue, name_fr="Ordinateur")
    top.skill = setting.rows["skill"]
    top.save()
    assert sum("has the skill “Wi-Fi”" in line for line in told(venue)) == 2


def test_an_agent_whose_role_ended_no_longer_counts(setting: Setting, venue: Venue) -> None:
    setting.agent.roles.all().delete()
    assert "Nobody is on duty yet: people would wait for nobody." in told(venue)
    assert setting.get("duty", venue.pk, setting.agent.pk).status_code == 200


def test_opening_is_checked_and_kept(setting: Setting, venue: Venue) -> None:
    days = {f"day_{n}": "8:00-12:00, 13:00-16:30" for n in range(5)}
    assert setting.post("venue_opening", venue.pk, **days, closed_on="2026-12-25 2027-01-01").status_code == 302
    venue.refresh_from_db()
    assert venue.opening[0] == [[480, 720], [780, 990]] and venue.opening[6] == []
    assert venue.closed_on == ["2026-12-25", "2027-01-01"]
    never = setting.post("venue_opening", venue.pk, closed_on="")
    assert never.status_code == 422 and "switch it off" in text(never)
    wrong = setting.post("venue_opening", venue.pk, **days, closed_on="Noël")
    assert wrong.status_code == 422 and "Noël" in text(wrong)


def test_rules_are_told_in_plain_words(setting: Setting, venue: Venue) -> None:
    typed = {
        "head_urgent": "2 d", "head_appointment": "45 min", "head_walk_in": "0", "early_minutes": "5 min",
        "late_minutes": "15 min", "answer_minutes": "3", "slot_minutes": "30 min",
    }  # fmt: skip
    assert setting.post("venue_rules", venue.pk, **typed).status_code == 302
    setting.post("venue_identity", venue.pk, name_fr="Le comptoir", receives=["walk_ins", "appointments"])
    page = text(setting.get("venue", venue.pk)).replace("\u00a0", " ")
    assert "What is urgent goes first." in page
    assert "An appointment goes before those who simply came less than 45 min before its time." in page
    venue.refresh_from_db()
    assert venue.head_starts == {"urgent": 2880, "appointment": 45, "walk_in": 0}
    assert setting.post("venue_rules", venue.pk, **{**typed, "answer_minutes": "31 min"}).status_code == 422


def test_a_week_is_written_as_text_and_checked(setting: Setting, venue: Venue) -> None:
    page = text(setting.get("duty", venue.pk, setting.agent.pk))
    assert 'value="8:00–17:00"' in page and 'value="12:00–13:00"' in page
    typed = {"hours_0": "8:00-12:00, 13:00-17:00", "breaks_0": "10:00-10:15, 15:00-15:15"}
    assert setting.post("duty", venue.pk, setting.agent.pk, **typed).status_code == 302
    duties = Duty.objects.filter(venue=venue)
    assert [(d.weekday, d.starts, d.ends, d.breaks) for d in duties] == [
        (0, 480, 720, [[600, 15]]), (0, 780, 1020, [[900, 15]]),
    ]  # fmt: skip
    outside = setting.post("duty", venue.pk, setting.agent.pk, hours_0="8:00-12:00", breaks_0="11:30-12:30")
    assert outside.status_code == 422 and "outside the hours of duty" in text(outside)
    assert 'value="11:30-12:30"' in text(outside)
    assert Duty.objects.filter(venue=venue).count() == 2


def test_a_date_stands_in_place_of_the_week_until_it_is_taken_away(setting: Setting, venue: Venue) -> None:
    where = (venue.pk, setting.agent.pk)
    assert setting.post("duty_dates", *where, on="2026-12-24", hours="8:00-12:00").status_code == 302
    assert setting.post("duty_dates", *where, on="2026-12-25").status_code == 302
    dated = Duty.objects.filter(venue=venue).exclude(date=None)
    assert [(d.date, d.starts, d.ends) for d in dated] == [(date(2026, 12, 24), 480, 720), (date(2026, 12, 25), 0, 0)]
    assert "not there" in text(setting.get("venue", venue.pk))
    assert setting.post("duty_dates", *where, on="tomorrow", hours="8:00-12:00").status_code == 422
    assert setting.post("duty_dates", *where, on="2026-12-24", hours="", breaks="8:00-9:00").status_code == 422
    setting.post("duty_dates", *where, clear="2026-12-24")
    assert dated.get().date == date(2026, 12, 25)
    assert setting.post("duty_dates", *where, clear="yesterday").status_code == 404


@pytest.mark.parametrize(
    ("language", "said", "all_day"),
    [
        ("fr", "8 h – 12 h 30", "0 h – 24 h"),
        ("fr-be", "08:00–12:30", "00:00–24:00"),
        ("en", "08:00–12:30", "00:00–24:00"),
    ],
)
def test_hours_are_said_as_they_are_written_there(language: str, said: str, all_day: str) -> None:
    with translation.override(language):
        told = [told_span(480, 750), told_span(0, 1440)]
    assert [words.replace("\u00a0", " ") for words in told] == [said, all_day]


def test_nobody_is_at_two_venues_at_once(setting: Setting, venue: Venue) -> None:
    setting.post("new_venue", organisation=setting.desk.organisation.pk, **NEW)
    other = Venue.objects.get(slug="le-comptoir-2")
    answer = setting.post("duty", other.pk, setting.agent.pk, hours_0="16:00-18:00")
    assert answer.status_code == 422 and "Monday, 08:00–17:00" in text(answer)
    assert setting.post("duty", other.pk, setting.agent.pk, hours_0="17:00-18:00").status_code == 302


def test_counters_have_names_of_their_own_and_stay_while_history_names_them(setting: Setting, venue: Venue) -> None:
    assert setting.post("new_counter", venue.pk, name="Audiovisuel").status_code == 302
    twice = setting.post("new_counter", venue.pk, name="audiovisuel")
    assert twice.status_code == 422 and "of that name already" in text(twice)
    first, second, third = venue.counters.all()
    assert "<h1>Audiovisuel</h1>" in text(setting.get("counter", venue.pk, third.pk))
    assert "<h1>Counter 1</h1>" in text(setting.get("counter", venue.pk, first.pk))
    first.sittings.create(agent=setting.agent, opened_at=timezone.now())
    off = setting.post("counter", venue.pk, first.pk, name="1")
    assert off.status_code == 409 and "sitting there now" in text(off)
    setting.post("counter_removal", venue.pk, first.pk)
    setting.post("counter_removal", venue.pk, third.pk)
    assert list(venue.counters.all()) == [first, second]


def test_reasons_stand_on_two_screens(setting: Setting, venue: Venue) -> None:
    top = Reason.objects.get(venue=venue, name_fr="Ordinateur")
    leaf = top.children.first()
    assert leaf is not None
    typed = {"name_fr": "Écran", "icon": "monitor", "minutes": "5 min", "active": "on", "parent": top.pk}
    assert setting.post("new_reason", venue.pk, **typed).status_code == 302
    made = Reason.objects.get(name_fr="Écran")
    assert (made.parent, made.minutes, made.icon) == (top, 5, "monitor")
    too_deep = setting.post("reason", venue.pk, top.pk, **{**typed, "name_fr": "Ordinateur", "parent": leaf.parent_id})
    assert too_deep.status_code == 422
    other = Reason.objects.get(venue=venue, name_fr="Impression")
    nested = setting.post("reason", venue.pk, top.pk, **{**typed, "name_fr": "Ordinateur", "parent": other.pk})
    assert nested.status_code == 422 and "on the first screen" in text(nested)
    setting.post("reason_position", venue.pk, made.pk, to="up")
    assert [r.name_fr for r in top.children.all()][1] == "Écran"
    setting.post("reason_removal", venue.pk, top.pk)
    assert Reason.objects.filter(pk=top.pk).exists()
    setting.post("reason_removal", venue.pk, made.pk)
    assert not Reason.objects.filter(pk=made.pk).exists()


def test_a_code_is_shown_once_and_a_machine_can_be_sent_away(setting: Setting, venue: Venue) -> None:
    page = text(setting.post("new_device", venue.pk, device_name="Borne de l’entrée", kind="kiosk"))
    found = re.search(r'<strong class="mono">(\w{4}) (\w{4})</strong>', page)
    assert found
    assert "".join(found.groups()) not in text(setting.get("venue", venue.pk))
    device = Device.objects.get(venue=venue)
    again = text(setting.post("device_code", venue.pk, device.pk))
    assert re.search(r'<strong class="mono">\w{4} \w{4}</strong>', again)
    setting.post("device_revocation", venue.pk, device.pk)
    device.refresh_from_db()
    assert device.revoked_at is not None
    assert setting.post("device_code", venue.pk, device.pk).status_code == 404
    assert setting.post("new_device", venue.pk, device_name="", kind="kiosk").status_code == 422


def test_the_poster_carries_the_code_of_the_venues_own_address(setting: Setting, venue: Venue) -> None:
    page = text(setting.get("venue_poster", venue.pk))
    assert "/visit/new/le-comptoir/" in page and "<svg" in page
    assert "Prenez votre numéro" in page and "Take your number with your phone" in page


def test_another_desks_manager_finds_no_venue(setting: Setting, venue: Venue) -> None:
    elsewhere = builders.desk("Une autre maison")
    stranger = builders.client_for(builders.manager(elsewhere, cast.RACHEL))
    assert stranger.get(setting.url("venue", venue.pk)).status_code == 404
    theirs = setting.url("venue", venue.pk).replace(setting.slug, elsewhere.organisation.slug)
    assert stranger.get(theirs).status_code == 404
    agent = builders.client_for(setting.agent)
    assert agent.get(setting.url("venue", venue.pk)).status_code == 403


def test_foreign_rows_are_refused(setting: Setting, venue: Venue) -> None:
    elsewhere = builders.desk("Une autre maison")
    skill = Skill.objects.create(organisation=elsewhere.organisation, name_fr="Ailleurs")
    typed = {"name_fr": "Écran", "icon": "monitor", "minutes": "5", "active": "on", "skill": skill.pk}
    assert setting.post("new_reason", venue.pk, **typed).status_code == 422
    stranger = builders.agent(elsewhere, cast.RACHEL)
    assert setting.get("duty", venue.pk, stranger.pk).status_code == 404
    assert setting.post("new_duty", venue.pk, agent=stranger.pk).status_code == 422


def test_switched_off_and_on_again(setting: Setting, venue: Venue) -> None:
    setting.post("venue_switch", venue.pk, on="0")
    venue.refresh_from_db()
    assert not venue.active and "switched off" in text(setting.get("venue", venue.pk))
    setting_up.switch_venue(venue=venue, active=True, actor=setting.manager, now=timezone.now())
    assert Venue.objects.get(pk=venue.pk).active
