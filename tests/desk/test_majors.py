"""Major incidents at the desk: declared from a ticket, run in their room, refused without losing what was typed."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guichet.tickets import major, major_people, problems
from guichet.tickets.major_frame import Touched, Words
from guichet.tickets.models import MajorFollowUp, MajorIncident, MajorNote, Ticket
from tests import builders
from tests.builders import NOW
from tests.tickets.stage import Stage

pytestmark = pytest.mark.django_db
TITLE = "Le Wi-Fi ne répond plus"


@pytest.fixture
def s(db: Any) -> Stage:
    return Stage()


def critical(s: Stage) -> Ticket:
    return s.ticket("open", impact="everyone", urgency="stopped")


def running(s: Stage, **fields: Any) -> MajorIncident:
    words = Words(title_fr=TITLE, title_en="The Wi-Fi is down")
    values = {"audience": "concerned", **fields}
    return major.declare(critical(s), words=words, touched=Touched(), actor=s.agent, now=NOW, **values)


def room(found: MajorIncident, part: str = "") -> str:
    return f"/desk/major-incidents/{found.reference}/{part}"


def as_lead(s: Stage) -> Client:
    return builders.client_for(s.agent)


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_critical_tickets_page_proposes_it_and_one_form_makes_it(s: Stage) -> None:
    ticket, client = critical(s), as_lead(s)
    address = f"/desk/tickets/{ticket.reference}/major-incident"
    assert address in page(client, f"/desk/tickets/{ticket.reference}/")
    assert address in page(client, "/desk/major-incidents/")
    form = client.get(address).context["form"]
    given = {name: form.initial.get(name) or "" for name in form.fields}
    answer = client.post(address, {**given, "title_fr": TITLE})
    found = MajorIncident.objects.get()
    assert answer["Location"] == room(found)
    assert (found.lead, found.title_fr, found.audience) == (s.agent, TITLE, "desk")
    after = page(client, f"/desk/tickets/{ticket.reference}/")
    assert room(found) in after and address not in after


def test_a_ticket_that_is_not_critical_offers_nothing(s: Stage) -> None:
    ticket, client = s.ticket("open"), as_lead(s)
    assert "major-incident" not in page(client, f"/desk/tickets/{ticket.reference}/").replace("major-incidents/", "")


def test_bad_input_keeps_what_was_typed(s: Stage) -> None:
    ticket, client = critical(s), as_lead(s)
    typed = {"meanwhile_fr": "Prenez le câble.", "started_at": "hier", "lead": s.agent.pk, "update_minutes": "30"}
    answer = client.post(f"/desk/tickets/{ticket.reference}/major-incident", {**typed, "audience": "desk"})
    assert answer.status_code == 422
    assert "Prenez le câble." in answer.content.decode() and "hier" in answer.content.decode()
    assert not MajorIncident.objects.exists()


def test_the_whole_way(s: Stage) -> None:
    found, client = running(s), as_lead(s)
    steps: list[tuple[str, dict[str, Any]]] = [
        ("news", {"text_fr": "Nous cherchons.", "next_minutes": "20"}),
        ("notes", {"body": "Canari interne"}),
        ("audience", {"audience": "everybody"}),
        ("lead", {"to": s.colleague.pk}),
    ]
    for part, typed in steps:
        assert client.post(room(found, part), typed)["Location"] == room(found), part
    client = builders.client_for(s.colleague)
    restored = {"kind": "fix", "solution": "Relancé", "test": "Vu", "text_fr": "Revenu."}
    assert client.post(room(found, "restoration"), restored).status_code == 302
    assert client.post(room(found, "closure")).status_code == 422
    review = {
        "what_happened": "Panne", "cause": "Disque", "text_1": "Surveiller", "who_1": s.colleague.pk,
        "due_1": "2026-01-15",
    }  # fmt: skip
    assert client.post(room(found, "review"), review).status_code == 302
    made = MajorFollowUp.objects.get()
    client.post(room(found, f"follow-ups/{made.pk}"), {"done": "1"})
    assert client.post(room(found, "closure")).status_code == 302
    found.refresh_from_db()
    made.refresh_from_db()
    assert found.state == "closed" and made.done_at is not None
    shown = page(client, room(found))
    for said in ("Nous cherchons.", "Canari interne", "Revenu.", "Surveiller", s.colleague.name):
        assert said in shown


@pytest.mark.parametrize(
    ("part", "typed"),
    [
        ("news", {"text_fr": "", "text_en": "", "next_minutes": "20"}),
        ("news", {"text_fr": "Gardé", "next_minutes": "bientôt"}),
        ("lead", {"to": "0"}),
        ("audience", {"audience": "martians"}),
        ("description", {"title_fr": "", "started_at": "2025-11-18T10:00", "update_minutes": "30"}),
        ("description", {"title_fr": "Gardé", "started_at": "2999-01-01T10:00", "update_minutes": "30"}),
        ("restoration", {"kind": "magic", "solution": "Gardé", "test": "x", "text_fr": "x"}),
        ("notes", {"body": ""}),
        ("tickets", {"reference": "G-00000"}),
        ("voices", {"email": "personne@nulle.part.example"}),
    ],
)
def test_what_cannot_be_is_refused_in_its_place(s: Stage, part: str, typed: dict[str, str]) -> None:
    found, client = running(s), as_lead(s)
    answer = client.post(room(found, part), typed)
    assert answer.status_code == 422
    if "Gardé" in typed.values():
        assert "Gardé" in answer.content.decode()
    assert MajorNote.objects.count() == 0


def test_a_half_written_change_says_what_is_missing(s: Stage) -> None:
    found, client = running(s), as_lead(s)
    restored = {"kind": "fix", "solution": "Relancé", "test": "Vu", "text_fr": "Revenu."}
    client.post(room(found, "restoration"), restored)
    typed = {"what_happened": "a", "cause": "b", "text_1": "x", "who_1": s.agent.pk, "due_1": "2026-01-15"}
    answer = client.post(room(found, "review"), {**typed, "text_2": "À moitié"})
    assert answer.status_code == 422 and "À moitié" in answer.content.decode()
    problem = problems.open_problem(desk=s.desk.organisation, title="Contrôleur", actor=s.agent, now=NOW)
    assert client.post(room(found, "review"), {**typed, "problem": "PB-22222"}).status_code == 422
    client.post(room(found, "review"), {**typed, "problem": problem.reference})
    found.refresh_from_db()
    assert found.problem == problem


def test_whoever_does_not_lead_reads_and_notes(s: Stage) -> None:
    found, client = running(s), builders.client_for(s.colleague)
    shown = page(client, room(found))
    assert room(found, "news") not in shown and room(found, "notes") in shown
    for part in ("news", "restoration", "audience", "lead"):
        typed = {
            "text_fr": "x", "next_minutes": "20", "kind": "fix", "solution": "x", "test": "x", "audience": "desk",
            "to": s.agent.pk,
        }  # fmt: skip
        assert client.post(room(found, part), typed).status_code == 403, part


def test_somebody_was_faster(s: Stage) -> None:
    found, client = running(s), as_lead(s)
    seen = found.version
    major.note(found, body="x", actor=s.colleague, now=NOW)
    answer = client.post(room(found, "news"), {"text_fr": "Gardé", "next_minutes": "20", "version": seen})
    assert answer.status_code == 412 and "Gardé" in answer.content.decode()


@pytest.mark.parametrize("who", ["stranger", "provider", "requester"])
def test_others_find_nothing(s: Stage, who: str) -> None:
    found, client = running(s), builders.client_for(getattr(s, who))
    for part in ("", "news", "review"):
        assert client.get(room(found, part)).status_code == 404
    assert found.reference not in client.get("/desk/major-incidents/").content.decode()


def test_a_ticket_is_added_and_taken_out_again(s: Stage) -> None:
    found, same, client = running(s), s.ticket("open"), as_lead(s)
    client.post(room(found, "tickets"), {"reference": same.reference.lower()})
    assert same.reference in page(client, room(found))
    client.post(room(found, f"tickets/{same.reference}/removal"))
    assert found.links.count() == 1
    client.post(room(found, "voices"), {"email": s.neighbour.email.upper()})
    assert found.voices.get().person == s.neighbour


def test_the_bell_leads_to_the_room(s: Stage) -> None:
    manager, found = s.manager, running(s)
    client = builders.client_for(manager)
    alert = client.get("/desk/alerts/").context["alerts"][0]["news"]
    assert alert.major == found
    assert client.get(f"/desk/alerts/{alert.pk}")["Location"] == room(found)


def test_the_room_asks_as_often_however_much_happened(s: Stage) -> None:
    found, client = running(s), as_lead(s)

    def asked() -> int:
        client.get(room(found))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(room(found)).status_code == 200
        return len(queries)

    major_people.me_too(found, person=s.neighbour, actor=s.neighbour, now=NOW)
    major.tell(found, text_fr="Un", actor=s.agent, now=NOW)
    few = asked()
    for n in range(10):
        someone = builders.person(s.desk.organisation)
        major_people.me_too(found, person=someone, actor=someone, now=NOW)
        major_people.link(found, ticket=s.ticket("open", requester=someone), actor=s.agent, now=NOW)
        major.tell(found, text_fr=str(n), actor=s.agent, now=NOW)
        major.note(found, body=str(n), actor=s.agent, now=NOW)
    assert asked() == few
    assert few <= 40


def test_who_was_told_is_a_page_of_its_own_that_asks_as_often_for_many(s: Stage) -> None:
    found, client = running(s), as_lead(s)
    address = room(found, "sent")
    assert address in page(client, room(found))

    def asked() -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    silent = builders.person(s.desk.organisation, account=False, email="", phone="418 555-0123")
    major_people.me_too(found, person=silent, actor=s.agent, now=NOW)
    major.tell(found, text_fr="Nous cherchons.", actor=s.agent, now=NOW)
    said = page(client, address)
    assert "Nous cherchons." in said
    assert silent.name in said
    assert "418 555-0123" in said
    few = asked()
    for n in range(10):
        someone = builders.person(s.desk.organisation, account=False, email="")
        major_people.me_too(found, person=someone, actor=s.agent, now=NOW)
        major.tell(found, text_fr=str(n), actor=s.agent, now=NOW)
    assert asked() == few
    assert builders.client_for(s.provider).get(address).status_code == 404
