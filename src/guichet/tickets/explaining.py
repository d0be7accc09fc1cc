"""A ticket's clocks told to people: what each says, and which time counted and which did not, in sentences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guichet.activity.models import Event
from guichet.calendars.models import CalendarVersion
from guichet.calendars.reading import versions, why_special
from guichet.lib.bilingual import pick
from guichet.sla import clock
from guichet.sla.clock import Reading, Span
from guichet.sla.models import Measure
from guichet.tickets import clocks
from guichet.tickets.models import Commitment, HoldReason, Ticket

# More stretches than this are told by the day's opening as one, where nothing but nights lies between.
_TELL_ALL = 8


@dataclass(frozen=True)
class Stretch:
    """Time that counted or did not, and why. `parts`: how many openings it is made of."""

    start: datetime
    end: datetime
    counts: bool
    seconds: int
    why: str
    parts: int = 1

    @property
    def minutes(self) -> int:
        return self.seconds // 60


@dataclass(frozen=True)
class Clock:
    """A commitment with what its clock says now."""

    commitment: Commitment
    reading: Reading
    started_at: datetime
    stopped_at: datetime | None
    stretches: list[Stretch] = field(default_factory=list)

    @property
    def measure(self) -> str:
        return str(Measure(self.commitment.measure).label)

    @property
    def policy(self) -> str:
        return pick(self.commitment.policy_name_fr, self.commitment.policy_name_en)

    @property
    def due_at(self) -> datetime | None:
        return self.reading.due

    @property
    def state(self) -> str:
        """That of the reading; `replaced` for what is no longer promised."""
        return "replaced" if self.commitment.replaced_at else self.reading.state

    @property
    def state_name(self) -> str:
        return {
            clock.RUNNING: _("runs"),
            clock.PAUSED: _("stands still"),
            clock.LATE: _("late"),
            clock.KEPT: _("kept"),
            clock.MISSED: _("missed"),
            "replaced": _("replaced"),
        }[self.state]

    @property
    def counted(self) -> int:
        """Minutes that counted."""
        return self.reading.elapsed // 60

    @property
    def over(self) -> int:
        """Minutes beyond what was promised; 0 while it is kept."""
        return max(0, -self.reading.left) // 60

    @property
    def left(self) -> int:
        return max(0, self.reading.left) // 60

    @property
    def share(self) -> int:
        """Of the promised time, in hundredths, at most all of it."""
        return min(100, 100 * self.reading.elapsed // (60 * self.commitment.minutes))


def clocks_of(
    ticket: Ticket,
    *,
    now: datetime,
    commitments: Sequence[Commitment] | None = None,
    events: Iterable[Event] | None = None,
    explained: bool = True,
) -> list[Clock]:
    """In the order of the measures, each followed by those that it replaced, newest first.

    `commitments` and `events` are the ticket's, where the caller has read them already.
    """
    if commitments is None:
        commitments = list(ticket.commitments.select_related("by").order_by("id"))
    if not commitments:
        return []
    if events is None:
        events = Event.objects.filter(subject_type="ticket", subject_id=ticket.pk).order_by("number")
    lines = list(events)
    story = clocks.story_of(lines, opened_at=ticket.opened_at)
    versions = _versions(commitments) if explained else {}
    turns: defaultdict[tuple[str, datetime], int] = defaultdict(int)
    told = []
    for commitment in commitments:
        key = (commitment.measure, commitment.started_at)
        until = commitment.replaced_at
        # What happened after it was replaced is no part of it.
        heard = clocks.story_of((e for e in lines if e.at <= until), opened_at=ticket.opened_at) if until else story
        way = clocks.course(commitment, heard, turn=turns[key])
        turns[key] += commitment.replaced_at is None
        reading = clocks.reading(commitment, way, now=now, spans=explained)
        stretches = tell(reading.spans, version=versions.get(commitment.calendar_version_id or 0))
        told.append(Clock(commitment, reading, way.start, way.stop, stretches))
    return sorted(told, key=_place)


def _place(told: Clock) -> tuple[int, float, bool, float]:
    order = Measure.values.index(told.commitment.measure)
    replaced = told.commitment.replaced_at
    return (
        order,
        told.commitment.started_at.timestamp(),
        replaced is not None,
        -(replaced or told.started_at).timestamp(),
    )


def _versions(commitments: Sequence[Commitment]) -> dict[int, CalendarVersion]:
    wanted = {c.calendar_version_id for c in commitments if c.calendar_version_id}
    return versions(wanted)


def tell(spans: Sequence[Span], *, version: CalendarVersion | None) -> list[Stretch]:
    """The account of a clock; many openings in a row are told as one."""
    told = [
        Stretch(start=s.start, end=s.end, counts=s.counts, seconds=s.seconds, why=_why(s, version=version))
        for s in spans
    ]
    return told if len(told) <= _TELL_ALL else _gathered(told)


def _gathered(told: list[Stretch]) -> list[Stretch]:
    """Openings with nothing but nights and closed days between them become one; what has a name stays."""
    plain, kept = _closed(), list[Stretch]()
    for stretch in told:
        last = kept[-1] if kept else None
        if stretch.counts and last is not None and len(kept) > 1 and last.why == plain and kept[-2].counts:
            kept.pop()
            before = kept.pop()
            parts = before.parts + 1
            why = ngettext("Open, %(count)d time", "Open, %(count)d times", parts) % {"count": parts}
            kept.append(
                Stretch(
                    start=before.start,
                    end=stretch.end,
                    counts=True,
                    seconds=before.seconds + stretch.seconds,
                    why=why,
                    parts=parts,
                )
            )
        else:
            kept.append(stretch)
    return kept


def _why(span: Span, *, version: CalendarVersion | None) -> str:
    if span.why == clock.OPEN:
        return _("Open") if version else _("Day and night")
    if span.why == clock.CLOSED:
        names = _special(span, version) if version else []
        return _("Closed: %(names)s") % {"names": ", ".join(names)} if names else _closed()
    others = {
        clocks.ENDED: _("Solved or ended, until it was opened again"),
        clocks.RESTORED: _("The service worked again"),
        clocks.ANSWERED: _("Answered"),
    }
    return others.get(span.why) or str(HoldReason(span.why).label)


def _closed() -> str:
    return _("Closed")


def _special(span: Span, version: CalendarVersion) -> list[str]:
    """What the days of a closed stretch are called, where they have a name."""
    zone = ZoneInfo(version.time_zone)
    day, last = span.start.astimezone(zone).date(), (span.end - timedelta(seconds=1)).astimezone(zone).date()
    names: list[str] = []
    while day <= last and len(names) < 4:
        name = why_special(version, day)
        if name and name not in names:
            names.append(name)
        day += timedelta(days=1)
    return names


@dataclass(frozen=True)
class Told:
    """A promise in plain words for the requester: what, until when."""

    what: str
    due_at: datetime
    late: bool


def told_to_requester(ticket: Ticket, *, now: datetime) -> list[Told]:
    """What policies promise and say, besides the next step that the ticket shows; nothing while it stands still."""
    if not ticket.is_unsolved:
        return []
    rows = ticket.commitments.pending().filter(shown=True, measure=Measure.RESOLUTION)
    return [Told(what=_("Your solution"), due_at=row.due_at, late=row.due_at < now) for row in rows.order_by("due_at")]
