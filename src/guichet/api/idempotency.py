"""A repeated POST with the same Idempotency-Key does nothing again and gets the answer of the first.

Key, effect and answer are one transaction: either all of them happened or none, whatever breaks off. A refused request
changed nothing, so its key is free again. Keys are kept for a day.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guichet.api.models import IdempotencyKey, Token
from guichet.api.problems import Denied

KEPT_FOR = timedelta(hours=24)
_KEY = re.compile(r"[\x21-\x7e]{1,120}")
_HEADERS = ("ETag", "Location")


def once(request: HttpRequest, *, token: Token, key: str, do: Callable[[], HttpResponse]) -> HttpResponse:
    """The answer of `do`, done at most once for this token and key."""
    if not _KEY.fullmatch(key):
        raise Denied(400, _("An Idempotency-Key has 1 to 120 visible ASCII characters."), code="bad_idempotency_key")
    fingerprint = fingerprint_of(request)
    with transaction.atomic():
        if not _hold(token=token, key=key):
            raise Denied(409, _("The same request is being done right now. Ask again in a moment."), code="in_progress")
        known = IdempotencyKey.objects.filter(token=token, key=key).first()
        if known is not None and known.created_at < timezone.now() - KEPT_FOR:
            known.delete()
            known = None
        if known is not None:
            return _repeat(known, fingerprint=fingerprint)
        response = do()
        if response.status_code >= 300:
            transaction.set_rollback(True)
            return response
        IdempotencyKey.objects.create(
            token=token,
            key=key,
            fingerprint=fingerprint,
            status=response.status_code,
            body=json.loads(response.content) if response.content else None,
            headers={name: response[name] for name in _HEADERS if name in response},
            created_at=timezone.now(),
        )
    return response


def _hold(*, token: Token, key: str) -> bool:
    """Nobody else does this key until our transaction ends; False when somebody is at it."""
    number = int.from_bytes(hashlib.sha256(f"{token.pk}:{key}".encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        return bool(cursor.fetchone()[0])


def _repeat(known: IdempotencyKey, *, fingerprint: str) -> HttpResponse:
    if known.fingerprint != fingerprint:
        raise Denied(422, _("This Idempotency-Key was used for another request."), code="key_reused")
    body = "" if known.body is None else json.dumps(known.body, ensure_ascii=False)
    response = HttpResponse(body, status=known.status or 200, content_type="application/json")
    for name, value in known.headers.items():
        response[name] = value
    response["Idempotent-Replayed"] = "true"
    return response


def fingerprint_of(request: HttpRequest) -> str:
    """SHA-256 of what the request asks; of a form, of its fields and files and not of its random boundary."""
    whole = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type == "multipart/form-data":
        for name, values in sorted(request.POST.lists()):
            whole.update(json.dumps([name, values]).encode())
        for name, uploads in sorted(request.FILES.lists()):
            for upload in uploads:
                whole.update(json.dumps([name, getattr(upload, "name", "")]).encode() + _hash_of(upload))
    else:
        whole.update(request.body)
    return whole.hexdigest()


def _hash_of(upload: object) -> bytes:
    digest = hashlib.sha256()
    if isinstance(upload, UploadedFile):
        for chunk in upload.chunks():
            digest.update(chunk)
        upload.seek(0)
    return digest.digest()
