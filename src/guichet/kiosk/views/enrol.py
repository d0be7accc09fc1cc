"""Making a machine the kiosk of a venue: a code, typed once."""

from __future__ import annotations

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from guichet.kiosk.machine import keep_key, kept_by_nobody
from guichet.lib.errors import Refused
from guichet.walkup import enrolment
from guichet.walkup.models import DeviceKind

# Wrong codes are counted as wrong passwords are, under this name.
_AS = {"username": "kiosk"}


@require_http_methods(["GET", "HEAD", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request)
    if not AxesProxyHandler.is_allowed(request, _AS):
        minutes = round(settings.AXES_COOLOFF_TIME * 60)
        return kept_by_nobody(render(request, "kiosk/too_many_codes.html", {"minutes": minutes}, status=429))
    typed = request.POST.get("code", "")[:40]
    try:
        device, key = enrolment.enrol(typed, now=timezone.now())
    except Refused as refused:
        AxesProxyHandler.user_login_failed(sender=enrol, credentials=_AS, request=request)
        return _page(request, typed=typed, error=str(refused.message), status=422)
    response = redirect("kiosk:board_of_machine" if device.kind == DeviceKind.BOARD else "kiosk:home")
    keep_key(response, key, secure=request.is_secure())
    return kept_by_nobody(response)


def _page(request: HttpRequest, *, typed: str = "", error: str = "", status: int = 200) -> HttpResponse:
    return kept_by_nobody(render(request, "kiosk/enrol.html", {"typed": typed, "error": error}, status=status))
