"""Between a ticket and articles: an article’s address in a reply, and a draft begun from what was solved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.desk.forms.base import VerbForm
from guichet.desk.insertion import insertion
from guichet.desk.views.base import TicketVerb, TicketView
from guichet.knowledge.changing import need_writer
from guichet.knowledge.models import Article
from guichet.people.models import Person
from guichet.search.asking import ask
from guichet.suggestions.answers import Answering, with_rows
from guichet.tickets import drafting_article
from guichet.tickets.models import Ticket
from guichet.ui.toasts import toast

_OFFERED = 8


@dataclass(frozen=True)
class Offered:
    """An article to insert, and what is inserted."""

    one: Answering
    text: str
    url: str

    @property
    def article(self) -> Article:
        return self.one.article

    @property
    def readable(self) -> bool:
        return self.one.readable


class ArticlePicker(TicketView):
    """Articles that say some words, or what the ticket is about; one of them goes into the reply."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        text = request.GET.get("q", "").strip()[:200]
        context = {
            "ticket": self.ticket,
            "ticket_url": self.url,
            "text": text,
            "offered": offered(text or self.ticket.title, ticket=self.ticket, person=self.person),
            "picker_url": reverse("desk:article_picker", args=[self.ticket.reference]),
        }
        if self.is_htmx:
            part = "desk/articles/picked.html" if "q" in request.GET else "desk/articles/picker_sheet.html"
            return self.fragment(part, context)
        return self.page("desk/articles/picker.html", context)


def offered(text: str, *, ticket: Ticket, person: Person) -> list[Offered]:
    """Published ones that say it, those first that the requester may read."""
    hits = ask(text, person=person, kinds=["article"], size=_OFFERED * 2).hits
    return [to_insert(one, ticket=ticket) for one in with_rows(hits, ticket=ticket, person=person, most=_OFFERED)]


def to_insert(one: Answering, *, ticket: Ticket) -> Offered:
    page = reverse("desk:ticket", args=[ticket.reference])
    return Offered(one, text=insertion(one.article), url=f"{page}?article={one.article.reference}#composer")


class DraftArticle(TicketVerb):
    """What solved the ticket becomes a draft, which somebody then finishes."""

    title = gettext_lazy("Begin an article from this ticket")
    button = gettext_lazy("Begin an article")
    icon = "book-plus"
    done = gettext_lazy("The draft is begun. Read it through before publishing.")
    body = "desk/articles/drafting.html"

    begun: Article | None = None

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        # A provider's technician treats the ticket; what the desk knows is the desk's to write.
        need_writer(self.person, desk_id=self.ticket.desk_id)

    def impossible(self) -> str:
        return "" if drafting_article.can_draft(self.ticket) else _("Only a verified solution becomes an article.")

    def beside(self, form: VerbForm) -> dict[str, Any]:
        return {"drafted": drafting_article.article_of(self.ticket)}

    def act(self, form: VerbForm) -> None:
        self.begun = drafting_article.draft_from(self.ticket, actor=self.person, now=self.now)

    def succeeded(self, told: str) -> HttpResponseBase:
        assert self.begun is not None  # act() has made it
        target = reverse("desk:article_editing", args=[self.begun.reference])
        toast(self.request, told)
        return HttpResponse(status=204, headers={"HX-Redirect": target}) if self.is_htmx else redirect(target)
