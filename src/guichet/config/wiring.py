"""What happened → who reacts. The only place where the rooms learn of one another upwards."""

from typing import Any

from guichet.connectors import delivering as webhooks
from guichet.knowledge import findable as findable_articles
from guichet.knowledge import findable_trees
from guichet.knowledge.models import Article
from guichet.lib import events, outbox
from guichet.lib.live import Event, publish
from guichet.notifications import (
    addressing,
    invitations,
    mailing,
    of_articles,
    of_majors,
    of_problems,
    of_sessions,
    told_of_sessions,
)
from guichet.notifications import jobs as notifications
from guichet.notifications.tell import CIRCLES, tell
from guichet.people import known
from guichet.portal import jobs as portal
from guichet.suggestions import jobs as suggestions
from guichet.tickets import findable, findable_beside, jobs
from guichet.tickets.major_people import affected
from guichet.tickets.models import MajorAudience, MajorIncident, Problem
from guichet.tickets.sentences_major import VERBS as MAJOR_VERBS
from guichet.training import findable as findable_sessions
from guichet.training.models import Session
from guichet.watchdog import letters, writing

# Nobody but the desk hears that these happened, not even when.
INTERNAL = frozenset(
    {
        "ticket.noted", "ticket.supposed", "ticket.hypothesis_judged", "ticket.attempted", "ticket.attempt_tested",
        "ticket.tagged", "ticket.prioritised", "ticket.escalated", "ticket.withdrawn",
        "ticket.undelivered", "ticket.resent", "ticket.joined_major", "ticket.left_major",
        "major.noted", "major.led", "major.reviewed", "major.followed_up", "major.news_late",
        "ticket.linked", "ticket.unlinked", "appointment.reminded",
        "visit.ticket_opened", "visit.recalled", "visit.held", "visit.resumed",
        "ticket.guided", "ticket.guided_answered", "ticket.guided_back",
    }
)  # fmt: skip

# Of what happens to a problem: what changes a workaround's public text.
_SEEN_OUTSIDE = frozenset({"problem.worked_around", "problem.workaround_withdrawn", "problem.fixed", "problem.closed"})
# Said of many tickets at once: whoever does so has the lists asked again, once.
_TOGETHER = frozenset({"ticket.terms_applied"})
# Of the tickets under a problem, of those affected elsewhere; the other pages show it when they are next asked for.
_MOST_WOKEN = 200


def connect() -> None:
    for verb in CIRCLES:
        events.subscribe(verb, tell)
    for verb in mailing.CIRCLES:
        events.subscribe(verb, mailing.write)
    for verb in of_problems.VERBS:
        events.subscribe(verb, of_problems.tell)
    for verb in of_articles.VERBS:
        events.subscribe(verb, of_articles.tell)
    for verb in of_sessions.VERBS:
        events.subscribe(verb, of_sessions.write)
    for verb in told_of_sessions.VERBS:
        events.subscribe(verb, told_of_sessions.tell)
    events.subscribe("problem.fixed", jobs.tell_soon)
    for verb in of_majors.CIRCLES:
        events.subscribe(verb, of_majors.tell)
    for verb in of_majors.WRITTEN:
        events.subscribe(verb, of_majors.write)
    for verb in ("major.news", "major.resumed"):
        events.subscribe(verb, notifications.count_soon)
    events.subscribe("major.restored", jobs.solve_soon)
    for verb in MAJOR_VERBS - INTERNAL:
        events.subscribe(verb, portal.write_soon)
    events.subscribe("ticket.opened", suggestions.read_soon)
    outbox.register(addressing.KIND, mailing.deliver, on_given_up=mailing.given_up)
    outbox.register(of_majors.KIND, of_majors.deliver)
    outbox.register(invitations.KIND, invitations.deliver, on_given_up=invitations.given_up)
    outbox.register(of_sessions.KIND, of_sessions.deliver)
    outbox.register(writing.KIND, letters.deliver)
    outbox.register(
        webhooks.KIND,
        webhooks.deliver,
        on_failed=webhooks.failed,
        apart=True,
        give_up_after=webhooks.GIVE_UP_AFTER,
    )
    events.subscribe("*", show)
    events.subscribe("*", webhooks.write)
    known.hear(findable_beside.write_people)
    findable.connect()
    findable_beside.connect()
    findable_articles.connect()
    findable_trees.connect()
    findable_sessions.connect()


def show(*, event: Any, subject: Any) -> None:
    """Wake the screens that show this ticket; they ask again for what they may see."""
    if events.is_long_ago():
        return
    if isinstance(subject, Problem):
        _show_problem(event.verb, subject)
        return
    if isinstance(subject, MajorIncident):
        _show_major(event, subject)
        return
    if isinstance(subject, Article):
        publish(Event(kind="article", topic=f"desk:{subject.desk_id}", ref=subject.reference))
        return
    if isinstance(subject, Session):
        publish(Event(kind="session", topic=f"desk:{subject.desk_id}", ref=str(subject.pk)))
        return
    ref = subject.reference
    told = [Event(kind="ticket", topic=f"work:{ref}", ref=ref)]
    if event.verb not in _TOGETHER:
        told.append(Event(kind="list", topic=f"desk:{subject.desk_id}", ref=ref))
    if event.verb not in INTERNAL:
        told.append(Event(kind="ticket", topic=f"ticket:{ref}", ref=ref))
        told.append(Event(kind="mine", topic=f"person:{subject.requester_id}", ref=ref))
    publish(*told)


def _show_problem(verb: str, problem: Problem) -> None:
    """Those at the desk; and the requesters of the tickets under it, where what they read of it changed."""
    ref = problem.reference
    told = [Event(kind="problem", topic=f"desk:{problem.desk_id}", ref=ref)]
    for ticket in problem.links.order_by("-at").values_list("ticket__reference", flat=True)[:_MOST_WOKEN]:
        told.append(Event(kind="ticket", topic=f"work:{ticket}", ref=ticket))
        if verb in _SEEN_OUTSIDE:
            told.append(Event(kind="ticket", topic=f"ticket:{ticket}", ref=ticket))
    publish(*told)


def _show_major(event: Any, major: MajorIncident) -> None:
    """The room; and outside, where it is shown or was until now, the pages of those whom it concerns.

    Out there it has no name: whoever listens learns that their page changed, and nothing of others' incidents.
    """
    told = [Event(kind="major", topic=f"desk:{major.desk_id}", ref=major.reference)]
    shown = major.audience != MajorAudience.DESK or event.verb == "major.shown"
    if shown and event.verb not in INTERNAL:
        told += [Event(kind="major", topic=topic) for topic in sorted(_topics_outside(event, major))]
    publish(*told)


def _topics_outside(event: Any, major: MajorIncident) -> set[str]:
    """Of all whom the desk serves, or of the organisations named and of who is affected elsewhere."""
    named = list(major.organisations.values_list("pk", flat=True))
    topics: set[str] = set()
    for concerned in (named, event.data.get("concerned_before", named)):
        topics |= {f"outages_of:{pk}" for pk in concerned} or {f"outages:{major.desk_id}"}
    if named:
        elsewhere = affected(major).exclude(organisation__in=named).order_by("pk")
        topics |= {f"person:{pk}" for pk in elsewhere.values_list("pk", flat=True)[:_MOST_WOKEN]}
    return topics
