"""`{% load articles %}`: an article's state as a component, who reads it in words, the buttons of its verbs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString

from guichet.desk.article_words import readers as readers_in_words
from guichet.knowledge.models import Article, ArticleState
from guichet.ui import elements
from guichet.ui.html import icon
from guichet.ui.templatetags.ui import menu_item

register = template.Library()

# Of the interface's categories of states.
_LOOKS: Mapping[str, str] = {
    ArticleState.DRAFT: "new",
    ArticleState.PUBLISHED: "resolved",
    ArticleState.ARCHIVED: "closed",
}
_ICONS: Mapping[str, str] = {
    ArticleState.DRAFT: "pencil-line",
    ArticleState.PUBLISHED: "book-open",
    ArticleState.ARCHIVED: "archive",
}


@register.simple_tag
def article_state(state: str) -> SafeString:
    return elements.state(_LOOKS[state], label=str(ArticleState(state).label))


@register.simple_tag
def article_icon(state: str) -> SafeString:
    return icon(_ICONS[state], 16)


@register.simple_tag
def readers(article: Article, *, long: bool = False) -> str:
    return readers_in_words(article, long=long)


def _opening(article: Article, name: str) -> tuple[str, dict[str, Any]]:
    url = reverse(f"desk:article_{name}", args=[article.reference])
    return url, {"hx_get": url, "hx_target": "#sheet"}


@register.simple_tag
def article_verb(
    article: Article,
    name: str,
    label: str,
    *,
    icon: str = "",
    key: str = "",
    variant: str = "secondary",
    size: str = "",
) -> SafeString:
    """A link to the verb's form: a page, or a sheet where scripts run."""
    url, opening = _opening(article, name)
    return elements.button(label, variant, icon_name=icon, key=key, size=size, href=url, data_command=label, **opening)


@register.simple_tag
def article_verb_item(article: Article, name: str, label: str, *, icon: str = "") -> SafeString:
    """The same in a menu; the palette knows it too."""
    url, opening = _opening(article, name)
    return menu_item(label, icon=icon, href=url, data_command=label, **opening)
