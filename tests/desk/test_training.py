"""Training at the desk: planning, who takes part, who came, what is needed; and who sees names."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from guichet.training import measuring, needs, registering
from guichet.training.models import Attendance, Effect, Material, Need, Registration, Session, Topic
from tests import builders, cast
from tests.training.stage import LINK, Place
from tests.training.stage import place as make_place

pytestmark = pytest.mark.django_db
HOME = "/desk/training/"


@pytest.fixture
def place() -> Place:
    return make_place()


@pytest.fixture
def nadia(place: Place) -> Client:
    return builders.client_for(place.nadia)


@pytest.fixture
def helene(place: Place) -> Client:
    return builders.client_for(place.helene)


def coming(place: Place, **fields: Any) -> Session:
    now = timezone.now()
    return place.opened(**{"starts_at": now + timedelta(days=7), "now": now, **fields})


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.content.decode()


def typed(place: Place, **fields: Any) -> dict[str, Any]:
    at = timezone.now() + timedelta(days=9)
    return {
        "topic": place.topic.pk, "title": "Partager son écran", "language": "fr", "minutes": "45", "capacity": "8",
        "starts_at": f"{at:%Y-%m-%d}T10:00", "way": "webinar", "link": LINK, "trainer": place.nadia.pk,
        "time_zone": "America/Montreal", **fields,
    }  # fmt: skip


def test_planned_opened_and_corrected(place: Place, nadia: Client) -> None:
    answer = nadia.post(f"{HOME}sessions/new", typed(place))
    session = Session.objects.get()
    assert answer["Location"] == f"{HOME}sessions/{session.pk}/"
    assert session.starts_at.astimezone(session.zone).hour == 10
    here = answer["Location"]
    assert "Ouvrir les inscriptions" in page(nadia, here)
    nadia.post(f"{here}opening", {"version": session.version})
    session.refresh_from_db()
    assert session.is_open
    stale = nadia.post(f"{here}editing", typed(place, version=1))
    assert stale.status_code == 412
    assert "Partager son écran" in stale.content.decode()
    assert nadia.post(f"{here}editing", typed(place, version=session.version, room="x")).status_code == 302
    assert "Partager son écran" in page(nadia, HOME)


@pytest.mark.parametrize(
    ("field", "value"),
    [("starts_at", "hier"), ("minutes", "1"), ("capacity", "9999"), ("topic", "0"), ("link", "javascript:x"),
     ("time_zone", "Mars"), ("trainer", "x")],
)  # fmt: skip
def test_what_cannot_be_meant_keeps_what_was_typed(place: Place, nadia: Client, field: str, value: str) -> None:
    answer = nadia.post(f"{HOME}sessions/new", typed(place, **{field: value}))
    assert answer.status_code == 422
    assert "Partager son écran" in answer.content.decode()
    assert not Session.objects.exists()


def test_somebody_elses_clock(place: Place, helene: Client) -> None:
    place.client.time_zone = "Europe/Brussels"
    place.client.save()
    helene.post(f"{HOME}sessions/new", typed(place, time_zone="Europe/Brussels"))
    session = Session.objects.get()
    assert session.starts_at.astimezone(session.zone).hour == 10
    assert 'value="' + session.starts_at.astimezone(session.zone).strftime("%Y-%m-%dT%H:%M") in page(
        helene, f"{HOME}sessions/{session.pk}/editing"
    )


def test_names_are_for_those_who_run_it(place: Place, nadia: Client, helene: Client) -> None:
    session = coming(place)
    place.register(session, place.amelie, now=timezone.now())
    here = f"{HOME}sessions/{session.pk}/"
    for client in (nadia, helene):
        assert place.amelie.name in page(client, here)
    karim = builders.client_for(place.karim)
    assert place.amelie.name not in page(karim, here)
    for verb in ("attendance", "registrations", "editing", "cancellation", "end", "materials"):
        assert karim.get(here + verb).status_code == 403
    emily = builders.client_for(place.emily)
    assert emily.get(here).status_code == 404


def test_registering_somebody_and_giving_it_back(place: Place, nadia: Client) -> None:
    session = coming(place)
    here = f"{HOME}sessions/{session.pk}/"
    assert nadia.post(f"{here}registrations", {"email": "personne@essai.example"}).status_code == 422
    assert nadia.post(f"{here}registrations", {"email": place.stranger.email}).status_code == 422
    assert nadia.post(f"{here}registrations", {"email": place.amelie.email.upper()}).status_code == 302
    row = Registration.objects.get()
    assert "Rendre la place réservée pour" in page(nadia, f"{here}registrations/{row.pk}/removal")
    assert nadia.post(f"{here}registrations/{row.pk}/removal").status_code == 302
    assert nadia.get(f"{here}registrations/{row.pk}/removal").status_code == 404


def test_who_came_and_the_end(place: Place, nadia: Client, helene: Client) -> None:
    then = timezone.now() - timedelta(days=2)
    session = place.opened(starts_at=then + timedelta(days=1), now=then)
    row = place.register(session, place.amelie, now=then)
    here = f"{HOME}sessions/{session.pk}/"
    assert nadia.post(f"{here}end", {}).status_code == 422
    assert nadia.post(f"{here}attendance", {f"came_{row.pk}": "late"}).status_code == 422
    assert nadia.post(f"{here}attendance", {f"came_{row.pk}": "partly"}).status_code == 302
    assert Attendance.objects.get().presence == "partly"
    assert nadia.post(f"{here}end", {}).status_code == 302
    assert "Terminée" in page(helene, f"{HOME}?show=past")


def test_what_is_taken_along(place: Place, nadia: Client) -> None:
    session = coming(place)
    here = f"{HOME}sessions/{session.pk}/"
    assert nadia.post(f"{here}materials", {"title": "Rien"}).status_code == 422
    assert nadia.post(f"{here}materials", {"title": "<b>x</b>", "link": "https://x.example/"}).status_code == 302
    assert "&lt;b&gt;" in page(nadia, here)
    assert nadia.post(f"{here}materials/{Material.objects.get().pk}/removal").status_code == 302
    assert not Material.objects.exists()


def test_topics_are_the_managers(place: Place, nadia: Client, helene: Client) -> None:
    assert nadia.get(f"{HOME}topics/new").status_code == 404
    given = {"name_fr": "Mots de passe", "categories": [place.category.pk], "active": "on"}
    assert helene.post(f"{HOME}topics/new", given).status_code == 302
    assert helene.post(f"{HOME}topics/new", given).status_code == 422
    assert "Mots de passe" in page(nadia, f"{HOME}topics/")
    other = make_place()
    assert helene.get(f"{HOME}topics/{other.topic.pk}").status_code == 404


def asked(place: Place, person: Any, *, days_ago: float, **fields: Any) -> None:
    builders.ticket(person, now=timezone.now() - timedelta(days=days_ago), category=place.category, **fields)


def test_what_is_needed_becomes_a_session(place: Place, nadia: Client, helene: Client) -> None:
    people = [place.emily, *(place.another(organisation=place.client) for _ in range(2))]
    for n in range(6):
        asked(place, people[n % 3], days_ago=n + 1)
    asked(place, people[0], days_ago=120)
    asked(place, place.amelie, days_ago=3)
    assert needs.look_at_all(now=timezone.now()) == 1
    assert needs.look_at_all(now=timezone.now()) == 1
    need = Need.objects.get()
    assert (need.tickets, need.people, need.again, need.before, need.size) == (6, 3, 3, 1, 3)
    shown = page(nadia, f"{HOME}needs")
    assert "6 demandes de 3 personnes sur «\u00a0La visioconférence\u00a0»" in shown
    link = f"{HOME}sessions/new?topic={place.topic.pk}&amp;organisation={place.client.pk}"
    assert link in shown
    planned = page(nadia, link.replace("&amp;", "&"))
    assert f'value="{place.client.pk}"' in planned
    # Without a topic the category itself is named, and a manager makes it one.
    Topic.objects.all().delete()
    needs.look_at_all(now=timezone.now())
    assert "sur «\u00a0Visioconférence\u00a0»" in page(nadia, f"{HOME}needs")
    begin = f"{HOME}topics/new?category={place.category.pk}&organisation={place.client.pk}"
    assert begin.replace("&", "&amp;") in page(helene, f"{HOME}needs")
    assert begin.replace("&", "&amp;") not in page(nadia, f"{HOME}needs")
    answer = helene.post(begin, {"name_fr": "Visio", "categories": [place.category.pk], "active": "on"})
    assert "organisation=" in answer["Location"]


def test_the_effect_is_told_with_its_interval_or_not_at_all(place: Place, helene: Client) -> None:
    now = timezone.now()
    held = now - timedelta(days=95)
    came = [place.another() for _ in range(6)]
    others = [place.another() for _ in range(8)]
    session = place.opened(starts_at=held, now=held - timedelta(days=30), capacity=30)
    rows = [place.register(session, person, now=held - timedelta(days=9)) for person in came]
    marks = {row.pk: "present" for row in rows}
    registering.mark(session, came=marks, actor=place.nadia, now=held + timedelta(hours=2))
    from guichet.training import planning

    planning.hold(session, actor=place.nadia, now=held + timedelta(hours=3))
    here = f"{HOME}sessions/{session.pk}/"
    assert measuring.measure_all(now=now) == 1
    assert "Trop peu pour conclure" in page(helene, here)
    for person in came:
        for day in (100, 110, 120, 130):
            asked(place, person, days_ago=day)
    for person in others:
        for day in (110, 40):
            asked(place, person, days_ago=day)
    measuring.measure_all(now=now)
    effect = Effect.objects.get()
    assert (effect.came, effect.came_before, effect.came_after) == (6, 24, 0)
    assert (effect.others_before, effect.others_after, effect.days, effect.verdict) == (8, 8, 90, "fewer")
    shown = page(helene, here)
    assert "Moins de tickets" in shown
    assert "dix-neuf fois sur vingt" in shown


def test_another_desk_s_sessions_are_not_there(place: Place) -> None:
    session = coming(place)
    elsewhere = builders.client_for(builders.agent(builders.desk("Encore ailleurs"), cast.PRIYA))
    page(elsewhere, f"{HOME}sessions/{session.pk}/", 404)
    assert session.title not in page(elsewhere, HOME)


@pytest.mark.parametrize("path", ["", "?show=past", "needs", "topics/"])
def test_pages_ask_the_same_however_much_there_is(
    place: Place, helene: Client, path: str, django_assert_max_num_queries: Any
) -> None:
    for n in range(15):
        coming(place, starts_at=timezone.now() + timedelta(days=n + 1))
        Topic.objects.create(desk=place.desk.organisation, name_fr=f"Thème {n}")
    with django_assert_max_num_queries(12):
        page(helene, HOME + path)
