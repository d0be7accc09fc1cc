"""Mail about a major incident: to those affected, in their language, worded when it is sent, from public text alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from guichet.lib.models import Outgoing
from guichet.notifications import sent as sent_mail
from guichet.tickets import major, major_people
from guichet.tickets.major_frame import Touched, Words
from guichet.tickets.models import MajorIncident
from tests import builders
from tests.channels.mail.sink import Sink
from tests.notifications.post import MUCH_LATER, both, sent, sink, stage, text, to
from tests.tickets.stage import Stage, later

__all__ = ["sink", "stage"]


def running(stage: Stage, sink: Sink, *, audience: str = "concerned") -> MajorIncident:
    """One that Rachel said “me too” to; what was mailed of the ticket itself is gone."""
    ticket = stage.ticket("open", impact="everyone", urgency="stopped")
    words = Words(title_fr="Le Wi-Fi est en panne", title_en="The Wi-Fi is down", meanwhile_fr="Prenez le câble.")
    found = major.declare(ticket, words=words, touched=Touched(), audience=audience, actor=stage.agent, now=later(2))
    if audience != "desk":
        major_people.me_too(found, person=stage.neighbour, actor=stage.neighbour, now=later(3))
    sent(sink)
    return found


def test_each_reads_it_in_their_language_and_once(stage: Stage, sink: Sink) -> None:
    stage.neighbour.language = "en"
    stage.neighbour.save()
    found = running(stage, sink)
    major.note(found, body="Canari interne", actor=stage.agent, now=later(4))
    major.tell(found, text_fr="Nous cherchons.", text_en="We are looking.", actor=stage.agent, now=later(5))
    mails = {to(mail): mail for mail in sent(sink)}
    assert set(mails) == {stage.requester.email, stage.neighbour.email}
    french, english = mails[stage.requester.email], mails[stage.neighbour.email]
    assert french["Subject"] == "Incident\xa0: Le Wi-Fi est en panne"
    assert english["Subject"] == "Incident: The Wi-Fi is down"
    assert "Nous cherchons." in both(french) and "Prenez le câble." in both(french)
    assert "We are looking." in text(english) and "We are looking." in text(english, "html")
    assert f"https://aide.essai.example/help/outages/{found.reference}/" in text(french)
    for mail in mails.values():
        assert "Canari interne" not in both(mail) and stage.agent.name not in both(mail)
        assert mail["Auto-Submitted"] == "auto-generated"
    assert sent(sink) == []


def test_what_stands_in_the_other_language_says_so_and_a_day_has_its_article(stage: Stage, sink: Sink) -> None:
    stage.neighbour.language = "en"
    stage.neighbour.save()
    found = running(stage, sink)
    major.tell(found, text_fr="", text_en="We are looking.", actor=stage.agent, now=later(5))
    mails = {to(mail): mail for mail in sent(sink)}
    french, english = (text(mails[who.email], "html") for who in (stage.requester, stage.neighbour))
    assert '<span lang="fr">Prenez le câble.</span>' in english and ' lang="en">We are looking.</p>' in french
    assert ' lang="en">' not in english.partition("<body")[2] and ' lang="fr">' not in french.partition("<body")[2]
    assert "Prochaines nouvelles avant le mardi 18 novembre à 10 h 35." in text(mails[stage.requester.email]).replace(
        "\xa0", " "
    )


def test_as_long_as_only_the_desk_may_know_nobody_is_written_to(stage: Stage, sink: Sink) -> None:
    found = running(stage, sink, audience="desk")
    major.tell(found, text_fr="Nous cherchons.", actor=stage.agent, now=later(5))
    assert sent(sink) == []


def test_what_was_taken_back_before_it_left_is_not_sent(stage: Stage, sink: Sink) -> None:
    found = running(stage, sink)
    major.tell(found, text_fr="Nous cherchons.", actor=stage.agent, now=later(5))
    major.show_to(found, audience="desk", actor=stage.agent, now=later(6))
    assert sent(sink) == []


def test_later_news_stands_for_earlier_news(stage: Stage, sink: Sink) -> None:
    found = running(stage, sink)
    major.tell(found, text_fr="Nous cherchons.", actor=stage.agent, now=later(5))
    major.tell(found, text_fr="Nous avons trouvé.", actor=stage.agent, now=later(6))
    mails = sent(sink)
    assert len(mails) == 2
    assert all("Nous avons trouvé." in text(mail) and "Nous cherchons." not in text(mail) for mail in mails)


def test_at_the_end_each_hears_once_and_is_asked(stage: Stage, sink: Sink) -> None:
    """Whoever has a ticket through it, the others by a mail of its own."""
    found = running(stage, sink)
    found = major.restore(
        found, kind="fix", solution="Secret", test="Vu", text_fr="C’est revenu.", actor=stage.agent, now=later(60)
    )
    major_people.solve_linked(found, actor=stage.agent, now=later(60))
    mails = {to(mail): mail for mail in sent(sink)}
    assert set(mails) == {stage.requester.email, stage.neighbour.email}
    assert mails[stage.neighbour.email]["Subject"] == "Restored: The Wi-Fi is down"
    assert found.ticket.reference in str(mails[stage.requester.email]["Subject"])
    for mail in mails.values():
        assert "C’est revenu." in both(mail)
    assert "Secret" not in both(mails[stage.neighbour.email])


def test_a_title_cannot_become_a_header(stage: Stage, sink: Sink) -> None:
    found = running(stage, sink)
    MajorIncident.objects.filter(pk=found.pk).update(title_fr="Panne\r\nBcc: x@y.example")
    major.tell(found, text_fr="Nous cherchons.", actor=stage.agent, now=later(5))
    for mail in sent(sink):
        assert mail["Bcc"] is None


def test_it_is_forgotten_like_other_mail_and_shown_to_the_desk_alone(stage: Stage, sink: Sink) -> None:
    found = running(stage, sink)
    major.tell(found, text_fr="Nous cherchons.", actor=stage.agent, now=later(5))
    sent(sink)
    ours = Outgoing.objects.filter(about=found.reference)
    assert ours.count() == 2
    for reader, sees in ((stage.manager, 2), (stage.agent, 2), (stage.requester, 0), (stage.provider, 0)):
        assert sent_mail.visible_to(reader).filter(about=found.reference).count() == sees
    sent_mail.forget(now=MUCH_LATER + timedelta(days=500), days=400)
    assert not ours.exists()


@pytest.mark.parametrize("way", ["no-address", "no-account"])
def test_who_cannot_be_reached_or_cannot_sign_in(stage: Stage, sink: Sink, way: str) -> None:
    found = running(stage, sink)
    address = "" if way == "no-address" else "sans.compte@essai.example"
    someone = builders.person(stage.desk.organisation, account=False, email=address)
    major_people.me_too(found, person=someone, actor=stage.agent, now=later(4))
    major.tell(found, text_fr="Nous cherchons.", actor=stage.agent, now=later(5))
    mails = {to(mail): mail for mail in sent(sink)}
    assert (address in mails) == bool(address)
    if address:
        assert "/help/outages/" not in both(mails[address])
