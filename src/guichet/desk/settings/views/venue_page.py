"""Everything on a venue's page: what is missing, the week at a glance, the order of calling in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from guichet.desk.settings.base import SettingsView
from guichet.desk.settings.forms.base import told_minutes
from guichet.desk.settings.forms.people import DAYS
from guichet.desk.settings.forms.venues import CounterForm, DeviceForm, NewDutyForm
from guichet.desk.settings.views.organisation import drawn
from guichet.people.models import Person
from guichet.walkup.missing import lacks, misplaced, on_duty, working
from guichet.walkup.models import Duty, Standing, Venue
from guichet.walkup.setting_up_duties import told_span
from guichet.walkup.setting_up_reasons import branches
from guichet.walkup.wording import counter_words

# A head start as long as this is never caught up within a day.
_ALWAYS = 12 * 60


def of_venue(view: SettingsView, venue: Venue, **more: Any) -> dict[str, Any]:
    """What the page shows. `more` holds forms with what was typed wrong, in place of the empty ones."""
    desk = view.desk
    counters = []
    for counter in venue.counters.all():
        counters.append(
            {"row": counter, "label": counter_words(counter.name), "url": view.link("counter", venue.pk, counter.pk)}
        )
    return {
        "venue": venue,
        "title": venue.name,
        "trail": [*view.trail()[:1], (venue.name, "")],
        "lacks": [*lacks(venue), *misplaced(venue, now=view.now)],
        "days": drawn(venue.opening),
        "counters": counters,
        "counter_form": CounterForm(desk=desk),
        "week": week_of(venue),
        "duty_form": NewDutyForm(desk=desk, row=venue),
        "branches": branches(venue, every=True),
        "sentences": sentences(venue),
        "devices": list(venue.devices.filter(revoked_at=None)),
        "device_form": DeviceForm(desk=desk),
        "board_url": board_url(venue),
        "kiosk_url": settings.BASE_URL + reverse("kiosk:enrol"),
        "phone_url": phone_url(venue),
        **more,
    }


def board_url(venue: Venue) -> str:
    return settings.BASE_URL + reverse("kiosk:board", args=[venue.slug, venue.board_key])


def phone_url(venue: Venue) -> str:
    """What the poster's code opens."""
    return settings.BASE_URL + reverse("kiosk:poster_check_in", args=[venue.slug])


def week_of(venue: Venue) -> dict[str, Any]:
    """A row for each agent with their days, drawn on one scale; last, how many are there."""
    weekly = list(on_duty(venue).order_by("agent__name", "agent", "starts"))
    dated = list(Duty.objects.filter(venue=venue).exclude(date=None).select_related("agent").order_by("date", "starts"))
    agents = {duty.agent_id: duty.agent for duty in sorted([*weekly, *dated], key=lambda duty: duty.agent.name)}
    edges = [m for duty in weekly for m in (duty.starts, duty.ends)]
    edges += [m for day in venue.opening for span in day for m in span]
    first, last = (min(edges), max(edges)) if edges else (0, 24 * 60)
    # Days on which it is closed and nobody is there would only take room.
    shown = [day for day in range(7) if (venue.opening and venue.opening[day]) or any(d.weekday == day for d in weekly)]
    rows = [
        {
            "agent": agent,
            "days": [
                _day([d for d in weekly if (d.agent_id, d.weekday) == (pk, day)], first, last) | {"label": DAYS[day]}
                for day in shown
            ],
            "dates": _dates([d for d in dated if d.agent_id == pk]),
        }
        for pk, agent in agents.items()
    ]
    totals = [{"label": DAYS[day], "text": _total([d for d in weekly if d.weekday == day])} for day in shown]
    return {"rows": rows, "days": [DAYS[day] for day in shown], "totals": totals}


def dates_of(venue: Venue, agent: Person) -> list[dict[str, Any]]:
    return _dates(list(Duty.objects.filter(venue=venue, agent=agent).exclude(date=None).order_by("date", "starts")))


def _day(duties: Sequence[Duty], first: int, last: int) -> dict[str, Any]:
    scale = 100 / max(1, last - first)
    spans = [span for duty in duties for span in working(duty)]
    breaks = [told_span(start, start + length) for duty in duties for start, length in duty.breaks]
    return {
        "text": ", ".join(told_span(duty.starts, duty.ends) for duty in duties),
        "breaks": ", ".join(breaks),
        "spans": [{"x": (a - first) * scale, "width": (b - a) * scale} for a, b in spans],
    }


def _dates(duties: Sequence[Duty]) -> list[dict[str, Any]]:
    """Each date with what holds on it; "" for a day off."""
    days: dict[Any, list[Duty]] = {}
    for duty in duties:
        days.setdefault(duty.date, []).append(duty)
    return [
        {
            "date": day,
            "text": ", ".join(told_span(d.starts, d.ends) for d in held if d.ends),
            "breaks": ", ".join(told_span(a, a + length) for d in held for a, length in d.breaks),
        }
        for day, held in days.items()
    ]


def _total(duties: Sequence[Duty]) -> str:
    """How many are there at the fewest and at the most, while anybody is."""
    spans = [span for duty in duties for span in working(duty)]
    if not spans:
        return "0"
    edges = sorted({moment for span in spans for moment in span})
    begins, ends = edges[0], edges[-1]
    counts = [sum(a <= at < b for a, b in spans) for at in edges if begins <= at < ends]
    least, most = min(counts), max(counts)
    return str(most) if least == most else _("%(least)d to %(most)d") % {"least": least, "most": most}


def sentences(venue: Venue) -> list[str]:
    """The order of calling, as one says it to a colleague."""
    heads = venue.head_starts
    urgent, booked, plain = (heads[s] for s in (Standing.URGENT, Standing.APPOINTMENT, Standing.WALK_IN))
    told = []
    if urgent > plain:
        told.append(
            _("What is urgent goes first.")
            if urgent - plain >= _ALWAYS
            else _("What is urgent goes before those who came less than %(minutes)s earlier without an appointment.")
            % {"minutes": told_minutes(urgent - plain)}
        )
    if venue.appointments and booked > plain:
        told.append(
            _("An appointment goes before everybody who simply came.")
            if booked - plain >= _ALWAYS
            else _("An appointment goes before those who simply came less than %(minutes)s before its time.")
            % {"minutes": told_minutes(booked - plain)}
        )
    if venue.appointments:
        told += [
            _("It isn’t called sooner than %(minutes)s before its time.")
            % {"minutes": told_minutes(venue.early_minutes)},
            _("From %(minutes)s after its time, it waits like those who simply came.")
            % {"minutes": told_minutes(venue.late_minutes)},
        ]
    told.append(_("Among equals, whoever came first goes first."))
    told.append(
        _("Somebody who was called and doesn’t come is waited for %(minutes)s.")
        % {"minutes": told_minutes(venue.answer_minutes)}
    )
    return told
