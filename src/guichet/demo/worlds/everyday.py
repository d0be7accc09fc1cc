"""The everyday of a desk: how ordinary tickets go, told from cases that each world writes in its own words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from guichet.demo.stage import Stage, Story
from guichet.tickets.models import Ticket


@dataclass(frozen=True)
class Case:
    """One ordinary reason to ask for help. `{place}` and `{thing}` in its texts become one of its places and things."""

    way: str  # call, portal, field, expert, counter
    category: str
    asks: tuple[tuple[str, str], ...]  # title, description
    who: tuple[str, ...]
    fix: str
    test: str
    said: str
    cause: str = ""
    failed: str = ""
    question: str = ""
    answer: str = ""
    note: str = ""
    reason: str = "competence"
    impact: str = "person"
    urgency: str = "hampered"
    type: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    places: tuple[str, ...] = ("",)
    things: tuple[str, ...] = ("",)
    weight: int = 2
    # What a recent one waits for, or is promised, while it is still open.
    waiting: tuple[tuple[str, str], ...] = ()
    promised: tuple[str, ...] = ()


@dataclass(frozen=True)
class Desk:
    """Who treats the everyday tickets of a desk, and how its people thank them."""

    front: tuple[str, ...]
    field: tuple[str, ...]
    field_team: str
    expert: tuple[str, ...]
    expert_team: str
    counter: tuple[str, ...]
    greeting: tuple[str, ...]
    thanks: tuple[tuple[int, str], ...]
    refusal: str
    again: str


@dataclass
class Told:
    """A case as it happens to somebody: texts with their place and thing, and who treats it."""

    case: Case
    place: str
    thing: str
    requester: str
    agent: str

    def say(self, text: str) -> str:
        return text.replace("{place}", self.place).replace("{thing}", self.thing)


WAITING = (
    ("requester", "Nous avons posé une question et attendons la réponse."),
    ("appointment", "Rendez-vous pris avec la personne."),
    ("provider", "Question posée à l’éditeur."),
)
PROMISED = (
    "Nous essayons la solution avec vous",
    "Nous vous donnons des nouvelles, quoi qu’il arrive",
    "La correction est mise en place, puis vérifiée",
)
CHANNELS = {
    "call": ("phone",) * 12 + ("chat",) * 3 + ("remote",) * 2 + ("onsite",),
    "portal": ("portal",) * 9 + ("mail",) * 6 + ("chat", "forum", "knowledge", "social", "training"),
    "field": ("portal",) * 3 + ("mail",) * 2 + ("phone",),
    "expert": ("portal", "mail", "phone"),
    "counter": ("kiosk",) * 4 + ("onsite",),
}


def stories(s: Stage, desk: Desk, cases: Sequence[Case], *, count: int, days: int = 22) -> list[Story]:
    """`count` ordinary tickets over the last `days` opening days and the week-ends between them."""
    bag = [case for case in cases for _ in range(case.weight)]
    told: list[Story] = []
    recent: list[Case] = []
    for moment in _moments(s, count=count, days=days):
        case = s.random.choice([c for c in bag if c not in recent])
        recent = [*recent, case][-6:]
        told.append(_story(s, desk, case, moment))
    return told


def _moments(s: Stage, *, count: int, days: int) -> Iterator[datetime]:
    """Plausible times of arrival: mornings and early afternoons more than the rest, few at week-ends."""
    opening = s.opening_days(days)
    # The last days weigh double: what is open now came in then.
    order = [*opening, *opening[:5]]
    for number in range(count):
        day, opens, closes = order[number % len(order)]
        if number % 23 == 7:
            # Somebody writes on the portal in the evening.
            moment = day + timedelta(minutes=s.random.randint(18 * 60 + 30, 22 * 60))
        else:
            peak = s.random.choice((0.12, 0.22, 0.3, 0.62, 0.7, s.random.random()))
            share = min(0.97, max(0.01, s.random.gauss(peak, 0.06)))
            moment = day + timedelta(minutes=opens + share * (closes - opens), seconds=s.random.randint(0, 59))
        yield moment


def _story(s: Stage, desk: Desk, case: Case, moment: datetime) -> Story:
    pick = s.random.choice
    told = Told(case=case, place=pick(case.places), thing=pick(case.things), requester=pick(case.who),
                agent=pick(desk.front))  # fmt: skip
    yield moment
    yield from _WAYS[case.way](s, desk, told)


def _open(s: Stage, told: Told, *, by: str = "") -> Ticket:
    case = told.case
    channel = s.random.choice(CHANNELS[case.way])
    if channel == "phone":
        by = by or told.agent
    title, description = s.random.choice(case.asks)
    facts = {"place": told.place} if told.place else {}
    if s.random.random() < 0.5:
        facts["since"] = s.random.choice(("Ce matin", "Hier", "Quelques jours", "Tout à l’heure"))
    language = s.person(told.requester).language
    ticket = s.open(
        told.requester, told.say(title), told.say(description),
        impact=case.impact, urgency=case.urgency, by=by, category=case.category, type=case.type,
        channel=channel, asset=told.thing,
        facts=facts if language == "fr" else {}, answers=dict(case.answers),
    )  # fmt: skip
    if s.random.random() < 0.1:
        s.tag(ticket, told.agent, s.random.choice(s.ground.plan.tags))
    return ticket


def _call(s: Stage, desk: Desk, told: Told) -> Story:
    """Solved while the person is on the line, or nearly so."""
    ticket = _open(s, told, by=told.agent)
    s.take(ticket, told.agent)
    if told.case.failed and s.random.random() < 0.4:
        s.tried(ticket, told.agent, "fix", told.say(told.case.failed), test="Essayé avec la personne au téléphone.",
                worked=False)  # fmt: skip
    yield s.after(s.random.randint(2, 11))
    solution = s.tried(ticket, told.agent, "fix", told.say(told.case.fix), test=told.say(told.case.test), worked=True)
    s.resolve(ticket, told.agent, solution, told.say(told.case.said))
    if s.random.random() < 0.6:
        # Said on the telephone; the desk records it.
        s.confirm(ticket, told.agent)
        return
    yield from _end(s, desk, told, ticket)


def _portal(s: Stage, desk: Desk, told: Told) -> Story:
    """A first answer, often a question, then the solution."""
    ticket = _open(s, told)
    if not ticket.team.is_front:
        told.agent = s.random.choice(desk.counter)
    yield s.later(s.random.randint(8, 110))
    hello = s.random.choice(desk.greeting)
    if told.case.question and s.random.random() < 0.6:
        s.reply(ticket, told.agent, f"{hello}{told.say(told.case.question)}")
        s.hold(ticket, told.agent, "requester", s.after(3 * 24 * 60))
        yield s.later(s.random.randint(20, 300))
        s.reply(ticket, told.requester, told.say(told.case.answer))
        yield s.later(s.random.randint(15, 140))
    else:
        s.take(ticket, told.agent)
        if _stays(s, told, ticket, told.agent):
            return
        yield s.later(s.random.randint(10, 90))
    solution = s.tried(ticket, told.agent, "fix", told.say(told.case.fix), test=told.say(told.case.test), worked=True)
    s.resolve(ticket, told.agent, solution, told.say(told.case.said))
    yield from _end(s, desk, told, ticket)


def _field(s: Stage, desk: Desk, told: Told) -> Story:
    """Handed to somebody who goes there."""
    ticket = _open(s, told)
    if ticket.team.is_front:
        yield s.later(s.random.randint(10, 80))
        s.reply(ticket, told.agent, s.random.choice(desk.greeting) + "Quelqu’un passera voir l’appareil sur place.")
        s.hand(ticket, told.agent, desk.field_team, "presence", note=told.say(told.case.note))
    there = s.random.choice(desk.field)
    yield s.later(s.random.randint(20, 150))
    s.take(ticket, there)
    if _stays(s, told, ticket, there):
        return
    yield s.later(s.random.randint(20, 160))
    yield from _solve(s, desk, told, ticket, there)


def _expert(s: Stage, desk: Desk, told: Told) -> Story:
    """Handed to a specialist, who looks for the cause."""
    ticket = _open(s, told)
    if ticket.team.is_front:
        yield s.later(s.random.randint(10, 90))
        s.take(ticket, told.agent)
        s.hand(ticket, told.agent, desk.expert_team, told.case.reason, note=told.say(told.case.note))
    expert = s.random.choice(desk.expert)
    yield s.later(s.random.randint(20, 180))
    s.take(ticket, expert)
    if _stays(s, told, ticket, expert):
        return
    yield s.later(s.random.randint(30, 200))
    yield from _solve(s, desk, told, ticket, expert)


def _counter(s: Stage, desk: Desk, told: Told) -> Story:
    """Came to the counter; served there."""
    who = s.random.choice(desk.counter)
    ticket = _open(s, told, by=who)
    yield s.after(s.random.randint(3, 20))
    s.take(ticket, who)
    solution = s.tried(ticket, who, "fix", told.say(told.case.fix), test=told.say(told.case.test), worked=True)
    s.resolve(ticket, who, solution, told.say(told.case.said))
    s.confirm(ticket, who)


def _stays(s: Stage, told: Told, ticket: Ticket, who: str) -> bool:
    """Whether a ticket of the last days stays open, with its next step promised or waited for."""
    if s.clock < s.now - timedelta(days=4) or s.random.random() < 0.25:
        return False
    due = s.hence(days=s.random.choice((1, 1, 2, 3)), clock=s.random.choice(("9:30", "11:00", "14:00", "16:30")))
    waiting, promised = told.case.waiting or WAITING, told.case.promised or PROMISED
    if s.random.random() < 0.35:
        reason, note = s.random.choice(waiting)
        s.hold(ticket, who, reason, due, note=note)
    else:
        s.promise(ticket, who, s.random.choice(promised), due)
    return True


def _solve(s: Stage, desk: Desk, told: Told, ticket: Ticket, who: str) -> Story:
    case = told.case
    cause = None
    if case.cause:
        cause = s.suppose(ticket, who, told.say(case.cause))
    if case.failed and s.random.random() < 0.5:
        s.tried(ticket, who, "workaround", told.say(case.failed), test="Sans effet durable.", worked=False)
    solution = s.tried(ticket, who, "fix", told.say(case.fix), test=told.say(case.test), worked=True, hypothesis=cause)
    if cause and s.random.random() < 0.7:
        s.judge(cause, who, "confirmed", told.say(case.test))
    s.resolve(ticket, who, solution, told.say(case.said))
    yield from _end(s, desk, told, ticket)


def _end(s: Stage, desk: Desk, told: Told, ticket: Ticket) -> Story:
    """The requester's say: mostly it works, now and then it does not, sometimes nothing."""
    chance = s.random.random()
    if chance < 0.22:
        yield s.after(5 * 24 * 60 + s.random.randint(3, 9))
        s.close(ticket)
        return
    yield s.later(s.random.randint(12, 420))
    if chance < 0.27 and s.person(told.requester).language == "fr":
        s.refuse(ticket, told.requester, desk.refusal)
        yield s.later(s.random.randint(15, 90))
        test = "Essayé ensemble, trois fois de suite."
        again = s.tried(ticket, told.agent, "fix", desk.again, test=test, worked=True)
        s.resolve(ticket, told.agent, again, "C’est repris avec vous ; merci de nous l’avoir dit.")
        yield s.later(s.random.randint(20, 200))
    score, comment = s.random.choice(desk.thanks)
    if s.person(told.requester).language != "fr":
        comment = ""
    s.confirm(ticket, told.requester, score, comment)


_WAYS = {"call": _call, "portal": _portal, "field": _field, "expert": _expert, "counter": _counter}
