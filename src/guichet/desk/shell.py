"""The frame of every desk page: who may enter, the rail, the bell, the account menu."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views import View

from guichet.lib.errors import Refused
from guichet.notifications.tell import unread
from guichet.people.models import Person
from guichet.ui.entry import sign_in_first


class DeskView(View):
    """A page of the desk. Strangers sign in; whoever does not work at a desk finds nothing here."""

    person: Person
    now: datetime
    # The rail's entry that the page belongs to.
    current = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        person: Person | None = getattr(request, "person", None)
        if person is None:
            return sign_in_first(request, otherwise=reverse("desk:work"))
        if not person.grants.at_desk:
            raise Http404
        self.person = person
        self.now = timezone.now()
        try:
            self.prepare(**kwargs)
            return super().dispatch(request, *args, **kwargs)
        except Refused as refusal:
            # An action's refusal that the view had no better place for.
            return self.page("desk/refused.html", {"refusal": refusal}, status=refusal.status)

    def prepare(self, **kwargs: Any) -> None:
        """Find what the URL names, before any method runs; 404 when the person may not see it."""

    def by(self) -> dict[str, Any]:
        """Who does it and when: what every action takes."""
        return {"actor": self.person, "now": self.now}

    @property
    def is_htmx(self) -> bool:
        return bool(getattr(self.request, "htmx", False))

    def page(
        self, template: str, context: Mapping[str, Any], *, status: int = 200, alerts: int | None = None
    ) -> HttpResponse:
        shown = {**frame(self.request, person=self.person, current=self.current, alerts=alerts), "now": self.now}
        return render(self.request, template, {**shown, **context}, status=status)

    def fragment(self, template: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
        return render(self.request, template, {"now": self.now, "person": self.person, **context}, status=status)


class TreatingView(DeskView):
    """For whoever treats a desk’s tickets; others, such as a provider’s technician, find nothing there."""

    def prepare(self, **kwargs: Any) -> None:
        if not self.person.grants.treats_in:
            raise Http404


def frame(request: HttpRequest, *, person: Person, current: str, alerts: int | None = None) -> dict[str, Any]:
    """What `ui/desk_base.html` needs. `current` is the rail entry; `alerts` the unread news where already counted."""
    return {
        "person": person,
        "rail": rail(person, current=current),
        "home_url": reverse("desk:work"),
        "search_url": reverse("desk:search"),
        "palette_source": reverse("desk:search"),
        "new_ticket_url": reverse("desk:new_ticket"),
        "alerts_url": reverse("desk:alerts"),
        "alerts_count": unread(person) if alerts is None else alerts,
        "live_topics": " ".join([f"person:{person.pk}", *(f"desk:{pk}" for pk in sorted(person.grants.treats_in))]),
        "account": {
            "name": person.name,
            "detail": person.organisation.name,
            "sign_out_url": reverse("sign_out"),
            "links": [
                {"label": _("My own requests"), "icon": "life-buoy", "url": "/help/"},
                {"label": _("API tokens"), "icon": "key-round", "url": "/tokens/"},
            ],
        },
    }


def rail(person: Person, *, current: str) -> list[dict[str, Any]]:
    """The entries that the person's role uses."""
    entries: list[dict[str, Any]] = [
        {"name": "work", "label": _("Work"), "icon": "inbox", "key": "g w", "url": reverse("desk:work")},
        {"name": "tickets", "label": _("Tickets"), "icon": "ticket", "key": "g t", "url": reverse("desk:tickets")},
    ]
    if person.grants.treats_in:
        entries.append(
            {
                "name": "counter",
                "label": _("Counter"),
                "icon": "concierge-bell",
                "key": "g u",
                "url": reverse("desk:counter"),
            }
        )
        entries.append(
            {"name": "problems", "label": _("Problems"), "icon": "bug", "key": "g p", "url": reverse("desk:problems")}
        )
        entries.append(
            {
                "name": "articles",
                "label": _("Articles"),
                "icon": "book-open",
                "key": "g k",
                "url": reverse("desk:articles"),
            }
        )
        entries.append(
            {
                "name": "training",
                "label": _("Training"),
                "icon": "graduation-cap",
                "key": "g f",
                "url": reverse("desk:training"),
            }
        )
        entries.append(
            {"name": "contacts", "label": _("Contacts"), "icon": "mails", "key": "g c", "url": reverse("desk:contacts")}
        )
    if person.grants.manages_in:
        entries.append(
            {
                "name": "watch",
                "label": pgettext("rail", "Insight"),
                "icon": "shield-check",
                "key": "g v",
                "url": reverse("desk:watch"),
            }
        )
        entries.append(
            {
                "name": "settings",
                "label": _("Settings"),
                "icon": "settings",
                "key": "g s",
                "url": reverse("desk:work") + "settings/",
                "at_end": True,
            }
        )
    return [{**entry, "current": entry["name"] == current} for entry in entries]
