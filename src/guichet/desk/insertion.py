"""An article in a reply: its title, and where the requester reads it."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from guichet.knowledge.actions import reference_of
from guichet.knowledge.models import Article
from guichet.people.models import Person


def insertion(article: Article) -> str:
    """Its address in angle brackets: a link where Markdown is read, an address where it is not."""
    return f"{article.title}\n<{settings.BASE_URL}{reverse('portal:article', args=[article.reference])}>\n"


def with_article(text: str, chosen: str, *, person: Person) -> str:
    """`text` with the article of that reference after it; as it was where this person reads no such article."""
    rows = Article.objects.visible_to(person).published()
    article = rows.filter(reference=reference_of(chosen) or "").first()
    if article is None:
        return text
    return "\n\n".join(part for part in (text.rstrip(), insertion(article)) if part)
