"""`{% load ui %}`: every component as a tag. The cheat sheet is at the end of docs/design.md."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django import forms, template
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from guichet.lib import moments
from guichet.ui import blocks, elements, html, moment, words
from guichet.ui.html import format_html

register = template.Library()

_SIMPLE: tuple[Callable[..., SafeString], ...] = (
    elements.kbd, elements.severity, elements.priority, elements.level, elements.state,
    elements.avatar, elements.person, elements.tag, elements.count,
)  # fmt: skip
_BLOCKS: tuple[Callable[..., SafeString], ...] = (
    blocks.banner, blocks.dialog, blocks.sheet, blocks.menu, blocks.empty, blocks.panel, blocks.why,
    blocks.timeline, blocks.facts, blocks.bulk_bar, blocks.filters,
)  # fmt: skip
for _function in _SIMPLE:
    register.simple_tag(_function)
for _function in _BLOCKS:
    register.simple_block_tag(_function)
register.simple_tag(html.icon, name="icon")


def _now(context: template.Context, now: datetime | None) -> datetime:
    return now or context.get("now") or timezone.now()


@register.simple_tag
def button(label: str, variant: str = "secondary", icon: str = "", **extra: Any) -> SafeString:
    return elements.button(label, variant, icon_name=icon, **extra)


@register.simple_tag
def icon_button(icon: str, label: str, variant: str = "quiet", **extra: Any) -> SafeString:
    return elements.button(label, variant, icon_name=icon, hide_label=True, **extra)


@register.simple_tag
def menu_item(
    label: str, icon: str = "", href: str = "", key: str = "", danger: bool = False, **extra: Any
) -> SafeString:
    inner = html.joined(
        html.icon(icon, 16) if icon else "", format_html("<span>{}</span>", label), elements.kbd(key) if key else ""
    )
    if key:
        extra = {"data_key": key, "aria_keyshortcuts": key.replace("Ctrl", "Control"), **extra}
    css = html.classes("menu-item", "danger" if danger else "", extra.pop("class_", ""))
    if href:
        return format_html('<a class="{}" href="{}"{}>{}</a>', css, href, html.attributes(extra), inner)
    extra.setdefault("type", "submit")
    return format_html('<button class="{}"{}>{}</button>', css, html.attributes(extra), inner)


@register.simple_tag(takes_context=True)
def when(context: template.Context, at: datetime | None, now: datetime | None = None) -> SafeString:
    return moment.when(at, _now(context, now))


@register.filter(name="moment")
def full_moment(at: datetime | None) -> str:
    return moment.absolute(at) if at else "–"


@register.simple_tag
def stretch_of_time(start: datetime, end: datetime) -> str:
    """From – to; the day once where it is the same."""
    return moment.stretch(start, end)


@register.filter
def day(on: date | datetime | None) -> str:
    """The date alone, with its year."""
    at = timezone.localtime(on) if isinstance(on, datetime) else on
    return moments.date_text(at=at, language=moment.language(), year=True) if at else "–"


@register.filter
def in_lang(text: str, lang: str) -> SafeString | str:
    """`text` said to be in `lang`, for those to whom it is read aloud; as it is where `lang` is the page's, so ""."""
    return format_html('<span lang="{}">{}</span>', lang, text) if lang else text


@register.filter
def marked(pieces: Iterable[Any]) -> SafeString:
    """Pieces of plain text (`text`, and `hit` where it is what was searched for), the hits marked."""
    return format_html_join("", "{}", ((_mark(piece.text) if piece.hit else piece.text,) for piece in pieces))


def _mark(text: str) -> SafeString:
    return format_html("<mark>{}</mark>", text)


@register.filter
def percent(number: int) -> str:
    return f"{number}{moments.NBSP}%" if moment.language().startswith("fr") else f"{number}%"


@register.filter
def minus(number: str) -> str:
    """A number that was written out, with a minus sign: a hyphen is shorter, and lines are broken after it."""
    return number.replace("-", "\N{MINUS SIGN}")


@register.filter
def length_of_time(minutes: int) -> str:
    return moments.length(minutes=minutes)


@register.simple_tag(takes_context=True)
def due(
    context: template.Context, at: datetime | None, now: datetime | None = None, risk: float | None = None
) -> SafeString:
    """A due time with its urgency. `risk`: the chance of missing it, 0…1."""
    return moment.due(at, _now(context, now), risk)


@register.simple_tag(takes_context=True)
def promise(
    context: template.Context,
    what: str,
    *,
    who: str = "",
    due: datetime | None = None,
    now: datetime | None = None,
    risk: float | None = None,
    size: str = "full",
    why: str = "",
    level: str = "",
) -> SafeString:
    """What happens next, who does it, by when. `why` opens in place."""
    now = _now(context, now)
    look = moments.urgency(due=due, now=now, risk=risk) if due else "none"
    values = {
        "what": what, "who": who, "due": due, "look": look, "now": now, "risk": risk, "why": why, "level": level,
        "relative": moment.relative(due, now) if due else "", "absolute": moment.absolute(due) if due else "",
    }  # fmt: skip
    return render_to_string(f"ui/components/promise_{'line' if size == 'line' else 'full'}.html", values)


@register.simple_block_tag(takes_context=True)
def message(
    context: template.Context,
    content: str,
    author: str,
    *,
    at: datetime | None = None,
    now: datetime | None = None,
    side: str = "them",
    channel: str = "",
    detail: str = "",
    id: str = "",
    unread: bool = False,
) -> SafeString:
    time = moment.time(at, _now(context, now)) if at else ""
    return blocks.message(
        content, author=author, time=time, kind=side, channel=channel, detail=detail, id=id, unread=unread
    )


@register.simple_block_tag(takes_context=True)
def note(
    context: template.Context,
    content: str,
    author: str,
    *,
    at: datetime | None = None,
    now: datetime | None = None,
    detail: str = "",
    id: str = "",
) -> SafeString:
    time = moment.time(at, _now(context, now)) if at else ""
    return blocks.message(content, author=author, time=time, kind="note", detail=detail, id=id)


@register.simple_block_tag(takes_context=True)
def fact(
    context: template.Context, content: str, at: datetime | None = None, icon: str = "dot", now: datetime | None = None
) -> SafeString:
    return blocks.fact(content, moment.time(at, _now(context, now)) if at else "", icon)


@register.simple_block_tag(takes_context=True)
def composer(context: template.Context, content: str, action: str, **options: Any) -> SafeString:
    options.setdefault("csrf_token", str(context.get("csrf_token") or ""))
    return blocks.composer(content, action, **options)


@register.inclusion_tag("ui/components/tabs.html")
def tabs(items: Sequence[object], label: str = "") -> dict[str, object]:
    return {"items": blocks.labelled(items), "label": label}


@register.inclusion_tag("ui/components/breadcrumb.html")
def breadcrumb(items: Sequence[object]) -> dict[str, object]:
    return {"items": blocks.labelled(items)}


@register.inclusion_tag("ui/components/filter_chip.html")
def filter_chip(label: str, value: str, remove: str = "", menu: str = "", href: str = "") -> dict[str, object]:
    return {"label": label, "value": value, "remove": remove, "menu": menu, "href": href}


@register.inclusion_tag("ui/components/more.html")
def more(url: str, label: str = "", target: str = "closest .more") -> dict[str, object]:
    return {"url": url, "label": label, "target": target}


@register.inclusion_tag("ui/components/steps.html")
def steps(current: int, labels: Iterable[str] = ()) -> dict[str, object]:
    names = list(labels) or words.portal_steps()
    rows = [
        {"number": number, "label": label, "look": "done" if number < current else "now" if number == current else ""}
        for number, label in enumerate(names, start=1)
    ]
    return {"steps": rows, "current": current, "total": len(rows)}


@register.inclusion_tag("ui/components/meter.html")
def meter(value: int, label: str, missing: Sequence[str] = ()) -> dict[str, object]:
    return {"value": value, "label": label, "missing": missing}


@register.inclusion_tag("ui/components/progress.html")
def progress(value: int | None, label: str) -> dict[str, object]:
    return {"value": value, "label": label}


@register.inclusion_tag("ui/components/stat.html")
def stat(
    label: str, value: object, *, unit: str = "", detail: str = "", href: str = "", trend: str = ""
) -> dict[str, object]:
    return {"label": label, "value": value, "unit": unit, "detail": detail, "href": href, "trend": trend}


@register.inclusion_tag("ui/components/skeleton.html")
def skeleton(lines: int = 3) -> dict[str, object]:
    return {"lines": range(int(lines))}


@register.inclusion_tag("ui/components/form_errors.html")
def form_errors(form: forms.BaseForm) -> dict[str, object]:
    fields = [field for field in form if field.errors]
    return {"general": form.non_field_errors(), "fields": fields, "total": len(fields)}


@register.simple_tag
def command_source(url: str) -> SafeString:
    return format_html('<span hidden data-command-source="{}"></span>', url)


@register.simple_tag(takes_context=True)
def page_preferences(context: template.Context) -> SafeString:
    """`data-theme` and `data-density` from the reader's cookies, on the server so that nothing flashes."""
    request = context.get("request")
    cookies = getattr(request, "COOKIES", {})
    theme, density = cookies.get("theme", ""), cookies.get("density", "")
    return html.attributes({
        "data_theme": theme if theme in ("light", "dark") else None,
        "data_density": density if density in ("compact", "comfortable") else None,
        "data_zone": timezone.get_current_timezone_name(),
    })  # fmt: skip


class Steady(template.Node):
    """A part of a template that follows from the language and the values given alone: made once for each."""

    def __init__(self, nodes: template.NodeList, values: list[template.base.FilterExpression]) -> None:
        self.nodes, self.values = nodes, values
        self.made: dict[tuple[Any, ...], SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        key = (get_language(), *(value.resolve(context) for value in self.values))
        if key not in self.made:
            self.made[key] = self.nodes.render(context)
        return self.made[key]


@register.tag
def steady(parser: template.base.Parser, token: template.base.Token) -> Steady:
    """`{% steady a b %}…{% endsteady %}`: what stands between depends on nothing but the language, a and b."""
    values = [parser.compile_filter(bit) for bit in token.split_contents()[1:]]
    nodes = parser.parse(("endsteady",))
    parser.delete_first_token()
    return Steady(nodes, values)


@register.simple_tag
def script_words() -> SafeString:
    return words.script_words()


@register.simple_tag
def toast_parts(message: Any) -> dict[str, str]:
    kind, _space, undo = str(message.extra_tags or message.level_tag or "ok").partition(" ")
    kind = {"success": "ok", "error": "danger", "warning": "warn"}.get(kind, kind)
    picture = {"ok": "circle-check", "info": "info", "warn": "triangle-alert", "danger": "octagon-alert"}
    return {"kind": kind, "undo": undo, "icon": picture.get(kind, "info")}
