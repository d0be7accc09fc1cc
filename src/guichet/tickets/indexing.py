"""What each thing of this room is found by: the words that are written with the action that says them.

A reference belongs to the title, as what people call the thing. A message, a note, a hypothesis and an attempt are
parts of their ticket; all but public replies are for the desk alone.
"""

from __future__ import annotations

from guichet.activity.record import Statement
from guichet.people.models import Person
from guichet.search.writing import Words, putting
from guichet.tickets.models import (
    Attempt,
    Hypothesis,
    MajorIncident,
    MajorNews,
    MajorNote,
    Message,
    MessageKind,
    Problem,
    Ticket,
)

TICKET, REPLY, NOTE, HYPOTHESIS, ATTEMPT = "ticket", "message", "note", "hypothesis", "attempt"
PROBLEM, MAJOR, MAJOR_NEWS, MAJOR_NOTE = "problem", "major", "major_news", "major_note"
PERSON = "person"


def text_of(said: Message | Hypothesis | Attempt | MajorNews | MajorNote) -> str:
    """All that was written of it."""
    if isinstance(said, Message | MajorNote):
        return said.body
    if isinstance(said, MajorNews):
        return f"{said.text_fr}\n{said.text_en}".strip()
    texts = (said.text, said.evidence) if isinstance(said, Hypothesis) else (said.text, said.applied_on, said.test)
    return "\n".join(filter(None, texts))


def indexing(words: Words) -> list[Statement]:
    """The statements that make it be found by these words, to go among an action's rows."""
    return putting(**vars(words))


def of_ticket(ticket: Ticket) -> Words:
    """What was asked, by whom, about what; the answers to the questions of its type too."""
    said = (*ticket.facts.values(), *(str(answer) for answer in ticket.answers.values()))
    about = (ticket.requester.name, ticket.organisation.name, ticket.asset, ticket.description, *said)
    return Words(
        kind=TICKET,
        subject=ticket.pk,
        desk_id=ticket.desk_id,
        organisation_id=ticket.organisation_id,
        inside=False,
        at=ticket.opened_at,
        title=f"{ticket.reference} {ticket.title}",
        body="\n".join(filter(None, about)),
    )


def of_message(message: Message, ticket: Ticket) -> Words:
    note = message.kind == MessageKind.NOTE
    return _of_part(NOTE if note else REPLY, message, ticket, inside=note)


def of_hypothesis(hypothesis: Hypothesis, ticket: Ticket) -> Words:
    return _of_part(HYPOTHESIS, hypothesis, ticket, inside=True)


def of_attempt(attempt: Attempt, ticket: Ticket) -> Words:
    return _of_part(ATTEMPT, attempt, ticket, inside=True)


def _of_part(kind: str, part: Message | Hypothesis | Attempt, ticket: Ticket, *, inside: bool) -> Words:
    """Something that was said or written on the ticket: it opens the ticket."""
    return Words(
        kind=kind,
        subject=ticket.pk,
        part=part.pk,
        desk_id=ticket.desk_id,
        organisation_id=ticket.organisation_id,
        inside=inside,
        at=part.created_at,
        title="",
        body=text_of(part),
    )


def of_problem(problem: Problem, *, workaround: str = "") -> Words:
    texts = (problem.symptoms, problem.cause, workaround, problem.fix, problem.conclusion)
    return Words(
        kind=PROBLEM,
        subject=problem.pk,
        desk_id=problem.desk_id,
        organisation_id=None,
        inside=True,
        at=problem.opened_at,
        title=f"{problem.reference} {problem.title}",
        body="\n".join(filter(None, texts)),
    )


def of_major(major: MajorIncident) -> Words:
    texts = (major.meanwhile_fr, major.meanwhile_en, major.solution, major.what_happened, major.cause)
    return Words(
        kind=MAJOR,
        subject=major.pk,
        desk_id=major.desk_id,
        organisation_id=None,
        inside=True,
        at=major.declared_at,
        title=" ".join(filter(None, (major.reference, major.title_fr, major.title_en))),
        body="\n".join(filter(None, texts)),
    )


def of_major_news(news: MajorNews, major: MajorIncident) -> Words:
    return _of_major_part(MAJOR_NEWS, news, major)


def of_major_note(note: MajorNote, major: MajorIncident) -> Words:
    return _of_major_part(MAJOR_NOTE, note, major)


def _of_major_part(kind: str, part: MajorNews | MajorNote, major: MajorIncident) -> Words:
    return Words(
        kind=kind,
        subject=major.pk,
        part=part.pk,
        desk_id=major.desk_id,
        organisation_id=None,
        inside=True,
        at=part.at,
        title="",
        body=text_of(part),
    )


def of_person(person: Person) -> Words:
    """By name, address, telephone number and what they do. Only the desk looks for people."""
    about = (person.email, person.job_title, person.organisation.name)
    return Words(
        kind=PERSON,
        subject=person.pk,
        desk_id=person.organisation.desk.pk,
        organisation_id=person.organisation_id,
        inside=True,
        at=person.created_at,
        title=f"{person.name} {person.phone}",
        body="\n".join(filter(None, about)),
    )
