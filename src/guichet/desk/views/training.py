"""Training at the desk: the sessions, what is needed, one session with who takes part, topics."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from guichet.desk.forms.training import PlanForm, TopicForm
from guichet.desk.shell import TreatingView
from guichet.lib.errors import Refused
from guichet.lib.paging import page as keyset_page
from guichet.lib.parsing import whole_number
from guichet.people.models import Organisation
from guichet.training import planning, policies, sentences
from guichet.training.changing import may, need_run
from guichet.training.effect import DAYS_A_MONTH
from guichet.training.models import Effect, Need, Session, SessionState, Standing, Topic, Verdict
from guichet.training.queries import SessionQuerySet
from guichet.ui.sessions import SessionInWords
from guichet.ui.toasts import toast

_SIZE, _NEEDS, _MATERIALS = 50, 50, 100
_TABS: dict[str, tuple[Any, str]] = {
    "coming": (pgettext_lazy("sessions", "To come"), "calendar"),
    "past": (pgettext_lazy("sessions", "Past"), "history"),
}


class TrainingView(TreatingView):
    """Whoever treats a desk's tickets sees its sessions; names are for those who run them."""

    current = "training"

    def sessions(self) -> SessionQuerySet:
        found: SessionQuerySet = Session.objects.at_desk_of(self.person)
        return found

    @property
    def desk(self) -> Organisation:
        """One's own, or the first where one treats."""
        return self.person.desk_among(self.person.grants.treats_in)

    def tabs(self, current: str) -> list[dict[str, Any]]:
        here = reverse("desk:training")
        lists = [
            {"label": label, "url": f"{here}?show={key}", "current": key == current, "icon": icon}
            for key, (label, icon) in _TABS.items()
        ]
        return [
            *lists,
            {"label": _("What is needed"), "url": reverse("desk:training_needs"), "current": current == "needs",
             "icon": "lightbulb"},
            {"label": _("Topics"), "url": reverse("desk:topics"), "current": current == "topics", "icon": "shapes"},
        ]  # fmt: skip


class Sessions(TrainingView):
    def get(self, request: HttpRequest) -> HttpResponse:
        show = "past" if request.GET.get("show") == "past" else "coming"
        over = Q(starts_at__lt=self.now) | Q(state=SessionState.CANCELLED)
        rows = self.sessions().with_names().with_counts()
        rows = rows.filter(over) if show == "past" else rows.exclude(over)
        order = ("-starts_at", "-id") if show == "past" else ("starts_at", "id")
        found = keyset_page(rows, order=order, cursor=request.GET.get("cursor", ""), size=_SIZE)
        more = f"{reverse('desk:training')}?show={show}&cursor={found.next_cursor}" if found.next_cursor else ""
        context: dict[str, Any] = {"rows": [Row(session) for session in found.items], "more_url": more}
        if self.is_htmx and "cursor" in request.GET:
            return self.fragment("desk/training/rows.html", context)
        return self.page("desk/training/list.html", context | {"tabs": self.tabs(show), "show": show})


class Row(SessionInWords):
    """One session as the desk sees it."""

    @property
    def url(self) -> str:
        return reverse("desk:session", args=[self.session.pk])

    @property
    def look(self) -> str:
        """Of the interface's categories of states."""
        return {"planned": "new", "open": "open", "held": "closed", "cancelled": "cancelled"}[self.session.state]


class Needs(TrainingView):
    """Where people ask the same again and again."""

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = Need.objects.filter(desk__in=self.person.grants.treats_in)
        needs = list(rows.select_related("organisation", "topic", "category").order_by("-tickets", "pk")[:_NEEDS])
        most = max((max(need.tickets, need.before) for need in needs), default=1)
        context = {
            "tabs": self.tabs("needs"),
            "most": most,
            "needs": [(need, self._url(need)) for need in needs],
            "at": needs[0].at if needs else None,
        }
        return self.page("desk/training/needs.html", context)

    def _url(self, need: Need) -> str:
        """Where it is planned, filled in; where no topic covers it, managers begin with one."""
        if need.topic_id is not None:
            query = f"?topic={need.topic_id}&organisation={need.organisation_id}"
            return reverse("desk:new_session") + query
        if need.desk_id not in self.person.grants.manages_in:
            return ""
        return f"{reverse('desk:new_topic')}?category={need.category_id}&organisation={need.organisation_id}"


class PlanView(TrainingView):
    """The form of a session, for a new one and for one that is to be corrected."""

    session: Session | None = None

    def form(self, *, data: Any = None, initial: Any = None) -> PlanForm:
        return PlanForm(data, initial=initial, session=self.session, desk=self.desk, person=self.person, now=self.now)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        form = self.form(data=request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            kept = self.keep(form)
        except Refused as refusal:
            message = str(refusal.message)
            if refusal.field in form.fields:
                form.add_error(refusal.field, message)
                message = ""
            if refusal.status == 412 and self.session is not None:
                self.session.refresh_from_db()
                form.use_version(self.session.version)
            return self.show(form, status=refusal.status, message=message)
        return redirect("desk:session", number=kept.pk)

    def keep(self, form: PlanForm) -> Session:
        raise NotImplementedError

    def show(self, form: PlanForm, *, status: int = 200, message: str = "") -> HttpResponse:
        context = {"form": form, "session": self.session, "refusal": message}
        return self.page("desk/training/plan.html", context, status=status)


class NewSession(PlanView):
    """From nothing, or from what is needed (`?topic=`, `?organisation=`)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        wanted = {name: whole_number(request.GET.get(name)) for name in ("topic", "organisation")}
        initial: dict[str, Any] = {"topic": wanted["topic"]}
        if wanted["organisation"]:
            initial["organisations"] = [wanted["organisation"]]
        return self.show(self.form(initial=initial))

    def keep(self, form: PlanForm) -> Session:
        made = planning.plan(desk=self.desk, said=form.said, **self.by())
        toast(self.request, _("Planned. Nobody but the desk sees it before registration is opened."))
        return made


class SessionView(TrainingView):
    """One session. What the person may not see is not there."""

    session: Session

    def prepare(self, **kwargs: Any) -> None:
        super().prepare()
        self.session = get_object_or_404(self.sessions().with_names(), pk=kwargs["number"])

    @property
    def desk(self) -> Organisation:
        return self.session.desk

    @property
    def url(self) -> str:
        return reverse("desk:session", args=[self.session.pk])


class RunningView(SessionView):
    """For those who run the session."""

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        need_run(self.person, self.session)


class SessionPage(SessionView):
    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        return self.page("desk/training/session.html", self._shown())

    def _shown(self) -> dict[str, Any]:
        session = self.session
        runs = policies.can_run(self.person, session)
        rows = session.registrations.exclude(standing=Standing.WITHDRAWN)
        counts = dict.fromkeys((Standing.REGISTERED, Standing.WAITING), 0)
        people = []
        if runs:
            people = list(rows.select_related("person__organisation", "attendance"))
            for row in people:
                counts[Standing(row.standing)] += 1
        else:
            for standing in rows.values_list("standing", flat=True):
                counts[Standing(standing)] += 1
        effect = Effect.objects.filter(session=session).first() if session.state == SessionState.HELD else None
        return {
            "row": Row(session),
            "session": session,
            "runs": runs,
            "people": people,
            "taken": counts[Standing.REGISTERED],
            "waiting": counts[Standing.WAITING],
            "organisations": list(session.organisations.all()),
            "materials": session.materials.select_related("article")[:_MATERIALS],
            "story": sentences.story(session) if runs else [],
            "effect": effect,
            "rates": rates(effect) if effect is not None and effect.verdict != Verdict.TOO_FEW else [],
            "may": {verb: runs and may(session, verb, now=self.now) for verb in _PAGE_VERBS},
        }


_PAGE_VERBS = ("change", "open", "cancel", "hold", "register", "withdraw", "mark", "hand_out")


def rates(found: Effect) -> list[tuple[str, int, int, float, int]]:
    """Tickets for each person and month: a name, the tickets, the people, the rate and the length of its bar."""
    months = found.days / DAYS_A_MONTH
    pairs = [
        (_("Those who came, before"), found.came_before, found.came),
        (_("Those who came, afterwards"), found.came_after, found.came),
        (_("The others, before"), found.others_before, found.others),
        (_("The others, afterwards"), found.others_after, found.others),
    ]
    told = [(name, tickets, people, tickets / people / months) for name, tickets, people in pairs]
    top = max(rate for *_more, rate in told) or 1.0
    return [(*known, round(100 * known[-1] / top)) for known in told]


class Editing(RunningView, PlanView):
    session: Session

    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        return self.show(self.form())

    def keep(self, form: PlanForm) -> Session:
        kept = planning.change(self.session, said=form.said, expect=form.cleaned_data["version"], **self.by())
        moved = kept.sequence > self.session.sequence and kept.is_open
        toast(self.request, _("Noted; those who registered are told.") if moved else _("Noted."))
        return kept


class Topics(TrainingView):
    def get(self, request: HttpRequest) -> HttpResponse:
        rows = Topic.objects.filter(desk__in=self.person.grants.treats_in).prefetch_related("categories")
        context = {
            "tabs": self.tabs("topics"),
            "topics": rows.order_by("-active", F("name_fr"), "pk"),
            "manages": self.person.grants.manages_in,
        }
        return self.page("desk/training/topics.html", context)


class TopicView(TrainingView):
    """Topics are the managers'."""

    topic: Topic | None = None

    def prepare(self, **kwargs: Any) -> None:
        super().prepare()
        if not self.person.grants.manages_in:
            raise Http404

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        category = whole_number(request.GET.get("category"))
        return self.show(self.form(initial={"categories": [category]} if category and self.topic is None else {}))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        form = self.form(data=request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            kept = planning.save_topic(topic=self.topic, desk=self.desk, **form.cleaned_data, **self.by())
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
            return self.show(form, status=refusal.status)
        toast(request, _("Kept."))
        organisation = whole_number(request.GET.get("organisation"))
        if organisation and self.topic is None:
            return redirect(f"{reverse('desk:new_session')}?topic={kept.pk}&organisation={organisation}")
        return redirect("desk:topics")

    def form(self, *, data: Any = None, initial: Any = None) -> TopicForm:
        return TopicForm(data, initial=initial, topic=self.topic, desk=self.desk, person=self.person, now=self.now)

    def show(self, form: TopicForm, *, status: int = 200) -> HttpResponse:
        return self.page("desk/training/topic.html", {"form": form, "topic": self.topic}, status=status)


class NewTopic(TopicView):
    @property
    def desk(self) -> Organisation:
        return self.person.desk_among(self.person.grants.manages_in)


class TopicPage(TopicView):
    topic: Topic

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        mine = Topic.objects.filter(desk__in=self.person.grants.manages_in).select_related("desk")
        self.topic = get_object_or_404(mine, pk=kwargs["number"])

    @property
    def desk(self) -> Organisation:
        return self.topic.desk
