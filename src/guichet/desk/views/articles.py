"""Articles at the desk: the list, one article in its versions, what changed between two, what readers say."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy

from guichet.desk.shell import TreatingView
from guichet.knowledge import actions, changing, policies, reading, verdicts
from guichet.knowledge.models import Article, ArticleState, Picture, Version, WhyNot
from guichet.knowledge.queries import ArticleQuerySet
from guichet.lib.paging import page as keyset_page
from guichet.search.asking import ask
from guichet.tickets import drafting_article
from guichet.ui.explained import wording_tabs

_SIZE, _VERSIONS = 50, 30
_ORDER = ("-updated_at", "-id")
_TABS: dict[str, tuple[Any, str]] = {
    "published": (pgettext_lazy("articles", "Published"), "book-open"),
    "drafts": (gettext_lazy("Being written"), "pencil-line"),
    "review": (gettext_lazy("To look at again"), "calendar-clock"),
    "judged": (gettext_lazy("Judged poorly"), "circle-x"),
    "archived": (pgettext_lazy("articles", "Archived"), "archive"),
}
# A published article that has a draft of its next version, or one that was never published.
_WRITTEN = Q(versions__published_at__isnull=True) & ~Q(state=ArticleState.ARCHIVED)


class ArticlesView(TreatingView):
    """Whoever treats a desk's tickets works on its articles."""

    current = "articles"

    def articles(self) -> ArticleQuerySet:
        found: ArticleQuerySet = Article.objects.at_desk_of(self.person)
        return found


class Articles(ArticlesView):
    def get(self, request: HttpRequest) -> HttpResponseBase:
        wanted = request.GET.get("show", "published")
        show = wanted if wanted in _TABS else "published"
        text = request.GET.get("q", "").strip()[:200]
        exact = actions.reference_of(text) if text else None
        if exact and self.articles().filter(reference=exact).exists():
            return redirect("desk:article", article=exact)
        articles, more_url = (self._found(text), "") if text else self._listed(show)
        context: dict[str, Any] = {
            "articles": articles,
            "today": self.now.date(),
            "more_url": more_url,
            "several_desks": len(self.person.grants.treats_in) > 1,
        }
        if self.is_htmx and "cursor" in request.GET:
            return self.fragment("desk/articles/rows.html", context)
        context |= {"tabs": self._tabs("" if text else show), "show": show, "text": text}
        return self.page("desk/articles/list.html", context)

    def _listed(self, show: str) -> tuple[list[Article], str]:
        """A page of them, and where the next one is."""
        found = keyset_page(self._shown(show), order=_ORDER, cursor=self.request.GET.get("cursor", ""), size=_SIZE)
        here = f"{reverse('desk:articles')}?{urlencode({'show': show})}"
        return found.items, f"{here}&cursor={found.next_cursor}" if found.next_cursor else ""

    def _found(self, text: str) -> list[Article]:
        """The best ones first."""
        hits = ask(text, person=self.person, kinds=["article"], size=_SIZE).hits
        rows = self.articles().for_list().with_feedback().in_bulk([hit.subject for hit in hits])
        return [rows[hit.subject] for hit in hits if hit.subject in rows]

    def _shown(self, show: str) -> ArticleQuerySet:
        rows = self.articles().for_list().with_feedback()
        match show:
            case "drafts":
                return rows.filter(pk__in=self.articles().filter(_WRITTEN).values("pk"))
            case "review":
                return rows.review_due(on=self.now.date())
            case "judged":
                return rows.published().filter(verdicts.poor())
            case "archived":
                return rows.filter(state=ArticleState.ARCHIVED)
        return rows.published()

    def _tabs(self, show: str) -> list[dict[str, Any]]:
        published, today = Q(state=ArticleState.PUBLISHED), self.now.date()
        counts = self.articles().aggregate(
            published=Count("pk", filter=published, distinct=True),
            drafts=Count("pk", filter=_WRITTEN, distinct=True),
            review=Count("pk", filter=published & Q(review_due_on__lte=today), distinct=True),
            archived=Count("pk", filter=Q(state=ArticleState.ARCHIVED), distinct=True),
        )
        counts["judged"] = self._shown("judged").count()
        return [
            {
                "label": label,
                "url": f"{reverse('desk:articles')}?show={key}",
                "current": key == show,
                "count": counts[key],
                "icon": icon,
            }
            for key, (label, icon) in _TABS.items()
        ]


class ArticleView(ArticlesView):
    """One article; what is done to it is a resource under it. What the person may not see is not there."""

    article: Article

    def prepare(self, **kwargs: Any) -> None:
        super().prepare()
        seen = self.articles().select_related("desk__scheme", "category", "owner", "current", "translation_of")
        self.article = get_object_or_404(seen, reference=actions.reference_of(str(kwargs["article"])) or "")

    @property
    def url(self) -> str:
        return reverse("desk:article", args=[self.article.reference])

    def show_version(self, version: Version, *, old: bool = False) -> HttpResponse:
        article, desk = self.article, self.article.desk
        may_publish = policies.can_publish(self.person, article)
        versions = list(article.versions.select_related("author")[:_VERSIONS])
        draft = next((one for one in versions if not one.is_published), None)
        context = {
            "article": article,
            "old": version if old else None,
            "draft": draft,
            "versions": versions,
            "may": self._may(draft, may_publish=may_publish),
            "may_publish": may_publish,
            "translations": reading.in_other_languages(article, person=self.person),
            "figures": verdicts.figures_of(article),
            "reads": verdicts.reads_of(article, now=self.now),
            "review_late": self._is_late(),
            "from_ticket": drafting_article.ticket_of(article, person=self.person),
            "portal_url": reverse("portal:article", args=[article.reference]) if self._read_outside() else "",
            "translate_url": f"{reverse('desk:new_article')}?translates={article.reference}",
            "live_topics": f"person:{self.person.pk} desk:{desk.pk}",
            **self.reading_of(version),
        }
        return self.page("desk/articles/article.html", context)

    def reading_of(self, version: Version) -> dict[str, Any]:
        """The text as it is read, and the ways to its other wordings."""
        version.article = self.article
        wanted = self.request.GET.get("wording", "")
        read = reading.read(version, person=None, wording=wanted, link_url=article_url, picture_url=picture_url)
        tabs = wording_tabs(read.choices, current=read.expertise)
        here = (get_language() or "fr")[:2]
        return {"shown": version, "html": mark_safe(read.html), "wordings": tabs, "here": here}  # noqa: S308

    def _may(self, draft: Version | None, *, may_publish: bool) -> dict[str, bool]:
        article = self.article
        return {
            "edit": changing.may(article, "write"),
            "publish": draft is not None and may_publish and changing.may(article, "publish"),
            "archive": may_publish and changing.may(article, "archive"),
            "restore": may_publish and changing.may(article, "restore"),
            "address": changing.may(article, "describe") and (may_publish or not article.is_published),
            "review": may_publish and changing.may(article, "review"),
            "revert": draft is None and changing.may(article, "write"),
            "give_up": draft is not None and article.current_id is not None and changing.may(article, "write"),
        }

    def _is_late(self) -> bool:
        due = self.article.review_due_on
        return self.article.is_published and due is not None and due <= self.now.date()

    def _read_outside(self) -> bool:
        return Article.objects.read_outside_by(self.person).filter(pk=self.article.pk).exists()


class ArticlePage(ArticleView):
    """The draft where there is one: it is what one works on."""

    def get(self, request: HttpRequest, article: str) -> HttpResponseBase:
        if article != self.article.reference:
            return redirect(self.url)
        return self.show_version(self.article.draft or self.article.versions.all()[0])


class VersionPage(ArticleView):
    def get(self, request: HttpRequest, article: str, number: int) -> HttpResponse:
        version = get_object_or_404(self.article.versions.select_related("author"), number=number)
        return self.show_version(version, old=True)


class Verdicts(ArticleView):
    """How often it helped, and why not."""

    def get(self, request: HttpRequest, article: str) -> HttpResponse:
        figures = verdicts.figures_of(self.article)
        context = {
            "article": self.article,
            "figures": figures,
            "reasons": [{"name": WhyNot(why).label, "count": count} for why, count in figures.reasons.items()],
            "reads": verdicts.reads_of(self.article, now=self.now),
            "comments": verdicts.comments_on(self.article),
        }
        return self.page("desk/articles/verdicts.html", context)


def article_url(reference: str) -> str:
    return reverse("desk:article", args=[reference])


def picture_url(picture: Picture) -> str:
    return reverse("desk:article_picture", args=[picture.article.reference, picture.name])
