"""How an operation is declared: its scope, what it answers, and the headers that it heeds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Router
from pydantic import BaseModel

from guichet.activity.models import Chained
from guichet.api.door import JSON, BearerToken
from guichet.lib.errors import Stale

F = TypeVar("F", bound=Callable[..., Any])


def _header(name: str, *, pattern: str, description: str) -> dict[str, Any]:
    schema = {"type": "string", "pattern": pattern, "maxLength": 120}
    return {"in": "header", "name": name, "required": False, "description": description, "schema": schema}


IDEMPOTENCY_KEY = _header(
    "Idempotency-Key",
    pattern=r"^[!-~]{1,120}$",
    description="A repeat with the same key and body gets the first answer and does nothing again. Kept for 24 hours.",
)
IF_MATCH = _header(
    "If-Match", pattern=r'^(\*|(W/)?"[0-9]{1,9}")$', description="The ETag that you saw; another version answers 412."
)
IF_NONE_MATCH = _header(
    "If-None-Match", pattern=r'^(\*|(W/)?"[0-9]{1,9}")$', description="The ETag that you have; the same answers 304."
)


BINARY = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}


class Resource(Router):
    """A group of operations under one pair of scopes: `<scope>:read` and `<scope>:write`."""

    def __init__(self, *, tag: str, scope: str) -> None:
        super().__init__(tags=[tag])
        self.scope = scope

    def read(self, path: str, *, answer: Any, cached: bool = False, **more: Any) -> Callable[[F], F]:
        """GET. `cached`: it has an ETag and heeds If-None-Match."""
        response: dict[int, Any] = {200: answer}
        if cached:
            response[304] = None
        return self._operation(
            "GET", path, response=response, scope="read", headers=[IF_NONE_MATCH] if cached else [], more=more
        )

    def write(
        self,
        method: str,
        path: str,
        *,
        answer: Any,
        status: int = 200,
        content: str = JSON,
        guarded: bool = True,
        scope: str = "write",
        **more: Any,
    ) -> Callable[[F], F]:
        """POST, PUT, PATCH or DELETE. `guarded`: it heeds If-Match."""
        headers = [IDEMPOTENCY_KEY] if method == "POST" else []
        if guarded:
            headers.append(IF_MATCH)
        return self._operation(
            method, path, response={status: answer}, scope=scope, headers=headers, content=content, more=more
        )

    def _operation(
        self,
        method: str,
        path: str,
        *,
        response: dict[int, Any],
        scope: str,
        headers: list[dict[str, Any]],
        more: dict[str, Any],
        content: str = JSON,
    ) -> Callable[[F], F]:
        name = f"{self.scope}:{scope}"
        return self.api_operation(
            [method],
            path,
            auth=BearerToken(scope=name, content=content),
            response=response,
            openapi_extra={"x-scope": name, "parameters": list(headers), **more},
        )


def shown(body: BaseModel, *, status: int = 200, version: int | None = None) -> HttpResponse:
    """The answer of an operation as JSON, with its ETag where it is a version of something."""
    response = HttpResponse(body.model_dump_json(), status=status, content_type=JSON)
    if version is not None:
        response["ETag"] = etag(version)
    return response


def etag(version: int) -> str:
    return f'W/"{version}"'


def expected(request: HttpRequest, row: Chained) -> int | None:
    """The version that If-Match asks for; the action compares it with the locked row. None: any."""
    header = request.headers.get("If-Match", "").strip()
    if header in {"", "*"}:
        return None
    if row.version not in versions_in(header):
        raise Stale(_("Somebody changed this meanwhile. Look at it again before you go on."), code="stale")
    return row.version


def versions_in(header: str) -> set[int]:
    """The versions that an If-Match or If-None-Match header names."""
    found = set()
    for part in header[:2000].split(","):
        text = part.strip().removeprefix("W/").strip('"')
        if text.isascii() and text.isdecimal() and len(text) <= 9:
            found.add(int(text))
    return found
