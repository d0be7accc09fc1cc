"""Today's policies applied to open tickets: what would change, the word to do it, its progress, and what was done."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from guichet.desk import charts
from guichet.desk.settings.base import SettingsView
from guichet.desk.settings.forms.applications import ApplicationForm
from guichet.desk.settings.forms.base import told_minutes
from guichet.lib import moments
from guichet.lib.errors import Refused
from guichet.lib.paging import page as keyset_page
from guichet.sla.models import Measure
from guichet.tickets import applications
from guichet.tickets.applying import STAYS, mark_of
from guichet.tickets.jobs import apply_policies, plan_application
from guichet.tickets.models import How, PlannedChange, PolicyApplication, Ticket

SIZE = 50
_BUSY = frozenset({"planning", "applying"})
_LONG = timedelta(days=2)


class Applications(SettingsView):
    """What was applied before; the button that works out what it would change now."""

    section = "service_levels"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        rows = PolicyApplication.objects.filter(organisation=self.desk, begun_at__isnull=False).select_related("by")
        found = keyset_page(rows, order=("-begun_at", "-id"), cursor=request.GET.get("cursor", ""), size=SIZE)
        here = self.link("applications")
        context = {
            "title": _("Applied to open tickets"),
            "trail": [*self.trail(), (_("Applied to open tickets"), "")],
            "entries": [{"application": row, "url": self.link("application", row.pk)} for row in found.items],
            "more_url": f"{here}?cursor={found.next_cursor}" if found.next_cursor else "",
        }
        return self.page("settings/applications.html", context)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Work out what would change. Nothing does."""
        try:
            made = applications.ask(
                desk=self.desk, later=lambda pk: plan_application.defer(application=pk), **self.by()
            )
        except Refused as refusal:
            return self.refused(refusal, to=self.link("applications"))
        return redirect(self.link("application", made.pk))


class ApplicationPage(SettingsView):
    """One application, in whatever state it is."""

    section = "service_levels"
    row: PolicyApplication

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        rows = PolicyApplication.objects.select_related("by", "organisation")
        found = rows.filter(organisation=self.desk, pk=kwargs["pk"]).first()
        if found is None:
            raise Http404
        self.row = found

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        return self.show(ApplicationForm(desk=self.desk))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        form = ApplicationForm(request.POST, desk=self.desk)
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            applications.begin(
                self.row,
                reason=form.cleaned_data["reason"],
                later=lambda pk: apply_policies.defer(application=pk),
                **self.by(),
            )
        except Refused as refusal:
            form.refuse(refusal)
            return self.show(form, status=refusal.status)
        return redirect(self.link("application", self.row.pk))

    def show(self, form: ApplicationForm, *, status: int = 200) -> HttpResponse:
        row = self.row
        title = _("Applied to open tickets") if row.begun_at else _("Apply to open tickets")
        context: dict[str, Any] = {
            "title": title,
            "trail": [*self.trail(), (title, "")],
            "application": row,
            "form": form,
            "busy": row.state in _BUSY,
            "ask_url": self.link("applications"),
            "service_levels_url": self.link("service_levels"),
        }
        if row.state in _BUSY:
            whole, done = (row.touched, row.handled) if row.begun_at else (row.tickets, row.looked)
            context |= {"share": 100 * done // whole if whole else 0, "whole": whole, "done": done}
        else:
            context |= self._result()
            if getattr(self.request, "htmx", False) and "cursor" in self.request.GET:
                return self.fragment("settings/parts/application_rows.html", context)
        return self.page("settings/application.html", context, status=status)

    def _result(self) -> dict[str, Any]:
        counts = applications.counts(self.row)
        how = self.request.GET.get("how", "")
        rows: QuerySet[PlannedChange] = self.row.changes.filter(ticket__in=Ticket.objects.at_desk_of(self.person))
        if self.row.begun_at:
            rows = rows.filter(done_at__isnull=False)
        if how in How.values:
            rows = rows.filter(how=how)
        shown = rows.select_related("ticket").only(
            "measure", "how", "was", "due", "at", "application", "ticket__reference", "ticket__title",
            "ticket__severity",
        )  # fmt: skip
        found = keyset_page(shown, order=("at", "id"), cursor=self.request.GET.get("cursor", ""), size=SIZE)
        here = self.link("application", self.row.pk)
        more = {"cursor": found.next_cursor, **({"how": how} if how in How.values else {})}
        return {
            "picture": picture(counts),
            "hows": [each for each in How if any(each.value in own for own in counts.values())],
            "tabs": tabs(counts, how=how, here=here),
            "stays": {why: self.row.stays.get(why, 0) for why in STAYS},
            "rows": [told(change) for change in found.items],
            "more_url": f"{here}?{urlencode(more)}#changes" if found.next_cursor else "",
            "outdated": self.row.state == "ready" and self.row.terms != mark_of(self.desk),
            "unneeded": self.row.touched - _changed(self.row) if self.row.finished_at else 0,
            "changed": _changed(self.row) if self.row.finished_at else self.row.touched,
        }


def _changed(row: PolicyApplication) -> int:
    return row.changes.filter(done_at__isnull=False).order_by().values("ticket").distinct().count()


def picture(counts: dict[str, dict[str, int]]) -> list[dict[str, Any]]:
    """A bar for each measure, as long as it has promises that change, cut by what becomes of them; and in words."""
    most = max((sum(own.values()) for own in counts.values()), default=1)
    drawn = []
    for measure in Measure:
        own = counts.get(measure.value, {})
        at, parts = 0.0, []
        for how in How:
            number = own.get(how.value, 0)
            if number:
                width = 100 * number / most
                parts.append({"how": how.value, "label": how.label, "count": number, "x": charts.length(at),
                              "width": charts.length(max(width - 0.4, 0.4))})  # fmt: skip
                at += width
        if parts:
            drawn.append({"label": measure.label, "parts": parts})
    return drawn


def tabs(counts: dict[str, dict[str, int]], *, how: str, here: str) -> list[dict[str, Any]]:
    """All, and each of what becomes of promises where there is any."""
    sums = {each: sum(own.get(each.value, 0) for own in counts.values()) for each in How}
    made = [
        {
            "label": pgettext("promises", "All"),
            "url": f"{here}#changes",
            "current": how not in How.values,
            "count": sum(sums.values()),
        }
    ]
    return made + [
        {"label": each.label, "url": f"{here}?how={each.value}#changes", "current": how == each.value, "count": number}
        for each, number in sums.items()
        if number or how == each.value
    ]


def told(change: PlannedChange) -> dict[str, Any]:
    """A line of the list: what was due when, and when it is."""
    return {"change": change, "was": _moment(change.was), "due": _moment(change.due), "shift": shift(change)}


def _moment(at: datetime | None) -> str:
    zone = timezone.get_current_timezone()
    return moments.spoken(at=at, zone=zone, language=get_language() or "fr") if at else ""


def shift(change: PlannedChange) -> str:
    """“5 h later”: how far a promise moves, by the clock on the wall."""
    if change.was is None or change.due is None or change.how == How.SAME:
        return str(How(change.how).label)
    moved = abs(change.due - change.was)
    minutes = max(1, round(moved.total_seconds() / 60))
    length = told_minutes(round(moved / timedelta(days=1)) * 1440 if moved >= _LONG else minutes)
    return (_("%(length)s later") if change.how == How.LATER else _("%(length)s earlier")) % {"length": length}
