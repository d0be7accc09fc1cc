"""Where somebody goes whose session is over: to sign in, and from there back to the page that they had before them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme


def sign_in_first(request: HttpRequest, *, otherwise: str) -> HttpResponse:
    """`otherwise` is where to go after a form whose page is not known."""
    htmx: Any = getattr(request, "htmx", None)
    if htmx:
        # A page that only refreshes itself stays as it is: what is being typed there must not go.
        if request.headers.get("X-Background"):
            return HttpResponse(status=204)
        # Followed by a script, a redirect would put the sign-in page where the form was.
        target = redirect_to_login(htmx.current_url_abs_path or otherwise)["Location"]
        return HttpResponse(status=401, headers={"HX-Redirect": target})
    if request.method in {"GET", "HEAD"}:
        return redirect_to_login(request.get_full_path())
    return redirect_to_login(_page_before(request) or otherwise)


def _page_before(request: HttpRequest) -> str:
    """The path of the page that a form was on; "" when the browser doesn't say, or says another site's."""
    page = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}):
        return ""
    parts = urlsplit(page)
    return parts.path + (f"?{parts.query}" if parts.query else "")
