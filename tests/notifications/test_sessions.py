"""Mail about training sessions: who is written to, what calendars take up, and nothing that is overtaken."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from guichet.channels.models import Mailbox
from guichet.lib.models import Outgoing
from guichet.training import planning, registering
from tests.builders import NOW
from tests.channels.mail.sink import Sink, serving
from tests.notifications.post import sent, text
from tests.training.stage import LINK, Place, later
from tests.training.stage import place as make_place

pytestmark = pytest.mark.django_db


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def place(db: Any, settings: Any, tmp_path: Path, sink: Sink) -> Iterator[Place]:
    settings.MEDIA_ROOT = tmp_path
    settings.MAIL_FROM = None
    settings.BASE_URL = "https://aide.essai.example"
    made = make_place()
    Mailbox.objects.create(organisation=made.desk.organisation, name="Centre d’aide", address="aide@essai.example")
    with serving(sink) as server:
        settings.SMTP = server
        yield made


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail is true as of when it is sent: these are sent at once."""
    monkeypatch.setattr("guichet.notifications.of_sessions.timezone.now", lambda: NOW)


def calendar(mail: EmailMessage) -> Any:
    part = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
    return Calendar.from_ical(part.get_payload(decode=True))


def subjects(mails: list[EmailMessage]) -> list[str]:
    return sorted(str(mail["Subject"]) for mail in mails)


def test_registered_with_a_calendar(place: Place, sink: Sink) -> None:
    session = place.opened()
    place.register(session, place.amelie)
    (mail,) = sent(sink)
    assert mail["Subject"] == "Votre inscription est confirmée\u00a0: Tenir une visioconférence"
    assert LINK in text(mail)
    assert f"https://aide.essai.example/help/training/{session.pk}/" in text(mail)
    told = calendar(mail)
    (event,) = told.walk("VEVENT")
    assert (told["METHOD"], str(event["UID"]), event["SEQUENCE"]) == ("REQUEST", session.uid, 0)


def test_who_waits_gets_no_link_and_no_calendar_until_a_place_is_free(place: Place, sink: Sink) -> None:
    session = place.opened(capacity=1)
    first = place.register(session, place.amelie)
    place.register(session, place.another(language="fr"))
    waiting = next(mail for mail in sent(sink) if "liste d’attente" in str(mail["Subject"]))
    assert LINK not in text(waiting)
    assert "quitter la liste d’attente" in text(waiting)
    assert "rendre" not in text(waiting)
    assert "text/calendar" not in [part.get_content_type() for part in waiting.walk()]
    registering.withdraw(first, actor=place.amelie, now=NOW)
    mails = {str(mail["Subject"]).partition("\u00a0:")[0]: mail for mail in sent(sink)}
    assert set(mails) == {"Votre inscription est annulée", "Une place s’est libérée pour vous"}
    methods = [str(calendar(mail)["METHOD"]) for _subject, mail in sorted(mails.items())]
    assert methods == ["REQUEST", "CANCEL"]


def test_a_move_overtakes_what_was_not_sent_yet(place: Place, sink: Sink) -> None:
    session = place.opened()
    place.register(session, place.amelie)
    planning.change(session, said=place.said(starts_at=later(8)), actor=place.nadia, now=NOW)
    mails = sent(sink)
    assert subjects(mails) == ["Nouvelle heure ou nouveau lieu\u00a0: Tenir une visioconférence"]
    (event,) = calendar(mails[0]).walk("VEVENT")
    assert event["SEQUENCE"] == 1


def test_cancelled_with_its_reason(place: Place, sink: Sink) -> None:
    session = place.opened()
    place.register(session, place.amelie)
    sent(sink)
    planning.cancel(session, reason="La formatrice est souffrante.", actor=place.nadia, now=NOW)
    mail = next(mail for mail in sent(sink) if str(mail["Subject"]).startswith("Annulation"))
    assert "La formatrice est souffrante." in text(mail)
    assert calendar(mail)["METHOD"] == "CANCEL"


def test_thanks_go_to_those_who_came_with_what_they_may_read(
    place: Place, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = place.opened()
    came, missed = place.register(session, place.amelie), place.register(session, place.another())
    sent(sink)
    planning.hand_out(session, title="Les diapositives", link="https://docs.example/d", actor=place.nadia, now=NOW)
    after = later(7) + timedelta(hours=2)
    marks = {came.pk: "present", missed.pk: "absent"}
    registering.mark(session, came=marks, actor=place.nadia, now=after)
    planning.hold(session, actor=place.nadia, now=after)
    monkeypatch.setattr("guichet.notifications.of_sessions.timezone.now", lambda: after)
    rows = Outgoing.objects.filter(kind="session", payload__what="thanked")
    assert [row.recipient for row in rows] == [place.amelie.email.lower()]
    mail = next(mail for mail in sent(sink, at=after + timedelta(hours=1)) if "Merci" in str(mail["Subject"]))
    assert "Les diapositives\u00a0: https://docs.example/d" in text(mail)


def test_thanks_without_anything_to_keep_announce_nothing(
    place: Place, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = place.opened()
    row, after = place.register(session, place.amelie), later(7) + timedelta(hours=2)
    sent(sink)
    registering.mark(session, came={row.pk: "present"}, actor=place.nadia, now=after)
    planning.hold(session, actor=place.nadia, now=after)
    monkeypatch.setattr("guichet.notifications.of_sessions.timezone.now", lambda: after)
    mail = next(mail for mail in sent(sink, at=after + timedelta(hours=1)) if "Merci" in str(mail["Subject"]))
    assert "garder" not in text(mail)


def test_who_was_taken_off_by_the_desk_is_not_thanked_for_saying_so(place: Place, sink: Sink) -> None:
    row = place.register(place.opened(), place.amelie)
    sent(sink)
    registering.withdraw(row, actor=place.nadia, now=NOW)
    mail = next(mail for mail in sent(sink) if "annulée" in str(mail["Subject"]))
    assert "Merci" not in text(mail)


def test_nothing_is_written_where_no_mail_goes_out(place: Place, settings: Any) -> None:
    settings.SMTP = None
    place.register(place.opened(), place.amelie)
    assert not Outgoing.objects.exists()
