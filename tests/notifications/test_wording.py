"""A desk's own words and colour in its mails: in the reader's language, in both forms, as text and nothing else."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

import pytest

from guichet.channels.models import Mailbox
from guichet.notifications.look import LOOK, look_in
from guichet.notifications.samples import sample
from guichet.people.models import Account
from guichet.tickets import actions
from guichet.tickets.models import Ticket
from tests import builders
from tests.channels.mail.sink import Sink
from tests.notifications.post import both, quiet, sent, sink, stage, text, to
from tests.security.payloads import LINES
from tests.tickets.stage import Stage, later

__all__ = ["sink", "stage"]

ACCENT = "#5b2a86"


def mailbox(stage: Stage, **own: str) -> Mailbox:
    return Mailbox.objects.create(organisation=stage.desk.organisation, address="aide@propre.example", **own)


def answered(stage: Stage, sink: Sink) -> tuple[Ticket, dict[str, EmailMessage]]:
    """A reply of the desk, by reader: the requester reads French, the neighbour who follows English."""
    ticket = quiet(stage, sink, title="L’écran <noir>")
    actions.watch(ticket, person=stage.neighbour, actor=stage.agent, now=later(2))
    actions.reply(ticket, body="Voici.", actor=stage.agent, now=later(5))
    return ticket, {to(mail): mail for mail in sent(sink)}


def test_each_reader_has_their_language_in_both_forms(stage: Stage, sink: Sink) -> None:
    mailbox(
        stage, above_fr="Ici le centre.", above_en="This is the desk.",
        below_fr="Ouvert de 8 h à 17 h\nPavillon B", below_en="Open from 8 to 5\nBuilding B",
    )  # fmt: skip
    _ticket, mails = answered(stage, sink)
    french, english = mails[stage.requester.email], mails[stage.neighbour.email]
    for mail, said, other in (
        (french, ("Ici le centre.", "Ouvert de 8 h à 17 h", "Pavillon B"), ("This is", "Building B")),
        (english, ("This is the desk.", "Open from 8 to 5", "Building B"), ("Ici le", "Pavillon B")),
    ):
        for form in (text(mail), text(mail, "html")):
            assert [words for words in said if words not in form] == []
            assert [words for words in other if words in form] == []
    assert "8 h à 17 h<br>Pavillon B" in text(french, "html")
    words = text(french)
    assert words.index("Bonjour") < words.index("Ici le centre.") < words.index("a écrit")
    # The end comes in place of the desk's name and telephone.
    assert words.rstrip().endswith("Ouvert de 8 h à 17 h\nPavillon B")


def test_what_is_empty_is_as_before(stage: Stage, sink: Sink) -> None:
    """In each language by itself: French words are no greeting for who reads English."""
    mailbox(stage, above_fr="Ici le centre.", below_fr="Pavillon B")
    desk = stage.desk.organisation
    _ticket, mails = answered(stage, sink)
    assert "Ici le centre." in both(mails[stage.requester.email])
    mail = mails[stage.neighbour.email]
    assert "Ici le centre." not in both(mail)
    assert "Pavillon" not in both(mail)
    assert text(mail).rstrip().splitlines()[-1].startswith(desk.name)
    html = text(mail, "html")
    assert f">{desk.name}" in html
    assert "\n\n\n" not in text(mail)
    assert "#0e604d" in html
    assert look_in("") is LOOK


def test_only_the_mailbox_that_mails_leave_from_counts(stage: Stage, sink: Sink) -> None:
    mailbox(stage, above_fr="La première.")
    Mailbox.objects.create(organisation=stage.desk.organisation, address="autre@propre.example", above_fr="La seconde.")
    Mailbox.objects.create(
        organisation=stage.elsewhere.organisation, address="aide@ailleurs.example", above_fr="D’ailleurs."
    )
    _ticket, mails = answered(stage, sink)
    said = both(mails[stage.requester.email])
    assert "La première." in said
    assert "La seconde." not in said
    assert "D’ailleurs." not in said


def test_words_in_braces(stage: Stage, sink: Sink) -> None:
    words = "{demandeur}|{first_name}|{reference}|{titre}|{organisation}|{centre}|{desk}"
    kept = "{agent} {due} {{7*7}} {% now 'Y' %} {inconnu} %(name)s {{ ticket }}"
    mailbox(stage, above_fr=words, below_fr=kept)
    ticket, mails = answered(stage, sink)
    desk, name = stage.desk.organisation.name, stage.requester.name
    filled = f"{name}|{name.split()[0]}|{ticket.reference}|L’écran <noir>|{ticket.organisation.name}|{desk}|{desk}"
    mail = mails[stage.requester.email]
    assert filled in text(mail)
    assert filled.replace("<noir>", "&lt;noir&gt;") in text(mail, "html")
    assert kept in text(mail)
    assert kept.replace("'", "&#x27;") in text(mail, "html")


def test_markup_is_text(stage: Stage, sink: Sink) -> None:
    markup = "<script>alert(1)</script><img src=x onerror=alert(1)> & **x**"
    mailbox(stage, above_fr=markup, below_fr=markup + "{titre}")
    _ticket, mails = answered(stage, sink)
    mail = mails[stage.requester.email]
    html = text(mail, "html")
    assert text(mail).count(markup) == 2
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt; &amp; **x**") == 2
    assert "<script" not in html
    assert "<img" not in html
    assert "<noir" not in html


@pytest.mark.parametrize("line", LINES)
def test_no_text_adds_a_header(stage: Stage, sink: Sink, line: str) -> None:
    line = line.replace("\x00", "")
    mailbox(stage, above_fr=f"Ici{line}", below_fr=f"Là{line}", above_en=f"Here{line}", below_en=f"There{line}")
    _ticket, mails = answered(stage, sink)
    assert len(mails) == 2
    for mail in mails.values():
        assert not {"bcc", "x-injected", "set-cookie"} & {name.lower() for name in mail}
        assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
        for name in ("From", "To", "Subject", "Message-ID", "Content-Type"):
            assert len(mail.get_all(name, [])) == 1


def test_an_acknowledgement_fills_in_nothing_that_a_stranger_wrote(stage: Stage, sink: Sink) -> None:
    mailbox(stage, above_fr="Bonjour {prenom}, de {demandeur}, au sujet de « {titre} » ({reference}).")
    Account.objects.filter(person=stage.requester).delete()
    stage.requester.name = "ACHETEZ ICI"
    stage.requester.save(update_fields=["name"])
    ticket = stage.ticket("new", channel="mail", title="ACHETEZ", description="ACHETEZ-MOI")
    [mail] = sent(sink)
    assert "ACHETEZ" not in mail.as_string() + both(mail) + str(mail["Subject"])
    for form in (text(mail), text(mail, "html")):
        assert f"Bonjour, de, au sujet de « » ({ticket.reference})." in form


def test_the_colour(stage: Stage, sink: Sink) -> None:
    mailbox(stage, accent=ACCENT)
    ticket = quiet(stage, sink)
    builders.resolved(ticket, actor=stage.agent, now=later(5))
    [mail] = sent(sink)
    html = text(mail, "html")
    assert f'bgcolor="{ACCENT}"' in html
    assert f"border-top:4px solid {ACCENT}" in html
    assert ".go a{color:#ffffff !important}" in html
    # None of our greens is left beside it.
    assert [green for green in ("0e604d", "0b5a48", "d9ebe3", "6fcbad", "7cd3b6", "1b3b32") if green in html] == []


@pytest.mark.parametrize("accent", ["red", "#FFF", '#12345"', "#123456;x", "#123456\n", "</style><script>"])
def test_what_is_no_colour_changes_nothing(accent: str) -> None:
    """The settings refuse it; should it be in the table all the same, it goes nowhere."""
    assert look_in(accent) is LOOK


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_sample_looks_like_a_mail(db: Any, language: str) -> None:
    stage = Stage()
    box = mailbox(
        stage, above_fr="Ici {centre} <b>", above_en="Here {desk} <b>", below_fr="Là", below_en="There", accent=ACCENT
    )
    words, html = sample(box, language=language, now=later(0))
    desk = stage.desk.organisation.name
    first, last = {"fr": ("Ici", "Là"), "en": ("Here", "There")}[language]
    assert f"{first} {desk} <b>" in words
    assert f"{first} {desk} &lt;b&gt;" in html
    assert words.rstrip().endswith(last)
    assert f'<html lang="{language}">' in html
    assert ACCENT in html
