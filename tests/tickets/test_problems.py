"""The verbs of a problem, and what they do to the tickets under it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from guichet.activity.models import Event
from guichet.activity.record import broken_links
from guichet.lib import references
from guichet.lib.errors import Conflict, Forbidden, Refused, Stale
from guichet.notifications.models import Notification
from guichet.people.models import Person
from guichet.tickets import actions, causes, jobs, problem_story, problems
from guichet.tickets.models import Problem, ProblemLink, ProblemState, State, Ticket
from guichet.tickets.sentences_problems import TELLERS as PROBLEMS
from guichet.tickets.timeline import timeline
from tests import builders, cast
from tests.builders import NOW
from tests.shared import ground
from tests.tickets.stage import later

Do = Callable[..., Any]


@dataclass
class Place:
    desk: builders.Desk
    nadia: Person
    felix: Person
    amelie: Person
    problem: Problem

    def ticket(self, **fields: Any) -> Ticket:
        return builders.ticket(self.amelie, **fields)

    def linked(self, ticket: Ticket | None = None, *, minutes: int = 0) -> Ticket:
        ticket = ticket or self.ticket()
        causes.link(ticket, problem=self.problem, actor=self.nadia, now=later(minutes))
        return Ticket.objects.get(pk=ticket.pk)

    def restored(self) -> Ticket:
        """A ticket that lives on the problem's workaround."""
        ticket = self.linked()
        return causes.resolve_by_workaround(ticket, test="Imprimé en noir.", actor=self.nadia, now=later(2))

    def worked_around(self, *, hours: int = 72, public_text: str = "Imprimez en noir.") -> None:
        problems.work_around(
            self.problem, text="Choisir le pilote noir et blanc.", public_text=public_text,
            expires_at=NOW + timedelta(hours=hours), actor=self.nadia, now=NOW,
        )  # fmt: skip

    def fixed(self, *, minutes: int = 60) -> int:
        """The problem, fixed and told; how many tickets were concerned."""
        problems.fix(self.problem, now=later(minutes), actor=self.felix, **FIX)
        return tell(self.problem, minutes=minutes + 1)


FIX = {
    "cause": "Pilote 4.2", "text": "Pilote 4.3 partout.", "test": "Page en couleur imprimée.",
    "public_text": "L’impression en couleur est réparée.",
}  # fmt: skip


def tell(problem: Problem, *, minutes: int) -> int:
    waiting = problem.links.filter(causes.to_be_told()).select_related("ticket")
    return sum(causes.tell_of_fix(link, now=later(minutes)) for link in waiting)


def make_place() -> Place:
    desk = builders.desk()
    nadia = builders.agent(desk)
    return Place(
        desk=desk,
        nadia=nadia,
        felix=builders.agent(desk, cast.FELIX),
        amelie=builders.person(desk.organisation),
        problem=problems.open_problem(desk=desk.organisation, title="L’encre bave", actor=nadia, now=NOW),
    )


made = ground(make_place)


@pytest.fixture
def place(made: Place, db: None) -> Place:
    from copy import deepcopy

    return deepcopy(made)


def fresh(problem: Problem) -> Problem:
    return Problem.objects.get(pk=problem.pk)


def story(subject: Problem | Ticket) -> list[str]:
    return [e.verb for e in events_of(subject)]


def events_of(subject: Problem | Ticket) -> list[Event]:
    kind = subject._meta.model_name
    return list(Event.objects.filter(subject_type=kind, subject_id=subject.pk).order_by("number"))


def test_a_problem_has_a_reference_of_its_own(place: Place) -> None:
    reference = place.problem.reference
    assert reference.startswith("PB-")
    assert problems.reference_of(reference.lower().replace("-", " ")) == reference
    assert references.parse(reference) is None
    assert problems.reference_of(place.ticket().reference) is None


def test_each_verb_is_one_event_of_an_unbroken_chain(place: Place) -> None:
    p, by = place.problem, {"actor": place.nadia}
    problems.describe(p, symptoms="Des traînées", now=later(1), **by)
    problems.assign(p, to=place.felix, now=later(2), **by)
    place.worked_around()
    problems.state_cause(p, cause="Pilote", now=later(3), **by)
    problems.dismiss_cause(p, now=later(4), **by)
    problems.state_cause(p, cause="Rouleau", now=later(5), **by)
    problems.withdraw_workaround(p, now=later(6), **by)
    place.fixed(minutes=7)
    problems.close(p, now=later(9), **by)
    problems.reopen(p, now=later(10), **by)
    events = events_of(p)
    assert [e.verb for e in events] == [
        "problem.opened", "problem.described", "problem.assigned", "problem.worked_around", "problem.cause_stated",
        "problem.cause_dismissed", "problem.cause_stated", "problem.workaround_withdrawn", "problem.fixed",
        "problem.closed", "problem.reopened",
    ]  # fmt: skip
    assert broken_links(events) == []
    current = fresh(p)
    assert (current.version, current.chain) == (len(events), events[-1].hash)
    assert current.state == ProblemState.KNOWN_ERROR


@pytest.mark.parametrize("state", ["fixed", "closed"])
@pytest.mark.parametrize(
    "do",
    [
        lambda p, by: problems.state_cause(p, cause="x", **by),
        lambda p, by: problems.work_around(p, text="x", expires_at=later(5000), **by),
        lambda p, by: problems.withdraw_workaround(p, **by),
        lambda p, by: problems.fix(p, **FIX, **by),
    ],
    ids=["cause", "work_around", "withdraw", "fix"],
)
def test_a_cause_that_is_gone_is_not_worked_on(place: Place, state: str, do: Do) -> None:
    place.fixed()
    if state == "closed":
        problems.close(place.problem, actor=place.nadia, now=later(70))
    before = story(place.problem)
    with pytest.raises(Conflict):
        do(place.problem, {"actor": place.nadia, "now": later(80)})
    assert story(place.problem) == before


def test_only_the_desk_treats_its_problems(place: Place) -> None:
    other = builders.desk()
    provider = builders.provider(place.desk)
    for stranger in (place.amelie, builders.agent(other), provider):
        with pytest.raises(Forbidden):
            problems.state_cause(place.problem, cause="x", actor=stranger, now=later(1))
        with pytest.raises(Forbidden):
            problems.open_problem(desk=place.desk.organisation, title="x", actor=stranger, now=later(1))
        assert not Problem.objects.visible_to(stranger).filter(pk=place.problem.pk).exists()
    assert Problem.objects.visible_to(place.felix).filter(pk=place.problem.pk).exists()


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(place: Place) -> None:
    seen = place.problem.version
    problems.state_cause(place.problem, cause="Pilote", actor=place.felix, now=later(1))
    with pytest.raises(Stale):
        problems.describe(place.problem, title="Autre chose", actor=place.nadia, now=later(2), expect=seen)


@pytest.mark.parametrize(
    ("field", "do"),
    [
        ("title", lambda p, by: problems.describe(p, title=" ", **by)),
        ("cause", lambda p, by: problems.state_cause(p, cause=" ", **by)),
        ("text", lambda p, by: problems.work_around(p, text="", expires_at=later(10), **by)),
        ("expires_at", lambda p, by: problems.work_around(p, text="x", expires_at=later(-10), **by)),
        ("expires_at", lambda p, by: problems.work_around(p, text="x", expires_at=NOW + timedelta(days=400), **by)),
        ("cause", lambda p, by: problems.fix(p, **{**FIX, "cause": ""}, **by)),
        ("test", lambda p, by: problems.fix(p, **{**FIX, "test": " "}, **by)),
        ("public_text", lambda p, by: problems.fix(p, **{**FIX, "public_text": ""}, **by)),
        ("conclusion", lambda p, by: problems.close(p, **by)),
        ("owner", lambda p, by: problems.assign(p, to=builders.agent(builders.desk()), **by)),
    ],
)
def test_what_is_missing_is_named(place: Place, field: str, do: Do) -> None:
    with pytest.raises(Refused) as refused:
        do(place.problem, {"actor": place.nadia, "now": later(1)})
    assert refused.value.field == field
    assert story(place.problem) == ["problem.opened"]


def test_a_fix_says_what_the_database_asks_for(place: Place) -> None:
    for wrong in ({"state": "known_error"}, {"state": "fixed"}, {"state": "closed"}, {"fixed_at": NOW}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Problem.objects.filter(pk=place.problem.pk).update(**wrong)


def test_a_link_is_told_on_both_chains_and_can_be_taken_back(place: Place) -> None:
    ticket = place.linked()
    assert story(ticket)[-1] == "ticket.linked"
    assert events_of(ticket)[-1].data == {"problem": place.problem.pk, "reference": place.problem.reference}
    assert events_of(place.problem)[-1].data == {"ticket": ticket.pk, "reference": ticket.reference}
    with pytest.raises(Conflict):
        causes.link(ticket, problem=place.problem, actor=place.nadia, now=later(1))
    causes.unlink(ticket, problem=place.problem, actor=place.nadia, now=later(2))
    assert not ProblemLink.objects.filter(ticket=ticket).exists()
    with pytest.raises(Conflict):
        causes.unlink(ticket, problem=place.problem, actor=place.nadia, now=later(3))
    place.linked(ticket, minutes=4)
    assert broken_links(events_of(ticket)) == broken_links(events_of(place.problem)) == []


def test_a_ticket_of_another_desk_stays_there(place: Place) -> None:
    other = builders.desk()
    ticket = builders.ticket(builders.person(other.organisation))
    both = builders.agent(other, cast.RACHEL)
    both.roles.create(organisation=place.desk.organisation, kind="agent")
    with pytest.raises(Refused) as refused:
        causes.link(ticket, problem=place.problem, actor=both, now=later(1))
    assert refused.value.code == "foreign"
    with pytest.raises(Forbidden):
        causes.link(ticket, problem=place.problem, actor=place.nadia, now=later(1))


def test_the_workaround_resolves_a_ticket_and_somebody_lives_on_it(place: Place) -> None:
    place.worked_around()
    ticket = place.restored()
    assert (ticket.state, ticket.solution.kind, ticket.solution.problem_id) == (
        State.RESOLVED, "workaround", place.problem.pk,
    )  # fmt: skip
    assert place.problem.links.filter(causes.lives_on_workaround()).count() == 1


@pytest.mark.parametrize("why", ["not linked", "none", "withdrawn", "expired"])
def test_no_workaround_no_resolution(place: Place, why: str) -> None:
    ticket = place.ticket() if why == "not linked" else place.linked()
    if why in {"withdrawn", "expired"}:
        place.worked_around(hours=1)
    if why == "withdrawn":
        problems.withdraw_workaround(place.problem, actor=place.nadia, now=later(1))
    with pytest.raises(Conflict):
        causes.resolve_by_workaround(ticket, test="Oui", actor=place.nadia, now=later(100))
    assert Ticket.objects.get(pk=ticket.pk).attempts.count() == 0


def test_the_fix_is_told_to_everybody_under_it_and_they_are_asked(place: Place) -> None:
    place.worked_around()
    still_open, restored, closed = place.linked(), place.restored(), place.restored()
    actions.confirm(closed, actor=place.amelie, now=later(5))
    own = builders.resolved(place.linked(), actor=place.nadia, now=later(3))
    gone = place.linked()
    actions.cancel(gone, reason="Inutile", actor=place.amelie, now=later(4))
    assert place.fixed() == 3
    for ticket, verb in ((still_open, "ticket.resolved"), (restored, "ticket.fixed"), (closed, "ticket.fixed")):
        now = Ticket.objects.get(pk=ticket.pk)
        assert (now.state, now.promise_kind, now.promise_owner, now.closed_at) == (
            State.RESOLVED, "confirm", place.amelie, None,
        )  # fmt: skip
        assert (now.solution.kind, now.solution.problem_id) == ("fix", place.problem.pk)
        assert now.messages.last().body == FIX["public_text"]
        assert story(now)[-1] == verb
        assert broken_links(events_of(now)) == []
        assert Notification.objects.filter(ticket=now, person=place.amelie, event__verb=verb).exists()
    assert story(own)[-1] == "ticket.resolved"
    assert story(gone)[-1] == "ticket.cancelled"
    assert not place.problem.links.filter(causes.to_be_told()).exists()
    assert tell(place.problem, minutes=90) == 0


def test_whoever_says_no_to_the_fix_has_the_ticket_open_again(place: Place) -> None:
    place.worked_around()
    restored = place.restored()
    place.fixed()
    actions.refuse(restored, body="Toujours des traînées", actor=place.amelie, now=later(70))
    assert Ticket.objects.get(pk=restored.pk).state == State.OPEN


def test_silence_closes_what_the_fix_solved(place: Place) -> None:
    place.worked_around()
    restored = place.restored()
    actions.confirm(restored, actor=place.amelie, now=later(5))
    place.fixed()
    due = Ticket.objects.get(pk=restored.pk).promise_due_at
    actions.close(restored, actor=None, now=due)
    assert Ticket.objects.get(pk=restored.pk).state == State.CLOSED


def test_a_ticket_that_came_after_the_fix_met_something_else(place: Place) -> None:
    place.fixed()
    late = place.linked(minutes=80)
    assert tell(place.problem, minutes=90) == 0
    assert late.state != State.RESOLVED


def test_a_fix_that_was_none_is_told_anew_when_the_next_comes(place: Place) -> None:
    place.worked_around()
    restored = place.restored()
    place.fixed()
    actions.confirm(restored, actor=place.amelie, now=later(65))
    problems.reopen(place.problem, actor=place.nadia, now=later(70))
    problems.fix(place.problem, **{**FIX, "public_text": "Cette fois pour de bon."}, actor=place.nadia, now=later(80))
    assert tell(place.problem, minutes=81) == 1
    assert Ticket.objects.get(pk=restored.pk).messages.last().body == "Cette fois pour de bon."


def test_the_jobs_tell_and_remind_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.worked_around(hours=1)
    restored = place.restored()
    monkeypatch.setattr(jobs.timezone, "now", lambda: later(59))
    assert jobs.remind_workarounds(timestamp=0) == 0
    monkeypatch.setattr(jobs.timezone, "now", lambda: later(61))
    assert (jobs.remind_workarounds(timestamp=0), jobs.remind_workarounds(timestamp=0)) == (1, 0)
    told = Notification.objects.get(problem=place.problem)
    assert (told.person, told.event.verb) == (place.nadia, "problem.workaround_expired")
    problems.fix(place.problem, **FIX, actor=place.felix, now=later(70))
    monkeypatch.setattr(jobs.timezone, "now", lambda: later(71))
    assert (jobs.tell_of_fixes(), jobs.tell_of_fixes()) == (1, 0)
    assert story(restored)[-1] == "ticket.fixed"


def test_nobody_is_told_of_what_they_gave_themselves(place: Place) -> None:
    problems.assign(place.problem, to=place.felix, actor=place.nadia, now=later(1))
    problems.assign(place.problem, to=place.nadia, actor=place.nadia, now=later(2))
    assert list(Notification.objects.filter(problem=place.problem).values_list("person__name", flat=True)) == [
        place.felix.name
    ]


def test_proposals_share_words_and_name_them(place: Place) -> None:
    like = place.ticket(title="L’encre bave sur les feuilles")
    place.ticket(title="Écran noir", description="Écran noir au démarrage.")
    already = place.linked(place.ticket(title="L’encre bave encore"))
    found = causes.similar_tickets(place.problem, person=place.nadia)
    assert [(ticket.pk, match.shared) for ticket, match in found] == [(like.pk, ("bave", "encre"))]
    assert already.pk not in {ticket.pk for ticket, _match in found}
    assert [p.pk for p, _match in causes.similar_problems(like, person=place.nadia)] == [place.problem.pk]
    assert causes.similar_tickets(place.problem, person=place.amelie) == []


def test_problems_are_found_by_words_and_reference(place: Place) -> None:
    seen = Problem.objects.visible_to(place.nadia)
    for text in ("encre", "BAV", "encres bav", place.problem.reference, place.problem.reference.lower()):
        assert list(causes.matching(seen, text)) == [place.problem], text
    assert not causes.matching(seen, "cre")
    assert not causes.matching(seen, " ?! ")
    assert not causes.matching(seen, "encre rouleau")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_everything_is_told_in_sentences(place: Place, language: str) -> None:
    place.worked_around()
    ticket = place.restored()
    causes.unlink(ticket, problem=place.problem, actor=place.nadia, now=later(3))
    place.linked(ticket, minutes=4)
    problems.assign(place.problem, to=place.felix, actor=place.nadia, now=later(5))
    problems.state_cause(place.problem, cause="Pilote", actor=place.felix, now=later(6))
    place.fixed()
    problems.close(place.problem, actor=place.felix, now=later(70))
    problems.reopen(place.problem, actor=place.felix, now=later(71))
    with override(language):
        told = [
            entry.sentence
            for entry in timeline(ticket, for_desk=True)
            if entry.verb in PROBLEMS and entry.kind == "fact"
        ]
        outside = [
            entry.sentence
            for entry in timeline(ticket, for_desk=False)
            if entry.verb in PROBLEMS and entry.kind == "fact"
        ]
        story_told = [one.sentence for one in problem_story.story(fresh(place.problem))]
    assert len(told) == 4 and len(outside) == 1 and len(story_told) == 10
    assert place.problem.reference not in outside[0] and place.problem.reference in told[0]
    assert not [s for s in told + outside + story_told if s.partition(": ")[2].startswith(("ticket.", "problem."))]
