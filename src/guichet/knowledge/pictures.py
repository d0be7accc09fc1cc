"""Pictures of articles: looked at before they are kept, stored under their digest, served to the article’s readers."""

from __future__ import annotations

import hashlib
import struct
from datetime import datetime
from pathlib import PurePath
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import FileResponse, Http404
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from guichet.knowledge.changing import need_writer
from guichet.knowledge.markdown import named_in
from guichet.knowledge.models import Article, Picture
from guichet.lib.errors import Conflict, Refused
from guichet.people.models import Person

MAX_BYTES = 8 * 1024 * 1024
MOST = 100
SIDE_MAX = 20_000
_ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}


def add(article: Article, *, upload: UploadedFile[Any], actor: Person, now: datetime) -> Picture:
    """Keep a picture for `article`; what it is says its content, not its name. The same picture twice is one."""
    if (upload.size or 0) > MAX_BYTES:
        raise _too_large()
    return add_bytes(article, name=upload.name or "", content=upload.read(MAX_BYTES + 1), actor=actor, now=now)


def add_bytes(article: Article, *, name: str, content: bytes, actor: Person, now: datetime) -> Picture:
    need_writer(actor, desk_id=article.desk_id)
    if len(content) > MAX_BYTES:
        raise _too_large()
    kind, width, height = look(content)
    if not kind:
        raise Refused(
            _("Not every browser can show this picture. Give a PNG, JPEG, GIF or WebP file."),
            code="not_a_picture",
            field="picture",
        )
    sha256 = digest(content)
    with transaction.atomic():
        locked = Article.objects.select_for_update(no_key=True).get(pk=article.pk)
        known = {picture.name: picture for picture in locked.pictures.all()}
        same = next((picture for picture in known.values() if picture.sha256 == sha256), None)
        if same is not None:
            return same
        if len(known) >= MOST:
            raise Refused(_("An article has %(limit)d pictures at most.") % {"limit": MOST}, code="too_many")
        path = f"knowledge/{sha256[:2]}/{sha256}"
        if not default_storage.exists(path):
            path = default_storage.save(path, ContentFile(content))
        return Picture.objects.create(
            article=locked,
            name=_free_name(name, ending=_ENDINGS[kind], taken=set(known)),
            content_type=kind,
            size=len(content),
            width=width,
            height=height,
            sha256=sha256,
            path=path,
            by=actor,
            created_at=now,
        )


def remove(picture: Picture, *, actor: Person) -> None:
    """Take a picture away that no version shows; the file stays, others may show it."""
    need_writer(actor, desk_id=picture.article.desk_id)
    shown = picture.article.versions.filter(body__contains=picture.name).exists()
    if shown or picture.article.versions.filter(wordings__body__contains=picture.name).exists():
        raise Conflict(_("A version of the article shows this picture: it has to stay."), code="in_use")
    picture.delete()


def find(*, person: Person | None, reference: str, name: str) -> Picture:
    """The picture, if this reader (None: a visitor) reads what shows it. Else DoesNotExist.

    The desk sees those of drafts and of earlier versions; others what is read now.
    """
    articles = Article.objects.visible_to(person).filter(reference=reference)
    found = Picture.objects.select_related("article__current").get(article__in=articles.values("pk"), name=name)
    inside = person is not None and Article.objects.at_desk_of(person).filter(pk=found.article_id).exists()
    if not inside and not _is_read(found):
        raise Picture.DoesNotExist
    return found


def _is_read(picture: Picture) -> bool:
    current = picture.article.current
    bodies = [current.body, *(wording.body for wording in current.wordings.all())] if current else []
    return any(picture.name in named_in(body)[1] for body in bodies)


def response(picture: Picture, *, public: bool = False) -> FileResponse:
    """The picture, in place. Its content never changes under its name."""
    if not default_storage.exists(picture.path):
        raise Http404
    answer = FileResponse(default_storage.open(picture.path), filename=picture.name, content_type=picture.content_type)
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Cache-Control"] = f"{'public' if public else 'private'}, max-age=86400"
    return answer


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def look(content: bytes) -> tuple[str, int, int]:
    """The type of a picture by its first bytes, and its sides; ("", 0, 0) for anything else."""
    kind, width, height = "", 0, 0
    try:
        if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR":
            kind, (width, height) = "image/png", struct.unpack(">II", content[16:24])
        elif content[:6] in {b"GIF87a", b"GIF89a"}:
            kind, (width, height) = "image/gif", struct.unpack("<HH", content[6:10])
        elif content.startswith(b"\xff\xd8\xff"):
            kind, (width, height) = "image/jpeg", _jpeg_sides(content)
        elif content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            kind, (width, height) = "image/webp", _webp_sides(content)
    except (struct.error, IndexError):
        return "", 0, 0
    if max(width, height) > SIDE_MAX:
        return "", 0, 0
    return kind, width, height


def _jpeg_sides(content: bytes) -> tuple[int, int]:
    """From the frame header (SOF); (0, 0) where there is none in the first segments."""
    at = 2
    for _segment in range(200):
        if content[at] != 0xFF:
            break
        marker = content[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + struct.unpack(">H", content[at + 2 : at + 4])[0]
    return 0, 0


def _webp_sides(content: bytes) -> tuple[int, int]:
    """From the extended, lossy or lossless header."""
    chunk = content[12:16]
    if chunk == b"VP8X":
        return (
            1 + int.from_bytes(content[24:27], "little"),
            1 + int.from_bytes(content[27:30], "little"),
        )
    if chunk == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack("<HH", content[26:30])
    return width & 0x3FFF, height & 0x3FFF


def _free_name(given: str, *, ending: str, taken: set[str]) -> str:
    """A name that Markdown and addresses take as it is: small letters, digits and hyphens."""
    stem = slugify(PurePath(given.replace("\\", "/")).stem)[:100].strip("-_") or "image"
    name, number = f"{stem}.{ending}", 2
    while name in taken:
        name, number = f"{stem}-{number}.{ending}", number + 1
    return name


def _too_large() -> Refused:
    limit = MAX_BYTES // (1024 * 1024)
    return Refused(
        _("This picture is larger than %(limit)d MB. Choose a smaller one.") % {"limit": limit},
        code="too_large",
        field="picture",
    )
