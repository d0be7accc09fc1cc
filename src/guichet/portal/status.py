"""The public status page: a static file that stands when the rest is down, and the same as JSON beside it.

What a lead or manager showed to everybody, and nothing else: no person, no client nor their places, no note. Whether
all works it doesn't know: some of what is broken is shown only to those whom it concerns. A job writes it anew every
minute and after each change; any web server can give it out, and it reads the same from a disk.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import mark_safe

from guichet.lib import moments
from guichet.people.models import Organisation
from guichet.tickets.models import MajorIncident, MajorState

LANGUAGES = ("fr", "en")
KEPT = timedelta(days=90)
# Older than this the page says of itself that it can't be relied on.
STALE_MINUTES = 10
# File → what it is; nothing else is given out.
FILES: Mapping[str, str] = {
    "index.html": "text/html; charset=utf-8",
    "fr.html": "text/html; charset=utf-8",
    "en.html": "text/html; charset=utf-8",
    "status.json": "application/json",
}
_NEWS_SHOWN = 6
_PAST_SHOWN = 60


@dataclass(frozen=True)
class Both:
    """A text in French, in English, or in both; where it was written in one language, that stands for both."""

    fr: str
    en: str

    def __getitem__(self, language: str) -> str:
        return (self.en or self.fr) if language == "en" else (self.fr or self.en)

    def read_in(self, language: str) -> Read:
        """As a page of that language shows it."""
        own = self.en if language == "en" else self.fr
        return Read(self[language], "" if own or not self[language] else next(o for o in LANGUAGES if o != language))


@dataclass(frozen=True)
class Read:
    """A text on a page; `lang` where it isn't the page's language."""

    text: str
    lang: str


@dataclass(frozen=True)
class Said:
    """One piece of news."""

    at: datetime
    text: Both


@dataclass(frozen=True)
class Incident:
    """A major incident as everybody may know of it."""

    title: Both
    touched: list[Both]
    meanwhile: Both
    since: datetime
    news: list[Said]
    next_news_at: datetime | None
    restored_at: datetime | None


@dataclass(frozen=True)
class Standing:
    """How a desk's services stand at a moment."""

    slug: str
    name: str
    phone: str
    region: str
    zone: ZoneInfo
    at: datetime
    running: list[Incident] = field(default_factory=list)
    past: list[Incident] = field(default_factory=list)


def folder(slug: str) -> Path:
    return Path(settings.STATUS_DIR) / slug


def standings(*, now: datetime) -> list[Standing]:
    """Each desk's, in two queries and those of what is shown."""
    desks = Organisation.objects.filter(served_by__isnull=True, teams__isnull=False).distinct()
    shown: dict[int, list[MajorIncident]] = {}
    recent = MajorIncident.objects.public().exclude(restored_at__lt=now - KEPT)
    for major in recent.prefetch_related("services", "sites", "news").order_by("-started_at", "-pk"):
        shown.setdefault(major.desk_id, []).append(major)
    found = []
    for desk in desks:
        theirs = shown.get(desk.pk, [])
        found.append(
            Standing(
                slug=desk.slug,
                name=desk.name,
                phone=desk.phone,
                region=desk.region.lower(),
                zone=ZoneInfo(desk.time_zone),
                at=now,
                running=[_incident(m) for m in theirs if m.state == MajorState.RUNNING],
                past=[_incident(m) for m in theirs if m.state != MajorState.RUNNING][:_PAST_SHOWN],
            )
        )
    return found


def _incident(major: MajorIncident) -> Incident:
    return Incident(
        title=Both(major.title_fr, major.title_en),
        touched=[
            *(Both(s.name_fr, s.name_en) for s in major.services.all()),
            # A client's place would name the client.
            *(Both(s.name, s.name) for s in major.sites.all() if s.organisation_id == major.desk_id),
        ],
        meanwhile=Both(major.meanwhile_fr, major.meanwhile_en),
        since=major.started_at,
        news=[Said(at=n.at, text=Both(n.text_fr, n.text_en)) for n in list(major.news.all())[:_NEWS_SHOWN]],
        next_news_at=major.next_news_at,
        restored_at=major.restored_at,
    )


def write_all(*, now: datetime) -> int:
    """Write every desk's pages; how many desks."""
    found = standings(now=now)
    for standing in found:
        write(standing)
    return len(found)


def write(standing: Standing) -> None:
    """Each file is replaced at once: whoever reads meanwhile has the old one or the new one, whole."""
    into = folder(standing.slug)
    into.mkdir(parents=True, exist_ok=True)
    pages = {language: page(standing, language=language) for language in LANGUAGES}
    own = "en" if standing.region.startswith("en") else "fr"
    for language, text in pages.items():
        _replace(into / f"{language}.html", text)
    _replace(into / "index.html", pages[own])
    _replace(into / "status.json", as_json(standing))


def _replace(path: Path, text: str) -> None:
    handle, made = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".new")
    new = Path(made)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        # Another server's user reads it too.
        new.chmod(0o644)
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def page(standing: Standing, *, language: str) -> str:
    """The page in one language, complete in itself: no script, no picture, no address but those beside it."""
    with translation.override(language):
        spoken = _Clock(standing, language=language)
        context = {
            "language": language,
            "other": next(other for other in LANGUAGES if other != language),
            "standing": standing,
            "at": spoken.time(standing.at),
            "on": spoken.day(standing.at),
            "moment": standing.at.isoformat(timespec="seconds"),
            "stale_minutes": STALE_MINUTES,
            "phone_url": "tel:" + "".join(c for c in standing.phone if c in "+0123456789"),
            "running": [_told(i, spoken, language) for i in standing.running],
            "past": [_told(i, spoken, language) for i in standing.past],
            "style": mark_safe(style()),  # noqa: S308 (ours, without a variable)
            "style_source": style_source(),
        }
        return render_to_string("portal/status/page.html", context)


@dataclass(frozen=True)
class _Clock:
    """Moments as the desk's region writes them, in its zone."""

    standing: Standing
    language: str

    @property
    def tongue(self) -> str:
        return self.standing.region if self.standing.region.startswith(self.language) else self.language

    def time(self, at: datetime) -> str:
        return moments.clock_time(at=at.astimezone(self.standing.zone), language=self.tongue)

    def day(self, at: datetime) -> str:
        return moments.date_text(at=at.astimezone(self.standing.zone), language=self.tongue, weekday=True, year=True)

    def is_today(self, at: datetime) -> bool:
        return at.astimezone(self.standing.zone).date() == self.standing.at.astimezone(self.standing.zone).date()

    def moment(self, at: datetime) -> str:
        """The time alone where it is today's."""
        if self.is_today(at):
            return self.time(at)
        return moments.spoken(at=at, zone=self.standing.zone, language=self.tongue)


def _told(incident: Incident, clock: _Clock, language: str) -> dict[str, object]:
    ended = incident.restored_at
    lasted = moments.length(minutes=max(1, int((ended - incident.since) / timedelta(minutes=1)))) if ended else ""
    return {
        "title": incident.title.read_in(language),
        "touched": [name.read_in(language) for name in incident.touched],
        "meanwhile": incident.meanwhile.read_in(language),
        "since": clock.moment(incident.since),
        "since_iso": incident.since.isoformat(timespec="seconds"),
        "news": [{"at": clock.moment(said.at), "said": said.text.read_in(language)} for said in incident.news],
        "next": clock.moment(incident.next_news_at) if incident.next_news_at else "",
        "next_today": incident.next_news_at is not None and clock.is_today(incident.next_news_at),
        "late": incident.next_news_at is not None and incident.next_news_at < clock.standing.at,
        "day": clock.day(incident.since),
        "lasted": lasted,
        "last": incident.news[0].text.read_in(language) if incident.news else None,
    }


def as_json(standing: Standing) -> str:
    """The same for programs; texts in both languages, moments in UTC."""
    value = {
        "desk": standing.name,
        "written_at": _utc(standing.at),
        "stale_after_minutes": STALE_MINUTES,
        "state": "incident" if standing.running else "none_announced",
        "running": [_plain(incident) for incident in standing.running],
        "past": [_plain(incident) for incident in standing.past],
    }
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _plain(incident: Incident) -> dict[str, object]:
    return {
        "title": _either(incident.title),
        "touched": [_either(name) for name in incident.touched],
        "meanwhile": _either(incident.meanwhile),
        "since": _utc(incident.since),
        "restored_at": _utc(incident.restored_at),
        "next_news_at": _utc(incident.next_news_at),
        "news": [{"at": _utc(said.at), "text": _either(said.text)} for said in incident.news],
    }


def _either(text: Both) -> dict[str, str]:
    return {language: text[language] for language in LANGUAGES}


def _utc(at: datetime | None) -> str | None:
    return at.astimezone(ZoneInfo("UTC")).isoformat(timespec="seconds").replace("+00:00", "Z") if at else None


@cache
def style() -> str:
    return render_to_string("portal/status/style.css").strip()


@cache
def style_source() -> str:
    """What a Content-Security-Policy calls our style by."""
    return "'sha256-" + base64.b64encode(hashlib.sha256(style().encode()).digest()).decode() + "'"
