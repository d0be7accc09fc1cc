"""Forms of major incidents: who says who may know, nothing lost by saving, no refusal unseen."""

from __future__ import annotations

import html
from datetime import date
from typing import Any

import pytest
from django.test import Client

from guichet.catalog.models import Service
from guichet.people.models import Site
from guichet.tickets import major, major_review
from guichet.tickets.major_frame import Touched, Words, moved_on
from guichet.tickets.models import MajorIncident
from tests import builders
from tests.builders import NOW
from tests.desk.test_majors import as_lead, critical, page, room, running
from tests.tickets.stage import Stage, later

pytestmark = pytest.mark.django_db


@pytest.fixture
def s(db: Any) -> Stage:
    return Stage().everybody()


def restored(s: Stage, found: MajorIncident) -> None:
    major.restore(found, kind="fix", solution="x", test="x", text_fr="Revenu.", actor=s.agent, now=later(9))


def reviewed(s: Stage, found: MajorIncident, *, changes: int) -> None:
    made = [
        major_review.Promised(text=f"Changement {n}", who=s.agent, due_on=date(2026, 1, n + 1)) for n in range(changes)
    ]
    major_review.review(found, what_happened="Panne.", cause="Disque.", follow_ups=made, actor=s.agent, now=later(10))


def as_it_stands(client: Client, address: str) -> dict[str, Any]:
    """What a browser sends when somebody opens the form and saves it."""
    form = client.get(address).context["form"]
    given = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    return {name: value for name, value in given.items() if value not in (None, "")}


class TestWhoMayKnow:
    def test_nothing_leaves_the_desk_by_default(self, s: Stage) -> None:
        address = f"/desk/tickets/{critical(s).reference}/major-incident"
        assert as_it_stands(as_lead(s), address)["audience"] == "desk"

    @pytest.mark.parametrize("audience", ["concerned", "everybody"])
    def test_nobody_says_so_for_another_who_leads(self, s: Stage, audience: str) -> None:
        client, address = as_lead(s), f"/desk/tickets/{critical(s).reference}/major-incident"
        typed = {**as_it_stands(client, address), "title_fr": "Gardé", "lead": s.colleague.pk, "audience": audience}
        answer = client.post(address, typed)
        assert answer.status_code == 403
        assert answer.context["form"].errors["audience"] and "Gardé" in answer.content.decode()
        assert not MajorIncident.objects.exists()
        assert client.post(address, {**typed, "audience": "desk"}).status_code == 302
        assert MajorIncident.objects.get().lead == s.colleague

    def test_the_form_shows_what_becomes_public(self, s: Stage) -> None:
        found = running(s, audience="desk")
        major.tell(found, text_fr="Dit quand seul le centre lisait.", actor=s.agent, now=later(6))
        shown = page(as_lead(s), room(found, "audience"))
        assert found.title_fr in shown and "Dit quand seul le centre lisait." in shown


class TestSavingTakesNothingAway:
    def test_of_a_review_with_more_rows_than_the_form_has(self, s: Stage) -> None:
        found, client = running(s), as_lead(s)
        restored(s, found)
        reviewed(s, found, changes=7)
        typed = as_it_stands(client, room(found, "review"))
        assert client.post(room(found, "review"), {**typed, "cause": "Disque plein."}).status_code == 302
        assert [f.text for f in found.follow_ups.all()] == [f"Changement {n}" for n in range(7)]
        more = {"text_8": "Encore", "who_8": s.agent.pk, "due_8": "2026-02-01"}
        typed = as_it_stands(client, room(found, "review"))
        assert client.post(room(found, "review"), {**typed, **more}).status_code == 302
        assert found.follow_ups.count() == 8

    def test_of_what_is_touched_and_no_longer_offered(self, s: Stage) -> None:
        client = builders.client_of(s.desk)
        service = Service.objects.create(organisation=s.desk.organisation, name_fr="Courriel")
        site = Site.objects.create(organisation=client, name="Laval")
        found = major.declare(
            critical(s), words=Words(title_fr="Panne"), actor=s.agent, now=NOW,
            touched=Touched(organisations=[client], services=[service], sites=[site]),
        )  # fmt: skip
        Service.objects.update(active=False)
        browser, address = as_lead(s), room(found, "description")
        typed = as_it_stands(browser, address)
        assert browser.post(address, {**typed, "title_fr": "Panne corrigée"}).status_code == 302
        found.refresh_from_db()
        assert found.title_fr == "Panne corrigée"
        kept = [list(getattr(found, name).all()) for name in ("organisations", "services", "sites")]
        assert kept == [[client], [service], [site]]
        # Unticked it goes, as before.
        del typed["services"]
        browser.post(address, {**typed, "version": MajorIncident.objects.get().version})
        assert list(found.services.all()) == [] and list(found.sites.all()) == [site]


@pytest.mark.parametrize("part", ["tickets", "voices"])
@pytest.mark.parametrize("right", [True, False])
def test_what_is_refused_after_the_end_is_seen(s: Stage, part: str, right: bool) -> None:
    """The forms are gone by then: somebody had the room open."""
    found, client = running(s), as_lead(s)
    typed = {"reference": s.ticket("open").reference, "email": s.neighbour.email} if right else {}
    restored(s, found)
    answer = client.post(room(found, part), typed)
    assert answer.status_code == 409
    assert str(moved_on().message) in html.unescape(answer.content.decode())


def test_buttons_of_the_same_name_say_of_what(s: Stage) -> None:
    ticket, found, client = critical(s), running(s), as_lead(s)
    said = page(client, "/desk/major-incidents/")
    assert f'<span class="visually-hidden"> – {ticket.reference}</span></span></a>' in said
    restored(s, found)
    reviewed(s, found, changes=2)
    said = page(client, room(found))
    for n in range(2):
        assert f'<span class="visually-hidden"> – Changement {n}</span></span></button>' in said
