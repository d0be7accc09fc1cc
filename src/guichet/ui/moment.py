"""Moments as components, in the reader's language and zone."""

from datetime import datetime

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from guichet.lib import moments
from guichet.ui.html import format_html, icon

_PICTURES = {"calm": "clock", "soon": "hourglass", "likely": "triangle-alert", "late": "clock-alert"}


def language() -> str:
    return get_language() or "fr"


def absolute(at: datetime) -> str:
    return moments.absolute(at=at, zone=timezone.get_current_timezone(), language=language())


def stretch(start: datetime, end: datetime) -> str:
    return moments.stretch(start=start, end=end, zone=timezone.get_current_timezone(), language=language())


def relative(at: datetime, now: datetime) -> str:
    return moments.relative(at=at, now=now, zone=timezone.get_current_timezone(), language=language())


def time(at: datetime, now: datetime) -> SafeString:
    """Relative, with the full moment on hover."""
    return format_html(
        '<time datetime="{}" title="{}" data-relative>{}</time>', at.isoformat(), absolute(at), relative(at, now)
    )


def when(at: datetime | None, now: datetime) -> SafeString:
    return time(at, now) if at else format_html("<span>{}</span>", "–")


def due(at: datetime | None, now: datetime, risk: float | None = None) -> SafeString:
    """A due time with its urgency. `risk`: the chance of missing it, 0…1."""
    if at is None:
        return format_html('<span class="due">{}</span>', "–")
    look = moments.urgency(due=at, now=now, risk=risk)
    word = {"calm": "", "soon": _("due soon:"), "likely": "", "late": _("late:")}[look]
    foretold = chance_word(look) if risk is not None else ""
    hidden = format_html('<span class="visually-hidden">{} </span>', word) if word and not foretold else ""
    shown = format_html('<span class="due-chance">{}</span>', foretold) if foretold else ""
    return format_html(
        '<span class="due {}">{}{}{}{}</span>', look, icon(_PICTURES[look], 14), hidden, time(at, now), shown
    )


def chance_word(look: str) -> str:
    """What the chance of missing a due time is, in a word or two; "" where there is nothing to say."""
    return {"soon": _("at risk"), "likely": _("probably late")}.get(look, "")
