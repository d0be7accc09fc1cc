"""Searching at once one's own tickets, the articles, the decision trees and the training sessions."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from guichet.lib import references
from guichet.lib.errors import Refused
from guichet.lib.text import one_line
from guichet.people.middleware import PersonRequest
from guichet.people.models import Grants, Person, RoleKind
from guichet.portal.frame import page, signed_in
from guichet.search.asking import Hit, ask
from guichet.search.line import parse
from guichet.tickets.models import Ticket

_SIZE, _LONGEST, _LONGEST_REFERENCE = 20, 200, 40
# What one is to one's own organisation rather than to a desk.
_OUTSIDE = frozenset({str(RoleKind.CONTACT), str(RoleKind.APPROVER)})
# What a requester finds: for each kind its name, its icon and where it opens.
LOOKS: dict[str, tuple[Promise, str, Callable[[Hit], str]]] = {
    "ticket": (
        gettext_lazy("My tickets"),
        "ticket",
        lambda hit: reverse("portal:ticket", args=[hit.shown.reference]),
    ),
    "article": (
        gettext_lazy("Articles"),
        "book-open",
        lambda hit: reverse("portal:article", args=[hit.shown.reference]),
    ),
    "tree": (
        gettext_lazy("Step by step"),
        "workflow",
        lambda hit: f"{reverse('portal:guides')}#tree-{hit.subject}",
    ),
    "session": (
        gettext_lazy("Training"),
        "graduation-cap",
        lambda hit: reverse("portal:session", args=[hit.subject]),
    ),
}


@signed_in
@require_safe
def search(request: PersonRequest) -> HttpResponseBase:
    """The field, and what it finds; a reference opens its ticket."""
    text = one_line(request.GET.get("q", ""))[:_LONGEST]
    reference = references.parse(text) if len(text) <= _LONGEST_REFERENCE else None
    if reference and Ticket.objects.own_of(request.person).filter(reference=reference).exists():
        return redirect("portal:ticket", reference=reference)
    return _found(request, text) if text else page(request, "portal/search.html", {"text": ""})


def _found(request: PersonRequest, text: str) -> HttpResponseBase:
    line, kind = parse(text), request.GET.get("kind", "")
    kind = kind if kind in LOOKS else ""
    try:
        found = ask(
            line,
            person=_as_requester(request.person),
            kinds=[kind] if kind else list(LOOKS),
            after=request.GET.get("cursor", ""),
            size=_SIZE,
        )
    except Refused:
        # A link from before, or a made-up one: the first page is what is left of it.
        return redirect(_url(text, kind=kind))
    tabs = [("", _("Everything"), "search"), *((name, look[0], look[1]) for name, look in LOOKS.items())]
    context: dict[str, Any] = {
        "text": text,
        "kind": kind,
        "rows": [_row(hit) for hit in found.hits],
        "corrected": found.corrected,
        "as_words": line.as_words,
        "left_aside": [part for part in found.not_understood if part not in line.as_words],
        "next_url": _url(text, kind=kind, cursor=found.next) if found.next else "",
        "tabs": [
            {"label": label, "icon": icon, "url": _url(text, kind=name), "current": name == kind}
            for name, label, icon in tabs
        ],
    }
    return page(request, "portal/search.html", context)


def _as_requester(person: Person) -> Person:
    """Here whoever works at a desk too finds what they follow themselves; the desk has its own search."""
    roles = {place: kinds & _OUTSIDE for place, kinds in person.grants.roles.items()}
    alone = copy(person)
    alone.__dict__["grants"] = Grants(roles=roles, teams=frozenset())
    return alone


def _row(hit: Hit) -> dict[str, Any]:
    label, icon, url = LOOKS[hit.findable.name]
    return {"hit": hit, "kind": label, "icon": icon, "url": url(hit)}


def _url(text: str, *, kind: str = "", cursor: str = "") -> str:
    query = {key: value for key, value in (("q", text), ("kind", kind), ("cursor", cursor)) if value}
    return f"{reverse('portal:search')}?{urlencode(query)}"
