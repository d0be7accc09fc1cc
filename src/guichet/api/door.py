"""What every request to the API passes: language, token, at most one effect a key, and answers that are always JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, NoReturn

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _
from django.utils.translation.trans_real import parse_accept_lang_header
from ninja import NinjaAPI
from ninja.parser import Parser
from ninja.security import HttpBearer

from guichet.api import idempotency, problems, tokens
from guichet.api.models import Token
from guichet.lib.text import clean
from guichet.people.middleware import LANGUAGES, zone_of
from guichet.people.models import Person

View = Callable[..., HttpResponse]
JSON, FORM = "application/json", "multipart/form-data"
_DEEPEST = 40


class ApiRequest(HttpRequest):
    """A request that a token let in: who acts, and when."""

    token: Token
    person: Person
    now: datetime


class BearerToken(HttpBearer):
    """Lets an operation be done by a token that has its scope, with a body of the right kind."""

    def __init__(self, *, scope: str, content: str) -> None:
        super().__init__()
        self.scope = scope
        self.content = content

    def __call__(self, request: HttpRequest) -> Token | None:
        token: Token | None = getattr(request, "token", None)
        if token is None:
            return None
        if self.scope not in token.scopes:
            raise problems.Denied(
                403, _("This token was not given the right “%(scope)s”.") % {"scope": self.scope}, code="missing_scope"
            )
        has_body = request.META.get("CONTENT_LENGTH") not in {None, "", "0"}
        if request.method in {"POST", "PUT", "PATCH"} and has_body and request.content_type != self.content:
            raise problems.Denied(
                415, _("Send the body as %(type)s.") % {"type": self.content}, code="wrong_content_type"
            )
        return token

    def authenticate(self, request: HttpRequest, token: str) -> Token | None:
        raise NotImplementedError  # the door has done it, once for every operation


class CleanParser(Parser):
    """JSON in UTF-8 with neither NaN nor control characters, of a depth that a person could mean."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            body = json.loads(request.body.decode("utf-8"), parse_constant=_no_constant)
        except RecursionError as error:
            raise ValueError("too deep") from error
        return cleaned(body)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def cleaned(value: Any, *, depth: int = 0) -> Any:
    """The value with every text in it made safe to store. ValueError where it is nested too deep."""
    if depth > _DEEPEST:
        raise ValueError("too deep")
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [cleaned(item, depth=depth + 1) for item in value]
    if isinstance(value, dict):
        return {clean(key): cleaned(item, depth=depth + 1) for key, item in value.items()}
    if isinstance(value, float) and value in {float("inf"), float("-inf")}:
        raise ValueError("1e999 is no number that we can keep")
    return value


class GuardedApi(NinjaAPI):
    """The API with the door in front of each of its URLs, and problems for whatever has none."""

    def _get_urls(self) -> list[Any]:
        urls = super()._get_urls()
        for pattern in urls:
            view: Any = pattern.callback
            pattern.callback = door(view, api=self)
        return urls

    def get_openapi_operation_id(self, operation: Any) -> str:
        return str(operation.view_func.__name__)


def door(view: View, *, api: NinjaAPI) -> View:
    def enter(request: HttpRequest, *args: Any, **parts: Any) -> HttpResponse:
        with translation.override(language_of(request)):
            try:
                response = _through(view, request, *args, **parts)
            except Exception as error:
                response = api.on_exception(request, error)
            if isinstance(response, HttpResponseNotAllowed):
                response = problems.of_wrong_method(response["Allow"])
            response["Content-Language"] = translation.get_language() or "fr"
        response.setdefault("Cache-Control", "private, no-store")
        patch_vary_headers(response, ("Authorization", "Accept-Language"))
        return response

    enter.csrf_exempt = True  # type: ignore[attr-defined]  # no cookie lets anybody in here
    return enter


def _through(view: View, request: HttpRequest, *args: Any, **parts: Any) -> HttpResponse:
    now = timezone.now()
    token = tokens.authenticate(request.headers.get("Authorization", ""), now=now)
    request.token = token  # type: ignore[attr-defined]
    request.person = token.person if token else None  # type: ignore[attr-defined]
    request.now = now  # type: ignore[attr-defined]
    key = request.headers.get("Idempotency-Key", "")
    with timezone.override(zone_of(token.person if token else None)):
        if token is not None and key and request.method == "POST":
            return idempotency.once(request, token=token, key=key, do=lambda: view(request, *args, **parts))
        return view(request, *args, **parts)


def language_of(request: HttpRequest) -> str:
    """The first language of Accept-Language that we speak; French otherwise."""
    for code, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")[:200]):
        if code.split("-")[0] in LANGUAGES:
            return code.split("-")[0]
    return "fr"


def not_found(request: HttpRequest, **_parts: Any) -> HttpResponse:
    """Whatever no operation answers."""
    with translation.override(language_of(request)):
        return problems.of_unknown(request, LookupError())


not_found.csrf_exempt = True  # type: ignore[attr-defined]
