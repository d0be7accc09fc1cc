"""The settings' own table of contents, in the order in which one sets up a new desk."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from guichet.people.models import Organisation

# Section → URL name, label, icon; in groups.
GROUPS: tuple[tuple[Any, tuple[tuple[str, Any, str], ...]], ...] = (
    (
        _("The desk"),
        (
            ("organisation", _("Our organisation"), "building-2"),
            ("calendars", _("Calendars"), "calendar-clock"),
            ("levels", _("Levels"), "layers"),
        ),
    ),
    (
        _("Who treats"),
        (
            ("people", _("People"), "users"),
            ("skills", _("Skills"), "award"),
            ("teams", _("Teams"), "users-round"),
        ),
    ),
    (
        _("For whom"),
        (
            ("clients", _("Clients"), "handshake"),
            ("sites", _("Places"), "map-pin"),
        ),
    ),
    (
        _("How grave, how fast"),
        (
            ("severity", _("Severity matrix"), "grid-3x3"),
            ("service_levels", _("Service levels"), "alarm-clock"),
            ("policies", _("Response policies"), "reply"),
        ),
    ),
    (
        _("What one can ask"),
        (
            ("services", _("Services"), "server"),
            ("categories", _("Categories"), "folder-tree"),
            ("request_types", _("Request types"), "package"),
        ),
    ),
    (
        _("Where one comes"),
        (("venues", _("Venues"), "store"),),
    ),
    (
        _("How work flows"),
        (
            ("rules", _("Routing rules"), "split"),
            ("suggestions", _("Suggestions"), "sparkles"),
            ("mailboxes", _("Mailboxes"), "mailbox"),
            ("macros", _("Canned texts"), "message-square-quote"),
            ("trees", _("Decision trees"), "workflow"),
        ),
    ),
    (
        _("Other programs"),
        (("webhooks", _("Webhooks"), "webhook"),),
    ),
)
LABELS = {name: label for _group, entries in GROUPS for name, label, _icon in entries}


def link(name: str, desk: Organisation, *args: Any) -> str:
    return reverse(f"desk:settings:{name}", args=[desk.slug, *args])


def contents(desk: Organisation, *, current: str) -> list[dict[str, Any]]:
    """The groups with their links, for the menu beside every page."""
    return [
        {
            "label": group,
            "entries": [
                {"label": label, "icon": icon, "url": link(name, desk), "current": name == current}
                for name, label, icon in entries
            ],
        }
        for group, entries in GROUPS
    ]
