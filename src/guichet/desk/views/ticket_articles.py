"""Between a ticket and articles: an article’s address in a reply, and a draft begun from what was solved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from guichet.desk.insertion import insertion
from guichet.desk.views.base import TicketView
from guichet.knowledge.models import Article
from guichet.people.models import Person
from guichet.search.asking import ask
from guichet.tickets.models import Ticket

_OFFERED = 8


@dataclass(frozen=True)
class Offered:
    """An article to insert, and whether the requester may read it."""

    article: Article
    text: str
    readable: bool
    url: str


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
    rows = Article.objects.visible_to(person).published().in_bulk([hit.subject for hit in hits])
    found = [rows[hit.subject] for hit in hits if hit.subject in rows][:_OFFERED]
    theirs = Article.objects.read_outside_by(ticket.requester).filter(pk__in=[article.pk for article in found])
    readable = set(theirs.values_list("pk", flat=True))
    choices = [
        Offered(
            article=article,
            text=insertion(article),
            readable=article.pk in readable,
            url=f"{reverse('desk:ticket', args=[ticket.reference])}?article={article.reference}#composer",
        )
        for article in found
    ]
    return sorted(choices, key=lambda choice: not choice.readable)
