"""Moments as a person reads them: relative within a week, absolute beyond, in French and English.

Pure: aware datetimes in, text out. Grammar of dates is data of a language rather than messages to
translate (prepositions, article, month names move together), so both languages stand here side by side.
static/ui/js/time.js repeats `relative` for pages that stay open; tests hold the two together.
"""

from datetime import date, datetime, timedelta, tzinfo
from typing import Literal

NBSP = "\u00a0"
Urgency = Literal["calm", "soon", "likely", "late"]
# From here on a promise is at risk; from here on it will probably be broken.
AT_RISK, LIKELY = 0.35, 0.65

_DAYS = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = {
    "fr": (
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}

# Indexed by whether the moment is still ahead.
_MOMENT = {"fr": ("à l’instant", "dans un instant"), "en": ("just now", "in a moment")}
_NEIGHBOURS = {"fr": ("hier", "demain"), "en": ("yesterday", "tomorrow")}


def clock_time(*, at: datetime, language: str) -> str:
    """`10 h 30` in Québec's and the neutral French, `10:30` elsewhere. `at` is local already."""
    if language in ("fr", "fr-ca"):
        return f"{at.hour}{NBSP}h{NBSP}{at.minute:02d}" if at.minute else f"{at.hour}{NBSP}h"
    return f"{at.hour:02d}:{at.minute:02d}"


def _tongue(language: str) -> str:
    return "fr" if language.startswith("fr") else "en"


def _day_of_month(day: int, tongue: str) -> str:
    return "1er" if tongue == "fr" and day == 1 else str(day)


def date_text(*, at: date, language: str, weekday: bool = False, year: bool = False) -> str:
    tongue = _tongue(language)
    text = f"{_day_of_month(at.day, tongue)}{NBSP}{_MONTHS[tongue][at.month - 1]}"
    if year:
        text += f" {at.year}"
    return f"{_DAYS[tongue][at.weekday()]} {text}" if weekday else text


def _join(day: str, time: str, language: str) -> str:
    if language in ("fr-fr", "fr-be"):
        return f"{day}, {time}"
    return f"{day} {'à' if _tongue(language) == 'fr' else 'at'} {time}"


def absolute(*, at: datetime, zone: tzinfo, language: str) -> str:
    """`mardi 24 novembre 2026 à 10 h 30`: the full moment in the reader's zone."""
    local = at.astimezone(zone)
    day = date_text(at=local, language=language, weekday=True, year=True)
    return _join(day, clock_time(at=local, language=language), language)


def spoken(*, at: datetime, zone: tzinfo, language: str) -> str:
    """“lundi 23 novembre à 14 h 30”: as one says it within the year."""
    local = at.astimezone(zone)
    day = date_text(at=local, language=language, weekday=True)
    return _join(day, clock_time(at=local, language=language), language)


def stretch(*, start: datetime, end: datetime, zone: tzinfo, language: str) -> str:
    """“mardi 24 novembre, 10 h 30 – 12 h”; the day is said again where it is another one."""
    first, last = start.astimezone(zone), end.astimezone(zone)
    sides = [
        f"{date_text(at=at, language=language, weekday=True)}, {clock_time(at=at, language=language)}"
        for at in (first, last)
    ]
    if first.date() == last.date():
        sides[1] = clock_time(at=last, language=language)
    return " – ".join(sides)


def relative(*, at: datetime, now: datetime, zone: tzinfo, language: str) -> str:
    """Minutes and hours within the reader's day, day and time within a week, the date beyond."""
    tongue = _tongue(language)
    ahead = at > now
    minutes = int(abs(at - now).total_seconds() // 60)
    local, today = at.astimezone(zone), now.astimezone(zone)
    days = (local.date() - today.date()).days
    if minutes < 1:
        return _MOMENT[tongue][ahead]
    if minutes < 60:
        return _span(minutes, "min", ahead, tongue)
    if days == 0:
        return _span(minutes // 60, "h", ahead, tongue)
    if local.year != today.year and abs(days) >= 7:
        return date_text(at=local, language=language, year=True)
    if abs(days) == 1:
        day = _NEIGHBOURS[tongue][ahead]
    elif abs(days) < 7:
        day = _DAYS[tongue][local.weekday()]
    else:
        day = date_text(at=local, language=language)
    return _join(day, clock_time(at=local, language=language), language)


def _span(amount: int, unit: str, ahead: bool, tongue: str) -> str:
    text = f"{amount}{NBSP}{unit}"
    if tongue == "fr":
        return f"dans {text}" if ahead else f"il y a {text}"
    return f"in {text}" if ahead else f"{text} ago"


def length(*, minutes: int) -> str:
    """`45 min`, `8 h`, `1 h 30`: the same in both languages."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest}{NBSP}min"
    return f"{hours}{NBSP}h{NBSP}{rest:02d}" if rest else f"{hours}{NBSP}h"


def urgency(*, due: datetime, now: datetime, risk: float | None = None) -> Urgency:
    """How a due time looks. `risk` is the chance of missing it, 0…1; None falls back to an hour's notice."""
    if due <= now:
        return "late"
    if risk is not None:
        return "likely" if risk >= LIKELY else "soon" if risk >= AT_RISK else "calm"
    return "soon" if due - now <= timedelta(hours=1) else "calm"
