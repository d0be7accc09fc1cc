"""Files given with a ticket: checked, hashed, stored under names of ours, served as downloads."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import re
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404
from django.utils.translation import gettext_lazy as _

from guichet.lib.errors import NoRoom, Refused
from guichet.lib.files import storage
from guichet.lib.text import one_line
from guichet.people.models import Person
from guichet.tickets import policies
from guichet.tickets.models import Attachment, Message, MessageKind, Ticket

logger = logging.getLogger(__name__)

_TYPE = re.compile(r"[a-z]{1,16}/[a-z0-9][a-z0-9.+-]{0,80}")


def check(uploads: Sequence[UploadedFile[Any]]) -> None:
    """Refuse what is too many or too large before anything is written."""
    if len(uploads) > settings.ATTACHMENTS_PER_MESSAGE:
        raise Refused(_("That is too many files at once."), code="too_many", field="files")
    for upload in uploads:
        if (upload.size or 0) > settings.ATTACHMENT_MAX_BYTES:
            limit = settings.ATTACHMENT_MAX_BYTES // (1024 * 1024)
            raise Refused(
                _("“%(name)s” is larger than %(limit)s MB. The rest of what you wrote is kept.")
                % {"name": safe_name(upload.name or ""), "limit": limit},
                code="too_large",
                field="files",
            )


def store(
    *, ticket: Ticket, message: Message | None, uploads: Sequence[UploadedFile[Any]], by: Person, now: datetime
) -> list[Attachment]:
    """Keep the files. Should the transaction fail later, a file without a row is left, which nothing serves."""
    check(uploads)
    stored = []
    for upload in uploads:
        key = uuid.uuid4()
        digest = hashlib.sha256()
        for chunk in upload.chunks():
            digest.update(chunk)
        upload.seek(0)
        path = _put(f"{now:%Y/%m}/{key.hex}", upload)
        stored.append(
            Attachment.objects.create(
                ticket=ticket,
                message=message,
                internal=message is not None and message.kind == MessageKind.NOTE,
                key=key,
                name=safe_name(upload.name or ""),
                content_type=safe_type(upload.content_type or ""),
                size=upload.size or 0,
                sha256=digest.hexdigest(),
                path=path,
                by=by,
                created_at=now,
            )
        )
    return stored


def _put(path: str, upload: UploadedFile[Any]) -> str:
    """Where it stands; NoRoom where it can’t be kept, of which nothing is left then."""
    try:
        with storage() as files:
            return files.save(path, upload)
    except OSError as error:
        logger.error("A file could not be stored: %s", error)
        with contextlib.suppress(OSError):
            default_storage.delete(path)
        raise NoRoom(
            _("Files can’t be kept at the moment. What you wrote is kept: send it without them, or again later."),
            code="no_room",
            field="files",
        ) from error


def safe_name(name: str) -> str:
    """A name to show and to offer: one line, without path separators, never empty, its ending kept."""
    name = one_line(re.sub(r'[/\\:*?"<>|]', "_", name)).lstrip(".") or "file"
    if len(name) <= 150:
        return name
    stem, dot, ending = name.rpartition(".")
    return f"{stem[:140]}{dot}{ending}" if dot and len(ending) <= 9 else name[:150]


def safe_type(content_type: str) -> str:
    content_type = content_type.lower().partition(";")[0].strip()
    return content_type if _TYPE.fullmatch(content_type) else "application/octet-stream"


def find(*, person: Person, key: str) -> Attachment:
    """The attachment, if the person sees its ticket and, for an internal file, treats it. Else DoesNotExist."""
    try:
        wanted = uuid.UUID(key)
    except ValueError as error:
        raise Attachment.DoesNotExist from error
    attachment = Attachment.objects.select_related("ticket").get(
        key=wanted, ticket__in=Ticket.objects.visible_to(person).values("pk")
    )
    if attachment.internal and not policies.is_desk(person, attachment.ticket):
        raise Attachment.DoesNotExist
    return attachment


def response(attachment: Attachment, *, inline: bool = False) -> FileResponse:
    """The file as a download that no browser runs; pictures may be shown in place."""
    with storage() as files:
        if not files.exists(attachment.path):
            raise Http404
        opened = files.open(attachment.path)
        # A storage elsewhere fetches it now, while somebody waits for this one, and not when it is sent.
        with contextlib.suppress(OSError):
            opened.fileno()
    show = inline and attachment.is_picture
    answer = FileResponse(
        opened,
        as_attachment=not show,
        filename=attachment.name,
        content_type=attachment.content_type if show else "application/octet-stream",
    )
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Cache-Control"] = "private, max-age=3600"
    return answer
