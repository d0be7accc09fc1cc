"""Mail about appointments: what calendars take up, in whose language, from whom, and nothing that is overtaken."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from guichet.activity.models import Event
from guichet.channels.models import Mailbox
from guichet.lib.errors import Conflict
from guichet.lib.models import Outgoing
from guichet.notifications import sent as mails
from guichet.people.models import Site
from guichet.walkup import booking, invitation
from guichet.walkup.days import zone_of
from guichet.walkup.models import Appointment
from tests import builders, cast
from tests.channels.mail.sink import Sink, serving
from tests.notifications.post import sent, text
from tests.walkup.office import NOW, TEN, Office
from tests.walkup.office import office as make_office

pytestmark = pytest.mark.django_db
THURSDAY = TEN + timedelta(days=3)
HALF = timedelta(minutes=30)


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def office(db: Any, settings: Any, tmp_path: Path, sink: Sink) -> Iterator[Office]:
    settings.MEDIA_ROOT = tmp_path
    settings.MAIL_FROM = None
    settings.BASE_URL = "https://aide.essai.example"
    made = make_office()
    Mailbox.objects.create(organisation=made.desk.organisation, name="Centre d’aide", address="aide@essai.example")
    site = Site.objects.create(organisation=made.desk.organisation, name="Pavillon A", address="12, rue du Fleuve")
    made.venue.site = site
    made.venue.save()
    with serving(sink) as server:
        settings.SMTP = server
        yield made


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail is true as of when it is sent: these are sent at once."""
    monkeypatch.setattr("guichet.notifications.invitations.timezone.now", lambda: NOW)


def book(office: Office, *, at: datetime = THURSDAY, **fields: Any) -> Appointment:
    values: dict[str, Any] = {"person": office.amelie, "actor": office.amelie, **fields}
    return booking.book(venue=office.venue, reason=office.accounts, starts_at=at, now=NOW, **values)


def calendar_of(mail: EmailMessage) -> Calendar | None:
    """The calendar among the mail's forms; the file beside them says the same."""
    parts = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    if not parts:
        return None
    content = parts[0].get_payload(decode=True)
    assert isinstance(content, bytes)
    calendar = Calendar.from_ical(content)
    assert parts[0].get_param("method") == str(calendar["METHOD"])
    (file,) = list(mail.iter_attachments())
    assert file.get_filename() == "rendez-vous.ics"
    assert file.get_payload(decode=True) == content
    return calendar


def test_the_invitation(office: Office, sink: Sink) -> None:
    appointment = book(office, note="Mon mot de passe")
    (mail,) = sent(sink, at=NOW)
    assert mail["Subject"] == "Votre rendez-vous du jeudi 26\u00a0novembre à 10\u00a0h"
    assert mail["To"].addresses[0].addr_spec == office.amelie.email
    assert mail["From"].addresses[0].addr_spec == "aide@essai.example"
    calendar = calendar_of(mail)
    assert calendar is not None
    event = calendar.events[0]
    assert str(calendar["METHOD"]) == "REQUEST"
    assert (str(event["UID"]), event["SEQUENCE"]) == (appointment.uid, 0)
    assert (event.start, event.end) == (THURSDAY, THURSDAY + HALF)
    assert event["DTSTART"].params["TZID"] == "America/Montreal"
    assert calendar.timezones
    assert str(event["LOCATION"]) == "Bibliothèque, Pavillon A, 12, rue du Fleuve"
    assert str(event["ORGANIZER"]) == "mailto:aide@essai.example"
    assert event["ATTENDEE"].params["RSVP"] == "FALSE"
    url = "https://aide.essai.example" + reverse("portal:appointment", args=[appointment.pk])
    assert str(event["URL"]) == url
    for kind in ("plain", "html"):
        words = text(mail, kind)
        assert f"{url}move/" in words
        assert f"{url}#cancel" in words
        assert "Mon mot de passe" in words
        assert "12, rue du Fleuve" in words


def test_each_change_is_the_same_event_one_version_later(office: Office, sink: Sink) -> None:
    appointment = book(office)
    sent(sink, at=NOW)
    booking.move(appointment, starts_at=THURSDAY + HALF, actor=office.amelie, now=NOW)
    (moved,) = sent(sink, at=NOW)
    booking.cancel(appointment, actor=office.nadia, now=NOW)
    (cancelled,) = sent(sink, at=NOW)
    for mail, method, sequence, status in ((moved, "REQUEST", 1, "CONFIRMED"), (cancelled, "CANCEL", 2, "CANCELLED")):
        calendar = calendar_of(mail)
        assert calendar is not None
        event = calendar.events[0]
        assert (str(calendar["METHOD"]), event["SEQUENCE"], str(event["STATUS"])) == (method, sequence, status)
        assert str(event["UID"]) == appointment.uid
        assert event.start == THURSDAY + HALF
    assert reverse("portal:new_appointment") in text(cancelled)


def test_in_the_persons_language(office: Office, sink: Sink) -> None:
    emily = builders.person(office.desk.organisation, cast.EMILY)
    assert emily.language == "en"
    book(office, person=emily, actor=emily)
    (mail,) = sent(sink, at=NOW)
    assert mail["Subject"] == "Your appointment on Thursday 26\u00a0November at 10:00"
    assert "Library" in text(mail)
    assert "Votre" not in text(mail) + text(mail, "html")
    calendar = calendar_of(mail)
    assert calendar is not None
    assert str(calendar.events[0]["SUMMARY"]) == "Appointment: Library"


def test_the_reminder_and_the_missed_one(office: Office, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    book(office)
    sent(sink, at=NOW)
    for later, act, calls in (
        (THURSDAY - timedelta(hours=20), booking.remind, "Rappel"),
        (THURSDAY + timedelta(hours=1), booking.mark_no_shows, "Nous ne vous avons pas vu"),
    ):
        monkeypatch.setattr("guichet.notifications.invitations.timezone.now", lambda now=later: now)
        assert act(now=later) == 1
        (mail,) = sent(sink, at=later)
        assert calls in str(mail["Subject"])
        assert calendar_of(mail) is None
    assert reverse("portal:new_appointment") in text(mail)


def test_what_is_overtaken_is_not_sent(office: Office, sink: Sink) -> None:
    appointment = book(office)
    booking.move(appointment, starts_at=THURSDAY + HALF, actor=office.amelie, now=NOW)
    (mail,) = sent(sink, at=NOW)
    assert "10\u00a0h\u00a030" in str(mail["Subject"])
    first = Outgoing.objects.order_by("pk").first()
    assert first is not None
    assert first.answer == "what was to be said was withdrawn"


def test_on_a_ticket_answers_find_their_way(office: Office, sink: Sink) -> None:
    ticket = builders.ticket(office.amelie, now=NOW)
    sent(sink, at=NOW + timedelta(minutes=5))
    book(office, ticket=ticket)
    (mail,) = sent(sink, at=NOW)
    assert str(mail["Subject"]).startswith(f"[{ticket.reference}] ")
    assert str(mail["Reply-To"].addresses[0].addr_spec).startswith("aide+")
    assert mail["References"]


def test_it_stands_among_the_ticket_s_mails_and_can_be_sent_again(office: Office, sink: Sink) -> None:
    ticket = builders.ticket(office.amelie, now=NOW)
    book(office, ticket=ticket)
    book(office, person=office.another(), actor=office.nadia)
    sent(sink, at=NOW)
    mine = mails.visible_to(office.nadia).filter(kind="appointment", about=ticket.reference)
    (row,) = mine
    (shown,) = mails.shown([row], now=NOW)
    assert (row.about, shown.person, shown.name) == (ticket.reference, office.amelie.pk, office.amelie.name)
    assert shown.standing == "delivered"
    seen = mails.preview(row, now=NOW)
    assert seen.subject == shown.subject and "rendez-vous" in seen.text and seen.files == ["rendez-vous.ics"]
    assert not mails.visible_to(office.amelie).exists()
    made = mails.again(row, actor=office.nadia, now=NOW + timedelta(minutes=1))
    assert made.kind == "appointment" and mine.all().count() == 2
    event = Event.objects.filter(subject_id=ticket.pk).latest("number")
    assert (event.verb, event.data) == ("ticket.resent", {"person": office.amelie.pk})
    assert [calendar_of(mail) is not None for mail in sent(sink, at=NOW + timedelta(minutes=2))].count(True) == 1
    made.refresh_from_db()
    assert (made.recipient, made.delivered_at is not None) == (office.amelie.email, True)


def test_what_was_overtaken_is_not_sent_again(office: Office, sink: Sink) -> None:
    ticket = builders.ticket(office.amelie, now=NOW)
    appointment = book(office, ticket=ticket)
    sent(sink, at=NOW)
    booking.cancel(appointment, actor=office.amelie, now=NOW)
    row = mails.visible_to(office.nadia).filter(kind="appointment").earliest("pk")
    assert mails.preview(row, now=NOW).instead
    with pytest.raises(Conflict) as refusal:
        mails.again(row, actor=office.nadia, now=NOW)
    assert refusal.value.code == "needless"


def test_delivered_ones_are_forgotten_like_other_mail(office: Office, sink: Sink) -> None:
    ticket = builders.ticket(office.amelie, now=NOW)
    book(office, ticket=ticket)
    book(office, person=office.another(), actor=office.nadia)
    book(office, person=office.another(cast.PRIYA), actor=office.nadia, at=THURSDAY + HALF)
    sent(sink, at=NOW)
    refused = Outgoing.objects.filter(kind="appointment").latest("pk")
    Outgoing.objects.filter(pk=refused.pk).update(delivered_at=None, given_up_at=NOW)
    late = NOW + timedelta(days=401)
    assert mails.forget(now=NOW + timedelta(days=399), days=400) == 0
    # The ticket is live: its own stays, and so does what did not arrive.
    assert mails.forget(now=late, days=400) == 1
    left = Outgoing.objects.filter(kind="appointment").order_by("pk")
    assert [row.about for row in left] == [ticket.reference, ""]


def test_undelivered_the_ticket_says_so(office: Office, sink: Sink) -> None:
    from guichet.notifications import invitations

    ticket = builders.ticket(office.amelie, now=NOW)
    book(office, ticket=ticket)
    invitations.given_up(Outgoing.objects.get(kind="appointment"))
    assert Event.objects.filter(subject_id=ticket.pk, verb="ticket.undelivered").exists()


def test_without_an_account_one_answers_the_mail(office: Office, sink: Sink) -> None:
    priya = builders.person(office.desk.organisation, cast.PRIYA, account=False)
    book(office, person=priya, actor=office.nadia)
    (mail,) = sent(sink, at=NOW)
    assert "/help/appointments/" not in text(mail) + text(mail, "html")
    calendar = calendar_of(mail)
    assert calendar is not None
    assert "URL" not in calendar.events[0]


def test_nobody_is_written_to_without_an_address_or_a_desk_that_writes(office: Office, sink: Sink) -> None:
    nameless = builders.person(office.desk.organisation, cast.SOPHIE, email="")
    book(office, person=nameless, actor=office.nadia)
    assert not Outgoing.objects.filter(kind="appointment").exists()
    Mailbox.objects.all().delete()
    book(office)
    assert sent(sink, at=NOW) == []


hostile = st.text(max_size=200) | st.sampled_from(
    ["a\r\nATTENDEE:mailto:x@y.example", 'x";RSVP=TRUE:mailto:z@z', "\\n\\;,", "é" * 200, "\x00\x0b\x85\u2028"]
)


@given(title=hostile, words=hostile, place=hostile, name=hostile)
def test_no_text_adds_a_line(title: str, words: str, place: str, name: str) -> None:
    """Read back by the library it is one event with the values that were meant; each line is folded."""
    from guichet.channels.mail.composing import line

    written = invitation.written(
        invitation.Invitation(
            uid="u", sequence=3, starts_at=TEN, minutes=30, zone=zone_of_tests(), title=title, words=words, place=place,
            url="https://x.example/", organiser=(line(name), "a@b.example"), guest=(line(name), "c@d.example"), at=NOW,
        ),
        method="REQUEST",
    )  # fmt: skip
    assert all(len(row) <= 75 for row in written.split(b"\r\n"))
    names = [row.split(b":")[0].split(b";")[0] for row in written.replace(b"\r\n ", b"").split(b"\r\n")]
    event = names[names.index(b"SUMMARY") - 1 :]
    assert event.count(b"ATTENDEE") == 1
    assert names.count(b"BEGIN") == names.count(b"END")
    read = Calendar.from_ical(written)
    assert len(read.events) == 1
    assert read.events[0]["SEQUENCE"] == 3


def zone_of_tests() -> Any:
    from zoneinfo import ZoneInfo

    return ZoneInfo("America/Montreal")


def test_the_zone_is_the_venues(office: Office) -> None:
    assert str(zone_of(office.venue)) == "America/Montreal"


def test_without_a_ticket_it_stands_among_what_the_desk_sent(office: Office, sink: Sink) -> None:
    """For those who receive at its venue: what was given up is told to somebody."""
    book(office)
    row = Outgoing.objects.get(kind="appointment")
    assert row.about == ""
    Outgoing.objects.filter(pk=row.pk).update(given_up_at=NOW, answer="550 5.1.1 No such user", attempts=1)
    assert row in mails.visible_to(office.nadia)
    assert row not in mails.visible_to(office.amelie)
    assert row not in mails.visible_to(builders.agent(builders.desk(), cast.FELIX))
    browser = builders.client_for(office.nadia)
    page = browser.get(f"{reverse('desk:sent')}?standing=given_up").content.decode()
    assert "550 5.1.1 No such user" in page
    letter = reverse("desk:sent_letter", args=[row.pk])
    assert f'href="{letter}"' in page
    shown = browser.get(letter).content.decode()
    day = f"{reverse('desk:appointments')}?venue={office.venue.slug}&amp;day={THURSDAY.date().isoformat()}"
    assert day in shown
    made = mails.again(row, actor=office.nadia, now=NOW)
    assert (made.about, made.payload["appointment"]) == ("", row.payload["appointment"])


def test_without_a_ticket_it_is_sent_again_from_its_page(
    office: Office, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guichet.desk.shell.timezone.now", lambda: NOW)
    book(office)
    row = Outgoing.objects.get(kind="appointment")
    Outgoing.objects.filter(pk=row.pk).update(given_up_at=NOW, answer="550 5.1.1 No such user", attempts=1)
    browser = builders.client_for(office.nadia)
    again = reverse("desk:sent_letter_again", args=[row.pk])
    assert f'action="{again}"' in browser.get(reverse("desk:sent_letter", args=[row.pk])).content.decode()
    for stranger in (office.amelie, builders.agent(builders.desk(), cast.FELIX)):
        assert builders.client_for(stranger).post(again).status_code == 404
    assert browser.post(again)["Location"] == reverse("desk:sent")
    made = Outgoing.objects.exclude(pk=row.pk).get(kind="appointment")
    assert (made.about, made.payload["appointment"]) == ("", row.payload["appointment"])
    refused = browser.post(again)
    assert refused.status_code == 409
    assert "déjà en route" in refused.content.decode()
