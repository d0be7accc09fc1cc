"""Service workers, served from the folder that they work for."""

from __future__ import annotations

from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

_SCRIPTS = Path(__file__).resolve().parent.parent / "static" / "kiosk"


@require_safe
def kiosk(request: HttpRequest) -> HttpResponse:
    return _script("kiosk-worker.js")


@require_safe
def visit(request: HttpRequest) -> HttpResponse:
    return _script("visit-worker.js")


def _script(name: str) -> HttpResponse:
    response = HttpResponse((_SCRIPTS / name).read_bytes(), content_type="text/javascript; charset=utf-8")
    # Whoever signed in on this browser changes nothing here; a new one is taken at the next look.
    response["Cache-Control"] = "no-cache"
    return response
