"""Decision trees that one walks alone: which are offered, and how one becomes a request with all that was asked."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.http import Http404
from django.utils.translation import gettext as _

from guichet.knowledge import running
from guichet.knowledge.models import Run, Tree
from guichet.lib.bilingual import pick
from guichet.people.models import Person
from guichet.portal import journey as journeys
from guichet.portal.journey import Journey
from guichet.tickets import guided, intake
from guichet.tickets.models import Draft, Ticket

SHOWN = 50
_DESCRIPTION_MAX = 8000


def offered(person: Person, *, most: int = SHOWN) -> list[Tree]:
    return list(Tree.objects.alone_by(person).for_list().order_by("name_fr", "pk")[:most])


def about(person: Person, category: str | int | None) -> list[Tree]:
    """Those about that category, or about what is just above it; none where nothing is said of it."""
    text = str(category or "")
    if not text.isdecimal():
        return []
    found = Tree.objects.alone_by(person).for_list()
    return list((found.filter(category=int(text)) | found.filter(category__children=int(text))).distinct()[:3])


def find(person: Person, key: uuid.UUID) -> Run:
    """One's own run; others' are not there."""
    runs = Run.objects.filter(by=person, alone=True).select_related("version", "tree")
    run = runs.filter(key=key).first()
    if run is None:
        raise Http404
    return run


def as_request(run: Run, *, person: Person, now: datetime) -> Journey:
    """The request that begins with what was asked; asked for twice, it is the same."""
    begun = Draft.objects.filter(person=person, key__startswith=journeys.PREFIX, body__run=str(run.key)).first()
    if begun is not None:
        return Journey.of(begun.key.removeprefix(journeys.PREFIX), begun.body)
    said = running.as_text(running.asked(run), limit=_DESCRIPTION_MAX)
    journey = journeys.begin(person=person, now=now, description=f"{run.tree.name}\n\n{said}".strip())
    node = running.current_node(run)
    journey.facts |= {key: text for key, text in (node.facts if node else {}).items() if key in intake.STORED}
    tried = _tried(run)
    if tried:
        journey.facts["tried"] = "\n".join(filter(None, (journey.facts.get("tried", ""), tried)))
    journey.category = str(run.tree.category_id or "")
    journey.run = str(run.key)
    journeys.save(journey, person=person, now=now)
    return journey


def joined(journey: Journey, ticket: Ticket, *, person: Person, now: datetime) -> None:
    """The run goes with the ticket, unless it went with another already."""
    run = Run.objects.filter(by=person, alone=True, key=journey.run).first() if journey.run else None
    if run is not None and guided.ticket_of(run) is None:
        guided.join(ticket, run=run, actor=person, now=now)


def _tried(run: Run) -> str:
    """What the tree told to do, and was said to be done."""
    plan = run.version.plan
    done = [plan.node(step.node) for step in run.steps.filter(taken_back=False).exclude(answer="none")]
    told = [pick(node.fr, node.en) for node in done if node is not None and node.kind == "instruction"]
    return _("Done: %(steps)s") % {"steps": " · ".join(told)} if told else ""
