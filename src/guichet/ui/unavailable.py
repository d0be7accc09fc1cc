"""The page that stands when the database doesn't: made without it, with what was typed, to be sent again."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.template.loader import render_to_string
from django.utils import translation

from guichet.lib.away import RETRY_AFTER_SECONDS, Trouble

LANGUAGES = ("fr", "en")
_LANGUAGE_COOKIE = "guichet_language"
_TOKEN = "csrfmiddlewaretoken"  # noqa: S105 (a field's name)


@dataclass(frozen=True)
class Typed:
    """One field of the form that could not be taken. `text` is what a person wrote, the rest goes along unseen."""

    name: str
    value: str

    @property
    def text(self) -> bool:
        return len(self.value) > 20 or "\n" in self.value


def page(request: HttpRequest, *, trouble: Trouble) -> HttpResponse:
    """503: what happened, what was kept, what to do."""
    chosen = request.COOKIES.get(_LANGUAGE_COOKIE)
    typed = typed_in(request)
    context = {
        "full": trouble is Trouble.FULL,
        "busy": trouble is Trouble.BUSY,
        "typed": typed,
        "again": request.get_full_path(),
        "files": bool(typed) and request.content_type == "multipart/form-data" and bool(request.FILES),
        "post": request.method == "POST",
        # Whoever has chosen no language reads both: who they are is not to be known now.
        "english_too": chosen not in LANGUAGES,
        "language": chosen if chosen in LANGUAGES else "fr",
    }
    with translation.override(str(context["language"])):
        response = HttpResponse(render_to_string("503.html", context), status=503)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    response["Cache-Control"] = "no-store"
    return response


def typed_in(request: HttpRequest) -> list[Typed]:
    """What the form said, with the token that it came with; nothing of a form with a password."""
    if request.method != "POST":
        return []
    try:
        fields = [Typed(name, value) for name, values in request.POST.lists() for value in values]
    except (RequestDataTooBig, TooManyFieldsSent, MultiPartParserError, UnreadablePostError, OSError):
        return []
    if any("password" in field.name for field in fields) or not any(field.name == _TOKEN for field in fields):
        return []
    return sorted(fields, key=lambda field: not field.text)
