"""What kiosk templates draw."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from guichet.ui import html

register = template.Library()


@register.simple_tag
def kiosk_icon(name: str, size: int = 56) -> SafeString:
    """The picture of a reason; a question mark where the wheel has none of that name any more."""
    try:
        return html.icon(name, size)
    except KeyError:
        return html.icon("circle-question-mark", size)
