"""Who reads an article, said in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from guichet.knowledge.models import Article, Audience
from guichet.people.models import Level


def readers(article: Article, *, long: bool = False) -> str:
    """In a word or two; `long` names the organisations and the level, which costs a look-up."""
    if article.audience == Audience.PUBLIC:
        return _("everybody, even without signing in") if long else _("everybody")
    if article.audience == Audience.REQUESTERS:
        return _requesters(article) if long else _("requesters")
    if long and article.from_rank is not None:
        level = Level.objects.filter(scheme=article.desk.scheme_id, rank=article.from_rank).first()
        return _("the desk, from %(level)s on") % {"level": level.code if level else article.from_rank}
    return _("the desk only")


def _requesters(article: Article) -> str:
    named = list(article.organisations.order_by("name").values_list("name", flat=True)[:20])
    if not named:
        return _("all those whom we serve, once they have signed in")
    return _("the people of %(names)s, once they have signed in") % {"names": ", ".join(named)}
