"""A mail as a document of its own, for a frame of ours in which nothing runs and nothing loads."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from guichet.channels import as_sent


def framed(request: HttpRequest, write: Callable[[str], str]) -> HttpResponse:
    """What `write` makes with the nonce that its styles need. Opened by itself, it is held by the same policy."""
    nonce = str(request.csp_nonce)  # type: ignore[attr-defined]  # set by django-csp
    answer = HttpResponse(write(nonce))
    answer["Content-Security-Policy"] = as_sent.policy(nonce)
    answer["X-Frame-Options"] = "SAMEORIGIN"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Referrer-Policy"] = "no-referrer"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Cache-Control"] = "private, no-store"
    return answer
