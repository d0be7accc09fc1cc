"""One thing of each family but tickets; each function gives what is told of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from guichet.knowledge import actions as articles
from guichet.tickets import major as majors
from guichet.tickets import problems
from guichet.tickets.major_frame import Touched, Words
from guichet.training import planning
from guichet.training.models import Topic
from tests.connectors.conftest import Hooked


def problem(hooked: Hooked) -> dict[str, Any]:
    made = problems.open_problem(desk=hooked.desk.organisation, title="Canari", actor=hooked.agent, now=timezone.now())
    return {"subject": "problem", "reference": made.reference, "state": "investigating"}


def major(hooked: Hooked) -> dict[str, Any]:
    ticket = hooked.ticket(impact="everyone", urgency="stopped")
    words = Words(title_fr="Canari")
    made = majors.declare(
        ticket, words=words, touched=Touched(), audience="desk", actor=hooked.agent, now=timezone.now()
    )
    # The ticket's own event is of another family.
    return {"subject": "major", "reference": made.reference, "state": "running"}


def article(hooked: Hooked) -> dict[str, Any]:
    made = articles.write(
        desk=hooked.desk.organisation, title="Canari", body="Canari", actor=hooked.agent, now=timezone.now()
    )
    return {"subject": "article", "reference": made.reference, "state": "draft"}


def session(hooked: Hooked) -> dict[str, Any]:
    now, here = timezone.now(), hooked.desk.organisation
    said = planning.Said(
        topic=Topic.objects.create(desk=here, name_fr="Canari"), title="Canari", starts_at=now + timedelta(days=9),
        minutes=60, trainer=hooked.agent, link="https://visio.example/",
    )  # fmt: skip
    made = planning.plan(desk=here, said=said, actor=hooked.agent, now=now)
    return {"subject": "session", "id": made.pk, "state": "planned"}
