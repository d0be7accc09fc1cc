"""The small components: buttons and marks, made in Python because lists print hundreds of them."""

import zlib

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.ui.html import attributes, classes, format_html, icon, joined, remembered

SEVERITY_WORDS = {
    "S1": gettext_lazy("critical"),
    "S2": gettext_lazy("high"),
    "S3": gettext_lazy("medium"),
    "S4": gettext_lazy("low"),
    "S5": gettext_lazy("very low"),
}
STATES = {
    "new": ("circle-dot", gettext_lazy("New")),
    "open": ("circle-play", gettext_lazy("In progress")),
    "hold": ("circle-pause", gettext_lazy("On hold")),
    "resolved": ("circle-check", gettext_lazy("Resolved")),
    "closed": ("lock", gettext_lazy("Closed")),
    "cancelled": ("circle-slash", gettext_lazy("Cancelled")),
    "merged": ("git-merge", gettext_lazy("Merged")),
}
PRESENCES = {
    "here": gettext_lazy("present"),
    "busy": gettext_lazy("busy"),
    "away": gettext_lazy("away"),
}


@remembered
def kbd(keys: str) -> SafeString:
    """`Ctrl+Enter` as keys. Hidden from screen readers: the shortcut is in aria-keyshortcuts."""
    return format_html('<kbd class="kbd" aria-hidden="true">{}</kbd>', str(keys).replace("+", "\u202f+\u202f"))


def button(
    label: str,
    variant: str = "secondary",
    *,
    icon_name: str = "",
    key: str = "",
    href: str = "",
    size: str = "",
    type: str = "submit",
    busy: bool = False,
    disabled: bool = False,
    hide_label: bool = False,
    about: object = "",
    **extra: object,
) -> SafeString:
    """`about` is read aloud after the label: where several of them say the same, of what each."""
    css = classes(
        "button",
        variant if variant != "secondary" else "",
        size,
        "icon-only" if hide_label else "",
        extra.pop("class_", ""),
    )
    if hide_label:
        extra = {"aria_label": f"{label} – {about}" if about else label, "title": label, **extra}
    if key:
        extra = {"data_key": key, "aria_keyshortcuts": key.replace("Ctrl", "Control"), **extra}
    if busy:
        extra["aria_busy"] = "true"
    spoken = format_html('<span class="visually-hidden"> – {}</span>', about) if about else ""
    inner = joined(
        icon(icon_name, 16) if icon_name else "", "" if hide_label else format_html("<span>{}{}</span>", label, spoken)
    )
    if key and not hide_label:
        inner = joined(inner, kbd(key))
    if href and not disabled:
        return format_html('<a class="{}" href="{}"{}>{}</a>', css, href, attributes(extra), inner)
    if disabled:
        extra["disabled"] = True
    return format_html('<button class="{}" type="{}"{}>{}</button>', css, type, attributes(extra), inner)


@remembered
def severity(code: str, *, long: bool = False, size: str = "", solid: bool = False) -> SafeString:
    code = str(code or "")
    if code not in SEVERITY_WORDS:
        return format_html(
            '<span class="severity" title="{0}"><span aria-hidden="true">S–</span>'
            '<span class="visually-hidden">{0}</span></span>',
            _("Severity not set"),
        )
    word = SEVERITY_WORDS[code]
    name = _("Severity %(code)s, %(word)s") % {"code": code, "word": word}
    css = classes("severity", code.lower(), "solid" if solid or code == "S1" else "", size)
    shown = format_html(' <span class="severity-word">{}</span>', word) if long else ""
    return format_html(
        '<span class="{}" title="{}"><span aria-hidden="true">{}{}</span>'
        '<span class="visually-hidden">{}</span></span>',
        css,
        name,
        code,
        shown,
        name,
    )


@remembered
def priority(position: int | str | None, *, reason: str = "") -> SafeString:
    if position is None or position == "":
        return format_html(
            '<span class="priority unset"><span aria-hidden="true">–</span>'
            '<span class="visually-hidden">{}</span></span>',
            _("No priority set"),
        )
    name = _("Priority %(position)s") % {"position": position}
    title = f"{name} — {reason}" if reason else name
    return format_html(
        '<span class="priority" title="{}">{}<span aria-hidden="true">{}</span>'
        '<span class="visually-hidden">{}</span></span>',
        title,
        icon("chevrons-up", 12),
        position,
        title,
    )


@remembered
def level(code: str) -> SafeString:
    name = _("Level %(code)s") % {"code": code}
    return format_html(
        '<span class="level" title="{0}"><span aria-hidden="true">{1}</span>'
        '<span class="visually-hidden">{0}</span></span>',
        name,
        code,
    )


@remembered
def state(code: str, *, label: str = "") -> SafeString:
    """`label` is an organisation's own name for the state; colour and icon follow the category."""
    picture, word = STATES.get(str(code), ("circle", code))
    css = str(code) if str(code) in STATES else "closed"
    return format_html('<span class="state {}">{}<span>{}</span></span>', css, icon(picture, 12), label or word)


def initials(name: str) -> str:
    words = [word for word in str(name).replace("-", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


@remembered
def avatar(name: str | None, *, size: str = "", alone: bool = False) -> SafeString:
    """Initials beside a name; `alone` they say it too. Without a name: nobody has it yet."""
    if not name:
        return format_html(
            '<span class="avatar nobody" title="{0}"><span aria-hidden="true">–</span>'
            '<span class="visually-hidden">{0}</span></span>',
            _("Nobody yet"),
        )
    tint = zlib.crc32(str(name).encode()) % 5
    css = classes("avatar", f"tint-{tint}", size)
    shown = format_html('<span class="{}" aria-hidden="true">{}</span>', css, initials(name))
    return joined(shown, format_html('<span class="visually-hidden">{}</span>', name)) if alone else shown


@remembered
def presence_dot(code: str) -> SafeString:
    word = PRESENCES.get(str(code), code)
    return format_html(
        '<span class="presence {0}" title="{1}"><span class="visually-hidden">{1}</span></span>', code, word
    )


@remembered
def person(
    name: str, *, detail: str = "", href: str = "", presence: str = "", level_code: str = "", size: str = ""
) -> SafeString:
    if not name:
        return format_html('<span class="person quiet">{}{}</span>', icon("user-round", 16), _("Nobody yet"))
    inner = joined(
        avatar(name, size=size),
        format_html('<span class="person-name">{}</span>', name),
        level(level_code) if level_code else "",
        presence_dot(presence) if presence else "",
        format_html('<span class="person-detail">{}</span>', detail) if detail else "",
    )
    if href:
        return format_html('<a class="person" href="{}">{}</a>', href, inner)
    return format_html('<span class="person">{}</span>', inner)


def tag(label: str, *, href: str = "", remove: str = "") -> SafeString:
    body = format_html("<span>{}</span>", label)
    if href and not remove:
        return format_html('<a class="tag" href="{}">{}</a>', href, body)
    if remove:
        name = _("Remove the tag %(label)s") % {"label": label}
        body = joined(
            body,
            format_html(
                '<button class="tag-remove button quiet" formaction="{0}" title="{1}" aria-label="{1}">{2}</button>',
                remove,
                name,
                icon("x", 12),
            ),
        )
    return format_html('<span class="tag">{}</span>', body)


@remembered
def count(number: int, label: str = "", *, strong: bool = False) -> SafeString:
    shown = "99+" if int(number) > 99 else str(number)
    hidden = format_html('<span class="visually-hidden"> {}</span>', label) if label else ""
    return format_html('<span class="{}">{}{}</span>', classes("count", "strong" if strong else ""), shown, hidden)
