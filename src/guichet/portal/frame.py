"""What surrounds every portal page: who is signed in, the ways around, the number to call."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from guichet.people.middleware import PersonRequest
from guichet.people.models import Person
from guichet.ui.entry import sign_in_first

View = Callable[..., HttpResponseBase]


def signed_in(view: View) -> View:
    """Only for someone who is signed in; others sign in first and come back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if getattr(request, "person", None) is None:
            return sign_in_first(request, otherwise=reverse("portal:home"))
        return view(request, *args, **kwargs)

    return guarded


def page(
    request: PersonRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """`template` in the portal's frame."""
    return render(request, template, {**frame(request), **(context or {})}, status=status)


def frame(request: PersonRequest) -> dict[str, Any]:
    """A visitor who has not signed in has neither tickets nor an account."""
    person: Person | None = request.person
    if person is None:
        return {"now": timezone.now(), "home_url": reverse("portal:articles"), "portal_nav": _visitors_nav()}
    number = hotline(person)
    return {
        "now": timezone.now(),
        "home_url": reverse("portal:home"),
        "portal_nav": _nav(request.path),
        "account": _account(person),
        "hotline": number,
        "hotline_url": "tel:" + "".join(c for c in number if c in "+0123456789"),
        "status_url": reverse("status", args=[person.organisation.desk.slug]),
        "live_topics": f"person:{person.pk} outages:{person.organisation.desk.pk} outages_of:{person.organisation_id}",
    }


def hotline(person: Person) -> str:
    """The number of the desk that serves the person; "" when it has none."""
    return person.organisation.desk.phone


def _nav(path: str) -> list[dict[str, Any]]:
    home, tickets = reverse("portal:home"), reverse("portal:tickets")
    articles, sessions = reverse("portal:articles"), reverse("portal:sessions")
    asking = path == home or path.startswith(reverse("portal:new"))
    return [
        {"label": _("Ask for help"), "icon": "message-circle-plus", "url": home, "current": asking},
        {"label": _("My tickets"), "icon": "ticket", "url": tickets, "current": path.startswith(tickets)},
        {"label": _("Answers"), "icon": "book-open", "url": articles, "current": path.startswith(articles)},
        {"label": _("Training"), "icon": "graduation-cap", "url": sessions, "current": path.startswith(sessions)},
    ]


def _visitors_nav() -> list[dict[str, Any]]:
    return [
        {"label": _("Answers"), "icon": "book-open", "url": reverse("portal:articles"), "current": True},
        {"label": _("Sign in"), "icon": "log-in", "url": reverse("sign_in"), "current": False},
    ]


def _account(person: Person) -> dict[str, Any]:
    links = [
        {"label": _("News"), "icon": "bell", "url": reverse("portal:news")},
        {"label": _("My profile"), "icon": "user-round", "url": reverse("portal:account")},
    ]
    links.append({"label": _("API tokens"), "icon": "key-round", "url": "/tokens/"})
    if person.grants.at_desk:
        links.append({"label": _("Go to the desk"), "icon": "inbox", "url": "/desk/"})
    return {
        "name": person.name,
        "detail": person.organisation.name,
        "links": links,
        "sign_out_url": reverse("sign_out"),
    }
