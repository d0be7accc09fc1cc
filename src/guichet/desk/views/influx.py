"""A walk-up point in pictures: who comes when, how long they wait, what one more person would change; and how right
what was told turned out to be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.desk import charts
from guichet.desk.views.counter import VenueView
from guichet.lib import moments
from guichet.people.models import Skill
from guichet.walkup import accuracy, influx, policies
from guichet.walkup.accuracy import Week
from guichet.walkup.days import zone_of
from guichet.walkup.influx import QUARTER, History, Hour
from guichet.walkup.models import StaffingAdvice

PICTURE = 640
# So many bars have room for a word each.
LABELLED = 10
_WITH_SKILL = gettext_lazy(
    "One more person with the skill “%(skill)s” from %(starts)s to %(ends)s would bring the wait that nine in ten "
    "don’t exceed from %(before)d down to %(after)d minutes."
)
_WITHOUT = gettext_lazy(
    "One more person, whatever their skills, from %(starts)s to %(ends)s would bring the wait that nine in ten "
    "don’t exceed from %(before)d down to %(after)d minutes."
)


class VenuePicture(VenueView):
    """Pages of a walk-up point for whoever receives there."""

    def tabs(self, current: str) -> list[dict[str, Any]]:
        return [
            {"label": label, "url": reverse(f"desk:{name}", args=[self.venue.slug]), "current": name == current}
            for name, label in (
                ("counter_venue", _("Counter")),
                ("counter_influx", _("Influx")),
                ("counter_accuracy", _("How right were we?")),
            )
        ]


class Influx(VenuePicture):
    """Now, today beside a usual day, four weeks, advice. With `?part`, what changes by the minute."""

    def get(self, request: HttpRequest, venue: str) -> HttpResponse:
        now = {"venue": self.venue, "moment": influx.moment_of(self.venue, now=self.now)}
        if self.is_htmx and "part" in request.GET:
            return self.fragment("desk/counter/influx_now.html", now)
        history = influx.history_of(self.venue, now=self.now)
        context = {
            **now,
            "tabs": self.tabs("counter_influx"),
            "history": _history(history),
            "today": self._today(history),
            "heat": _heat(history),
            "waits": _waits(history.hours),
            "advice": _advice(self.venue.pk, language=_language()),
            "manages": policies.may_set_up(self.person, self.venue),
            "picture": PICTURE,
        }
        return self.page("desk/counter/influx.html", context)

    def _today(self, history: History) -> dict[str, Any]:
        """Quarters of an hour, from the first to the last in which anybody ever comes."""
        came = influx.today_of(self.venue, now=self.now)
        known = sorted({*came, *history.usual})
        if not known:
            return {"rows": [], "any": False}
        span = range(known[0], known[-1] + 1)
        local = self.now.astimezone(zone_of(self.venue))
        here = (local.hour * 60 + local.minute) // QUARTER
        values = [float(came.get(q, 0)) if q <= here else None for q in span]
        usual = [history.usual.get(q, 0.0) for q in span] if history.usual else []
        labels = [_clock(q * QUARTER) for q in span]
        bars, top = charts.bars(values, usual=usual, labels=labels, width=PICTURE)
        expected = sum(history.usual.get(q, 0.0) for q in span if q <= here)
        rows = [
            {"label": bar.label, "came": came.get(q, 0) if q <= here else None, "usual": history.usual.get(q)}
            for q, bar in zip(span, bars, strict=True)
        ]
        return {
            "any": True, "bars": bars, "top": top, "rows": rows, "came": sum(came.values()),
            "expected": round(expected), "first": bars[0].label, "last": bars[-1].label, "known": bool(history.usual),
            "labelled": len(bars) <= LABELLED,
        }  # fmt: skip


class Accuracy(VenuePicture):
    """What was told, and what it became."""

    def get(self, request: HttpRequest, venue: str) -> HttpResponse:
        whole, weeks = accuracy.weeks_of(self.venue, now=self.now)
        top = charts.nice(max([max(w.error, w.usual, w.average) for w in weeks], default=1.0))
        context = {
            "venue": self.venue,
            "tabs": self.tabs("counter_accuracy"),
            "whole": _figures(whole) if whole else None,
            "few": whole is not None and whole.count < accuracy.FEW,
            "weeks": [_drawn(n, week, top=top) for n, week in enumerate(weeks)],
            "top": top,
            "width": 100 * max(len(weeks), 1),
        }
        return self.page("desk/counter/accuracy.html", context)


def _figures(week: Week) -> dict[str, Any]:
    """Minutes to one decimal, shares out of a hundred, as a sentence says them."""
    better = week.error < min(week.usual, week.average)
    return {
        "count": week.count,
        "error": round(week.error, 1),
        "usual": round(week.usual, 1),
        "average": round(week.average, 1),
        "inside80": round(100 * week.inside80),
        "inside90": round(100 * week.inside90),
        "better": better,
    }


def _drawn(number: int, week: Week, *, top: float) -> dict[str, Any]:
    """Three bars side by side, and the coverage beside what was promised."""
    kinds = (("ours", week.error), ("usual", week.usual), ("average", week.average))
    heights = [(kind, 100 * value / top) for kind, value in kinds]
    bars = [
        {
            "kind": kind,
            "x": 100 * number + 14 + 24 * n,
            "y": charts.length(100 - height),
            "height": charts.length(height),
        }
        for n, (kind, height) in enumerate(heights)
    ]
    label = moments.date_text(at=_midnight(week.starts), language=_language())
    return {"label": label, "bars": bars, "middle": 100 * number + 50, **_figures(week)}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


@dataclass(frozen=True, slots=True)
class _Heat:
    rows: list[dict[str, Any]]
    hours: list[dict[str, Any]]
    height: int
    width: int


def _history(history: History) -> dict[str, Any]:
    shares = {"left": history.left, "absent": history.absent, "missed": history.missed}
    percent = {f"{name}_percent": None if share is None else round(100 * share) for name, share in shares.items()}
    return {"visits": history.visits, "median": history.median, "ninth": history.ninth, **percent}


def _heat(history: History) -> _Heat | None:
    if not history.cells:
        return None
    rows = sorted({row for row, _hour in history.cells})
    hours = [hour.hour for hour in history.hours]
    text = {value: f"{value:.0f}" if value >= 9.5 else f"{value:.1f}" for value in history.cells.values()}
    if _language().startswith("fr"):
        text = {value: words.replace(".", ",") for value, words in text.items()}
    days = [_weekday(row) for row in rows]
    lines = charts.heat(history.cells, rows=rows, columns=hours, text=text)
    return _Heat(
        rows=[
            {"label": day, "cells": line, "y": 26 * n} for n, (day, line) in enumerate(zip(days, lines, strict=True))
        ],
        hours=[{"label": _clock(60 * hour), "x": 40 * n} for n, hour in enumerate(hours)],
        height=26 * len(rows) + 24,
        width=40 * len(hours) + 84,
    )


def _waits(hours: list[Hour]) -> dict[str, Any]:
    """The longest waits of each hour as bars, the middle one as a mark on each."""
    labels = [_clock(60 * hour.hour) for hour in hours]
    bars, top = charts.bars(
        [hour.ninth for hour in hours], usual=[hour.median for hour in hours], labels=labels, width=PICTURE
    )
    rows = [{"label": label, "hour": hour} for label, hour in zip(labels, hours, strict=True)]
    return {"bars": bars, "top": top, "rows": rows, "any": any(hour.ninth is not None for hour in hours)}


def _advice(venue: int, *, language: str) -> dict[str, Any] | None:
    kept = StaffingAdvice.objects.filter(venue=venue).first()
    if kept is None:
        return None
    names = {str(skill.pk): skill.name for skill in Skill.objects.filter(pk__in=_skills(kept))}
    sentences = []
    for one in kept.findings:
        words = {
            "skill": names.get(str(one["skill"]), ""),
            "starts": _clock(int(one["starts"])),
            "ends": _clock(int(one["ends"])),
            "before": round(one["before"]),
            "after": round(one["after"]),
        }
        told = _WITH_SKILL if words["skill"] else _WITHOUT
        low, high = int(one["low"]), round(one["high"])
        sure = _("Four times in five between %(low)d and %(high)d.") % {"low": low, "high": high}
        sentences.append({"told": str(told) % words, "sure": sure})
    day = moments.date_text(at=_midnight(kept.day), language=language, weekday=True)
    return {"kept": kept, "day": day, "sentences": sentences}


def _skills(kept: StaffingAdvice) -> list[int]:
    return [int(one["skill"]) for one in kept.findings if one["skill"]]


def _language() -> str:
    return translation.get_language() or "fr"


def _clock(minutes: int) -> str:
    """The time on the wall, as this language writes it."""
    hours, rest = divmod(minutes, 60)
    if _language().startswith("fr"):
        return f"{hours}{moments.NBSP}h{moments.NBSP}{rest:02d}" if rest else f"{hours}{moments.NBSP}h"
    return f"{hours:02d}:{rest:02d}"


def _weekday(number: int) -> str:
    return str(WEEKDAYS[number])
