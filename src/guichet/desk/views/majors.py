"""Major incidents at the desk: the list, declaring one from a critical ticket, and its room."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from guichet.desk.forms import majors as forms
from guichet.desk.forms.base import VerbForm
from guichet.desk.shell import TreatingView
from guichet.desk.views.base import TicketVerb
from guichet.desk.views.problems import problems_tabs
from guichet.lib.models import Outgoing
from guichet.lib.paging import page as keyset_page
from guichet.notifications import of_majors
from guichet.notifications.sent import NEEDLESS
from guichet.notifications.tell import mark_read
from guichet.tickets import major, major_people, policies
from guichet.tickets.major_story import story
from guichet.tickets.models import MajorAudience, MajorIncident, MajorState, Severity
from guichet.tickets.models.major import parse
from guichet.ui.toasts import toast

_SIZE = 30
_TICKETS_SHOWN = 100
_PROPOSED_SHOWN = 10
_TABS = {
    "running": gettext_lazy("Running"),
    "restored": gettext_lazy("To be reviewed"),
    "closed": pgettext_lazy("major incidents", "Closed"),
}


class MajorsView(TreatingView):
    """Whoever treats a desk's tickets sees its major incidents; a provider's technician doesn't."""

    current = "problems"


class Majors(MajorsView):
    def get(self, request: HttpRequest) -> HttpResponse:
        here = MajorIncident.objects.at_desk_of(self.person)
        states = {row["state"]: row["n"] for row in here.order_by().values("state").annotate(n=Count("pk"))}
        usual = next((s for s in ("running", "restored") if states.get(s)), "running")
        wanted = request.GET.get("show", usual)
        state = wanted if wanted in MajorState.values else usual
        found = keyset_page(
            here.filter(state=state).select_related("lead").defer("what_happened", "cause"),
            order=("-declared_at", "-id"),
            cursor=request.GET.get("cursor", ""),
            size=_SIZE,
        )
        people = major_people.counts(found.items)
        address = f"{reverse('desk:majors')}?show={state}"
        context: dict[str, Any] = {
            "majors": [{"major": m, "people": people[m.pk]} for m in found.items],
            "more_url": f"{address}&cursor={found.next_cursor}" if found.next_cursor else "",
        }
        if self.is_htmx and "cursor" in request.GET:
            return self.fragment("desk/majors/rows.html", context)
        tabs = [
            {
                "label": label,
                "url": f"{reverse('desk:majors')}?show={key}",
                "current": key == state,
                "count": states.get(key) if key != "closed" else None,
            }
            for key, label in _TABS.items()
        ]
        proposed = major_people.proposed(self.person).select_related("organisation").order_by("-opened_at")
        context["views"] = problems_tabs("majors")
        context |= {"tabs": tabs, "state": state, "list_url": address, "proposed": proposed[:_PROPOSED_SHOWN]}
        return self.page("desk/majors/list.html", context)


class Declare(TicketVerb):
    """From a critical ticket: one form, and it runs."""

    title = gettext_lazy("Run it as a major incident")
    button = gettext_lazy("Run it")
    icon = "siren"
    form_class = forms.DeclareForm
    template = "desk/majors/declare.html"
    done = gettext_lazy("The major incident runs. Give the first news soon.")
    made: MajorIncident

    @property
    def draft(self) -> str:
        return self.request.path

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        if self.ticket.desk_id not in self.person.grants.treats_in:
            raise Http404

    def impossible(self) -> str:
        return "" if self.ticket.severity == Severity.S1 else _("Only a critical ticket is run as a major incident.")

    def act(self, form: VerbForm) -> None:
        assert isinstance(form, forms.DeclareForm)
        self.made = major.declare(
            self.ticket,
            words=form.words,
            touched=form.touched,
            **{name: form.cleaned_data[name] for name in ("lead", "audience", "started_at", "update_minutes")},
            **self.by(),
        )

    def succeeded(self, told: str) -> HttpResponseBase:
        toast(self.request, told)
        return redirect("desk:major", self.made.reference)


class MajorView(MajorsView):
    """One of them; what is done to it is a resource under it."""

    major: MajorIncident

    def prepare(self, **kwargs: Any) -> None:
        super().prepare()
        canonical = parse(kwargs["major"]) if len(kwargs["major"]) <= 40 else None
        found = MajorIncident.objects.at_desk_of(self.person).filter(reference=canonical or "")
        row = found.select_related("desk", "lead", "ticket", "problem", "reviewed_by", "declared_by").first()
        if row is None:
            raise Http404
        self.major = row

    @property
    def url(self) -> str:
        return reverse("desk:major", args=[self.major.reference])

    def room(self, *, status: int = 200, **typed: Any) -> HttpResponse:
        """The whole room; `typed` are forms that were refused, with what was typed."""
        found = self.major
        about: dict[str, Any] = {"major": found, "person": self.person, "now": self.now}
        links = found.links.select_related("ticket__requester").order_by("-at", "-id")
        voices = list(found.voices.select_related("person"))
        mails = Outgoing.objects.filter(kind=of_majors.KIND, about=found.reference)
        context: dict[str, Any] = {
            "major": found,
            "major_url": self.url,
            "may_lead": policies.can_lead(self.person, found),
            "people": major_people.counts([found])[found.pk],
            "links": links[:_TICKETS_SHOWN],
            "tickets": links.count(),
            "voices": voices[:_TICKETS_SHOWN],
            "voices_count": len(voices),
            "still_broken": [v for v in voices if v.still_broken_at],
            "touched": [*found.services.all(), *found.sites.all()],
            "organisations": list(found.organisations.all()),
            "follow_ups": found.follow_ups.select_related("who"),
            "story": story(found),
            "mails": {
                "sent": mails.filter(delivered_at__isnull=False).count(),
                "waiting": mails.filter(delivered_at=None, given_up_at=None).count(),
                "failed": mails.filter(given_up_at__isnull=False).exclude(answer__in=NEEDLESS).count(),
            },
            "late": found.next_news_at is not None and found.next_news_at < self.now,
            "public_url": reverse("status", args=[found.desk.slug]),
            "everybody": found.audience == MajorAudience.EVERYBODY,
            "hidden": found.audience == MajorAudience.DESK,
            "note_form": forms.NoteForm(**about),
            "ticket_form": forms.LinkForm(**about),
            "caller_form": forms.CallerForm(**about),
            **typed,
        }
        return self.page("desk/majors/room.html", context, status=status)


class Room(MajorView):
    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        if kwargs["major"] != self.major.reference:
            return redirect(self.url)
        mark_read(self.person, major=self.major, now=self.now)
        return self.room()
