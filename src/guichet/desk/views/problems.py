"""Problems: the list, one problem's page, a new one."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.desk.forms.problems import LinkForm, NewProblemForm
from guichet.desk.shell import TreatingView
from guichet.knowledge.models import Article
from guichet.lib import references
from guichet.lib.errors import Refused
from guichet.lib.paging import page as keyset_page
from guichet.notifications.of_problems import mark_read
from guichet.people.models import Organisation
from guichet.tickets import causes, lifecycle, problem_story, problems
from guichet.tickets.models import OPEN_PROBLEMS, Problem, ProblemState, Ticket, Workaround
from guichet.ui.toasts import toast

_SIZE, _LINKED = 50, 100
_TABS: dict[str, tuple[Any, tuple[ProblemState, ...], str]] = {
    "open": (gettext_lazy("Open problems"), OPEN_PROBLEMS, "search"),
    "known": (gettext_lazy("Known errors"), (ProblemState.KNOWN_ERROR,), "lightbulb"),
    "fixed": (gettext_lazy("Fixed problems"), (ProblemState.FIXED,), "circle-check"),
    "closed": (gettext_lazy("Closed problems"), (ProblemState.CLOSED,), "archive"),
}


def problems_tabs(current: str) -> list[dict[str, Any]]:
    """What touches many tickets at once, under one entry of the rail."""
    names = (("problems", _("Problems"), "bug"), ("majors", _("Major incidents"), "siren"))
    return [
        {"label": label, "url": reverse(f"desk:{name}"), "current": name == current, "icon": icon}
        for name, label, icon in names
    ]


class ProblemsView(TreatingView):
    """Whoever treats a desk's tickets sees its problems."""

    current = "problems"


class Problems(ProblemsView):
    def get(self, request: HttpRequest) -> HttpResponse:
        wanted = request.GET.get("show", "open")
        show = wanted if wanted in _TABS else "open"
        text = request.GET.get("q", "").strip()[:200]
        seen = causes.matching(Problem.objects.visible_to(self.person), text) if text else None
        rows = seen if seen is not None else Problem.objects.visible_to(self.person).filter(state__in=_TABS[show][1])
        found = keyset_page(
            _with_counts(rows).select_related("category", "owner", "desk").defer("symptoms", "cause", "fix"),
            order=("-opened_at", "-id"),
            cursor=request.GET.get("cursor", ""),
            size=_SIZE,
        )
        here = f"{reverse('desk:problems')}?{urlencode({'q': text} if text else {'show': show})}"
        context: dict[str, Any] = {
            "problems": found.items,
            "more_url": f"{here}&cursor={found.next_cursor}" if found.next_cursor else "",
            "several_desks": len(self.person.grants.treats_in) > 1,
        }
        if self.is_htmx and "cursor" in request.GET:
            return self.fragment("desk/problems/rows.html", context)
        context["views"] = problems_tabs("problems")
        context |= {"tabs": self._tabs("" if text else show), "show": show, "text": text, "list_url": here}
        context["live_topics"] = " ".join(f"desk:{pk}" for pk in sorted(self.person.grants.treats_in)[:20])
        return self.page("desk/problems/list.html", context)

    def _tabs(self, show: str) -> list[dict[str, Any]]:
        by_state = dict(
            Problem.objects.visible_to(self.person).order_by().values_list("state").annotate(count=Count("pk"))
        )
        return [
            {
                "label": label,
                "url": f"{reverse('desk:problems')}?show={key}",
                "current": key == show,
                "count": sum(by_state.get(state, 0) for state in states),
                "icon": icon,
            }
            for key, (label, states, icon) in _TABS.items()
        ]


def _with_counts(rows: QuerySet[Problem]) -> QuerySet[Problem]:
    """How many tickets stand under each, how many of them are open, how many people live on the workaround."""
    now = Workaround.objects.filter(ended_at__isnull=True)
    return rows.annotate(
        linked=Count("links"),
        linked_open=Count("links", filter=Q(links__ticket__state__in=lifecycle.UNSOLVED)),
        living=Count("links", filter=causes.lives_on_workaround(through="links__")),
    ).prefetch_related(Prefetch("workarounds", queryset=now, to_attr="current_workarounds"))


class ProblemView(ProblemsView):
    """One problem; what is done to it is a resource under it."""

    problem: Problem

    def prepare(self, **kwargs: Any) -> None:
        super().prepare()
        reference = problems.reference_of(str(kwargs["problem"]))
        visible = Problem.objects.visible_to(self.person).select_related("desk", "category", "owner", "fixed_by")
        self.problem = get_object_or_404(visible, reference=reference or "")

    @property
    def url(self) -> str:
        return reverse("desk:problem", args=[self.problem.reference])

    @property
    def article(self) -> Article | None:
        """What is written down of it, where the reader may see that."""
        number = self.problem.article_id
        return Article.objects.at_desk_of(self.person).filter(pk=number).first() if number else None

    def show(self, *, status: int = 200, ticket_form: LinkForm | None = None, error: str = "") -> HttpResponse:
        problem = self.problem
        links = problem.links.select_related("ticket__solution").order_by("-at", "-id")
        seen = Ticket.objects.at_desk_of(self.person)
        shown = list(links[:_LINKED])
        rows = {row.pk: row for row in seen.filter(pk__in=[link.ticket_id for link in shown]).for_list()}
        context = {
            "problem": problem,
            "problem_url": self.url,
            "may": problem.verbs,
            "article": self.article,
            "workaround": problem.workarounds.filter(ended_at__isnull=True).select_related("by").first(),
            "linked": [{"ticket": rows[x.ticket_id], "told": x.told_at} for x in shown if x.ticket_id in rows],
            "more_linked": max(problem.links.count() - _LINKED, 0),
            "counts": problem_story.standing(problem),
            "similar": causes.similar_tickets(problem, person=self.person) if problem.is_open else [],
            "story": problem_story.story(problem),
            "ticket_form": ticket_form or LinkForm(),
            "error": error,
            "live_topics": f"desk:{problem.desk_id} person:{self.person.pk}",
        }
        return self.page("desk/problems/problem.html", context, status=status)


class ProblemPage(ProblemView):
    def get(self, request: HttpRequest, problem: str) -> HttpResponseBase:
        if problem != self.problem.reference:
            return redirect(self.url)
        mark_read(self.person, problem=self.problem, now=self.now)
        return self.show()


class NewProblem(ProblemsView):
    """From nothing, or from a ticket (`?ticket=`): then the ticket stands under it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        ticket = self._ticket(request.GET.get("ticket", ""))
        about: dict[str, Any] = {}
        if ticket is not None:
            about = {"ticket": ticket.reference, "title": ticket.title, "category": ticket.category_id}
        return self._show(self._form(ticket, initial=about), ticket=ticket)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        ticket = self._ticket(request.POST.get("ticket", ""))
        form = self._form(ticket, data=request.POST)
        if not form.is_valid():
            return self._show(form, ticket=ticket, status=422)
        cleaned = form.cleaned_data
        try:
            # One thing: where the ticket can't stand under it, there is no new problem either.
            with transaction.atomic():
                problem = problems.open_problem(
                    desk=form.desk,
                    title=cleaned["title"],
                    symptoms=cleaned["symptoms"],
                    category=cleaned["category"],
                    actor=self.person,
                    now=self.now,
                )
                if ticket is not None:
                    causes.link(ticket, problem=problem, actor=self.person, now=self.now)
        except Refused as refusal:
            if refusal.field in form.fields:
                form.add_error(refusal.field, str(refusal.message))
            return self._show(form, ticket=ticket, status=refusal.status, message=str(refusal.message))
        toast(request, _("Problem %(reference)s is open.") % {"reference": problem.reference})
        return redirect("desk:problem", problem=problem.reference)

    def _ticket(self, text: str) -> Ticket | None:
        exact = references.parse(text) if 0 < len(text) <= 40 else None
        treats = self.person.grants.treats_in
        seen = Ticket.objects.at_desk_of(self.person).filter(desk__in=treats, reference=exact or "")
        return seen.select_related("desk").first()

    def _desk(self, ticket: Ticket | None) -> Organisation:
        """The ticket's desk; else one's own, or the first where one treats."""
        if ticket is not None:
            return ticket.desk
        return self.person.desk_among(self.person.grants.treats_in)

    def _form(self, ticket: Ticket | None, *, data: Any = None, initial: Any = None) -> NewProblemForm:
        desk = self._desk(ticket)
        return NewProblemForm(data, initial=initial, problem=None, desk=desk, person=self.person, now=self.now)

    def _show(
        self, form: NewProblemForm, *, ticket: Ticket | None, status: int = 200, message: str = ""
    ) -> HttpResponse:
        context = {"form": form, "ticket": ticket, "refusal": message}
        return self.page("desk/problems/new.html", context, status=status)
