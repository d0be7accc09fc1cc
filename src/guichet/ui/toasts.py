"""What just happened, with a way back: toasts on the next page or at once on an htmx answer."""

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

_LEVELS = {"ok": messages.SUCCESS, "info": messages.INFO, "warn": messages.WARNING, "danger": messages.ERROR}


def toast(request: HttpRequest, text: str, kind: str = "ok", *, undo_url: str = "") -> None:
    """Shown on the next page. `undo_url` is posted to by the Undo button."""
    messages.add_message(request, _LEVELS[kind], text, extra_tags=f"{kind} {undo_url}".strip())


def toast_header(response: HttpResponse, text: str, kind: str = "ok", *, undo_url: str = "") -> HttpResponse:
    """Shown at once: the answer to an htmx request carries it as an event."""
    event = {"toast": {"text": text, "kind": kind, "undo": undo_url}}
    response["HX-Trigger"] = json.dumps(event)  # ASCII escapes keep the header legal
    return response
