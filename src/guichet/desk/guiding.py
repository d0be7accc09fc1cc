"""From a run of a decision tree to what one does next: the forms of other pages begin with what was asked."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from guichet.knowledge import running, walking
from guichet.knowledge.models import Run
from guichet.lib.bilingual import pick
from guichet.people.models import Person, Team
from guichet.tickets.models import AttemptKind, HandOverReason, Ticket
from guichet.ui.guide import key_of

# What a hand-over's note holds, and a description is filled in with.
_NOTE_MAX, _DESCRIPTION_MAX = 500, 8000


def find(person: Person, text: str) -> Run:
    """The run of that key, at the desks where the person treats; else 404."""
    key = key_of(text)
    runs = Run.objects.visible_to(person).filter(tree__desk__in=person.grants.treats_in)
    run = runs.select_related("version", "tree__category", "by", "person").filter(key=key).first() if key else None
    if run is None:
        raise Http404
    return run


def asked_for(person: Person, text: str | None) -> Run | None:
    """The run that `?run=` names; None where none is named."""
    return find(person, text) if text else None


def address(name: str, run: Run, *args: Any, **query: Any) -> str:
    """Another page, which begins with what was asked."""
    return f"{reverse(f'desk:{name}', args=args)}?{urlencode({**query, 'run': run.key})}"


def hand_over_begun(run: Run, *, ticket: Ticket) -> dict[str, Any]:
    """The team that the tree names, and everything asked so far; where it is too much for the note, the last of it."""
    begun = {
        "reason": HandOverReason.COMPETENCE.value,
        "note": running.as_text(running.asked(run), limit=_NOTE_MAX),
    }
    node = running.current_node(run)
    team = Team.objects.filter(pk=node.team, organisation=ticket.desk_id).first() if node and node.team else None
    return begun | ({"to_team": str(team.pk)} if team is not None and team.pk != ticket.team_id else {})


def resolution_begun(run: Run) -> dict[str, Any]:
    """What was done is what the tree told to do; the caller has said that it works."""
    plan = run.version.plan
    steps = run.steps.filter(taken_back=False)
    told = [node for step in steps if (node := plan.node(step.node)) and node.kind == walking.INSTRUCTION]
    end = running.current_node(run)
    done = [pick(node.fr, node.en) for node in told] or [pick(end.fr, end.en) if end else ""]
    return {
        "how": "new",
        "kind": AttemptKind.WORKAROUND.value,
        "text": "\n".join(done),
        "test": (_("The caller says that it works; “%(tree)s” was followed.") % {"tree": run.tree.name})[:300],
    }


def ticket_begun(run: Run) -> dict[str, Any]:
    """A new ticket's first words, its category, and the facts that the tree fills in."""
    node = running.current_node(run)
    said = running.as_text(running.asked(run), limit=_DESCRIPTION_MAX)
    begun: dict[str, Any] = {"description": f"{run.tree.name}\n\n{said}".strip(), "title": run.tree.name}
    if run.tree.category_id is not None:
        begun["category"] = run.tree.category_id
    return begun | (dict(node.facts) if node else {})
