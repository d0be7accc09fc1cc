"""Trees walked for a ticket: told answer by answer, joined where the ticket came later, counted honestly."""

from datetime import timedelta

import pytest
from django.utils import translation

from guichet.activity.models import Event
from guichet.knowledge import running
from guichet.knowledge.models import Run, Tree
from guichet.lib.errors import Conflict, Forbidden, Refused
from guichet.people.models import Person
from guichet.tickets import guided
from guichet.tickets.models import Guided, Ticket
from guichet.tickets.timeline import timeline
from tests import builders
from tests.builders import NOW, Desk
from tests.knowledge import printing

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> Desk:
    return builders.desk()


@pytest.fixture
def tree(at: Desk) -> Tree:
    return printing.published(at.organisation, by=builders.manager(at), for_requesters=True)


@pytest.fixture
def nadia(at: Desk) -> Person:
    return builders.agent(at)


@pytest.fixture
def ticket(at: Desk) -> Ticket:
    return builders.ticket(builders.person(at.organisation))


def _told(ticket: Ticket, *, for_desk: bool = True) -> list[str]:
    fresh = Ticket.objects.get(pk=ticket.pk)
    return [e.sentence for e in timeline(fresh, for_desk=for_desk) if e.verb.startswith("ticket.guided")]


def test_each_answer_is_told_on_the_ticket(ticket: Ticket, tree: Tree, nadia: Person) -> None:
    run = guided.start(ticket, tree=tree, actor=nadia, now=NOW)
    run = guided.answer(run, move=0, answer="a1", note="voyant vert", actor=nadia, now=NOW)
    run = guided.go_back(run, move=1, actor=nadia, now=NOW)
    run = guided.answer(run, move=1, answer="none", actor=nadia, now=NOW)
    assert _told(ticket) == [
        "Nadia Benali parcourt «\u00a0Je ne peux pas imprimer\u00a0» avec la personne.",
        "Je ne peux pas imprimer\u00a0: L’imprimante est-elle allumée ? → Oui (voyant vert).",
        "Nadia Benali repose la question\u00a0: «\u00a0L’imprimante est-elle allumée ?\u00a0»",
        "Je ne peux pas imprimer\u00a0: L’imprimante est-elle allumée ? → Aucune de ces réponses ne convient. "
        "L’arbre n’en sait pas plus.",
    ]
    with translation.override("en"):
        assert "Is the printer on? → Yes (voyant vert)" in _told(ticket)[1]
    assert not _told(ticket, for_desk=False)
    assert all("Oui" not in str(event.data) for event in Event.objects.filter(subject_type="ticket"))


def test_what_is_sent_twice_is_told_once(ticket: Ticket, tree: Tree, nadia: Person) -> None:
    run = guided.start(ticket, tree=tree, actor=nadia, now=NOW)
    assert guided.start(ticket, tree=tree, actor=nadia, now=NOW, key=run.key) == run
    for _ in range(2):
        guided.answer(run, move=0, answer="a1", actor=nadia, now=NOW)
    assert len(_told(ticket)) == 2


def test_only_the_desk_walks_it_on_a_ticket(at: Desk, ticket: Ticket, tree: Tree, nadia: Person) -> None:
    with pytest.raises(Forbidden):
        guided.start(ticket, tree=tree, actor=ticket.requester, now=NOW)
    assert not Run.objects.exists()
    run = guided.start(ticket, tree=tree, actor=nadia, now=NOW)
    with pytest.raises(Forbidden):
        guided.answer(run, move=0, answer="a1", actor=ticket.requester, now=NOW)


def _alone(tree: Tree, person: Person, *answers: str) -> Run:
    run = running.start(tree, actor=person, person=person, alone=True, now=NOW)
    for answer in answers:
        run = guided.answer(run, move=run.moves, answer=answer, actor=person, now=NOW)
    return run


def test_what_was_asked_before_goes_with_the_ticket(ticket: Ticket, tree: Tree) -> None:
    run = _alone(tree, ticket.requester, "a1", "a3")
    for _ in range(2):
        guided.join(ticket, run=run, actor=ticket.requester, now=NOW)
    (told,) = _told(ticket)
    assert "avant ce ticket" in told and "Que dit l’écran ? → Rien" in told
    assert guided.ticket_of(run) == ticket
    with pytest.raises(Conflict):
        guided.go_back(run, move=2, actor=ticket.requester, now=NOW)
    with pytest.raises(Conflict):
        guided.join(builders.ticket(ticket.requester), run=run, actor=ticket.requester, now=NOW)


def test_somebody_elses_answers_join_no_ticket(at: Desk, ticket: Ticket, tree: Tree) -> None:
    other = builders.person(at.organisation)
    with pytest.raises(Refused):
        guided.join(ticket, run=_alone(tree, other, "a3"), actor=other, now=NOW)
    assert not Guided.objects.exists()


def test_who_comes_back_within_two_days_was_not_helped(at: Desk, tree: Tree) -> None:
    runs = {}
    for hours in (None, 1, 47, 49):
        person = builders.person(at.organisation)
        runs[_alone(tree, person, "a2", "done").pk] = hours
        if hours is not None:
            builders.ticket(person, now=NOW + timedelta(hours=hours))
    came = {run.pk: vars(run)["asked_again"] for run in guided.came_back(Run.objects.all())}
    assert {runs[pk]: back for pk, back in came.items()} == {None: False, 1: True, 47: True, 49: False}
