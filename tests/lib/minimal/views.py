"""Views that show what reaches Django, and what leaves it."""

import hashlib
import io
import os
import time

from django.db import connection, transaction
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse

from guichet.lib.live import Event, LiveGrant, publish
from tests.lib.minimal import jobs


def home(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("bonjour")


def upload(request: HttpRequest) -> HttpResponse:
    file = request.FILES["file"]
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return HttpResponse(digest.hexdigest())


def download(request: HttpRequest) -> FileResponse:
    return FileResponse(io.BytesIO(b"x" * int(request.GET["size"])), as_attachment=True, filename="x.bin")


def echo(request: HttpRequest) -> JsonResponse:
    return JsonResponse(
        {
            "method": request.method,
            "path": request.path_info,
            "query": request.GET.dict(),
            "body": request.body.decode("latin-1"),
            "address": request.META["REMOTE_ADDR"],
            "forged": request.headers.get("X-Forged", ""),
            "process": os.getpid(),
        }
    )


def slow(request: HttpRequest) -> HttpResponse:
    time.sleep(float(request.GET["seconds"]))
    return HttpResponse("fini")


def publish_event(request: HttpRequest) -> HttpResponse:
    with transaction.atomic():
        publish(Event(kind="ticket.changed", topic=request.GET["topic"], ref=request.GET.get("ref", "")))
    return HttpResponse("")


def enqueue(request: HttpRequest) -> HttpResponse:
    with transaction.atomic():
        jobs.note.defer(text=request.GET["text"])
        if "undo" in request.GET:
            transaction.set_rollback(True)
    return HttpResponse("")


def enqueue_slow(request: HttpRequest) -> HttpResponse:
    jobs.slow.defer(seconds=30)
    return HttpResponse("")


def authorise(*, cookies: dict[str, str], authorization: str, topics: list[str]) -> LiveGrant | None:
    if "who" not in cookies:
        return None
    return LiveGrant(topics=frozenset(topic for topic in topics if not topic.startswith("secret")))
