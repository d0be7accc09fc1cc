"""Asking for help as a browser without scripts does it: plain forms, one thing at a time."""

import datetime as dt
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from guichet.catalog.models import Category, Question, RequestType
from guichet.tickets.models import Attachment, Draft, ResponsePolicy, Ticket
from tests import builders
from tests.portal.people import DESCRIPTION, World, begin, essentials, say, text_of, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture
def amelie(w: World) -> Client:
    return builders.client_for(w.amelie)


def test_the_whole_way_from_one_sentence_to_the_receipt(w: World, amelie: Client) -> None:
    assert 'name="description"' in text_of(amelie.get("/help/"))
    token = begin(amelie)
    assert say(amelie, token, "impact", impact="group")["Location"].endswith("/urgency/")
    assert say(amelie, token, "urgency", urgency="hampered")["Location"].endswith("/error_message/")
    assert say(amelie, token, "error_message", error_message="Aucun signal").status_code == 302
    review = amelie.get(f"/help/new/{token}/review/")
    page = text_of(review)
    assert "Aucun signal" in page and DESCRIPTION in page
    assert "Parce que quelques personnes sont touchées et que le travail continue, avec difficulté." in page
    sent = amelie.post(f"/help/new/{token}/review/")
    ticket = Ticket.objects.get()
    assert sent["Location"] == f"/help/tickets/{ticket.reference}/receipt/"
    assert (ticket.requester, ticket.severity, ticket.channel) == (w.amelie, "S3", "portal")
    assert ticket.facts["error_message"] == "Aucun signal"
    receipt = text_of(amelie.get(sent["Location"]))
    for said in (ticket.reference, "Parce que quelques personnes", "Centre de services", "819 555-0199"):
        assert said in receipt


def test_a_hurried_person_sends_as_soon_as_the_essentials_are_there(amelie: Client) -> None:
    token = begin(amelie)
    say(amelie, token, "impact", impact="person")
    before = amelie.get(f"/help/new/{token}/urgency/")
    assert 'value="send"' not in text_of(before)
    after = amelie.get(say(amelie, token, "urgency", urgency="none")["Location"])
    assert 'value="send"' in text_of(after)
    answer = say(amelie, token, "error_message", go="send")
    assert answer["Location"] == f"/help/tickets/{Ticket.objects.get().reference}/receipt/"


def test_what_stands_in_the_field_is_sent_too(amelie: Client) -> None:
    token = essentials(amelie)
    say(amelie, token, "error_message", go="send", error_message="Erreur 0x80070005")
    assert Ticket.objects.get().facts["error_message"] == "Erreur 0x80070005"


def test_nothing_can_be_sent_before_the_essentials_are_there(amelie: Client) -> None:
    token = begin(amelie)
    assert amelie.get(f"/help/new/{token}/review/")["Location"].endswith("/impact/")
    assert amelie.post(f"/help/new/{token}/review/")["Location"].endswith("/impact/")
    assert not Ticket.objects.exists()


def test_sending_twice_makes_one_ticket(amelie: Client) -> None:
    token = essentials(amelie)
    first = amelie.post(f"/help/new/{token}/review/")
    second = amelie.post(f"/help/new/{token}/review/")
    third = say(amelie, token, "error_message", go="send")
    assert first["Location"] == second["Location"] == third["Location"]
    assert Ticket.objects.count() == 1
    # A late autosave doesn't bring the draft back.
    amelie.post(f"/help/new/{token}/draft/", {"description": "encore"})
    assert Draft.objects.get().body["sent"] == Ticket.objects.get().reference


def score_of(page: str) -> int:
    return int(re.findall(r'<meter [^>]*value="(\d+)"', page)[0])


def test_the_score_rises_and_says_what_is_still_useful(amelie: Client) -> None:
    token = essentials(amelie)
    page = text_of(amelie.get(f"/help/new/{token}/error_message/"))
    assert "le message exact" in page
    say(amelie, token, "error_message", error_message="Aucun signal")
    after = text_of(amelie.get(f"/help/new/{token}/since/"))
    assert "le message exact" not in after
    assert score_of(after) == score_of(page) + 12


def test_the_coach_lowers_the_urgency_with_the_person(amelie: Client) -> None:
    token = begin(amelie)
    say(amelie, token, "impact", impact="group")
    assert say(amelie, token, "urgency", urgency="stopped")["Location"].endswith("/coach/")
    page = text_of(amelie.get(f"/help/new/{token}/coach/"))
    assert "Pouvez-vous avancer sur autre chose en attendant ?" in page
    assert "S3" in page and "S2" in page
    say(amelie, token, "coach", coach="yes")
    assert "Vous nous avez dit pouvoir avancer sur autre chose" in text_of(amelie.get(f"/help/new/{token}/review/"))
    amelie.post(f"/help/new/{token}/review/")
    assert (Ticket.objects.get().urgency, Ticket.objects.get().severity) == ("blocked", "S3")


def test_the_coach_believes_those_who_can_do_nothing(amelie: Client) -> None:
    token = essentials(amelie, urgency="stopped", coach="no")
    amelie.post(f"/help/new/{token}/review/")
    assert Ticket.objects.get().severity == "S2"


def test_the_telephone_is_proposed_for_s1_and_s2_only(amelie: Client) -> None:
    grave = essentials(amelie, impact="department", urgency="blocked")
    assert "Appelez-nous aussi" in text_of(amelie.get(f"/help/new/{grave}/review/")).split("<footer")[0]
    mild = essentials(amelie, impact="person", urgency="none")
    assert "Appelez-nous aussi" not in text_of(amelie.get(f"/help/new/{mild}/review/")).split("<footer")[0]


def test_the_desk_can_ask_for_the_telephone_at_any_severity(w: World, amelie: Client) -> None:
    ResponsePolicy.objects.create(
        organisation=w.desk.organisation, severity="S5", text_fr="Consigné.", telephone_too=True
    )
    token = essentials(amelie, impact="person", urgency="none")
    page = text_of(amelie.get(f"/help/new/{token}/review/")).split("<footer")[0]
    assert "Appelez-nous aussi" in page and "Consigné." in page


def test_the_profile_is_not_asked_again(w: World) -> None:
    w.amelie.availability = "Le matin"
    w.amelie.save()
    client = builders.client_for(w.amelie)
    token = essentials(client)
    client.post(f"/help/new/{token}/review/")
    assert Ticket.objects.get().facts["availability"] == "Le matin"


def test_reload_and_another_device_find_the_draft(w: World, amelie: Client) -> None:
    token = begin(amelie)
    elsewhere = builders.client_for(w.amelie)
    assert DESCRIPTION in text_of(elsewhere.get(f"/help/new/{token}/description/"))
    assert "Vous aviez commencé une demande" in text_of(elsewhere.get("/help/"))
    elsewhere.post(f"/help/new/{token}/discarding/")
    assert "Vous aviez commencé" not in text_of(amelie.get("/help/"))
    assert amelie.get(f"/help/new/{token}/impact/").status_code == 404


def test_autosave_keeps_what_is_being_typed(amelie: Client) -> None:
    token = essentials(amelie)
    assert amelie.post(f"/help/new/{token}/draft/", {"since": "depuis hi"}).status_code == 204
    assert "depuis hi" in text_of(amelie.get(f"/help/new/{token}/since/"))


def test_somebody_elses_draft_is_not_found(w: World, amelie: Client) -> None:
    token = essentials(amelie)
    other = builders.client_for(w.stranger)
    for path in ("impact/", "review/", "since/"):
        assert other.get(f"/help/new/{token}/{path}").status_code == 404
        assert other.post(f"/help/new/{token}/{path}", {"impact": "person"}).status_code == 404
    other.post(f"/help/new/{token}/draft/", {"description": "volé"})
    other.post(f"/help/new/{token}/discarding/")
    assert Draft.objects.get().body["description"] == DESCRIPTION


def test_correcting_one_thing_leads_back_to_the_review(amelie: Client) -> None:
    token = essentials(amelie)
    answer = amelie.post(f"/help/new/{token}/impact/?back=review", {"impact": "person", "go": "next"})
    assert answer["Location"].endswith("/review/")


def test_category_and_files_go_along(w: World, amelie: Client) -> None:
    top = Category.objects.create(organisation=w.desk.organisation, name_fr="Impression", name_en="Printing")
    below = Category.objects.create(organisation=w.desk.organisation, name_fr="Bourrage", parent=top)
    foreign = Category.objects.create(organisation=w.stranger.organisation, name_fr="Ailleurs")
    token = essentials(amelie)
    page = text_of(amelie.get(f"/help/new/{token}/review/"))
    assert "Bourrage" in page and "Ailleurs" not in page
    assert amelie.post(f"/help/new/{token}/review/", {"category": foreign.pk}).status_code == 422
    picture = SimpleUploadedFile("capture.png", b"\x89PNG....", content_type="image/png")
    amelie.post(f"/help/new/{token}/review/", {"category": below.pk, "files": [picture]})
    ticket = Ticket.objects.get()
    assert ticket.category == below
    assert Attachment.objects.get(ticket=ticket).name == "capture.png"


def test_too_large_a_file_keeps_the_text_and_opens_nothing(amelie: Client, settings: Any) -> None:
    settings.ATTACHMENT_MAX_BYTES = 1024 * 1024
    token = essentials(amelie)
    large = SimpleUploadedFile("film.mp4", b"x" * (1024 * 1024 + 1))
    answer = amelie.post(f"/help/new/{token}/review/", {"files": [large]})
    assert answer.status_code == 422
    assert "film.mp4" in text_of(answer) and DESCRIPTION in text_of(answer)
    assert not Ticket.objects.exists() and not Attachment.objects.exists()


class TestRequestTypes:
    @pytest.fixture
    def access(self, w: World) -> RequestType:
        category = Category.objects.create(organisation=w.desk.organisation, name_fr="Accès")
        made = RequestType.objects.create(
            organisation=w.desk.organisation, name_fr="Accès à un dossier", name_en="Access", category=category
        )
        Question.objects.create(
            request_type=made, key="who", label_fr="Pour qui ?", kind="choice", required=True, position=1,
            choices=[{"value": "me", "fr": "Moi", "en": "Me"}, {"value": "other", "fr": "Une autre personne"}],
        )  # fmt: skip
        Question.objects.create(
            request_type=made, key="name", label_fr="Son nom", required=True, position=2,
            shown_if={"key": "who", "value": "other"},
        )  # fmt: skip
        Question.objects.create(request_type=made, key="until", label_fr="Jusqu’au", kind="date", position=3)
        return made

    def test_home_shows_it_and_its_questions_follow(self, amelie: Client, access: RequestType) -> None:
        assert f"/help/new/?type={access.pk}" in text_of(amelie.get("/help/"))
        answer = amelie.post("/help/new/", {"description": "Le dossier de la paie", "type": access.pk})
        assert answer["Location"].endswith("/questions/")
        token = answer["Location"].split("/")[3]
        first = text_of(amelie.get(answer["Location"]))
        assert "Pour qui ?" in first and "Son nom" not in first
        again = amelie.post(answer["Location"], {"who": "other", "until": "2026-12-01"})
        assert again["Location"].endswith("/questions/")
        second = text_of(amelie.get(again["Location"]))
        assert "Son nom" in second and "2026-12-01" in second
        assert amelie.post(again["Location"], {"who": "other", "name": "", "until": ""}).status_code == 422
        after = amelie.post(again["Location"], {"who": "other", "name": "Luis Ortega", "until": "2026-12-01"})
        assert after["Location"].endswith("/impact/")
        say(amelie, token, "impact", impact="person")
        say(amelie, token, "urgency", urgency="none")
        amelie.post(f"/help/new/{token}/review/")
        ticket = Ticket.objects.get()
        assert ticket.answers == {"who": "other", "name": "Luis Ortega", "until": "2026-12-01"}
        assert (ticket.kind, ticket.request_type, ticket.category) == ("request", access, access.category)
        shown = text_of(amelie.get(f"/help/tickets/{ticket.reference}/"))
        assert "Une autre personne" in shown and "Luis Ortega" in shown

    def test_answers_that_no_longer_count_are_dropped(self, amelie: Client, access: RequestType) -> None:
        token = begin(amelie, type=str(access.pk))
        amelie.post(f"/help/new/{token}/questions/", {"who": "me", "name": "resté là"})
        assert Draft.objects.get().body["answers"] == {"who": "me"}

    @pytest.mark.parametrize("wrong", [{"who": "nobody"}, {"who": ""}, {"who": "me", "until": "hier"}])
    def test_a_wrong_answer_is_said_at_its_field(
        self, amelie: Client, access: RequestType, wrong: dict[str, str]
    ) -> None:
        token = begin(amelie, type=str(access.pk))
        answer = amelie.post(f"/help/new/{token}/questions/", wrong)
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in text_of(answer)

    def test_another_desks_type_is_not_offered(self, w: World, access: RequestType) -> None:
        other = builders.client_for(w.stranger)
        assert access.name_fr not in text_of(other.get("/help/"))
        token = begin(other, type=str(access.pk))
        assert Draft.objects.get().body["request_type"] == 0
        assert other.get(f"/help/new/{token}/questions/").status_code == 404


def test_a_client_of_the_desk_asks_with_the_desks_catalogue_and_number(w: World) -> None:
    RequestType.objects.create(organisation=w.desk.organisation, name_fr="Nouveau poste", name_en="New computer")
    place = builders.client_of(w.desk)
    client = builders.client_for(builders.person(place))
    page = text_of(client.get("/help/"))
    assert "Nouveau poste" in page and "819 555-0199" in page


def test_sent_drafts_are_forgotten_after_a_day(w: World, amelie: Client) -> None:
    token = essentials(amelie)
    amelie.post(f"/help/new/{token}/review/")
    Draft.objects.update(updated_at=dt.datetime.now(dt.UTC) - dt.timedelta(days=2))
    begin(amelie)
    assert not Draft.objects.filter(key=f"request:{token}").exists()
