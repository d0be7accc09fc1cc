"""Gives out the status page as it was written: without signing in, without the database, whatever else is down."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from guichet.people.middleware import LANGUAGE_COOKIE
from guichet.portal import status

Handler = Callable[[HttpRequest], HttpResponse]
_NAMES = frozenset({"status", "status_file"})


@require_safe
def page(request: HttpRequest, desk: str, name: str = "") -> HttpResponse:
    """A file of the desk's; 404 where it has none. Without a name: in the language that the reader chose before."""
    chosen = request.COOKIES.get(LANGUAGE_COOKIE)
    name = name or (f"{chosen}.html" if chosen in status.LANGUAGES else "index.html")
    content_type = status.FILES.get(name)
    if content_type is None:
        return _nothing()
    path = status.folder(desk) / name
    try:
        body, written = path.read_bytes(), path.stat().st_mtime
    except OSError:
        return _nothing()
    return _public(HttpResponse(body, content_type=content_type, headers={"Last-Modified": http_date(written)}))


def without_database(get_response: Handler) -> Handler:
    """Middleware before those that ask who somebody is: the status page must not wait for that."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/status/"):
            try:
                match = resolve(request.path_info)
            except Resolver404:
                return get_response(request)
            if match.url_name in _NAMES and not match.namespace:
                answer: HttpResponse = match.func(request, *match.args, **match.kwargs)
                return answer
        return get_response(request)

    return middleware


def _nothing() -> HttpResponse:
    text = "Cette page d’état n’existe pas.\nThere is no such status page.\n"
    return _public(HttpResponse(text, status=404, content_type="text/plain; charset=utf-8"))


def _public(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "public, max-age=15"
    answer["Vary"] = "Cookie"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = (
        f"default-src 'none'; style-src {status.style_source()}; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    )
    if answer["Content-Type"] == status.FILES["status.json"]:
        # It tells no secret: other pages may show how we stand.
        answer["Access-Control-Allow-Origin"] = "*"
    return answer
