"""What goes wrong, told as problem details (RFC 9457) in the caller's language."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import BaseModel, Field

from guichet.lib.away import RETRY_AFTER_SECONDS, Trouble, tell, trouble_of
from guichet.lib.errors import Refused
from guichet.lib.logs import route_of

logger = logging.getLogger(__name__)
CONTENT_TYPE = "application/problem+json"


class FieldProblem(BaseModel):
    """One input that has to change."""

    field: str
    code: str
    message: str


class Problem(BaseModel):
    """Why a request was not done. Nothing was changed by it."""

    type: str = Field(description="`urn:guichet:problem:` and the code")
    title: str = Field(description="The HTTP status in words")
    status: int
    detail: str = Field(description="A sentence for a person, in the language of Accept-Language")
    code: str = Field(description="For programs; doesn't change with the language")
    field: str = Field(default="", description="The input that has to change, where it is one")
    errors: list[FieldProblem] = Field(default_factory=list)


class Denied(Refused):
    """A refusal of the API itself, with a status of its own."""

    def __init__(self, status: int, message: Any, *, code: str, field: str = "") -> None:
        super().__init__(message, code=code, field=field)
        self.status = status


def answer(
    *, status: int, detail: str, code: str, field: str = "", errors: list[FieldProblem] | None = None
) -> HttpResponse:
    problem = Problem(
        type=f"urn:guichet:problem:{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=code,
        field=field,
        errors=errors or [],
    )
    response = HttpResponse(problem.model_dump_json(), status=status, content_type=CONTENT_TYPE)
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = 'Bearer realm="guichet"'
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def of_refused(_request: HttpRequest, error: Refused) -> HttpResponse:
    errors = [FieldProblem(field=error.field, code=error.code, message=str(error.message))] if error.field else []
    return answer(status=error.status, detail=str(error.message), code=error.code, field=error.field, errors=errors)


def of_unknown(_request: HttpRequest, _error: Exception) -> HttpResponse:
    return answer(status=404, detail=_("There is nothing here that you may see."), code="not_found")


def of_anonymous(_request: HttpRequest, _error: Exception) -> HttpResponse:
    return answer(status=401, detail=_("Give a valid API token in the Authorization header."), code="no_token")


def of_forbidden(_request: HttpRequest, _error: Exception) -> HttpResponse:
    return answer(status=403, detail=_("You may not do this."), code="forbidden")


def of_unreadable(_request: HttpRequest, _error: Exception) -> HttpResponse:
    return answer(
        status=400, detail=_("The request could not be read. Is its body valid JSON in UTF-8?"), code="unreadable"
    )


def of_too_large(_request: HttpRequest, _error: Exception) -> HttpResponse:
    return answer(status=413, detail=_("The request is larger than allowed."), code="too_large")


def of_http(request: HttpRequest, error: HttpError) -> HttpResponse:
    if error.status_code == HTTPStatus.BAD_REQUEST:
        return of_unreadable(request, error)
    return answer(status=error.status_code, detail=str(error), code="refused")


def of_failure(request: HttpRequest, error: Exception) -> HttpResponse:
    trouble = trouble_of(error)
    if trouble is not None:
        tell(f"{request.method} {route_of(request)}", trouble=trouble, error=error)
        code, detail = _TROUBLES[trouble]
        return answer(status=503, detail=str(detail), code=code)
    logger.error("The API failed on %s %s", request.method, route_of(request), exc_info=error)
    return answer(status=500, detail=_("Something failed on our side. Nothing was changed."), code="failure")


def of_invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [
        FieldProblem(field=_where(e["loc"]), code=_CODES.get(e["type"], "invalid"), message=_say(e))
        for e in error.errors[:50]
    ]
    return answer(
        status=422,
        detail=_("Some of what you sent can’t be used: %(what)s.") % {"what": _list([e.field for e in errors])},
        code="invalid",
        field=errors[0].field if errors else "",
        errors=errors,
    )


def of_wrong_method(allowed: str) -> HttpResponse:
    response = answer(status=405, detail=_("This can’t be done here. Allowed: %(methods)s.") % {"methods": allowed},
                      code="wrong_method")  # fmt: skip
    response["Allow"] = allowed
    return response


_TROUBLES = {
    Trouble.AWAY: (
        "database_away", gettext_lazy("The database doesn’t answer. Nothing was changed; ask again in a moment."),
    ),
    Trouble.FULL: (
        "no_room", gettext_lazy("No room is left to store anything. Nothing was changed; ask again later."),
    ),
    Trouble.BUSY: (
        "busy", gettext_lazy("The database could not do this now. Nothing was changed; ask again in a moment."),
    ),
}  # fmt: skip


_CODES = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "literal_error": "unknown_choice",
    "string_too_long": "too_long",
    "too_long": "too_many",
}


# The beginning of a kind of error → what is said of it.
_SENTENCES = (
    ("missing", gettext_lazy("This is required.")),
    ("extra_forbidden", gettext_lazy("Nothing of this name can be given here.")),
    ("string_too_long", gettext_lazy("This is too long.")),
    ("too_long", gettext_lazy("This is too long.")),
    ("int", gettext_lazy("This has to be a number.")),
    ("datetime", gettext_lazy("This is no moment with an offset, such as 2026-11-24T10:30:00-05:00.")),
    ("timezone", gettext_lazy("This is no moment with an offset, such as 2026-11-24T10:30:00-05:00.")),
    ("value_error", gettext_lazy("This value has not the expected form.")),
)


def _where(loc: tuple[Any, ...]) -> str:
    """`("body", "body", "facts", "since")` → "facts.since"."""
    parts = [str(part) for part in loc[1:]]
    if parts and parts[0] in {"body", "filters"}:
        parts = parts[1:]
    return ".".join(parts)


def _say(error: dict[str, Any]) -> str:
    kind = error["type"]
    if kind == "literal_error":
        return _("Choose one of these: %(values)s.") % {"values": error.get("ctx", {}).get("expected", "")}
    for beginning, message in _SENTENCES:
        if kind.startswith(beginning):
            return str(message)
    return _("This value can’t be used here.")


def _list(fields: list[str]) -> str:
    named = [field or _("the body") for field in dict.fromkeys(fields)]
    return ", ".join(named[:8])


def register(api: NinjaAPI) -> None:
    """Let every exception of an operation become a problem."""
    handlers: dict[type[Exception], Any] = {
        Refused: of_refused,
        Http404: of_unknown,
        AuthenticationError: of_anonymous,
        PermissionDenied: of_forbidden,
        ValidationError: of_invalid,
        HttpError: of_http,
        RequestDataTooBig: of_too_large,
        SuspiciousOperation: of_unreadable,
        MultiPartParserError: of_unreadable,
        UnreadablePostError: of_unreadable,
        Exception: of_failure,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)
