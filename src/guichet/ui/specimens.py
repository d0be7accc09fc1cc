"""Values for the living page: invented, true to life, in the reader's language."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _


def context(*, now: datetime) -> dict[str, object]:
    return {
        "tab_items": [
            {"label": _("Mine"), "url": "#tabs", "count": 7, "current": True},
            {"label": _("My team"), "url": "#tabs", "count": 23},
            {"label": _("Without owner"), "url": "#tabs", "count": 0},
            {"label": _("On hold"), "url": "#tabs"},
        ],
        "crumbs": [(_("Tickets"), "#"), ("G-7K4M2", "")],
        "missing": [_("the place"), _("the exact message")],
        "rows": _rows(now),
        "files": [
            {"name": "capture-2026-11-24.png", "url": "#", "size": 184320, "remove_url": "#"},
            {"name": "journal.txt", "url": "#", "size": 2048},
        ],
        "severities": ["S1", "S2", "S3", "S4", "S5"],
        "states": ["new", "open", "hold", "resolved", "closed", "cancelled", "merged"],
        "levels": ["N0", "N1", "N2", "N3", "N4"],
        "grounds": ["ground", "surface", "raised", "sunken", "hover", "selected", "note-ground"],
        "inks": ["ink", "ink-2", "ink-3", "link", "accent", "danger", "warn", "ok", "info"],
        "softs": ["accent-soft", "new-soft", "open-soft", "hold-soft", "resolved-soft", "closed-soft",
                  "info-soft", "ok-soft", "warn-soft", "danger-soft"],
        "sizes": ["3xl", "2xl", "xl", "lg", "md", "sm", "xs"],
        "spaces": [1, 2, 3, 4, 5, 6, 7, 8],
    }  # fmt: skip


def _rows(now: datetime) -> list[dict[str, object]]:
    return [
        {"ref": "G-7K4M2", "severity": "S1", "state": "open", "title": _("Nobody can sign in on the Laval campus"),
         "who": "Maxime Tremblay", "meta": _("Network · 212 people affected"), "what": _("Restart the directory"),
         "due": now + timedelta(minutes=14), "priority": 1, "level": "N3"},
        {"ref": "G-3RT9C", "severity": "S2", "state": "open", "title": _("The payroll software closes when printing"),
         "who": "Sophie Gagnon", "meta": _("Applications · accounting"), "what": _("First answer"),
         "due": now - timedelta(minutes=35), "priority": 2, "level": "N2"},
        {"ref": "G-Q2HX8", "severity": "S3", "state": "hold", "title": _("The projector of room B-214 stays black"),
         "who": "Amélie Bouchard", "meta": _("Audiovisual · waiting for a part"), "what": _("Fit the lamp"),
         "due": now + timedelta(hours=27), "priority": 3, "level": "N1"},
        {"ref": "G-9WD5F", "severity": "S4", "state": "new", "title": _("Access to the shared drive of the library"),
         "who": "Karim Benali", "meta": _("Request · access"), "what": _("Ask for the approval"),
         "due": now + timedelta(days=3), "priority": None, "level": "N1"},
        {"ref": "G-5LP1V", "severity": "S5", "state": "resolved", "title": _("Which browser do you recommend?"),
         "who": "Chloé Lefebvre", "meta": _("Information"), "what": _("For the requester to check"),
         "due": now + timedelta(days=5), "priority": None, "level": "N0"},
    ]  # fmt: skip


def frame(name: str) -> dict[str, object]:
    account = {"name": "Nadia Roy", "detail": _("Service desk · N1"), "sign_out_url": "#",
               "links": [{"label": _("My profile"), "icon": "user-round", "url": "#"}]}  # fmt: skip
    if name == "desk":
        return {
            "account": account, "new_ticket_url": "#new", "alerts_url": "#alerts", "alerts_count": 3,
            "rail": [
                {"label": _("Work"), "icon": "inbox", "url": "#", "current": True, "key": "g w", "count": 7},
                {"label": _("Tickets"), "icon": "ticket", "url": "#tickets", "key": "g t"},
                {"label": _("Insight"), "icon": "chart-no-axes-column", "url": "#insight", "key": "g i"},
                {"label": _("Settings"), "icon": "settings-2", "url": "#settings", "key": "g s", "at_end": True},
            ],
        }  # fmt: skip
    if name == "portal":
        return {"account": account, "portal_nav": [
            {"label": _("Ask for help"), "icon": "message-circle-plus", "url": "#", "current": True},
            {"label": _("My tickets"), "icon": "ticket", "url": "#mine"},
        ]}  # fmt: skip
    return {}
