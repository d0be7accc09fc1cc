"""The worlds' venues: set up through the product's own actions, with four weeks behind them and people in them now.

Past days are played by `crowd.py` and written by `passages.py`; today goes through the counter's own verbs.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from guichet.demo.crowd import Cause, Day, Passage, Shift
from guichet.demo.founding import Ground
from guichet.demo.passages import Came, Writer
from guichet.demo.typography import french
from guichet.demo.worlds.venues import COLLEGE, COMPANY, FIRST_NAMES, LAST_NAMES, VenuePlan
from guichet.lib import events
from guichet.people.known import now_known
from guichet.people.models import Person, Skill
from guichet.walkup import booking, counter, enrolment, learning, ready_tree, setting_up, setting_up_duties, waits
from guichet.walkup.calibration import recalibrate
from guichet.walkup.checking_in import check_in
from guichet.walkup.days import day_of, is_open, local_moment, midnight
from guichet.walkup.estimate import estimate
from guichet.walkup.laws import Came as CameIn
from guichet.walkup.laws import Laws, Past, Served, Waited, fit
from guichet.walkup.models import Counter, EstimateRecord, Reason, Venue, Visit
from guichet.walkup.posts import duties_of
from guichet.walkup.queue import rules_of
from guichet.walkup.reasons import Tree, tree_of
from guichet.walkup.setting_up_duties import Hours
from guichet.walkup.who import Who, nobody

_PLANS = {"college": COLLEGE, "company": COMPANY}
# So long before and after now a venue is open that would be closed: the demo is looked at when somebody has the time.
_AROUND = 240
# One in four stays without a name.
_NAMELESS = 0.25


@dataclass
class Stall:
    """A venue that stands, and what its days are made from."""

    ground: Ground
    plan: VenuePlan
    venue: Venue
    counters: list[Counter]
    tree: Tree
    causes: list[Cause]
    manager: Person
    rng: random.Random
    now: datetime

    def by(self) -> dict[str, object]:
        return {"actor": self.manager, "now": self.now}


def open_up(ground: Ground, *, now: datetime) -> Venue:
    """The world's venue: set up, with a past, and people in it now."""
    stall = _set_up(ground, _PLANS[ground.plan.key], now=now)
    with events.long_ago():
        visitors = _visitors(stall)
        _past(stall, visitors)
        learning.learn(stall.venue, now=now)
        _today(stall, visitors)
        _to_come(stall)
    _machines(stall)
    waits.refresh(stall.venue, now=now)
    return stall.venue


def _set_up(ground: Ground, plan: VenuePlan, *, now: datetime) -> Stall:
    manager = ground.people[plan.manager]
    venue = setting_up.create_venue(
        desk=ground.desk, organisation=ground.desk, name_fr=plan.name[0], name_en=plan.name[1],
        site=ground.sites.get(plan.site), walk_ins=True, appointments=plan.appointments, anonymous=True,
        counters=plan.counters, actor=manager, now=now,
    )  # fmt: skip
    ready_tree.plant(venue=venue, actor=manager, now=now)
    skills = {skill.name_fr: skill for skill in Skill.objects.filter(organisation=ground.desk)}
    for name, skill in plan.skills.items():
        Reason.objects.filter(venue=venue, name_fr=name).update(skill=skills[skill])
    weeks: dict[str, list[Hours]] = {}
    for duty in plan.duties:
        week = weeks.setdefault(duty.agent, [Hours()] * 7)
        breaks = [[start, start + length] for start, length in duty.breaks]
        for day in duty.days:
            week[day] = Hours(spans=[list(duty.span)], breaks=breaks)
    for agent, week in weeks.items():
        setting_up_duties.set_week(venue=venue, agent=ground.people[agent], week=week, actor=manager, now=now)
    _open_now(venue, ground, plan, manager=manager, now=now)
    tree = tree_of(venue)
    causes = [
        Cause(
            key=str(r.pk), often=plan.shares.get(r.name_fr, 1.0), minutes=r.minutes, urgent=tree.urgent(r),
            skill=str(tree.skill(r)) if tree.skill(r) else None,
        )
        for r in tree.by_id.values() if tree.is_leaf(r)
    ]  # fmt: skip
    rng = random.Random(f"{plan.name[0]}:guichet")  # noqa: S311 (believable, not secret)
    return Stall(ground, plan, venue, list(venue.counters.all()), tree, causes, manager, rng, now)


def _open_now(venue: Venue, ground: Ground, plan: VenuePlan, *, manager: Person, now: datetime) -> None:
    """On a day or at an hour when it would be closed: an extra opening around now, and the first two on duty in it."""
    if not plan.cast or is_open(venue, now=now):
        return
    today = day_of(venue, now=now)
    minute = int((now - midnight(venue, now=now)).total_seconds() // 1800) * 30
    extra = [max(0, minute - _AROUND), min(24 * 60, minute + _AROUND)]
    week = [list(day) for day in venue.opening]
    usual = [span for span in week[today.weekday()] if span[1] < extra[0] or span[0] > extra[1]]
    week[today.weekday()] = sorted([*usual, extra])
    setting_up.set_opening(venue=venue, week=week, closed_on=[], actor=manager, now=now)
    for key in [duty.agent for duty in plan.duties][:2]:
        hours = Hours(spans=[extra])
        agent = ground.people[key]
        setting_up_duties.set_date(venue=venue, agent=agent, on=today, hours=hours, actor=manager, now=now)


def _visitors(stall: Stall) -> list[Person]:
    """People whom the desk met at the counter: a name, and nothing else known of them."""
    names = [f"{first} {last}" for first in FIRST_NAMES for last in LAST_NAMES]
    stall.rng.shuffle(names)
    met = Person.objects.bulk_create(
        Person(organisation=stall.ground.desk, name=name, language="en" if stall.rng.random() < 0.12 else "fr")
        for name in names[: stall.plan.visitors]
    )
    now_known(met)
    return met


def _shifts(stall: Stall, day: date) -> list[Shift]:
    """Those on duty, one counter each, in the order in which they come; a counter left free is taken again."""
    skills = {person.pk: {str(pk) for pk in person.skills.values_list("pk", flat=True)}
              for person in (stall.ground.people[duty.agent] for duty in stall.plan.duties)}  # fmt: skip
    pace = {stall.ground.people[duty.agent].pk: duty.pace for duty in stall.plan.duties}
    shifts: list[Shift] = []
    for duty in sorted(duties_of(stall.venue, day=day), key=lambda duty: (duty.starts, duty.pk)):
        taken = {shift.counter for shift in shifts if shift.ends + 40 > duty.starts}
        free = [place for place in range(len(stall.counters)) if place not in taken]
        shifts.append(
            Shift(
                agent=duty.agent_id, counter=free[0], starts=duty.starts, ends=duty.ends,
                breaks=tuple((start, length) for start, length in duty.breaks),
                skills=frozenset(skills[duty.agent_id]), pace=pace[duty.agent_id],
            )
        )  # fmt: skip
    return shifts


def _crowd(
    stall: Stall,
    day: date,
    *,
    until: float = math.inf,
    influx: dict[int, float] | None = None,
    surely: Sequence[tuple[float, Cause]] = (),
    quiet: float = math.inf,
) -> Day:
    spans = stall.venue.opening[day.weekday()]
    played = Day(
        rng=stall.rng, shifts=_shifts(stall, day), causes=stall.causes, influx=influx or stall.plan.influx,
        rules=rules_of(stall.venue), opens=spans[0][0], closes=spans[-1][1], number=day.toordinal(), until=until,
        surely=surely, quiet=quiet,
    )  # fmt: skip
    played.play()
    return played


def _past(stall: Stall, visitors: Sequence[Person]) -> None:
    """Four weeks, oldest first; each week's estimates rest on the laws of the weeks before it."""
    writer = Writer(
        venue=stall.venue, tree=stall.tree, people={p.pk: p for p in stall.ground.people.values()},
        counters=stall.counters, nobody=nobody(stall.venue), now=stall.now, rng=stall.rng,
    )  # fmt: skip
    days = [day_of(stall.venue, now=stall.now) - timedelta(days=back) for back in range(1, 60)]
    usual = [day for day in days if stall.ground.hours.day(day)][: stall.plan.days_back]
    lessons = Lessons(stall)
    came: list[Came] = []
    for day in reversed(usual):
        played = _crowd(stall, day)
        lessons.before(day)
        origin = local_moment(stall.venue, day=day, minutes=0)
        numbers: dict[str, int] = {}
        for passage in played.passages:
            if not passage.outcome:
                continue
            somebody = stall.rng.choice(visitors) if stall.rng.random() > _NAMELESS else None
            told = lessons.estimate(passage)
            number, done = _number(stall, passage, numbers), _solution(stall, passage)
            came.append(Came(passage, origin, somebody, number, done, told))
        lessons.after(played, day)
    writer.write(came)


def _number(stall: Stall, passage: Passage, numbers: dict[str, int]) -> str:
    letter = stall.tree.letter(stall.tree.by_id[int(passage.cause.key)])
    numbers[letter] = numbers.get(letter, 0) + 1
    return f"{letter} {numbers[letter]}"


def _solution(stall: Stall, passage: Passage) -> str:
    name = stall.tree.by_id[int(passage.cause.key)].name_fr
    return stall.rng.choice(stall.plan.solutions.get(name, ("Réglé sur place.",)))


class Lessons:
    """What the venue would have known on each of its past days, learnt anew each week by the product's own laws."""

    def __init__(self, stall: Stall) -> None:
        self.guesses = {cause.key: cause.minutes for cause in stall.causes}
        self.served: list[Served] = []
        self.waited: list[Waited] = []
        self.came: list[CameIn] = []
        self.lost: list[float] = []
        self.days: list[int] = []
        self.outcomes: list[tuple[tuple[float, ...], float]] = []
        self.recent: list[float] = []
        self.laws: Laws = fit(Past(), today=0, guesses=self.guesses)

    def before(self, day: date) -> None:
        if self.days and len(self.days) % 5 == 0:
            past = Past(days=self.days, served=self.served, waited=self.waited, came=self.came, lost=self.lost)
            calibration = recalibrate(self.outcomes)
            self.laws = fit(past, today=day.toordinal(), guesses=self.guesses, calibration=calibration)

    def estimate(self, passage: Passage) -> EstimateRecord | None:
        """What the product would have told them, beside what others would have."""
        state = passage.seen
        if state is None:
            return None
        own = estimate(state, self.laws, now=passage.arrived)[-1]
        waited = passage.called - passage.arrived if passage.called is not None else None
        ahead = len(state.waiting) - 1
        usual = ahead * passage.cause.minutes / max(len(state.posts), 1)
        average = sum(self.recent[-30:]) / len(self.recent[-30:]) if self.recent else None
        if waited is not None:
            self.outcomes.append((own.quantiles, waited))
            self.recent.append(waited)
        return EstimateRecord(
            median=own.median, low80=own.low80, high80=own.high80, low90=own.low90, high90=own.high90, basis=own.basis,
            told=not own.little_data, usual=usual, average=average, quantiles=list(own.quantiles),
        )  # fmt: skip

    def after(self, played: Day, day: date) -> None:
        number = day.toordinal()
        self.days.append(number)
        for p in played.passages:
            self.came.append(CameIn(day=number, standing=p.person.standing, category=p.cause.key, at=p.arrived))
            if p.called is None and p.ended is not None:
                self.waited.append(Waited(day=number, standing=p.person.standing, minutes=p.patience, end="left"))
            elif p.called is not None and p.ended is not None and p.shift is not None:
                end = "called" if p.begun is not None else "no_answer"
                wait = p.called - p.arrived
                self.waited.append(Waited(day=number, standing=p.person.standing, minutes=wait, end=end))
                if p.begun is None:
                    self.lost.append(p.ended - p.called)
                else:
                    minutes = p.ended - p.called
                    self.served.append(Served(day=number, category=p.cause.key, agent=p.shift.agent, minutes=minutes))


def _today(stall: Stall, visitors: Sequence[Person]) -> None:
    """This day up to now, through the counter's own verbs; in the last minutes some of the cast come."""
    venue, now = stall.venue, stall.now
    origin, day = midnight(venue, now=now), day_of(venue, now=now)
    minute = (now - origin).total_seconds() / 60
    shifts = _shifts(stall, day)
    if not any(shift.starts < minute < shift.ends for shift in shifts):
        return
    leaves = {cause.key: cause for cause in stall.causes}
    usual = [cause for cause in leaves.values() if cause.skill is None and not cause.urgent]
    recent = [(minute - 1.5 - 2.6 * place, place) for place in range(3 * len(stall.plan.cast) // 2)]
    # Just after the opening, or after midnight, fewer have come.
    opened = min(shift.starts for shift in shifts)
    surely = [(at, usual[(3 * place) % len(usual)]) for at, place in recent if at > opened]
    flat = dict.fromkeys(range(24), 4.5) if minute // 60 not in stall.plan.influx else stall.plan.influx
    played = _crowd(stall, day, until=minute, influx=flat, surely=surely, quiet=minute - 40)
    _Replay(stall, origin=origin, visitors=visitors, shifts=shifts).play(played.passages, until=minute)


class _Replay:
    """The crowd's day as the product's verbs."""

    def __init__(self, stall: Stall, *, origin: datetime, visitors: Sequence[Person], shifts: Sequence[Shift]) -> None:
        self.stall, self.origin, self.visitors, self.shifts = stall, origin, visitors, shifts
        self.agents = {p.pk: p for p in stall.ground.people.values()}
        self.cast = [stall.ground.people[key] for key in reversed(stall.plan.cast)]
        self.visits: dict[int, Visit] = {}

    def play(self, passages: Sequence[Passage], *, until: float) -> None:
        acts: list[tuple[float, int, str, Shift | Passage]] = []
        for shift in self.shifts:
            last = [p.ended for p in passages if p.shift == shift]
            acts.append((shift.starts, len(acts), "sit", shift))
            if None not in last:
                acts.append((max([shift.ends, *(end for end in last if end)]) + 0.2, len(acts), "rise", shift))
        for p in passages:
            moments = {"come": p.arrived, "call": p.called, "begin": p.begun, "end": p.ended}
            acts += [(at, len(acts) + n, what, p) for n, (what, at) in enumerate(moments.items()) if at is not None]
        newest = sorted(passages, key=lambda p: p.arrived)[-len(self.cast) :] if self.cast else []
        known = {p.id: person for p, person in zip(newest, reversed(self.cast), strict=False)}
        for minute, _order, what, subject in sorted(acts, key=lambda act: act[:2]):
            if minute < until and isinstance(subject, Shift):
                self._seat(subject, what, at=self._at(minute))
            elif minute < until and isinstance(subject, Passage):
                self._act(subject, what, at=self._at(minute), known=known)

    def _at(self, minute: float) -> datetime:
        return self.origin + timedelta(minutes=minute)

    def _seat(self, shift: Shift, what: str, *, at: datetime) -> None:
        verb = counter.sit if what == "sit" else counter.rise
        verb(self.stall.counters[shift.counter], actor=self.agents[shift.agent], now=at)

    def _act(self, passage: Passage, what: str, *, at: datetime, known: dict[int, Person]) -> None:
        if what == "come":
            self.visits[passage.id] = self._come(passage, at=at, person=known.get(passage.id))
        elif what == "call" and passage.shift is not None:
            self._call(passage, passage.shift, at=at)
        elif what == "begin" and passage.shift is not None:
            counter.begin(self.visits[passage.id], actor=self.agents[passage.shift.agent], now=at)
        elif what == "end" and passage.shift is None:
            counter.abandon(self.visits[passage.id], actor=None, now=at)
        elif what == "end" and passage.shift is not None:
            agent, visit = self.agents[passage.shift.agent], self.visits[passage.id]
            if passage.begun is None:
                counter.no_show(visit, actor=agent, now=at)
            else:
                done = french(_solution(self.stall, passage))
                counter.finish(visit, ending=counter.Ending.RESOLVED, solution=done, actor=agent, now=at)

    def _come(self, passage: Passage, *, at: datetime, person: Person | None) -> Visit:
        stall = self.stall
        if person is None and stall.rng.random() > _NAMELESS:
            person = stall.rng.choice(self.visitors)
        reason = stall.tree.by_id[int(passage.cause.key)]
        language = person.language if person else "fr"
        return check_in(venue=stall.venue, reason=reason, who=Who(person=person), language=language, now=at)

    def _call(self, passage: Passage, shift: Shift, *, at: datetime) -> None:
        """Whom the product calls; where that is another than the crowd's, they change places."""
        place, agent = self.stall.counters[shift.counter], self.agents[shift.agent]
        called = counter.call_next(place, actor=agent, now=at)
        if called is None:
            raise RuntimeError(f"nobody to call at {at}")
        other = next(key for key, visit in self.visits.items() if visit.pk == called.pk)
        self.visits[other], self.visits[passage.id] = self.visits[passage.id], called


def _machines(stall: Stall) -> None:
    """A kiosk by the door that has taken its place; in the small venue people check in with their phones."""
    if stall.plan.cast:
        _device, code = enrolment.add_device(
            venue=stall.venue, name="Borne de l’entrée", actor=stall.manager, now=stall.now - timedelta(minutes=1)
        )
        enrolment.enrol(code, now=stall.now)


# Who has an appointment, for what, and on which day from today: the first free place of that day that suits.
_APPOINTMENTS = (
    ("rachel", "Logiciel à installer ou qui ne va pas", 0, "My statistics package asks for a licence."),
    ("lucie", "Lent, bloqué ou en panne", 0, "Mon poste met dix minutes à s’ouvrir."),
    ("tomasz", "Courriel et calendrier", 1, ""),
    ("amelie", "Accès à un système ou à un dossier", 1, "Dossier partagé du programme."),
    ("xin-yi", "Wi-Fi et internet", 2, ""),
)


def _to_come(stall: Stall) -> None:
    """Appointments of today and of the next opening days."""
    if not stall.venue.appointments:
        return
    reasons = {reason.name_fr: reason for reason in stall.tree.by_id.values() if stall.tree.is_leaf(reason)}
    today = day_of(stall.venue, now=stall.now)
    for place, (key, name, ahead, note) in enumerate(_APPOINTMENTS):
        person = stall.ground.people[key]
        since = today + timedelta(days=ahead)
        until = since + timedelta(days=6)
        free = booking.free_slots(stall.venue, reasons[name], since=since, until=until, now=stall.now)
        if free:
            chosen = free[min(2 * place, len(free) - 1)]
            booking.book(
                venue=stall.venue, reason=reasons[name], person=person, starts_at=chosen.starts_at, note=french(note),
                actor=person, now=stall.now - timedelta(hours=20 + place),
            )  # fmt: skip
