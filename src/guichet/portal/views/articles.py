"""Articles: finding one, reading it, saying whether it helped, keeping it for when there is no network.

Open to visitors too, who read what is public.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_POST, require_safe

from guichet.catalog.models import Category
from guichet.knowledge import actions, pictures, reading, verdicts
from guichet.knowledge.models import Article, Audience, Feedback, Picture, Tree, WhyNot
from guichet.lib.errors import Refused
from guichet.lib.limits import too_often
from guichet.lib.paging import page as page_of
from guichet.lib.parsing import whole_number
from guichet.people.models import Person
from guichet.portal.articles import article_url, found_by, in_language, picture_url, readable, shelves
from guichet.portal.frame import page
from guichet.ui.entry import sign_in_first
from guichet.ui.errors import failure
from guichet.ui.explained import wording_tabs
from guichet.ui.forms import ChoiceCards, GrowingText
from guichet.ui.toasts import toast

_PAGE = 40
_ORDER = ("title", "id")
# Of visitors, from one address: a school's stands for many, who don't all judge an article within the minute.
_SEARCHES_A_MINUTE, _VERDICTS_A_MINUTE = 120, 10
_WORKER = Path(__file__).resolve().parent.parent / "static" / "portal" / "articles-worker.js"


class NoHelpForm(forms.Form):
    """Why an article did not help: both questions may stay open."""

    why_not = forms.ChoiceField(
        label=_l("What was wrong?"), required=False, choices=WhyNot.choices, widget=ChoiceCards(one_column=True)
    )
    text = forms.CharField(
        label=_l("What did you expect to find?"),
        required=False,
        max_length=verdicts.TEXT_MAX,
        widget=GrowingText({"rows": 3}),
        help_text=_l("No password and nothing secret: whoever sees to the article reads it."),
    )


@require_safe
def listing(request: HttpRequest) -> HttpResponseBase:
    """Shelves by category; one category; or what says some words."""
    person, language = _person(request), _language()
    text = request.GET.get("q", "").strip()[:200]
    has_trees = person is not None and Tree.objects.alone_by(person).exists()
    context: dict[str, Any] = {"here": language, "text": text, "has_trees": has_trees}
    if text:
        exact = actions.reference_of(text)
        if exact and Article.objects.visible_to(person).published().filter(reference=exact).exists():
            return redirect(article_url(exact))
        if person is None and too_often(request, what="articles", limit=_SEARCHES_A_MINUTE):
            return failure(request, 429)
        answer = found_by(text, person=person)
        context |= {"found": answer.found, "corrected": answer.corrected}
    elif "category" in request.GET:
        number = whole_number(request.GET["category"])
        category = Category.objects.filter(pk=number).first() if number else None
        rows = in_language(readable(person), language).filter(category=category)
        if number is None or (category is None and number != 0) or (category and not rows.exists()):
            return redirect("portal:articles")
        try:
            found = page_of(rows, order=_ORDER, cursor=request.GET.get("cursor", ""), size=_PAGE)
        except Refused:
            return redirect("portal:articles")
        more = urlencode({"category": number, "cursor": found.next_cursor}) if found.next_cursor else ""
        name = category.name if category else _("Everything else")
        context |= {"category": {"name": name}, "articles": found.items, "more_url": f"?{more}" if more else ""}
    else:
        context["shelves"] = shelves(person, language=language)
    return page(request, "portal/articles/list.html", context)  # type: ignore[arg-type]


@require_safe
def detail(request: HttpRequest, article: str) -> HttpResponseBase:
    """In the words that suit the reader; `?alone` without anything around it, to be kept without network."""
    found = _find(request, article)
    if isinstance(found, HttpResponseBase):
        return found
    if article != found.reference:
        return redirect(article_url(found.reference))
    if "alone" in request.GET:
        return render(request, "portal/articles/alone.html", {**_shown(request, found), "now": timezone.now()})
    if request.method == "GET":
        verdicts.count_read(found, now=timezone.now())
    return _show(request, found)


@require_POST
def feedback(request: HttpRequest, article: str) -> HttpResponseBase:
    """Whether it helped. Said again, the later word counts."""
    found = _find(request, article)
    if isinstance(found, HttpResponseBase):
        return found
    helped = request.POST.get("helped") == "yes"
    form = NoHelpForm(request.POST)
    if not helped and not form.is_valid():
        return _show(request, found, form=form, status=422)
    if _person(request) is None and too_often(request, what="verdict", limit=_VERDICTS_A_MINUTE):
        busy = _("Many answers have come from your network. Wait a minute, then send yours again: it is kept here.")
        return _show(request, found, form=form, error=busy, status=429)
    number = whole_number(request.POST.get("version"))
    version = found.versions.filter(number=number or 0, published_at__isnull=False).first() or found.current
    said = {} if helped else {name: form.cleaned_data[name] for name in ("why_not", "text")}
    try:
        assert version is not None  # what is readable is published
        verdicts.give_feedback(
            version, helped=helped, person=_person(request), visitor=_visitor(request), now=timezone.now(), **said
        )
    except Refused as refused:
        return _show(request, found, form=form, error=str(refused.message), status=refused.status)
    if helped:
        toast(request, _("Thank you: it tells us what is worth writing."))
    return redirect(f"{article_url(found.reference)}#feedback")


@require_safe
def picture(request: HttpRequest, article: str, name: str) -> HttpResponseBase:
    person = _person(request)
    try:
        found = pictures.find(person=person, reference=actions.reference_of(article) or "", name=name)
    except Picture.DoesNotExist as missing:
        if person is None:
            return sign_in_first(request, otherwise=reverse("portal:articles"))
        raise Http404 from missing
    return pictures.response(found, public=person is None)


@require_safe
def kept(request: HttpRequest) -> HttpResponse:
    """What the reader keeps in this browser; the browser alone knows it."""
    return render(request, "portal/articles/kept.html", {"here": _language()})


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The script that shows what was kept, served from the folder that it works for."""
    answer = HttpResponse(_WORKER.read_bytes(), content_type="text/javascript; charset=utf-8")
    # The browser keeps a worker by itself, and looks for a new one whenever its page is opened.
    answer["Cache-Control"] = "private, no-store"
    return answer


def _find(request: HttpRequest, text: str) -> Article | HttpResponseBase:
    """The article, if this reader reads it. Visitors sign in first, whether there is one or not: it says nothing."""
    person = _person(request)
    # Whoever works at the desk opens what colleagues sent them, whoever it was written for.
    rows = Article.objects.visible_to(person).published().select_related("category", "current", "desk")
    reference = actions.reference_of(text) or ""
    if person is not None:
        return get_object_or_404(rows, reference=reference)
    found = rows.filter(reference=reference).first()
    return found or sign_in_first(request, otherwise=article_url(reference or text))


def _show(
    request: HttpRequest, article: Article, *, form: NoHelpForm | None = None, error: str = "", status: int = 200
) -> HttpResponse:
    person = _person(request)
    ask = f"{reverse('portal:new')}?article={article.reference}"
    context = {
        **_shown(request, article),
        "translations": [
            other for other in reading.in_other_languages(article, person=person) if _open_to(other, person)
        ],
        "feedback_form": form or NoHelpForm(),
        "verdict": _verdict(request, article),
        "error": error,
        "ask_url": ask,
        "path": article_url(article.reference),
    }
    return page(request, "portal/articles/article.html", context, status=status)  # type: ignore[arg-type]


def _shown(request: HttpRequest, article: Article) -> dict[str, Any]:
    assert article.current is not None  # what is readable is published
    article.current.article = article
    read = reading.read(
        article.current,
        person=_person(request),
        wording=request.GET.get("wording", ""),
        link_url=article_url,
        picture_url=picture_url,
    )
    return {
        "article": article,
        "version": read.version,
        "html": mark_safe(read.html),  # noqa: S308
        "contents": read.contents,
        "wordings": wording_tabs(read.choices, current=read.expertise),
        "here": _language(),
    }


def _open_to(article: Article, person: Person | None) -> bool:
    return article.is_published and (person is not None or article.audience == Audience.PUBLIC)


def _verdict(request: HttpRequest, article: Article) -> Feedback | None:
    """What this reader said of the version that they read."""
    person = _person(request)
    said = Feedback.objects.filter(version=article.current_id)
    if person is not None:
        return said.filter(person=person).first()
    digest = verdicts.visitor_digest(request.session.session_key or "")
    return said.filter(visitor=digest).first() if digest else None


def _visitor(request: HttpRequest) -> str:
    """By which a visitor is known again; they get a session when they say something, not before."""
    if _person(request) is not None:
        return ""
    if not request.session.session_key:
        request.session.create()
    return verdicts.visitor_digest(request.session.session_key or "")


def _person(request: HttpRequest) -> Person | None:
    person: Person | None = getattr(request, "person", None)
    return person


def _language() -> str:
    return (get_language() or "fr")[:2]
