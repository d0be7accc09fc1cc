"""Plays stories on a founded world: who does what, when, through the product's own actions.

A story is a generator. It yields the moment at which it goes on, does what is done then, and so forth; what would
lie after the world's `now` has not happened yet. All stories are played together in the order of time, so that
references and events follow one another as they would have.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Generator, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from guichet.demo.founding import Ground
from guichet.demo.typography import french, set_in_french
from guichet.people.models import Person
from guichet.routing.actions import submit
from guichet.tickets import actions
from guichet.tickets.models import Attempt, Hypothesis, Ticket

Story = Generator[datetime, None, None]
_BETWEEN = timedelta(seconds=35)
_SETTLED_DAY = timedelta(hours=3)


class Stage:
    """The clock of a world, its people by their keys, and the verbs they use."""

    def __init__(self, ground: Ground, *, now: datetime, seed: str) -> None:
        self.ground = ground
        self.now = now
        self.clock = now
        self.zone = ZoneInfo(ground.desk.time_zone)
        self.random = random.Random(seed)  # noqa: S311 (believable, not secret)
        self.opened: list[Ticket] = []
        self.hours = ground.hours
        self._days = self._past_days()

    # ── time ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _past_days(self) -> list[datetime]:
        """Opening days at local midnight, newest first; today only once it has three hours behind it."""
        days = []
        midnight = self.now.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        for back in range(60):
            day = midnight - timedelta(days=back)
            spans = self.hours.day(day.date())
            if spans and (back or self.now - day >= timedelta(minutes=spans[0][0]) + _SETTLED_DAY):
                days.append(day)
        return days

    def at(self, days_ago: int, clock: str) -> datetime:
        """`clock` ("8:12", local) on the opening day that many opening days ago; 0 is the latest one."""
        hour, minute = clock.split(":")
        return self._days[days_ago].replace(hour=int(hour), minute=int(minute))

    def opening_days(self, count: int) -> list[tuple[datetime, int, int]]:
        """The last opening days: local midnight, and between which minutes tickets come in; today until now."""
        today = self.now.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        days = [today - timedelta(days=back) for back in range(60)]
        spans = [(day, self.hours.day(day.date())) for day in days]
        found = [(day, span[0][0], span[-1][1]) for day, span in spans if span]
        day, opens, closes = found[0]
        gone = int((self.now - day) / timedelta(minutes=1)) - 10
        found[0] = (day, opens, min(closes, gone))
        return [entry for entry in found if entry[2] - entry[1] > 20][:count]

    def ago(self, *, minutes: float = 0, hours: float = 0) -> datetime:
        """That long before now, whatever the hour."""
        return self.now - timedelta(minutes=minutes, hours=hours)

    def ahead(self, minutes: int) -> datetime:
        """That long after now."""
        return self.now + timedelta(minutes=minutes)

    def hence(self, *, days: int, clock: str = "9:00") -> datetime:
        """`clock` on the opening day that many opening days after today."""
        hour, minute = clock.split(":")
        day = self.now.astimezone(self.zone).replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
        while days > 0:
            day += timedelta(days=1)
            days -= bool(self.hours.day(day.date()))
        return day

    def later(self, minutes: int) -> datetime:
        """After that many minutes of the desk's opening hours, with a few seconds more as people have."""
        moment = self.hours.add(self.clock, 60 * minutes)
        return moment + timedelta(seconds=self.random.randint(3, 50))

    def after(self, minutes: float) -> datetime:
        """After that many minutes of the clock, day or night."""
        return self.clock + timedelta(minutes=minutes)

    def _moment(self) -> datetime:
        """The next free moment of the story that plays: never after now, never two acts at once."""
        self.clock += _BETWEEN
        return min(self.clock, self.now)

    # ── who ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def person(self, key: str) -> Person:
        return self.ground.people[key]

    # ── verbs ───────────────────────────────────────────────────────────────────────────────────────────────────

    def open(
        self,
        requester: str,
        title: str,
        description: str,
        *,
        impact: str = "person",
        urgency: str = "hampered",
        by: str = "",
        category: str = "",
        type: str = "",
        site: str = "",
        uploads: Sequence[SimpleUploadedFile] = (),
        **fields: Any,
    ) -> Ticket:
        """A routed ticket of `requester`, entered by an agent (`by`) where they called or came."""
        asker = self.person(requester)
        kind = self.ground.types[type] if type else None
        ticket = submit(
            organisation=asker.organisation,
            requester=asker,
            actor=self.person(by) if by else asker,
            now=self._moment(),
            title=french(title),
            description=french(description),
            impact=impact,
            urgency=urgency,
            category=self.ground.categories[category] if category else (kind.category if kind else None),
            request_type=kind,
            kind=fields.pop("kind", kind.kind if kind else "incident"),
            site=self.ground.sites[site] if site else asker.site,
            **set_in_french(fields),
        )
        self.opened.append(ticket)
        if uploads:
            self.do(actions.attach, ticket, requester, uploads=uploads)
        return ticket

    def do(self, verb: Callable[..., Any], subject: Any, by: str, **fields: Any) -> Any:
        """One act of `by`; "" is the product itself."""
        actor = self.person(by) if by else None
        return verb(subject, actor=actor, now=self._moment(), **set_in_french(fields))

    def take(self, ticket: Ticket, by: str) -> None:
        self.do(actions.take, ticket, by)

    def assign(self, ticket: Ticket, by: str, to: str) -> None:
        self.do(actions.assign, ticket, by, to=self.person(to))

    def reply(self, ticket: Ticket, by: str, body: str, **fields: Any) -> None:
        self.do(actions.reply, ticket, by, body=body, **fields)

    def note(self, ticket: Ticket, by: str, body: str, **fields: Any) -> None:
        self.do(actions.note, ticket, by, body=body, **fields)

    def hold(self, ticket: Ticket, by: str, reason: str, until: datetime, *, note: str = "") -> None:
        self.do(actions.hold, ticket, by, reason=reason, wake_at=until, note=note)

    def wake(self, ticket: Ticket, by: str = "") -> None:
        self.do(actions.wake, ticket, by)

    def hand(self, ticket: Ticket, by: str, team: str, reason: str, *, note: str, to: str = "") -> None:
        self.do(
            actions.hand_over,
            ticket,
            by,
            to_team=self.ground.teams[team],
            reason=reason,
            note=note,
            to_person=self.person(to) if to else None,
        )

    def send_back(self, ticket: Ticket, by: str, reason: str, *, note: str = "") -> None:
        self.do(actions.send_back, ticket, by, reason=reason, note=note)

    def suppose(self, ticket: Ticket, by: str, text: str, evidence: str = "") -> Hypothesis:
        made: Hypothesis = self.do(actions.suppose, ticket, by, text=text, evidence=evidence)
        return made

    def judge(self, hypothesis: Hypothesis, by: str, state: str, evidence: str) -> None:
        self.do(actions.judge, hypothesis, by, state=state, evidence=evidence)

    def tried(
        self,
        ticket: Ticket,
        by: str,
        kind: str,
        text: str,
        *,
        test: str = "",
        worked: bool | None = None,
        on: str = "",
        hypothesis: Hypothesis | None = None,
    ) -> Attempt:
        """A workaround or a fix; `worked` None where it is still to be tested."""
        result = {True: "worked", False: "failed", None: "untested"}[worked]
        made: Attempt = self.do(
            actions.attempt, ticket, by, kind=kind, text=text, test=test, result=result, applied_on=on,
            hypothesis=hypothesis,
        )  # fmt: skip
        return made

    def tested(self, attempt: Attempt, by: str, test: str, *, worked: bool) -> None:
        self.do(actions.test_attempt, attempt, by, test=test, result="worked" if worked else "failed")

    def resolve(self, ticket: Ticket, by: str, solution: Attempt | None, body: str = "", *, reason: str = "") -> None:
        self.do(actions.resolve, ticket, by, solution=solution, unsolved_reason=reason, body=body)

    def confirm(self, ticket: Ticket, by: str, score: int = 0, comment: str = "") -> None:
        """The requester (or the desk for them) says that it works; `score` 1 to 5 answers the one question too."""
        self.do(actions.confirm, ticket, by)
        if score:
            self.do(actions.rate, ticket, by, score=score, comment=comment)

    def refuse(self, ticket: Ticket, by: str, body: str) -> None:
        self.do(actions.refuse, ticket, by, body=body)

    def reopen(self, ticket: Ticket, by: str, body: str) -> None:
        self.do(actions.reopen, ticket, by, body=body)

    def cancel(self, ticket: Ticket, by: str, reason: str) -> None:
        self.do(actions.cancel, ticket, by, reason=reason)

    def promise(self, ticket: Ticket, by: str, text: str, due: datetime) -> None:
        self.do(actions.promise, ticket, by, text=text, due_at=due)

    def prioritise(self, ticket: Ticket, by: str, priority: int, reason: str) -> None:
        self.do(actions.prioritise, ticket, by, priority=priority, reason=reason)

    def override(self, ticket: Ticket, by: str, severity: str, reason: str) -> None:
        self.do(actions.override_severity, ticket, by, severity=severity, reason=reason)

    def escalate(self, ticket: Ticket, by: str, note: str) -> None:
        self.do(actions.escalate, ticket, by, note=note)

    def watch(self, ticket: Ticket, by: str, *followers: str) -> None:
        for key in followers:
            self.do(actions.watch, ticket, by, person=self.person(key))

    def tag(self, ticket: Ticket, by: str, *names: str) -> None:
        self.do(actions.set_tags, ticket, by, names=names)

    def close(self, ticket: Ticket) -> None:
        """The product closes what the requester did not answer."""
        self.do(actions.close, ticket, "")


def play(stage: Stage, stories: Iterable[Story], *, tick: Callable[[], None] = lambda: None) -> None:
    """Play the stories up to the world's now. `tick` is called after every act."""
    waiting: list[tuple[datetime, int, Story]] = []

    def go_on(number: int, story: Story) -> None:
        moment = next(story, None)
        if moment is not None and moment < stage.now:
            heapq.heappush(waiting, (moment, number, story))

    # The product speaks the language of the desk while it writes.
    with translation.override(stage.ground.desk.language):
        for number, story in enumerate(stories):
            go_on(number, story)
        while waiting:
            stage.clock, number, story = heapq.heappop(waiting)
            go_on(number, story)
            tick()
