"""Walking a decision tree with the caller on the telephone: for a ticket, or before there is one."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from guichet.desk import callers, guiding
from guichet.desk.shell import TreatingView
from guichet.knowledge import running
from guichet.knowledge.models import Article, Run, RunOutcome, Tree
from guichet.lib import references
from guichet.lib.errors import Refused
from guichet.lib.parsing import whole_number
from guichet.people.models import Person
from guichet.tickets import guided
from guichet.tickets.models import Ticket
from guichet.ui.guide import key_of, move_of, shown

_TREES_SHOWN = 100


class Guides(TreatingView):
    """Which tree? `?ticket=` names the ticket that it is for, `?person=` who is on the telephone."""

    current = "tickets"
    ticket: Ticket | None = None
    caller: Person | None = None

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        query = self.request.GET
        if "ticket" in query:
            at_desk = Ticket.objects.at_desk_of(self.person).filter(desk__in=self.person.grants.treats_in)
            reference = references.parse(query["ticket"])
            self.ticket = at_desk.select_related("requester").filter(reference=reference or "").first()
            self.caller = self.ticket.requester if self.ticket else None
        elif "person" in query:
            self.caller = callers.people_served(self.person).filter(pk=whole_number(query["person"], 0) or 0).first()
        if {"ticket", "person"} & query.keys() and self.caller is None:
            raise Http404

    def get(self, request: HttpRequest) -> HttpResponseBase:
        return self.show()

    def post(self, request: HttpRequest) -> HttpResponseBase:
        tree = self.trees().filter(pk=whole_number(request.POST.get("tree"), 0) or 0).first()
        if tree is None:
            return self.show(message=_("Choose one of the trees offered."), status=422)
        key = key_of(request.POST.get("once", "")) or uuid.uuid4()
        try:
            if self.ticket is not None:
                run = guided.start(self.ticket, tree=tree, key=key, **self.by())
            else:
                run = running.start(tree, person=self.caller, key=key, **self.by())
        except Refused as refusal:
            return self.show(message=str(refusal.message), status=refusal.status)
        return redirect("desk:guide", key=run.key)

    def trees(self) -> Any:
        """Those of the ticket's desk, or of those that serve the caller."""
        found = Tree.objects.runnable_by(self.person).filter(desk__in=self.person.grants.treats_in)
        if self.ticket is not None:
            found = found.filter(desk=self.ticket.desk_id)
        elif self.caller is not None:
            place = self.caller.organisation
            found = found.filter(desk=place.served_by_id or place.pk)
        return found.for_list()

    def show(self, *, message: str = "", status: int = 200) -> HttpResponse:
        trees = list(self.trees()[:_TREES_SHOWN])
        about = self.ticket.category_id if self.ticket else None
        # Those about what the ticket is about come first.
        trees.sort(key=lambda tree: about is None or tree.category_id != about)
        begun: list[Run] = []
        if self.ticket is not None:
            of_ticket = Q(pk__in=self.ticket.guided.values("run"))
            begun = list(Run.objects.filter(of_ticket, ended_at=None, alone=False).select_related("tree", "by"))
        context = {
            "trees": [{"tree": tree, "fits": about is not None and tree.category_id == about} for tree in trees],
            "begun": begun,
            "ticket": self.ticket,
            "caller": self.caller,
            "once": uuid.uuid4().hex,
            "refusal": message,
            "manages": bool(self.person.grants.manages_in),
        }
        return self.page("desk/guides/choose.html", context, status=status)


class GuideView(TreatingView):
    """A page of one run."""

    current = "tickets"
    run: Run

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        self.run = guiding.find(self.person, str(kwargs["key"]))

    def show(self, *, message: str = "", note: str = "", status: int = 200) -> HttpResponse:
        run = self.run
        node = running.current_node(run)
        ticket = guided.ticket_of(run)
        article = None
        if node is not None and node.article is not None:
            article = Article.objects.visible_to(self.person).filter(pk=node.article).first()
        steps = list(run.steps.filter(taken_back=False))
        context = {
            "run": run,
            "step": shown(node) if node else None,
            "asked": running.asked(run, steps=steps),
            "ticket": ticket,
            "caller": run.person,
            "article": article,
            "goes_on": not run.alone,
            "can_go_back": bool(steps),
            "refusal": message,
            "note": note,
            "next": self.next_steps(ticket) if run.ended_at else [],
            "asks_verdict": run.outcome == RunOutcome.ARTICLE and run.solved is None and not run.alone,
        }
        return self.page("desk/guides/run.html", context, status=status)

    def next_steps(self, ticket: Ticket | None) -> list[dict[str, Any]]:
        """What one does at the end, the likeliest first: a label, an icon and an address."""
        if ticket is None:
            person = {"person": self.run.person_id} if self.run.person_id else {}
            url = guiding.address("new_ticket", self.run, **person)
            return [{"label": _("Open a ticket with all this"), "icon": "plus", "url": url}]
        back = {
            "label": _("Back to the ticket"),
            "icon": "ticket",
            "url": reverse("desk:ticket", args=[ticket.reference]),
        }
        if not ticket.is_unsolved:
            return [back]
        if self.run.solved:
            url = guiding.address("resolution", self.run, ticket.reference)
            return [{"label": _("Resolve the ticket"), "icon": "circle-check", "url": url}, back]
        if self.run.outcome in {RunOutcome.HAND_OVER, RunOutcome.DEAD_END}:
            url = guiding.address("hand_overs", self.run, ticket.reference)
            return [{"label": _("Hand over with all this"), "icon": "arrow-right-left", "url": url}, back]
        return [back]


class Guide(GuideView):
    """Where the run stands: the question in large type, and what was asked so far."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        return self.show()


class GuideAnswers(GuideView):
    """POST `answer=<key>` as the move `move`, with a `note` where one likes."""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        note = request.POST.get("note", "")[:5000]
        chosen = request.POST.get("answer", "")[:100]
        try:
            guided.answer(self.run, move=move_of(request.POST), answer=chosen, note=note, **self.by())
        except Refused as refusal:
            self.run = guiding.find(self.person, str(self.run.key))
            return self.show(message=str(refusal.message), note=note, status=refusal.status)
        return redirect("desk:guide", key=self.run.key)


class GuideBack(GuideView):
    """POST takes the last answer back."""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        try:
            guided.go_back(self.run, move=move_of(request.POST), **self.by())
        except Refused as refusal:
            self.run = guiding.find(self.person, str(self.run.key))
            return self.show(message=str(refusal.message), status=refusal.status)
        return redirect("desk:guide", key=self.run.key)


class GuideVerdict(GuideView):
    """POST `solved=1` or `solved=0`: whether what was to be read helped."""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        try:
            running.say_solved(self.run, solved=request.POST.get("solved") == "1", actor=self.person)
        except Refused as refusal:
            return self.show(message=str(refusal.message), status=refusal.status)
        return redirect("desk:guide", key=self.run.key)
