"""What may answer somebody while they say what is wrong: shown beside their request, opened in place, never in its way.

Without scripts it is a step of the request, and only where there is something to show.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guichet.knowledge import reading, running, verdicts
from guichet.knowledge.models import Article, Tree
from guichet.lib.errors import Refused
from guichet.people.middleware import PersonRequest
from guichet.people.models import Person
from guichet.portal import answering
from guichet.portal import journey as journeys
from guichet.portal.articles import article_read, article_url, picture_url, readable
from guichet.portal.frame import page, signed_in
from guichet.portal.journey import Journey
from guichet.portal.views.ask import url_of
from guichet.suggestions import deflection
from guichet.suggestions.models import AnswerShown

_LONGEST = 20_000
# Below the page's title, what is shown, and its own title.
_TOP = 4


@signed_in
@require_POST
def search(request: PersonRequest) -> HttpResponse:
    """What fits what is being typed; 204 where what stands there already may stay."""
    text, key = request.POST.get("description", "")[:_LONGEST], request.POST.get("asking", "")
    showing = request.POST.get("showing", "")
    # Whoever has begun to read is left in peace.
    if showing and text.strip() and deflection.is_reading(key, person=request.person):
        return HttpResponse(status=204)
    read = article_read(request.POST.get("article", ""), person=request.person)
    found = answering.fitting(text, person=request.person, language=_language(), read=read)
    if not found:
        return HttpResponse(status=204) if text.strip() or not showing else _found(request, None)
    shown = answering.show(found, person=request.person, key=key, now=timezone.now())
    return HttpResponse(status=204) if shown.numbers == showing else _found(request, shown)


@signed_in
@require_safe
def before(request: PersonRequest, token: str) -> HttpResponse:
    """The same as a step of a request, for whoever has no scripts; where there is nothing to show, it goes on."""
    journey = journeys.load(token, person=request.person)
    if journey.sent:
        return redirect("portal:receipt", reference=journey.sent)
    go_on = url_of(journey, journey.next_step())
    found = answering.fitting(journey.description, person=request.person, language=_language())
    if not found:
        return redirect(go_on)
    now = timezone.now()
    shown = answering.show(found, person=request.person, key=journey.asking, now=now)
    if journey.asking != str(shown.asking.key):
        journey.asking = str(shown.asking.key)
        journeys.save(journey, person=request.person, now=now)
    context = {"journey": journey, "shown": shown, "go_on": go_on, "here": _language()}
    return page(request, "portal/answers/before.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def answer(request: PersonRequest, number: int) -> HttpResponseBase:
    """Open it: an article in its place, or on its page; a decision tree is begun (POST); an incident on its page."""
    row = deflection.opened(number, person=request.person, now=timezone.now())
    if row is None:
        raise Http404
    if row.article_id is not None:
        article = get_object_or_404(readable(request.person).select_related("current", "desk"), pk=row.article_id)
        return _article(request, article, row) if _is_htmx(request) else redirect(article_url(article.reference))
    if row.major is not None:
        return redirect("portal:outage", reference=row.major.reference)
    if request.method != "POST":
        return redirect("portal:guides")
    return redirect("portal:guide", key=_begin(row, person=request.person))


@signed_in
@require_POST
def helped(request: PersonRequest, number: int) -> HttpResponse:
    """They need no more. What they had written goes along: one press, and it is asked after all."""
    row = deflection.helped(number, person=request.person, now=timezone.now())
    if row is None:
        raise Http404
    journey = _journey(request)
    context = {
        "row": row,
        "description": journey.description if journey else request.POST.get("description", "")[:_LONGEST],
        "type": journey.request_type if journey else request.POST.get("type", ""),
        "asking": str(row.asking.key),
        "done_drafts": f"ask-{journey.token}-description" if journey else "",
    }
    if journey:
        journeys.forget(journey.token, person=request.person)
    return page(request, "portal/answers/helped.html", context)


def _found(request: PersonRequest, shown: answering.Shown | None) -> HttpResponse:
    return render(request, "portal/answers/found.html", {"shown": shown, "here": _language()})


def _article(request: PersonRequest, article: Article, row: AnswerShown) -> HttpResponse:
    assert article.current is not None  # what is readable is published
    article.current.article = article
    read = reading.read(article.current, person=request.person, link_url=article_url, picture_url=picture_url, top=_TOP)
    verdicts.count_read(article, now=timezone.now())
    context = {"article": article, "html": mark_safe(read.html), "here": _language()}  # noqa: S308
    return render(request, "portal/answers/article.html", context)


def _begin(row: AnswerShown, *, person: Person) -> uuid.UUID:
    """The run of the tree; opened twice, it is the same."""
    tree = get_object_or_404(Tree.objects.alone_by(person).select_related("current"), pk=row.tree_id)
    once = uuid.uuid5(row.asking.key, f"tree-{tree.pk}")
    try:
        return running.start(tree, actor=person, person=person, alone=True, key=once, now=timezone.now()).key
    except Refused as gone:
        raise Http404 from gone


def _journey(request: PersonRequest) -> Journey | None:
    token = request.POST.get("token", "")
    try:
        return journeys.load(token, person=request.person) if token else None
    except Http404:
        return None


def _is_htmx(request: PersonRequest) -> bool:
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx)


def _language() -> str:
    return (get_language() or "fr")[:2]
