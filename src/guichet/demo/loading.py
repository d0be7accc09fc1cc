"""Loads the demo worlds: each in one transaction, once, up to a given now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import F, Q
from django.utils import translation

from guichet.demo import articles, asking, training, trees, venues
from guichet.demo.founding import found
from guichet.demo.plan import WorldPlan
from guichet.demo.stage import Stage, Story, play
from guichet.demo.tried import try_shorter_times
from guichet.demo.worlds import college, college_stories, company, company_stories, mail, sent, webhooks
from guichet.notifications.models import Notification
from guichet.people.models import Organisation
from guichet.routing import habits
from guichet.routing.forecasting import foretell
from guichet.routing.learning import learn_desk
from guichet.suggestions import lessons, proposing
from guichet.suggestions.models import Field
from guichet.tickets.actions.change import together
from guichet.tickets.models import Ticket

# Older news has been read; what came since is under the bell.
_UNREAD = timedelta(hours=20)
# So many nights before, where tickets go had been learnt too.
_NIGHTS = 6

# World key → its plan and its stories.
WORLDS: dict[str, tuple[WorldPlan, Callable[[Stage], list[Story]]]] = {
    "college": (college.PLAN, college_stories.stories),
    "company": (company.PLAN, company_stories.stories),
}


def loaded(plan: WorldPlan) -> bool:
    return Organisation.objects.filter(slug=plan.place.slug).exists()


def load(*, now: datetime, begin: Callable[[WorldPlan, int], Callable[[], None]]) -> list[str]:
    """Load the worlds that are not there yet, all or none of each; their keys.

    `begin(plan, acts)` is told of each world and of about how many acts it takes; it returns what to call after each.
    """
    done = []
    for key, (plan, stories) in WORLDS.items():
        if loaded(plan):
            continue
        with together():
            stage = Stage(found(plan, now=now), now=now, seed=f"{key}:guichet")
            told = stories(stage)
            play(stage, told, tick=begin(plan, 5 * len(told)))
            mail.deliver(stage.ground.desk, now=now)
            sent.write(stage.ground.desk, now=now)
            webhooks.listen(stage.ground.desk, now=now)
            with translation.override(stage.ground.desk.language):
                venues.open_up(stage.ground, now=now)
            articles.write(stage)
            trees.plant(stage)
            training.teach(stage)
            asking.remember(stage)
            _read(stage)
        # What the nightly and the minute's job would have said by now.
        learn_desk(stage.ground.desk, now=now)
        _learn_teams(stage)
        _suggest(stage)
        foretell(stage.ground.desk, now=now)
        try_shorter_times(stage.ground.desk, now=now)
        done.append(key)
    return done


def _learn_teams(stage: Stage) -> None:
    """As each night of the last week did."""
    for days in range(_NIGHTS, -1, -1):
        habits.learn_desk(stage.ground.desk, now=stage.now - timedelta(days=days))


def _suggest(stage: Stage) -> None:
    """What the past taught of one field (the others take their night), and what the live tickets' texts say."""
    lessons.learn_desk(stage.ground.desk, now=stage.now, fields=[Field.CATEGORY])
    live = Ticket.objects.unsolved().filter(desk=stage.ground.desk, opened_at__lte=stage.now)
    proposing.read(list(live.order_by("pk")), now=stage.now)


def _read(stage: Stage) -> None:
    here = Q(ticket__desk=stage.ground.desk) | Q(major__desk=stage.ground.desk) | Q(session__desk=stage.ground.desk)
    news = Notification.objects.filter(here, at__lt=stage.now - _UNREAD)
    news.update(read_at=F("at") + timedelta(minutes=20))
