"""The time of a demo world, its typography, its files and its welcome; without loading a world."""

from __future__ import annotations

import itertools
import struct
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from guichet.calendars.changing import Said, hours_of_said
from guichet.demo import cast, props
from guichet.demo.founding import Ground
from guichet.demo.stage import Stage, Story, play
from guichet.demo.typography import french, set_in_french
from guichet.demo.welcome import lines
from guichet.demo.worlds import college, company
from guichet.people.models import Organisation

# Monday at dawn, Wednesday noon, Saturday night, Sunday evening.
MOMENTS = [datetime(2025, 11, 17, 9, tzinfo=UTC) + timedelta(hours=h) for h in (0, 56, 133, 160)]


def stage(now: datetime, plan: object = college.PLAN) -> Stage:
    assert isinstance(plan, type(college.PLAN))
    desk = Organisation(slug="x", time_zone=plan.place.time_zone)
    hours = hours_of_said(Said(time_zone=desk.time_zone, week=plan.opening, holidays=plan.holidays))
    return Stage(Ground(plan=plan, desk=desk, hours=hours), now=now, seed="x")


@pytest.mark.parametrize("now", MOMENTS)
@pytest.mark.parametrize("plan", [college.PLAN, company.PLAN], ids=["college", "company"])
def test_days_are_opening_days_in_order(now: datetime, plan: object) -> None:
    s = stage(now, plan)
    past = [s.at(days, "9:00") for days in range(20)]
    assert past == sorted(past, reverse=True)
    assert all(moment < now for moment in past)
    assert all(s.hours.day(moment.date()) for moment in past)
    ahead = [s.hence(days=days) for days in range(1, 9)]
    assert ahead == sorted(ahead)
    assert all(moment > now and s.hours.day(moment.date()) for moment in ahead)


def test_what_lies_ahead_has_not_happened() -> None:
    s = stage(MOMENTS[1])
    seen = []

    def story(name: str, minutes: list[int]) -> Story:
        for before in minutes:
            yield s.ago(minutes=before)
            seen.append((name, before))

    play(s, [story("a", [90, 30, -10]), story("b", [60, 20, 10]), story("never", [-1])])
    assert seen == [("a", 90), ("b", 60), ("a", 30), ("b", 20), ("b", 10)]


def test_the_same_seed_tells_the_same() -> None:
    draws = [[s.random.random() for _ in range(5)] for s in (stage(MOMENTS[0]), stage(MOMENTS[0]))]
    assert draws[0] == draws[1]


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("Ça va ?", "Ça va\u00a0?"),
        ("« oui »", "«\u00a0oui\u00a0»"),
        ("10 h 30", "10\u00a0h\u00a030"),
        ("500 Go à 80 %", "500\u00a0Go à 80\u00a0%"),
        ("8 heures", "8 heures"),
        ("Hello: is it 10:30?", "Hello: is it 10:30?"),
    ],
)
def test_typography(typed: str, set_: str) -> None:
    assert french(typed) == set_
    assert french(set_) == set_
    assert set_in_french({"a": typed, "b": 1}) == {"a": set_, "b": 1}


def test_a_screenshot_is_a_picture() -> None:
    content = props.screenshot("x.png").read()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", content[16:24]) == (320, 180)


def test_the_cast_is_consistent() -> None:
    emails = [someone.email for someone in cast.EVERYBODY.values()]
    assert len(emails) == len(set(emails)) == len(cast.COLLEGE_PEOPLE) + len(cast.COMPANY_PEOPLE)
    teams = {team.name for plan in (college.PLAN, company.PLAN) for team in plan.teams}
    sites = {
        name for plan in (college.PLAN, company.PLAN) for place in (plan.place, *plan.clients) for name in place.sites
    }
    for someone in cast.EVERYBODY.values():
        assert not someone.team or someone.team in teams, someone.key
        assert not someone.site or someone.site in sites, someone.key
    assert cast.find("nadia") is cast.NADIA


def test_the_welcome_names_every_door(settings: object) -> None:
    settings.DEMO = True
    text = "\n".join(lines("http://localhost:8000"))
    for piece in itertools.chain((cast.PASSWORD, "http://localhost:8000"), (d.someone.email for d in cast.DOORS)):
        assert piece in text
    assert max(map(len, lines("http://localhost:8000"))) <= 130
    settings.DEMO = False
    assert cast.PASSWORD not in "\n".join(lines("http://localhost:8000"))


def test_a_moment_that_is_none() -> None:
    with pytest.raises(CommandError):
        call_command("demo_load", "--now", "hier", "--skip-checks")
