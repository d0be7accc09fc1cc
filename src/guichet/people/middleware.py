"""Puts the person behind the account on the request, with their language and time zone in force."""

import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from guichet.people.models import Account, Person

Handler = Callable[[HttpRequest], HttpResponse]
LANGUAGES = ("fr", "en")
PROGRAMS = "/api/"
LANGUAGE_COOKIE = "guichet_language"


class PersonRequest(HttpRequest):
    """A request that someone signed in to make."""

    person: Person


def person(get_response: Handler) -> Handler:
    def middleware(request: HttpRequest) -> HttpResponse:
        # Programs show a token there, and whoever is signed in beside counts for nothing.
        by_token = request.path_info.startswith(PROGRAMS)
        someone = request.user.person if not by_token and isinstance(request.user, Account) else None
        request.person = someone  # type: ignore[attr-defined]
        # French first, whatever the browser prefers; English by choice.
        language = request.COOKIES.get(LANGUAGE_COOKIE) or (someone.language if someone else "fr")
        translation.activate(language if language in LANGUAGES else "fr")
        request.LANGUAGE_CODE = translation.get_language()
        try:
            with timezone.override(zone_of(someone)):
                response = get_response(request)
        finally:
            translation.deactivate()
        if someone is not None and "Cache-Control" not in response:
            # A shared browser's back button must not bring back what was read before signing out.
            response["Cache-Control"] = "private, no-store"
        return response

    return middleware


def zone_of(person: Person | None) -> zoneinfo.ZoneInfo | None:
    """The zone times are shown in; None (the installation's) for strangers and unknown names."""
    name = (person.time_zone or person.organisation.time_zone) if person else ""
    try:
        return zoneinfo.ZoneInfo(name) if name else None
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return None
