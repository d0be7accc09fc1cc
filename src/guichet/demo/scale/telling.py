"""Plays each way of a ticket through the product's actions and takes it off; nothing of the play itself is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import translation

from guichet.demo.founding import Ground
from guichet.demo.scale import plan
from guichet.demo.scale.casting import Mould
from guichet.demo.scale.moulds import take
from guichet.demo.scale.stories import ENDED, LIVE, Told, Way, new
from guichet.demo.stage import Stage
from guichet.lib import events
from guichet.notifications.models import Notification
from guichet.people.models import Account, Person, Site
from guichet.tickets.actions.change import together

# From here on an ended story has time enough.
_BEGINS = timedelta(days=60)
# What happened longer ago is news to nobody; of the rest, what is older than a day was read.
_NEWS, _READ = timedelta(days=3), timedelta(days=1)
_OPENS_AFTER = timedelta(seconds=35)
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_NEW = (_MINUTE, 10 * _MINUTE, 40 * _MINUTE, 2 * _HOUR, 5 * _HOUR, 9 * _HOUR)
_GOING_ON = (
    15 * _MINUTE, 45 * _MINUTE, 2 * _HOUR, 5 * _HOUR, 9 * _HOUR, 18 * _HOUR, 30 * _HOUR, 2 * _DAY,
    4 * _DAY, *range(7 * _DAY, 730 * _DAY, 9 * _DAY),
)  # fmt: skip
# Solved tickets close after five days: what is older than the steps of the ladder are apart waits otherwise.
_SOLVED_UNTIL = 4 * _DAY


@dataclass(frozen=True)
class Telling:
    """A way, how long ago it begins (None: it is over), and for which number of the same."""

    way: Way
    age: int | None
    number: int


def ended(many: int) -> list[Telling]:
    bag = [way for way, weight in ENDED for _ in range(weight)]
    return [Telling(bag[n % len(bag)], None, n) for n in range(max(many, len(bag)))]


def live() -> list[Telling]:
    """Youngest first: at each age some ways of going on."""
    fresh = [Telling(new, age, n) for age in _NEW for n in range(3)]
    bag = [(way, n) for way, weight in LIVE for n in range(weight)]
    others = [
        Telling(way, age, n) for age in _GOING_ON for way, n in bag if way.__name__ != "solved" or age <= _SOLVED_UNTIL
    ]
    return sorted(fresh + others, key=lambda telling: telling.age or 0)


@dataclass
class Theatre:
    """The desk as it stands, with people who are there for the play alone."""

    ground: Ground
    until: datetime
    seed: int
    _people: dict[tuple[int, str], tuple[Person, Person]] = field(default_factory=dict)

    def play(self, tellings: Iterable[Telling]) -> Iterator[Mould]:
        """The moulds, one by one; what was played is gone after each."""
        crew = crews(self.ground)
        for telling in tellings:
            with together(), translation.override(self.ground.desk.language):
                yield self._play(telling, crew)
                transaction.set_rollback(True)

    def _play(self, telling: Telling, crew: Mapping[int, Sequence[int]]) -> Mould:
        key = f"{self.seed} {telling.way.__name__} {telling.age} {telling.number}"
        stage = Stage(self.ground, now=self.until, seed=key)
        stage.clock = self.until - (timedelta(seconds=telling.age) if telling.age else _BEGINS) - _OPENS_AFTER
        site, language = self._scene(stage)
        asker, peer = _visitors(self.ground.sites[site], language)
        self.ground.people |= {"asker": asker, "peer": peer}
        told = Told(s=stage, language=language, asker="asker", peer="peer", site=site)
        past = telling.age is None or telling.age > _NEWS.total_seconds()
        with events.long_ago() if past else nullcontext():
            for moment in telling.way(told):
                stage.clock = moment
        ticket = stage.opened[0]
        ticket.refresh_from_db()
        old = Notification.objects.filter(ticket=ticket, at__lt=self.until - _READ)
        old.update(read_at=F("at") + timedelta(minutes=20))
        return take(ticket, asker=asker, peer=peer, language=language, crew={pk: pk for pk in crew})

    def _scene(self, stage: Stage) -> tuple[str, str]:
        """A site, and the language that is spoken there mostly."""
        place = stage.random.choices((plan.PLAN.place, *plan.PLAN.clients), (2, 9, 6, 3))[0]
        other = "fr" if place.language == "en" else "en"
        return stage.random.choice(list(place.sites)), stage.random.choices((place.language, other), (9, 1))[0]


def crews(ground: Ground) -> dict[int, list[int]]:
    """Of everybody who treats in a team: the people of the team."""
    teams: dict[str, list[int]] = {}
    for someone in ground.plan.people:
        if someone.team:
            teams.setdefault(someone.team, []).append(ground.people[someone.key].pk)
    return {pk: team for team in teams.values() for pk in team}


def _visitors(site: Site, language: str) -> tuple[Person, Person]:
    """Who asks and who looks on, by the names that casting replaces. Both can sign in, so both get news."""
    made = []
    for name in ("zz0asker", "zz0peer"):
        person = Person.objects.create(organisation=site.organisation, site=site, name=name, language=language)
        account = f"{name}@{site.pk}.example"
        Account.objects.create(email=account, person=person, password="!")  # noqa: S106 (nobody signs in)
        made.append(person)
    return made[0], made[1]
