"""`{% example %}`: renders what it holds and shows its own source, so that the two cannot differ."""

import textwrap

from django import template
from django.template.base import Node, NodeList, Parser, Token, TokenType
from django.template.context import Context
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from guichet.ui.html import format_html

register = template.Library()

_WRAP = {
    TokenType.BLOCK: "{{% {} %}}",
    TokenType.VAR: "{{{{ {} }}}}",
    TokenType.TEXT: "{}",
    TokenType.COMMENT: "{{# {} #}}",
}


class ExampleNode(Node):
    def __init__(self, nodelist: NodeList, source: str, css: str) -> None:
        self.nodelist, self.source, self.css = nodelist, source, css

    def render(self, context: Context) -> SafeString:
        return format_html(
            '<div class="specimen"><div class="specimen-shown {}">{}</div><details class="specimen-source">'
            "<summary>{}</summary><pre tabindex=\"0\"><code>{}</code></pre></details></div>",
            self.css, self.nodelist.render(context), _("Source"), self.source,
        )  # fmt: skip


@register.tag
def example(parser: Parser, token: Token) -> ExampleNode:
    """`{% example %}…{% endexample %}`; a word after the tag is a class of the frame."""
    css = token.split_contents()[1] if len(token.split_contents()) > 1 else ""
    parts: list[str] = []
    upcoming: Token
    for upcoming in reversed(parser.tokens):  # type: ignore[assignment]
        if upcoming.token_type is TokenType.BLOCK and upcoming.contents == "endexample":
            break
        parts.append(_WRAP[upcoming.token_type].format(upcoming.contents))
    nodelist = parser.parse(("endexample",))
    parser.delete_first_token()
    return ExampleNode(nodelist, textwrap.dedent("".join(parts)).strip(), css.strip("\"'"))
