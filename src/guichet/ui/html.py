"""HTML from code: attributes, cached icons, text that is safe to print."""

import functools
from collections.abc import Mapping

import lucide
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe


@functools.lru_cache(maxsize=512)
def icon(name: str, size: int = 16, css: str = "icon") -> SafeString:
    """A decorative lucide icon. Cached: rendering one from the wheel parses XML each time."""
    options = {"class": str(css) + "", "aria_hidden": "true", "stroke_width": "1.75"}
    svg = lucide._render_icon(str(name) + "", int(size), **options)
    return mark_safe(svg)


def attributes(extra: Mapping[str, object]) -> SafeString:
    """` hx-post="…" data-key="r"` from `hx_post=…, data_key=…`; None and False are left out, True is bare."""
    pairs = []
    for name, value in extra.items():
        if value is None or value is False or value == "":
            continue
        name = name.rstrip("_").replace("_", "-")
        pairs.append((mark_safe(f" {name}"), "" if value is True else value, value is True))
    return format_html_join(
        "", "{}{}", ((name, "" if bare else format_html('="{}"', value)) for name, value, bare in pairs)
    )


def classes(*names: object) -> str:
    return " ".join(str(name) for name in names if name)


def joined(*parts: object) -> SafeString:
    return mark_safe("".join(conditional_escape(part) for part in parts if part))
