"""How a counter and a wait are said, wherever they are said. A range is rounded outwards, and the more coarsely the
longer it is: single minutes up to half an hour, fives up to an hour, then quarters of an hour."""

from __future__ import annotations

from math import ceil, floor

from django.utils.translation import gettext as _

from guichet.lib.moments import NBSP, length
from guichet.walkup.waits import Wait

# Below this nobody counts; beyond this a range says no more than that it is long.
SHORT, HALF_HOUR, HOUR, LONG = 5, 30, 60, 180


def rounded(low: float, high: float) -> tuple[int, int]:
    """Outwards, so that what is promised holds."""
    step = 1 if high <= HALF_HOUR else 5 if high <= HOUR else 15
    return floor(max(low, 0.0) / step) * step, max(ceil(high / step) * step, step)


def wait_words(wait: Wait | None) -> str:
    """« entre 12 et 20 minutes », « moins de 5 minutes », « plus d’une heure »; honest where little is known."""
    if wait is None or wait.little_data:
        return _("we don’t know enough yet")
    return range_words(wait.low, wait.high)


def counter_words(name: str) -> str:
    """« Guichet 3 »; a counter that has a name of its own keeps it."""
    return _("Counter %(name)s") % {"name": name} if name.isdecimal() else name


def range_words(low: float, high: float) -> str:
    below, above = rounded(low, high)
    if above <= SHORT:
        return _("less than %(minutes)d minutes") % {"minutes": SHORT}
    if above > LONG and below >= HOUR:
        return _("more than an hour") if below < 2 * HOUR else _("more than two hours")
    if above > HOUR:
        words = {"low": length(minutes=below), "high": length(minutes=above)}
        return _("less than %(high)s") % words if not below else _("between %(low)s and %(high)s") % words
    if below < 1:
        return _("less than %(minutes)d minutes") % {"minutes": above}
    if below == above:
        return _("about %(minutes)d minutes") % {"minutes": above}
    return _("between %(low)d and %(high)d minutes") % {"low": below, "high": above}


def short_words(wait: Wait | None) -> str:
    """The same in a few signs, for a screen that is read from afar: « 12–20 min », « < 5 min », « > 1 h »."""
    if wait is None or wait.little_data:
        return "?"
    below, above = rounded(wait.low, wait.high)
    if above <= SHORT:
        return f"<{NBSP}{SHORT}{NBSP}min"
    if above > LONG and below >= HOUR:
        return f">{NBSP}{below // HOUR}{NBSP}h"
    if above > HOUR:
        return f"<{NBSP}{length(minutes=above)}" if not below else f"{length(minutes=below)}–{length(minutes=above)}"
    if below < 1:
        return f"<{NBSP}{above}{NBSP}min"
    return f"{below}–{above}{NBSP}min" if below < above else f"{above}{NBSP}min"
