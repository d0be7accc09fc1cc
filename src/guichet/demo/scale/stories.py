"""The ways that tickets of the large desk go, each played once through the product's actions and told again and again.

Whatever would differ between two tickets of one way stands as a sign in it: who asks (`asker`), who looks on (`peer`),
and every text (`le … zz3body`), which casting replaces. Moments are whole seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from guichet.demo.scale import plan
from guichet.demo.stage import Stage, Story
from guichet.tickets.models import Ticket

# So many small words tell a sign's language, whatever names stand beside it; none of them is kept in the index.
SIGNS: Mapping[str, str] = {
    "fr": "le la les des une est pas nous vous cette",
    "en": "the this that is not with from they have which",
}
_CHANNELS = ("portal",) * 8 + ("phone",) * 7 + ("mail",) * 6 + ("chat", "kiosk", "onsite", "api")
_IMPACTS = ("person",) * 12 + ("group",) * 4 + ("department",) * 2 + ("everyone",)
_URGENCIES = ("hampered",) * 9 + ("none",) * 4 + ("blocked",) * 4 + ("stopped",)
_TYPES = ("access", "install", "equipment")
_TEAMS = (plan.FIELD, plan.APPLICATIONS, plan.NETWORK, plan.SYSTEMS)
_REASONS = ("competence", "rights", "presence", "specialist", "time")


@dataclass
class Told:
    """One way as it is told: its texts' language, its people, and the ticket once it is open."""

    s: Stage
    language: str
    asker: str
    peer: str
    site: str
    texts: list[str] = field(default_factory=list)

    def say(self, kind: str) -> str:
        """The sign of a text of this kind."""
        self.texts.append(kind)
        sign = f"zz{len(self.texts)}{kind}"
        return sign if kind == "asset" else f"{SIGNS[self.language]} {sign}"

    def agent(self, team: str) -> str:
        many = self.s.random.randrange(len([p for p in self.s.ground.plan.people if p.team == team]))
        return f"{team} {many}"

    def open(self, **fields: str) -> Ticket:
        chance = self.s.random
        channel = chance.choice(_CHANNELS)
        asked = {"type": chance.choice(_TYPES)}
        about = asked if chance.random() < 0.2 else {"category": chance.choice(plan.CATEGORIES).key}
        facts: dict[str, Any] = {
            "channel": channel,
            "impact": chance.choice(_IMPACTS),
            "urgency": chance.choice(_URGENCIES),
            **about,
            **fields,
        }
        by = self.agent(plan.FRONT) if channel in {"phone", "chat", "kiosk", "onsite"} else ""
        title, description = self.say("title"), self.say("body")
        asset = self.say("asset") if chance.random() < 0.3 else ""
        return self.s.open(self.asker, title, description, by=by, site=self.site, asset=asset, **facts)

    def pause(self, low: float, high: float) -> datetime:
        """A moment after so many minutes, whole to the second."""
        return self.s.after(self.s.random.randint(int(60 * low), int(60 * high)) / 60)


Way = Callable[[Told], Iterator[datetime]]


def quick(t: Told) -> Story:
    """Solved at the first contact, confirmed."""
    ticket, agent = t.open(impact="person"), t.agent(plan.FRONT)
    yield t.pause(1, 20)
    t.s.take(ticket, agent)
    yield t.pause(4, 40)
    fix = t.s.tried(ticket, agent, "fix", t.say("short"), test=t.say("short"), worked=True)
    t.s.resolve(ticket, agent, fix, t.say("reply"))
    yield t.pause(30, 2_000)
    t.s.confirm(ticket, t.asker, t.s.random.choice((0, 0, 3, 4, 5)), t.say("note") if t.s.random.random() < 0.3 else "")


def silent(t: Told) -> Story:
    """Talked over, solved; the requester says no more, so the product closes it."""
    ticket, agent = t.open(), t.agent(plan.FRONT)
    yield t.pause(3, 120)
    t.s.reply(ticket, agent, t.say("reply"))
    for _ in range(t.s.random.randrange(3)):
        yield t.pause(20, 300)
        t.s.reply(ticket, t.asker, t.say("reply"))
        yield t.pause(5, 200)
        t.s.reply(ticket, agent, t.say("reply"))
    yield t.pause(10, 200)
    fix = t.s.tried(
        ticket, agent, t.s.random.choice(("fix", "workaround")), t.say("short"), test=t.say("short"), worked=True
    )
    t.s.resolve(ticket, agent, fix, t.say("reply"))
    yield t.s.after(5 * 1_440 + 4)
    t.s.close(ticket)


def deep(t: Told) -> Story:
    """Handed to those who know more, who suppose, try, and find it."""
    ticket, agent, team = t.open(), t.agent(plan.FRONT), t.s.random.choice(_TEAMS)
    yield t.pause(2, 60)
    t.s.take(ticket, agent)
    t.s.note(ticket, agent, t.say("note"))
    yield t.pause(10, 90)
    yield from _handed(t, ticket, agent, team)
    expert = t.agent(team)
    yield t.pause(10, 400)
    t.s.take(ticket, expert)
    t.s.reply(ticket, expert, t.say("reply"))
    cause = t.s.suppose(ticket, expert, t.say("short"), t.say("note"))
    yield t.pause(20, 300)
    t.s.tried(ticket, expert, "workaround", t.say("short"), test=t.say("short"), worked=False, hypothesis=cause)
    yield t.pause(30, 900)
    fix = t.s.tried(ticket, expert, "fix", t.say("short"), hypothesis=cause)
    yield t.pause(5, 90)
    t.s.tested(fix, expert, t.say("short"), worked=True)
    t.s.judge(cause, expert, "confirmed", t.say("short"))
    t.s.resolve(ticket, expert, fix, t.say("reply"))
    yield t.pause(60, 3_000)
    t.s.confirm(ticket, t.asker, t.s.random.choice((0, 2, 4, 5)))


def waiting(t: Told) -> Story:
    """Held for an answer and for a provider, then solved or given up."""
    ticket, agent = t.open(), t.agent(plan.FRONT)
    yield t.pause(5, 200)
    t.s.reply(ticket, agent, t.say("reply"))
    t.s.hold(ticket, agent, "requester", t.s.after(3 * 1_440))
    yield t.pause(60, 2_500)
    t.s.reply(ticket, t.asker, t.say("reply"))
    yield t.pause(20, 200)
    reason = t.s.random.choice(("provider", "parts", "appointment", "change", "other"))
    t.s.hold(ticket, agent, reason, t.s.after(2 * 1_440), note=t.say("short"))
    yield t.s.after(2 * 1_440 + 1)
    t.s.wake(ticket)
    yield t.pause(20, 600)
    if t.s.random.random() < 0.4:
        t.s.resolve(
            ticket, agent, None, t.say("reply"), reason=t.s.random.choice(("no_answer", "unreproducible", "not_ours"))
        )
    else:
        fix = t.s.tried(ticket, agent, "fix", t.say("short"), test=t.say("short"), worked=True)
        t.s.resolve(ticket, agent, fix, t.say("reply"))
    yield t.s.after(5 * 1_440 + 4)
    t.s.close(ticket)


def withdrawn(t: Told) -> Story:
    """No longer needed."""
    ticket = t.open(urgency="none")
    yield t.pause(10, 600)
    t.s.cancel(ticket, t.asker, t.say("reply"))


def again(t: Told) -> Story:
    """It didn't work, so it went on: ten messages, and somebody who follows."""
    ticket, agent, other = t.open(), t.agent(plan.FRONT), t.agent(plan.FIELD)
    yield t.pause(5, 90)
    t.s.take(ticket, agent)
    t.s.watch(ticket, t.asker, t.peer)
    for _ in range(t.s.random.choice((1, 2))):
        yield t.pause(10, 300)
        t.s.reply(ticket, agent, t.say("reply"))
        yield t.pause(10, 300)
        t.s.reply(ticket, t.asker, t.say("reply"))
    t.s.note(ticket, agent, t.say("note"))
    first = t.s.tried(ticket, agent, "workaround", t.say("short"), test=t.say("short"), worked=True)
    t.s.resolve(ticket, agent, first, t.say("reply"))
    yield t.pause(60, 1_500)
    t.s.refuse(ticket, t.asker, t.say("reply"))
    yield t.pause(10, 200)
    yield from _handed(t, ticket, agent, plan.FIELD)
    yield t.pause(30, 400)
    t.s.take(ticket, other)
    t.s.reply(ticket, other, t.say("reply"))
    yield t.pause(60, 900)
    t.s.reply(ticket, t.peer, t.say("reply"))
    fix = t.s.tried(ticket, other, "fix", t.say("short"), test=t.say("short"), worked=True, on=t.say("asset"))
    t.s.resolve(ticket, other, fix, t.say("reply"))
    yield t.pause(60, 2_000)
    t.s.confirm(ticket, t.asker, t.s.random.choice((0, 1, 3, 5)), t.say("note"))


def grave(t: Told) -> Story:
    """Work has stopped: management is told, news come often."""
    ticket, agent, expert = t.open(impact="everyone", urgency="stopped"), t.agent(plan.FRONT), t.agent(plan.SYSTEMS)
    yield t.pause(1, 8)
    t.s.take(ticket, agent)
    t.s.reply(ticket, agent, t.say("reply"))
    t.s.prioritise(ticket, "manager 0", 1, t.say("short"))
    yield from _handed(t, ticket, agent, plan.SYSTEMS)
    yield t.pause(2, 8)
    t.s.take(ticket, expert)
    for _ in range(t.s.random.choice((1, 2, 3))):
        yield t.pause(20, 50)
        t.s.reply(ticket, expert, t.say("reply"))
    fix = t.s.tried(ticket, expert, "workaround", t.say("short"), test=t.say("short"), worked=True)
    t.s.override(ticket, "manager 1", "S2", t.say("short"))
    t.s.tag(ticket, expert, "récurrent")
    t.s.resolve(ticket, expert, fix, t.say("reply"))
    yield t.pause(60, 900)
    t.s.confirm(ticket, t.asker, 4)


def copier(t: Told) -> Story:
    """For the provider's people, who come and say so."""
    ticket, agent = t.open(category="printing", impact="person", type=""), t.agent(plan.FIELD)
    yield t.pause(10, 300)
    t.s.assign(ticket, "manager 0", agent)
    yield t.pause(10, 300)
    t.s.hand(ticket, agent, plan.PRINTERS, "provider", note=t.say("note"))
    yield t.pause(300, 2_000)
    t.s.note(ticket, agent, t.say("note"))
    t.s.resolve(ticket, agent, t.s.tried(ticket, agent, "fix", t.say("short"), test=t.say("short"), worked=True))
    yield t.s.after(5 * 1_440 + 4)
    t.s.close(ticket)


def _handed(t: Told, ticket: Ticket, agent: str, team: str) -> Story:
    """To that team, unless it is there already."""
    yield t.pause(1, 5)
    if Ticket.objects.filter(pk=ticket.pk, team__name=team).exists():
        return
    t.s.hand(ticket, agent, team, t.s.random.choice(_REASONS), note=t.say("note"))


ENDED: tuple[tuple[Way, int], ...] = (
    (quick, 8), (silent, 7), (deep, 4), (waiting, 3), (withdrawn, 2), (again, 2), (grave, 1), (copier, 1),
)  # fmt: skip


# ── What isn't over: told from its age, so that the last word was said lately and what is promised lies ahead ──

LONG = timedelta(days=3)
"""A live ticket older than this has been talked over; what it waits for now is a week or more ahead."""


def new(t: Told) -> Story:
    """Nobody has looked at it yet."""
    t.open(impact="person", urgency="none")
    yield from ()


def begun(t: Told) -> Story:
    """Somebody has it and has answered."""
    ticket, agent = t.open(impact="person"), t.agent(plan.FRONT)
    yield t.pause(1, 3)
    t.s.take(ticket, agent)
    t.s.reply(ticket, agent, t.say("reply"))
    yield from _up_to_now(t, ticket, agent)
    t.s.promise(ticket, agent, t.say("short"), t.s.ahead(t.s.random.randint(10, 25) * 1_440))


def held(t: Told) -> Story:
    """It waits for something."""
    ticket, agent = t.open(), t.agent(t.s.random.choice((plan.FRONT, plan.FIELD)))
    yield t.pause(1, 3)
    t.s.reply(ticket, agent, t.say("reply"))
    yield from _up_to_now(t, ticket, agent)
    reason = t.s.random.choice(("requester", "provider", "parts", "appointment", "change"))
    t.s.hold(ticket, agent, reason, t.s.ahead(t.s.random.randint(10, 40) * 1_440), note=t.say("short"))


def moved(t: Told) -> Story:
    """Another team has it, and has said when it goes on."""
    ticket, agent, team = t.open(), t.agent(plan.FRONT), t.s.random.choice(_TEAMS)
    yield t.pause(1, 3)
    t.s.take(ticket, agent)
    yield from _handed(t, ticket, agent, team)
    expert = t.agent(team)
    yield t.pause(1, 4)
    t.s.take(ticket, expert)
    t.s.suppose(ticket, expert, t.say("short"), t.say("note"))
    yield from _up_to_now(t, ticket, expert)
    t.s.promise(ticket, expert, t.say("short"), t.s.ahead(t.s.random.randint(10, 30) * 1_440))


def solved(t: Told) -> Story:
    """Solved lately; the requester has the say."""
    ticket, agent = t.open(), t.agent(plan.FRONT)
    yield t.pause(1, 3)
    t.s.take(ticket, agent)
    yield from _up_to_now(t, ticket, agent)
    fix = t.s.tried(ticket, agent, "fix", t.say("short"), test=t.say("short"), worked=True)
    t.s.resolve(ticket, agent, fix, t.say("reply"))


def _up_to_now(t: Told, ticket: Ticket, agent: str) -> Story:
    """The last word was said a while ago, at most an hour; a long story had some in between."""
    gone = t.s.now - t.s.clock
    if gone > LONG:
        for share in (0.3, 0.6):
            yield _whole(t.s.now - gone * share)
            t.s.reply(ticket, t.asker if share > 0.5 else agent, t.say("reply"))
    yield _whole(max(t.s.clock, t.s.now - min(gone / 3, timedelta(hours=1))))


def _whole(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


LIVE: tuple[tuple[Way, int], ...] = ((begun, 1), (held, 2), (moved, 1), (solved, 2))
"""Of any age above some minutes; the youngest are `new`."""
