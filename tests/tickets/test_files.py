"""Files: names made safe, sizes and numbers capped, downloads that no browser runs, and who may fetch them."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.tickets import actions, files
from guichet.tickets.models import Attachment
from tests.tickets.stage import Stage, later, refuses, upload


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("facture.pdf", "facture.pdf"),
        ("Capture d’écran 2025-11-18 à 10.30.png", "Capture d’écran 2025-11-18 à 10.30.png"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..\\..\\boot.ini", "_.._boot.ini"),
        ("/etc/passwd", "_etc_passwd"),
        ("facture\u202efdp.exe", "facturefdp.exe"),
        ("a\r\nContent-Type: text/html.txt", "a Content-Type_ text_html.txt"),
        ("a\x00b.png", "ab.png"),
        (".htaccess", "htaccess"),
        ("...", "file"),
        ("", "file"),
        (" \n ", "file"),
        ('"<b>".png', "__b__.png"),
    ],
)
def test_names(given_name: str, kept: str) -> None:
    assert files.safe_name(given_name) == kept


def test_a_long_name_keeps_its_ending() -> None:
    assert files.safe_name("é" * 300 + ".docx") == "é" * 140 + ".docx"
    assert files.safe_name("x" * 300) == "x" * 150


@settings(deadline=None, max_examples=150)
@given(st.text(st.characters(exclude_categories=()), max_size=320))
def test_any_name_is_safe(name: str) -> None:
    safe = files.safe_name(name)
    assert 0 < len(safe) <= 150
    assert not re.search(r'[/\\:*?"<>|\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]', safe)
    assert not safe.startswith(".")
    safe.encode()


@settings(deadline=None, max_examples=150)
@given(st.one_of(st.text(max_size=150), st.from_regex(r"[a-zA-Z]{1,120}/[a-z0-9.+;= -]{1,120}", fullmatch=True)))
def test_any_type_fits_its_column(kind: str) -> None:
    safe = files.safe_type(kind)
    assert len(safe) <= Attachment._meta.get_field("content_type").max_length
    assert re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", safe)


@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        ("image/png", "image/png"),
        ("Text/HTML; charset=utf-8", "text/html"),
        ("", "application/octet-stream"),
        ("html", "application/octet-stream"),
        ("text/html\r\nX-Evil: 1", "application/octet-stream"),
        ("a" * 200 + "/x", "application/octet-stream"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document",) * 2,
    ],
)
def test_types(kind: str, kept: str) -> None:
    assert files.safe_type(kind) == kept


def stored(stage: Stage, *, name: str = "écran.png", content: bytes = b"x", kind: str = "image/png") -> Attachment:
    ticket = stage.ticket("open")
    upload_ = upload(name, content, kind)
    return actions.attach(ticket, uploads=[upload_], actor=stage.requester, now=later(3))[0]


def test_what_is_kept(stage: Stage, tmp_path: Path) -> None:
    made = stored(stage, name="../évil\r\n.png", content=b"bonjour")
    assert (made.size, made.by, made.internal, made.message) == (7, stage.requester, False, None)
    assert made.sha256 == "2cb4b1431b84ec15d35ed83bb927e27e8967d75f4bcd9cc4b25c8d879ae23e18"
    # Nothing in the path was chosen by the person.
    assert re.fullmatch(r"2025/11/[0-9a-f]{32}", made.path)
    assert (tmp_path / made.path).read_bytes() == b"bonjour"


def test_the_same_name_twice_is_two_files(stage: Stage) -> None:
    ticket = stage.ticket("open")
    made = actions.attach(ticket, uploads=[upload(content=b"1"), upload(content=b"2")], actor=stage.agent, now=later(3))
    assert len({m.path for m in made}) == len({m.key for m in made}) == 2


def test_too_large_and_too_many(stage: Stage, settings: Any, tmp_path: Path) -> None:
    settings.ATTACHMENT_MAX_BYTES, settings.ATTACHMENTS_PER_MESSAGE = 1024 * 1024, 3
    ticket = stage.ticket("open")
    by: dict[str, Any] = {"actor": stage.requester, "now": later(3)}
    large = upload("gros\r\n.iso", b"x" * (1024 * 1024 + 1))
    for act in (actions.reply, actions.attach):
        more = {"body": "Voici"} if act is actions.reply else {}
        with refuses("too_large", field="files"):
            act(ticket, uploads=[upload(), large], **more, **by)
        with refuses("too_many", field="files"):
            act(ticket, uploads=[upload()] * 4, **more, **by)
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]
    actions.attach(ticket, uploads=[upload(content=b"x" * 1024 * 1024)], **by)


def test_an_upload_may_be_read_again(stage: Stage) -> None:
    """A form that is shown again, or a second reader, finds the file whole."""
    given_ = SimpleUploadedFile("a.txt", b"bonjour")
    given_.read(3)
    made = actions.attach(stage.ticket("open"), uploads=[given_], actor=stage.agent, now=later(3))[0]
    assert b"".join(files.response(made).streaming_content) == b"bonjour"


@pytest.mark.parametrize("inline", [True, False])
def test_no_browser_runs_it(stage: Stage, inline: bool) -> None:
    for kind in ("text/html", "image/svg+xml", "application/pdf", "text/javascript", "image/png"):
        answer = files.response(stored(stage, kind=kind, content=b"<script>"), inline=inline)
        picture = inline and kind == "image/png"
        assert answer["Content-Type"] == ("image/png" if picture else "application/octet-stream")
        assert answer["Content-Disposition"].startswith("inline" if picture else "attachment")
        assert answer["X-Content-Type-Options"] == "nosniff"
        policy = answer["Content-Security-Policy"]
        assert "sandbox" in policy and "default-src 'none'" in policy
        assert "private" in answer["Cache-Control"]
        assert b"".join(answer.streaming_content) == b"<script>"


@pytest.mark.parametrize("name", ['a";x="b.png', "a\r\nSet-Cookie: x=1.png", "écran ☕.png", "%0d%0a.png", "a;b=c.png"])
def test_the_name_adds_no_header(stage: Stage, name: str) -> None:
    answer = files.response(stored(stage, name=name))
    value = answer["Content-Disposition"]
    assert "\r" not in value and "\n" not in value
    assert "Set-Cookie" not in answer
    assert re.fullmatch(r"attachment; (filename=\"[^\"]*\"|filename\*=utf-8''[A-Za-z0-9%._~!#$&+^`|'()*-]+)", value)


def test_who_may_fetch_it(stage: Stage) -> None:
    ticket = stage.ticket("open")
    by: dict[str, Any] = {"actor": stage.agent, "now": later(3)}
    public = actions.attach(ticket, uploads=[upload()], **by)[0]
    internal = actions.note(ticket, body="x", uploads=[upload()], **by).attachments.get()
    actions.watch(ticket, person=stage.neighbour, **by)
    sees = {"agent", "technician", "manager", "requester", "neighbour", "contact"}
    for who in (*sees, "stranger", "provider"):
        for attachment, allowed in ((public, sees), (internal, {"agent", "technician", "manager"})):
            if who in allowed:
                assert files.find(person=getattr(stage, who), key=str(attachment.key)) == attachment
            else:
                with pytest.raises(Attachment.DoesNotExist):
                    files.find(person=getattr(stage, who), key=str(attachment.key))


@pytest.mark.parametrize(
    "key", ["", "x", "\x00", "../../x", "1", "é" * 32, "4bb130bf-d596-4357-9aee-2aa7fa4c6b5c", "' OR 1=1 --", "{" * 40]
)
def test_a_key_that_is_none(stage: Stage, key: str) -> None:
    with pytest.raises(Attachment.DoesNotExist):
        files.find(person=stage.agent, key=key)
