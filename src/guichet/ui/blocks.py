"""The components that hold other things. Each has its markup in templates/ui/components/."""

from collections.abc import Sequence

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from guichet.ui.elements import avatar
from guichet.ui.html import attributes, format_html
from guichet.ui.html import icon as draw

BANNER_ICONS = {
    "info": "info",
    "ok": "circle-check",
    "warn": "triangle-alert",
    "danger": "octagon-alert",
    "outage": "siren",
}


def _render(name: str, **context: object) -> SafeString:
    return render_to_string(f"ui/components/{name}.html", context)


def banner(content: str, kind: str = "info", title: str = "", icon: str = "") -> SafeString:
    return _render("banner", content=content, kind=kind, title=title, icon=icon or BANNER_ICONS.get(kind, "info"))


def dialog(content: str, id: str, title: str, open: bool = False) -> SafeString:
    return _render("dialog", content=content, id=id, title=title, open=open, css="")


def sheet(content: str, id: str, title: str, open: bool = False) -> SafeString:
    return _render("dialog", content=content, id=id, title=title, open=open, css="sheet")


def menu(
    content: str,
    id: str,
    label: str,
    *,
    icon: str = "",
    variant: str = "quiet",
    show_label: bool = False,
    end: bool = False,
    title: str = "",
) -> SafeString:
    return _render(
        "menu",
        content=content,
        id=id,
        label=label,
        icon=icon,
        variant=variant,
        show_label=show_label or not icon,
        end=end,
        title=title,
    )


def empty(content: str, title: str, icon: str = "inbox") -> SafeString:
    return _render("empty", content=content, title=title, icon=icon)


def panel(
    content: str, title: str, *, icon: str = "", open: bool = True, count: int | None = None, id: str = ""
) -> SafeString:
    return _render("panel", content=content, title=title, icon=icon, open=open, count=count, id=id)


def why(content: str, label: str = "") -> SafeString:
    return _render("why", content=content, label=label)


def timeline(content: str, id: str = "") -> SafeString:
    return format_html('<div class="timeline"{}>{}</div>', format_html(' id="{}"', id) if id else "", content)


def facts(content: str, count: int = 0, summary: str = "", open: bool = False) -> SafeString:
    return _render("facts", content=content, count=count, summary=summary, open=open)


def bulk_bar(content: str, form: str = "bulk", count: int = 0) -> SafeString:
    return _render("bulk_bar", content=content, form=form, count=count)


def filters(content: str, lead: str = "") -> SafeString:
    return format_html('<div class="filters"><span>{}</span>{}</div>', lead, content)


def composer(
    content: str,
    action: str,
    *,
    draft: str = "",
    draft_url: str = "",
    note: bool = True,
    kind: str = "reply",
    body: str = "",
    error: str = "",
    csrf_token: str = "",
    reply_to: str = "",
    files: bool = True,
    id: str = "composer",
) -> SafeString:
    return _render(
        "composer",
        content=content,
        action=action,
        draft=draft,
        draft_url=draft_url,
        note=note,
        kind=kind,
        body=body,
        error=error,
        csrf_token=csrf_token,
        reply_to=reply_to,
        with_files=files,
        id=id,
    )


def message(
    content: str,
    *,
    author: str,
    time: str,
    kind: str,
    channel: str = "",
    detail: str = "",
    id: str = "",
    unread: bool = False,
) -> SafeString:
    """Made in Python, as a conversation holds many."""
    note = ""
    if kind == "note":
        note = format_html('<span class="note-label">{}{}</span>', draw("lock", 12), _("Internal note"))
    return format_html(
        '<article class="message {}{}"{}><header class="message-head">{}<span class="message-author">{}</span> '
        '{}{}{} <span class="message-at">{}</span></header><div class="message-body">{}</div></article>',
        kind,
        " unread" if unread else "",
        attributes({"id": id}),
        avatar(author),
        author,
        note,
        format_html("<span>{}</span> ", detail) if detail else "",
        format_html("<span>· {}</span>", channel) if channel else "",
        time,
        content,
    )


def fact(content: str, time: str, icon: str) -> SafeString:
    return format_html('<div class="fact">{}<span>{}</span>{}</div>', draw(icon, 14), content, time)


def labelled(items: Sequence[object]) -> list[object]:
    """Objects as they are; `(label, url)` pairs as dicts."""
    return [{"label": item[0], "url": item[1]} if isinstance(item, tuple) else item for item in items]
