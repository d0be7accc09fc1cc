"""Service workers, served from the folder that they work for."""

from __future__ import annotations

from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from guichet.kiosk.machine import kept_by_nobody

_SCRIPTS = Path(__file__).resolve().parent.parent / "static" / "kiosk"


@require_safe
def kiosk(request: HttpRequest) -> HttpResponse:
    return _script("kiosk-worker.js")


@require_safe
def visit(request: HttpRequest) -> HttpResponse:
    return _script("visit-worker.js")


def _script(name: str) -> HttpResponse:
    response = HttpResponse((_SCRIPTS / name).read_bytes(), content_type="text/javascript; charset=utf-8")
    # The browser keeps a worker by itself, and looks for a new one whenever its page is opened.
    return kept_by_nobody(response)
