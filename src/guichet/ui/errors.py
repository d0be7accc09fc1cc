"""Error pages: what happened, what was kept, what to do. Named in config/urls.py as the handlers."""

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from guichet.lib.away import tell, trouble_of
from guichet.lib.logs import route_of
from guichet.ui import unavailable

_PAGES = {403: "403.html", 404: "404.html", 413: "413.html", 429: "429.html"}


def failure(request: HttpRequest, status: int) -> HttpResponse:
    """The page of one status, for views that answer with it themselves."""
    return render(request, _PAGES[status], status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    # The request itself is what could not be read, so nothing of it goes into the page.
    return HttpResponse(render_to_string("400.html"), status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return failure(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return failure(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """An error of ours; or no room, or no database, which is nobody’s mistake and over in a while."""
    error = sys.exception()
    trouble = trouble_of(error)
    if trouble is not None:
        response = unavailable.page(request, trouble=trouble)
        tell(f"{request.method} {route_of(request)}", trouble=trouble, error=error)
        # One line of ours instead of a traceback for each page.
        response._has_been_logged = True  # type: ignore[attr-defined]
        return response
    # Plain text of HTML: whatever broke may be what a context processor needs.
    return HttpResponse(render_to_string("500.html"), status=500)
