"""Attachments: a file is stored under our name, given back as a download, and runs nowhere."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings as conf
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.lib.errors import Refused
from guichet.tickets import actions, files
from guichet.tickets.models import Attachment, Message
from tests.security.payloads import LINES, MARKUP
from tests.security.stage import World

NAMES = (
    "../../../etc/passwd", "..\\..\\boot.ini", "/etc/shadow", "C:\\Windows\\x.exe", "a/../../b.html", "....//....//x",
    ".htaccess", "con", "x\x00.png", "x.png\x00.html", "\u202egnp.exe", "~root", "-rf", "%2e%2e%2fx", "file:///etc/passwd",
    "x" * 3000 + ".html", "", ".", "..", "\ufeff", *LINES, *MARKUP[:4],
)  # fmt: skip
# What is inside and what its sender calls it: markup with the name of a picture, and the other way round.
CONTENTS = (
    ("x.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' onload='window.hacked=1'/>"),
    ("x.html", "text/html", b"<script>window.hacked=1</script>"),
    ("x.png", "image/png", b"<html><script>window.hacked=1</script>"),
    ("x.jpg", "text/html; charset=utf-7", b"+ADw-script+AD4-"),
    ("x.gif", "image/gif", b"GIF89a/*<script>*/=1;window.hacked=1"),
    ("x.xml", "application/xml", b"<?xml-stylesheet href='x'?><a/>"),
    ("x.pdf", "application/pdf", b"%PDF-1.7 /JavaScript"),
    ("x.js", "application/javascript", b"window.hacked=1"),
    ("x.xhtml", "application/xhtml+xml", b"<script xmlns='http://www.w3.org/1999/xhtml'>1</script>"),
    ("x.mht", "message/rfc822", b"Content-Type: text/html"),
    ("x", "image/png\r\nX-Hacked: 1", b"x"),
    ("x.webp", "IMAGE/WEBP", b"x"),
)


def given_file(world: World, name: str, content_type: str, content: bytes) -> Attachment:
    upload = SimpleUploadedFile("x", content, content_type=content_type)
    upload._name = name  # past Django's own cleaning
    (stored,) = actions.attach(world.ticket, uploads=[upload], actor=world.people["owner"], now=timezone.now())
    return stored


def test_whatever_it_says_it_is_it_runs_nowhere(world: World) -> None:
    for name, content_type, content in CONTENTS:
        runs_nowhere(world, name, content_type, content)


def runs_nowhere(world: World, name: str, content_type: str, content: bytes) -> None:
    stored = given_file(world, name, content_type, content)
    reference = world.ticket.reference
    owner, agent = world.browser("owner"), world.browser("agent")
    program = world.browser("anonymous")
    headers = {"Authorization": f"Bearer {world.token('owner')}"}
    for answer in (
        owner.get(f"/help/files/{stored.key}/"), owner.get(f"/help/files/{stored.key}/?inline"),
        agent.get(f"/desk/files/{stored.key}"), agent.get(f"/desk/files/{stored.key}?show"),
        program.get(f"/api/v1/tickets/{reference}/attachments/{stored.key}", headers=headers),
    ):  # fmt: skip
        assert answer.status_code == 200
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"].split("; ")[0] == "sandbox"
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
        shown = not answer["Content-Disposition"].startswith("attachment")
        safe = {"image/png", "image/jpeg", "image/gif", "image/webp"} if shown else {"application/octet-stream"}
        assert answer["Content-Type"] in safe
        assert "Cookie" in answer["Vary"] or "no-store" in answer["Cache-Control"] or "Authorization" in answer["Vary"]
        assert "x-hacked" not in {key.lower() for key in answer.headers}
        assert b"".join(answer.streaming_content) == content


def test_no_byte_of_the_path_is_the_senders(world: World) -> None:
    for name in NAMES:
        path_is_ours(world, name)


def path_is_ours(world: World, name: str) -> None:
    stored = given_file(world, name, "text/plain", b"x")
    assert re.fullmatch(r"\d{4}/\d{2}/[0-9a-f]{32}", stored.path)
    assert default_storage.path(stored.path).startswith(str(conf.MEDIA_ROOT))
    assert stored.name
    assert not set(stored.name) & set('/\\:*?"<>|\r\n\x00\u202e')
    assert len(stored.name) <= 150


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_name_becomes_one_that_can_be_shown(name: str) -> None:
    safe = files.safe_name(name)
    assert safe
    assert files.safe_name(safe) == safe
    assert not set(safe) & set('/\\:*?"<>|\r\n\x00')
    assert files.safe_type(name) == "application/octet-stream" or re.fullmatch(
        r"[a-z]+/[a-z0-9.+-]+", files.safe_type(name)
    )


def test_too_large_or_too_many_is_refused_before_anything_is_written(world: World, settings: Any) -> None:
    settings.ATTACHMENT_MAX_BYTES, settings.ATTACHMENTS_PER_MESSAGE = 10, 3
    world.ticket.refresh_from_db()
    before = Attachment.objects.count(), Message.objects.count(), world.ticket.version
    small = [SimpleUploadedFile(f"{n}.txt", b"x") for n in range(4)]
    for uploads in (small, [SimpleUploadedFile("x", b"x" * 11)], [*small[:2], SimpleUploadedFile("x", b"x" * 11)]):
        with pytest.raises(Refused):
            actions.reply(world.ticket, body="x", uploads=uploads, actor=world.people["owner"], now=timezone.now())
    world.ticket.refresh_from_db()
    assert (Attachment.objects.count(), Message.objects.count(), world.ticket.version) == before


def test_nothing_opens_pictures_or_archives() -> None:
    """Pixel and decompression bombs need somebody who unpacks them: nobody does."""
    from guichet.tickets import files as module

    source = module.__loader__.get_source(module.__name__)
    assert not re.search(r"\b(?:PIL|Image|zipfile|tarfile|gzip|zlib|lzma|bz2)\b", source or "")


@pytest.mark.parametrize("role", ["elsewhere", "foreign", "other_provider", "anonymous"])
def test_a_key_alone_opens_nothing(world: World, role: str) -> None:
    key = world.rows["attachment"].key
    browser = world.browser(role)
    for path in (
        f"/help/files/{key}/",
        f"/help/files/{key}/?inline",
        f"/desk/files/{key}",
        f"/files/{key}",
        f"/media/{key}",
    ):
        assert browser.get(path).status_code in {302, 404}
    assert browser.get(f"/{world.rows['attachment'].path}").status_code == 404


def test_a_file_of_one_ticket_is_not_reached_through_another(world: World) -> None:
    headers = {"Authorization": f"Bearer {world.token('agent')}"}
    browser = world.browser("anonymous")
    key = world.rows["attachment"].key
    for reference, expected in ((world.ticket.reference, 200), (world.solved.reference, 404)):
        path = f"/api/v1/tickets/{reference}/attachments/{key}"
        assert browser.get(path, headers=headers).status_code == expected


@pytest.mark.parametrize(
    "key",
    [
        "x",
        "00000000-0000-0000-0000-000000000000",
        "%00",
        "..%2f..%2fetc",
        "{0b5a8a3e-4f9e-4a53-9d6c-6a1f3d0e9c11}",
        "9" * 99,
    ],
)
def test_a_key_that_is_none_is_not_there(world: World, key: str) -> None:
    assert world.browser("agent").get(f"/desk/files/{key}").status_code in {400, 404}
    assert world.browser("owner").get(f"/help/files/{key}/").status_code in {400, 404}


def test_a_lost_file_is_not_there(world: World) -> None:
    attachment = given_file(world, "x.txt", "text/plain", b"x")
    assert world.browser("agent").get(f"/desk/files/{attachment.key}").status_code == 200
    default_storage.delete(attachment.path)
    assert world.browser("agent").get(f"/desk/files/{attachment.key}").status_code == 404
    assert world.browser("owner").get(f"/help/files/{attachment.key}/").status_code == 404
