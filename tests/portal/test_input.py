"""Bad and odd input on every form: a clear answer, what was typed kept, never a crash nor half a write."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from guichet.tickets.models import Message, Ticket
from tests import builders
from tests.portal.people import World, begin, essentials, say, text_of, world

pytestmark = pytest.mark.django_db
ODD = [
    "a\x00b",
    "\u202erenversé\u202c ﷽ 🧑🏽\u200d💻 e\u0301",
    "\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    "{{7*7}} {% load x %} <script>alert(1)</script> '\"\\;--",
    "=1+1",
    "x" * 19_999,
    "\u200b\u2060",
    "ligne\r\nligne\rligne\u2028ligne",
]
HUGE = "9" * 400


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture
def amelie(w: World) -> Client:
    return builders.client_for(w.amelie)


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_odd_text_goes_through_every_field_or_is_refused_with_a_reason(w: World, amelie: Client, text: str) -> None:
    token = essentials(amelie)
    for step in ("description", "error_message", "since", "place", "asset", "availability"):
        fields = {"kind": "incident"} if step == "description" else {}
        answer = say(amelie, token, step, **{step: text}, **fields)
        assert answer.status_code in {302, 422}, step
        if answer.status_code == 422:
            assert 'aria-invalid="true"' in text_of(answer)
        assert amelie.post(f"/help/new/{token}/draft/", {step: text}).status_code in {204, 422}
    sent = amelie.post(f"/help/new/{token}/review/")
    assert sent.status_code in {302, 422}
    ticket = Ticket.objects.first() or w.ticket()
    for verb, field in (("replies", "body"), ("draft", "body"), ("watchers", "email"), ("cancellation", "body")):
        answer = amelie.post(f"/help/tickets/{ticket.reference}/{verb}/", {field: text})
        assert answer.status_code in {204, 302, 422}, verb
    page = amelie.get(f"/help/tickets/{ticket.reference}/")
    assert page.status_code == 200
    assert b"<script>alert" not in page.content and b"49" not in page.content.partition(b"7*7")[0][-20:]


@pytest.mark.parametrize(
    ("step", "value"),
    [("impact", "planet"), ("impact", ""), ("urgency", "now"), ("urgency", HUGE), ("since", ""), ("since", "x" * 301)],
)
def test_wrong_answers_stay_on_the_page_with_the_reason(amelie: Client, step: str, value: str) -> None:
    token = essentials(amelie)
    answer = say(amelie, token, step, **{step: value})
    assert answer.status_code == 422
    assert 'role="alert"' in text_of(answer)


@pytest.mark.parametrize("description", ["", "   ", "\n\t", "x" * 20_001])
def test_a_description_is_needed_and_has_an_end(amelie: Client, description: str) -> None:
    answer = amelie.post("/help/new/", {"description": description})
    assert answer.status_code == 422
    assert description.strip()[:50] in text_of(answer)
    assert not Ticket.objects.exists()


@pytest.mark.parametrize("path", [
    "/help/new/0000/impact/", "/help/new/0000/review/", "/help/new/a-b/nonsense/", "/help/tickets/x/",
    "/help/tickets/%00/",
    "/help/tickets/G-77777/receipt/", f"/help/tickets/{HUGE}/", "/help/files/00000000-0000-0000-0000-000000000000/",
    "/help/tickets/G-7K4M2%20OR%201=1/",
])  # fmt: skip
def test_what_does_not_exist_is_not_found(amelie: Client, path: str) -> None:
    assert amelie.get(path).status_code in {400, 404}


@pytest.mark.parametrize("kind", [HUGE, "-1", "abc", "1e9", "٣", "99999999999999999999"])
def test_an_odd_request_type_is_no_request_type(amelie: Client, kind: str) -> None:
    assert amelie.get("/help/new/", {"type": kind}).status_code == 200
    begin(amelie, type=kind)


def test_a_step_that_is_no_step(amelie: Client) -> None:
    token = essentials(amelie)
    for path in ("kind", "sent", "facts", "answer"):
        assert amelie.get(f"/help/new/{token}/{path}/").status_code == 404
        assert amelie.post(f"/help/new/{token}/{path}/", {path: "G-22222"}).status_code == 404


def test_steps_can_be_opened_and_answered_in_any_order(amelie: Client) -> None:
    token = begin(amelie)
    for step in ("coach", "urgency", "availability", "description", "impact"):
        assert amelie.get(f"/help/new/{token}/{step}/").status_code == 200, step
    for step, answer in (("coach", "yes"), ("availability", "9 h"), ("urgency", "stopped"), ("impact", "person")):
        assert say(amelie, token, step, **{step: answer}).status_code == 302, step
    # The coach's question comes again: it was answered before there was anything to answer.
    assert amelie.get(f"/help/new/{token}/coach/").status_code == 200


def test_fields_that_no_form_offers_change_nothing(w: World, amelie: Client) -> None:
    token = begin(amelie, sent="G-22222", urgency="stopped", impact="everyone", severity="S1", requester="1")
    say(amelie, token, "impact", impact="person", urgency="stopped", kind="request", sent="G-22222")
    amelie.post(f"/help/new/{token}/draft/", {"impact": "everyone", "kind": "request", "sent": "G-22222"})
    say(amelie, token, "urgency", urgency="none")
    amelie.post(f"/help/new/{token}/review/", {"severity": "S1", "priority": "1", "team": "1", "requester": "2"})
    ticket = Ticket.objects.get()
    assert (ticket.severity, ticket.priority, ticket.kind, ticket.requester) == ("S5", 3, "incident", w.amelie)


def test_fifty_megabytes_are_refused_with_the_text_kept(w: World, amelie: Client) -> None:
    ticket = w.ticket()
    large = SimpleUploadedFile("disque.iso", b"\0" * (50 * 1024 * 1024))
    answer = amelie.post(f"/help/tickets/{ticket.reference}/replies/", {"body": "Voici l’image", "files": [large]})
    assert answer.status_code == 422
    assert "Voici l’image" in text_of(answer) and "disque.iso" in text_of(answer)
    assert not Message.objects.exists()


def test_twenty_one_files_are_too_many(w: World, amelie: Client) -> None:
    ticket = w.ticket()
    many = [SimpleUploadedFile(f"{n}.txt", b"x") for n in range(21)]
    answer = amelie.post(f"/help/tickets/{ticket.reference}/replies/", {"files": many})
    assert answer.status_code == 422


def test_an_empty_file_does_not_crash(w: World, amelie: Client) -> None:
    token = essentials(amelie)
    answer = amelie.post(f"/help/new/{token}/review/", {"files": [SimpleUploadedFile("vide.txt", b"")]})
    assert answer.status_code == 422
    assert "Un des fichiers est vide." in text_of(answer)


@pytest.mark.parametrize("fields", [
    {"language": "xx"}, {"time_zone": "Mars/Olympus"}, {"expertise": "guru"}, {"phone": "x" * 41},
    {"availability": "x" * 201}, {"phone": "\x00"},
])  # fmt: skip
def test_the_profile_refuses_what_it_does_not_know(w: World, amelie: Client, fields: dict[str, Any]) -> None:
    good = {"language": "fr", "time_zone": "", "expertise": "general", "phone": "", "availability": "le matin"}
    answer = amelie.post("/help/account/", {**good, **fields})
    assert answer.status_code == 422
    assert "le matin" in text_of(answer) or "availability" in fields
    w.amelie.refresh_from_db()
    assert w.amelie.availability == ""


def test_the_profile_is_saved_and_speaks_its_language_at_once(w: World, amelie: Client) -> None:
    fields = {"language": "en", "time_zone": "Europe/Brussels", "expertise": "specialised", "phone": " 555\n1234 "}
    answer = amelie.post("/help/account/", {**fields, "availability": "Mornings", "name": "Autre", "email": "x@y.z"})
    assert answer.status_code == 302
    saved = type(w.amelie).objects.get(pk=w.amelie.pk)
    assert (saved.language, saved.time_zone, saved.expertise, saved.phone) == (
        "en", "Europe/Brussels", "specialised", "555 1234",
    )  # fmt: skip
    assert (saved.name, saved.email) == (w.amelie.name, w.amelie.email)
    page = text_of(amelie.get("/help/account/"))
    assert "My profile" in page and 'data-zone="Europe/Brussels"' in page
