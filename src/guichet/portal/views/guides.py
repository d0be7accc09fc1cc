"""Finding out for oneself, one question at a time; where that doesn't help, asking with everything that was said."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guichet.knowledge import running
from guichet.knowledge.models import Article, Run, RunOutcome, Tree
from guichet.lib.errors import Refused
from guichet.lib.parsing import whole_number
from guichet.people.middleware import PersonRequest
from guichet.portal import guides
from guichet.portal.frame import page, signed_in
from guichet.portal.views.ask import url_of
from guichet.tickets import guided
from guichet.ui.guide import key_of, move_of, shown


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: PersonRequest) -> HttpResponse:
    """The trees that one may walk; POST begins one, once however often it is posted."""
    if request.method != "POST":
        return _list(request)
    number = whole_number(request.POST.get("tree"), 0) or 0
    tree = Tree.objects.alone_by(request.person).select_related("current").filter(pk=number).first()
    if tree is None:
        return _list(request, refusal=_("Choose what it is about."), status=422)
    now = timezone.now()
    try:
        run = running.start(
            tree,
            actor=request.person,
            person=request.person,
            alone=True,
            key=key_of(request.POST.get("once", "")),
            now=now,
        )
    except Refused as refused:
        return _list(request, refusal=str(refused.message), status=refused.status)
    return redirect("portal:guide", key=run.key)


@signed_in
@require_safe
def detail(request: PersonRequest, key: uuid.UUID) -> HttpResponse:
    return _show(request, guides.find(request.person, key))


@signed_in
@require_POST
def answers(request: PersonRequest, key: uuid.UUID) -> HttpResponse:
    """`answer=<key>` as the move `move`."""
    run = guides.find(request.person, key)
    given = request.POST.get("answer", "")[:100]
    try:
        guided.answer(run, move=move_of(request.POST), answer=given, actor=request.person, now=timezone.now())
    except Refused as refused:
        return _show(request, guides.find(request.person, key), refusal=refused)
    return redirect("portal:guide", key=key)


@signed_in
@require_POST
def back(request: PersonRequest, key: uuid.UUID) -> HttpResponse:
    """The last answer is taken back."""
    run = guides.find(request.person, key)
    try:
        guided.go_back(run, move=move_of(request.POST), actor=request.person, now=timezone.now())
    except Refused as refused:
        return _show(request, guides.find(request.person, key), refusal=refused)
    return redirect("portal:guide", key=key)


@signed_in
@require_POST
def verdict(request: PersonRequest, key: uuid.UUID) -> HttpResponse:
    """`solved=1` or `solved=0`: whether it works now."""
    run = guides.find(request.person, key)
    try:
        running.say_solved(run, solved=request.POST.get("solved") == "1", actor=request.person)
    except Refused as refused:
        return _show(request, run, refusal=refused)
    return redirect("portal:guide", key=key)


@signed_in
@require_POST
def ask(request: PersonRequest, key: uuid.UUID) -> HttpResponse:
    """A request that begins with everything that was asked and said."""
    run = guides.find(request.person, key)
    ticket = guided.ticket_of(run)
    if ticket is not None:
        return redirect("portal:ticket", reference=ticket.reference)
    journey = guides.as_request(run, person=request.person, now=timezone.now())
    return redirect(url_of(journey, journey.next_step()))


def _list(request: PersonRequest, *, refusal: str = "", status: int = 200) -> HttpResponse:
    context = {"trees": guides.offered(request.person), "once": uuid.uuid4().hex, "refusal": refusal}
    return page(request, "portal/guides/list.html", context, status=status)


def _show(request: PersonRequest, run: Run, *, refusal: Refused | None = None) -> HttpResponse:
    node = running.current_node(run)
    said = running.asked(run)
    article = None
    if node is not None and node.article is not None:
        article = Article.objects.read_outside_by(request.person).filter(pk=node.article).first()
    ticket = guided.ticket_of(run) if run.ended_at else None
    context: dict[str, Any] = {
        "run": run,
        "step": shown(node) if node else None,
        "asked": said,
        "article": article,
        "ticket": ticket,
        "can_go_back": bool(said) and ticket is None,
        "asks_verdict": run.outcome == RunOutcome.ARTICLE and run.solved is None,
        "refusal": str(refusal.message) if refusal else "",
    }
    return page(request, "portal/guides/run.html", context, status=refusal.status if refusal else 200)
