"""Only on a machine that was enrolled. Its cookie is sent to the kiosk's addresses alone, and opens nothing else."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from guichet.walkup import enrolment
from guichet.walkup.models import Device

PATH = "/kiosk/"
_YEARS = 10 * 365 * 24 * 3600
View = Callable[..., HttpResponse]


class MachineRequest(HttpRequest):
    """A request of an enrolled machine, in its venue's time zone."""

    device: Device


def of_machine(*, data: bool = False) -> Callable[[View], View]:
    """Lets a machine in whose key holds now: a revoked one is refused at its next request. `data`: it is a script."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            now = timezone.now()
            device = enrolment.device_of(request.COOKIES.get(enrolment.COOKIE, ""), now=now)
            if device is None:
                return kept_by_nobody(_refuse(request, data=data))
            request.device = device  # type: ignore[attr-defined]
            with timezone.override(device.venue.organisation.time_zone):
                return kept_by_nobody(view(request, *args, **kwargs))

        return guarded

    return guard


def _refuse(request: HttpRequest, *, data: bool) -> HttpResponse:
    if data:
        return JsonResponse({"error": "unknown_machine"}, status=401)
    return render(request, "kiosk/unknown_machine.html", status=403)


def kept_by_nobody(response: HttpResponse) -> HttpResponse:
    """Neither by the browser nor on the way: the next person must not come back to it."""
    response["Cache-Control"] = "private, no-store"
    return response


def keep_key(response: HttpResponse, key: str, *, secure: bool) -> None:
    response.set_cookie(
        enrolment.COOKIE, key, max_age=_YEARS, path=PATH, httponly=True, samesite="Strict", secure=secure
    )
