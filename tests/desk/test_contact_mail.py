"""A message as it was sent: in a frame where nothing runs, with its own pictures and nobody else's."""

from __future__ import annotations

import re
from email.message import EmailMessage
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from guichet.channels import as_sent, reasons
from guichet.channels.mail.pictures import picture_type
from guichet.channels.models import Contact, Outcome
from tests import builders
from tests.channels.post import Post
from tests.e2e.world import PICTURE

HTML = (
    "<p style='color: green'>Voici ce que je <b>vois</b> :</p><img src='cid:capture@poste' alt='Capture' width=300>"
    "<img src='https://suivi.example/p.gif' alt='Pixel'><a href='https://aide.example/'>lien</a>"
)


@pytest.fixture
def post(db: None) -> Post:
    return Post()


@pytest.fixture
def browser(post: Post) -> Client:
    return builders.client_for(builders.agent(post.desk))


def rich(post: Post, html: str = HTML, picture: bytes = PICTURE, subtype: str = "png") -> EmailMessage:
    message = post.message(builders.person(post.desk.organisation).email, "Voici ce que je vois :")
    message.add_alternative(html, subtype="html")
    (alternative,) = [part for part in message.walk() if part.get_content_subtype() == "html"]
    alternative.add_related(
        picture, maintype="image", subtype=subtype, cid="<capture@poste>", filename="capture.png", disposition="inline"
    )
    return message


def sent(browser: Client, contact: Contact) -> Any:
    return browser.get(reverse("desk:contact_sent", args=[contact.pk]))


def test_the_page_offers_both_forms_where_there_are_two(post: Post, browser: Client) -> None:
    contact = post.deliver(rich(post))
    address = reverse("desk:contact", args=[contact.pk])
    as_text, as_it_was = browser.get(address).content.decode(), browser.get(f"{address}?as=sent").content.decode()
    assert "<iframe" not in as_text and f"{address}?as=sent" in as_text
    (frame,) = re.findall(r"<iframe[^>]*>", as_it_was)
    assert f'src="{reverse("desk:contact_sent", args=[contact.pk])}"' in frame
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in frame
    assert "ne sont pas chargées" in as_it_was
    plain = post.write("lea@courrier.example")
    address = reverse("desk:contact", args=[plain.pk])
    assert "<iframe" not in browser.get(f"{address}?as=sent").content.decode()


def test_the_document_may_do_nothing_but_be_read(post: Post, browser: Client) -> None:
    answer = sent(browser, post.deliver(rich(post)))
    policy = dict(part.strip().partition(" ")[::2] for part in answer["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["form-action"] == policy["base-uri"] == "'none'"
    assert (policy["img-src"], policy["frame-ancestors"]) == ("data:", "'self'")
    assert set(policy["sandbox"].split()) == {"allow-popups", "allow-popups-to-escape-sandbox"}
    assert not {"script-src", "connect-src", "font-src", "style-src", "frame-src"} & policy.keys()
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    page = answer.content.decode()
    nonce = re.search(r"'nonce-([^']+)'", policy["style-src-elem"])
    assert nonce is not None and f'<style nonce="{nonce[1]}">' in page
    assert "<b>vois</b>" in page
    (link,) = re.findall(r"<a [^>]*>", page)
    assert 'rel="noopener noreferrer nofollow"' in link and 'target="_blank"' in link


def test_pictures_stand_in_their_places_and_remote_ones_do_not(post: Post, browser: Client) -> None:
    page = sent(browser, post.deliver(rich(post))).content.decode()
    own, remote = re.findall(r"<img[^>]*>", page)
    assert re.search(r' src="data:image/png;base64,[A-Za-z0-9+/=]+"', own) and 'alt="Capture"' in own
    assert " src=" not in remote and 'alt="Pixel"' in remote


@pytest.mark.parametrize("content", [b"<svg onload=alert(1) xmlns='http://www.w3.org/2000/svg'/>", b"<html>", b""])
def test_what_only_calls_itself_a_picture_is_none(post: Post, browser: Client, content: bytes) -> None:
    contact = post.deliver(rich(post, picture=content))
    assert "data:" not in sent(browser, contact).content.decode().partition("</head>")[2]
    if content:
        part = browser.get(reverse("desk:contact_part", args=[contact.pk, 1]))
        assert part["Content-Disposition"].startswith("attachment")
        assert part["Content-Type"] == "application/octet-stream"


def test_a_picture_shown_a_thousand_times_is_not_there_a_thousand_times(
    post: Post, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(as_sent, "PICTURES_MOST", 3 * len(PICTURE))
    page = sent(browser, post.deliver(rich(post, "<img src='cid:capture@poste' alt=x>" * 1000))).content.decode()
    assert page.count("data:image/png") == 3
    assert len(re.findall(r"<img[^>]*>", page)) == 1000


def test_the_address_of_a_picture_is_no_way_out_of_its_attribute(post: Post, browser: Client) -> None:
    page = sent(browser, post.deliver(rich(post, "<img src='cid:\" onerror=alert(1) x=\"'>"))).content.decode()
    assert re.findall(r"<img[^>]*>", page) == ["<img >"]


def test_files_are_listed_and_pictures_shown(post: Post, browser: Client) -> None:
    message = rich(post)
    message.add_attachment(b"<script>alert(1)</script>", maintype="text", subtype="html", filename="a<b>.html")
    contact = post.deliver(message)
    page = browser.get(reverse("desk:contact", args=[contact.pk])).content.decode()
    addresses = [reverse("desk:contact_part", args=[contact.pk, number]) for number in (1, 2)]
    assert all(f'href="{address}"' in page for address in addresses)
    assert "2 fichiers joints" in page
    picture, file = (browser.get(address) for address in addresses)
    assert (picture["Content-Type"], picture.content) == ("image/png", PICTURE)
    assert picture["Content-Disposition"].startswith("inline")
    assert file["Content-Type"] == "application/octet-stream"
    assert file["Content-Disposition"].startswith("attachment")
    for answer in (picture, file):
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer["X-Content-Type-Options"] == "nosniff"
    for number in (0, 3, 10**9):
        assert browser.get(f"/desk/contacts/{contact.pk}/parts/{number}").status_code == 404


def test_what_took_its_reader_down_is_not_read_for_a_page(
    post: Post, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    contact = post.deliver(rich(post))
    Contact.objects.update(outcome=Outcome.QUARANTINE, reason=reasons.TROUBLE, ticket=None)

    def fails(contact: Contact) -> None:
        raise AssertionError("it was read again")

    monkeypatch.setattr(as_sent, "understood", fails)
    assert browser.get(reverse("desk:contact", args=[contact.pk]) + "?as=sent").status_code == 200
    assert sent(browser, contact).status_code == 404
    assert browser.get(reverse("desk:contact_part", args=[contact.pk, 1])).status_code == 404


def test_pictures_of_a_mail_are_shown_in_the_conversation(post: Post, browser: Client) -> None:
    """By their bytes: this one calls itself application/octet-stream, as many programs do."""
    message = rich(post)
    for part in message.walk():
        if part.get_content_maintype() == "image":
            part.replace_header("Content-Type", 'application/octet-stream; name="capture.png"')
    ticket = post.deliver(message).ticket
    assert ticket is not None
    (file,) = ticket.attachments.all()
    shown = re.findall(r"<img[^>]*>", browser.get(reverse("desk:ticket", args=[ticket.reference])).content.decode())
    assert any(reverse("desk:file", args=[file.key]) + "?show" in picture for picture in shown)
    mine = builders.client_for(ticket.requester).get(reverse("portal:ticket", args=[ticket.reference]))
    assert f'<img src="{reverse("portal:file", args=[file.key])}?inline"' in mine.content.decode()


def test_a_provider_s_technician_is_led_to_no_page_that_is_closed_to_them(post: Post) -> None:
    contact = post.deliver(rich(post))
    assert contact.ticket is not None
    genevieve, nadia = builders.provider(post.desk), builders.agent(post.desk)
    from guichet.tickets import actions

    actions.hand_over(
        contact.ticket, to_team=post.desk.second, reason="competence", note="", actor=nadia, now=builders.NOW
    )
    address = reverse("desk:ticket", args=[contact.ticket.reference])
    whole = reverse("desk:contact", args=[contact.pk])
    assert whole in builders.client_for(nadia).get(address).content.decode()
    answer = builders.client_for(genevieve).get(address)
    assert (answer.status_code, whole in answer.content.decode()) == (200, False)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PICTURE, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"GIF87a", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\0\0\0\0WAVE", ""),
        (b"<svg/>", ""),
        (b" \x89PNG\r\n\x1a\n", ""),
        (b"BM", ""),
        (b"", ""),
    ],
)
def test_pictures_are_known_by_their_bytes(content: bytes, kind: str) -> None:
    assert picture_type(content) == kind
