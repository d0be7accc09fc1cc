"""The watch over promises: what the watchdog looked at, what it found, and where each thing is mended."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from procrastinate.exceptions import AlreadyEnqueued

from guichet.connectors.models import Webhook
from guichet.desk.forms.watch import WatchMailForm, said_by
from guichet.desk.shell import DeskView
from guichet.notifications.addressing import reachable
from guichet.tickets.models import Ticket
from guichet.ui.toasts import toast
from guichet.watchdog import jobs, rounds
from guichet.watchdog.models import Finding
from guichet.watchdog.wording import BY_KIND, CHECKS
from guichet.watchdog.writing import choice_of, choose

# How many of a kind are listed; the count says the rest.
_SHOWN = 50


class Watch(DeskView):
    """What is promised and not kept, for managers. POST: look now."""

    current = "watch"

    def prepare(self, **kwargs: Any) -> None:
        if not self.person.grants.manages_in:
            raise Http404

    def get(self, request: HttpRequest) -> HttpResponse:
        visible = Finding.objects.visible_to(self.person)
        standing = rounds.standing(visible, now=self.now)
        present = list(visible.present().order_by("kind", "since", "pk"))
        by_kind = {kind: list(found) for kind, found in groupby(present, key=lambda one: one.kind)}
        urls = _urls(present)
        groups = []
        for check in CHECKS:
            found = by_kind.get(check.kind, [])
            groups.append(
                {
                    "check": check,
                    "looked": standing.looked.get(check.kind),
                    "count": len(found),
                    "rows": [_row(one, urls) for one in found[:_SHOWN]],
                    "more": max(len(found) - _SHOWN, 0),
                }
            )
        context = {
            "standing": standing,
            "wrong": [group for group in groups if group["count"]],
            "well": [group for group in groups if not group["count"]],
            "tabs": insight_tabs("watch"),
        }
        return self.page("desk/watch.html", context)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        try:
            with transaction.atomic():
                jobs.look.defer(timestamp=int(self.now.timestamp()))
        except AlreadyEnqueued:
            pass  # Somebody else asked a moment ago.
        toast(request, _("The watchdog is looking. Look again in a moment."), "info")
        return redirect("desk:watch")


class WatchMail(Watch):
    """Whether and when this manager is written to."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._show(WatchMailForm(initial=said_by(choice_of(self.person))))

    def post(self, request: HttpRequest) -> HttpResponseBase:
        form = WatchMailForm(request.POST)
        if not form.is_valid():
            return self._show(form, status=422)
        choose(actor=self.person, **form.chosen)
        toast(request, _("It is kept."))
        return redirect("desk:watch")

    def _show(self, form: WatchMailForm, *, status: int = 200) -> HttpResponse:
        context = {"form": form, "mail_is_on": settings.SMTP is not None, "reachable": reachable([self.person])}
        return self.page("desk/watch_mail.html", context, status=status)


def insight_tabs(current: str) -> list[dict[str, Any]]:
    """What a manager watches, under one entry of the rail."""
    names = (("watch", _("Watch")), ("levels", _("Levels")), ("found_answers", _("Answers found")))
    return [{"label": label, "url": reverse(f"desk:{name}"), "current": name == current} for name, label in names]


def _urls(findings: Iterable[Finding]) -> dict[tuple[str, str], str]:
    """Where each thing is mended; nothing for what has no page."""
    urls: dict[tuple[str, str], str] = {}
    tickets = {one.subject for one in findings if one.subject_type == "ticket" and one.kind != "lost"}
    references = Ticket.objects.filter(pk__in=tickets).values_list("pk", "reference")
    for pk, reference in references:
        urls["ticket", str(pk)] = reverse("desk:ticket", args=[reference])
    webhooks = {one.subject for one in findings if one.subject_type == "webhook"}
    for pk, desk in Webhook.objects.filter(pk__in=webhooks).values_list("pk", "organisation__slug"):
        urls["webhook", str(pk)] = reverse("desk:settings:webhook", args=[desk, pk])
    for one in findings:
        if one.subject_type == "contact":
            urls["contact", one.subject] = reverse("desk:contact", args=[int(one.subject)])
        elif one.subject_type in _PAGES:
            urls[one.subject_type, one.subject] = reverse(_PAGES[one.subject_type])
    return urls


_PAGES = {"outgoing": "desk:sent", "visit": "desk:counter", "appointment": "desk:appointments"}


def _row(finding: Finding, urls: dict[tuple[str, str], str]) -> dict[str, Any]:
    return {
        "finding": finding,
        "url": urls.get((finding.subject_type, finding.subject), ""),
        "says": BY_KIND[finding.kind].tell(finding.detail),
    }
