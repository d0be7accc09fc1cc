"""`translate` and `url` as Django has them. What can only come out in one way is worked out once a language.

A page of the desk translates a hundred labels that stand in its templates and leads to twenty addresses without a
variable; to do so anew each time was an eighth of making the page. Named by the setting TEMPLATES, in Django’s place.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.template import Library, defaulttags
from django.template.base import FilterExpression, Node, Parser, Token
from django.templatetags import i18n
from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.translation import get_language

register = Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


class Said(Node):
    """A node whose output depends on the language only. `name`: the variable that gets it."""

    child_nodelists = ()

    def __init__(self, node: Node, name: str | None = None) -> None:
        self.node, self.name = node, name
        self.known: dict[tuple[str | None, bool], Any] = {}

    def render(self, context: Any) -> Any:
        key = (get_language(), context.autoescape)
        said = self.known.get(key)
        if said is None:
            said = self.known[key] = self.node.render(context)
        if self.name is None:
            return said
        context[self.name] = said
        return ""


class Led(Node):
    """An address with values in it. The same ones are shown again and again."""

    child_nodelists = ()

    def __init__(self, view: str, values: list[FilterExpression]) -> None:
        self.view, self.values = view, values

    def render(self, context: Any) -> str:
        return led(self.view, *(value.resolve(context) for value in self.values))


@lru_cache(maxsize=8192, typed=True)
def led(view: str, *values: Any) -> str:
    return conditional_escape(reverse(view, args=values))


@register.tag("translate")
@register.tag("trans")
def translate(parser: Parser, token: Token) -> Any:
    node: Any = i18n.do_translate(parser, token)
    expression = node.filter_expression
    literal = getattr(expression.var, "literal", None)
    if not isinstance(literal, str) or expression.filters or node.message_context:
        return node
    name, node.asvar = node.asvar, None
    return Said(node, name)


@register.tag("url")
def url(parser: Parser, token: Token) -> Any:
    node: Any = defaulttags.url(parser, token)
    if node.view_name.is_var or node.view_name.filters or node.kwargs or node.asvar:
        return node
    return Led(str(node.view_name.var), node.args) if node.args else Said(node)
