"""What solved a ticket, as the draft of an article: without whom it happened to, to be finished by a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override, pgettext

from guichet.knowledge import actions as articles
from guichet.knowledge.changing import need_writer
from guichet.knowledge.models import Article, ArticleKind, ArticleState
from guichet.lib.errors import Conflict
from guichet.people.models import Person
from guichet.search.words import guess
from guichet.tickets import anonymous, lifecycle
from guichet.tickets.actions.change import lock
from guichet.tickets.anonymous import MACHINE, ORGANISATION, PLACE, Known, anonymised
from guichet.tickets.models import Attempt, AttemptResult, Drafted, HypothesisState, ProblemLink, Ticket

SOLVED = (lifecycle.RESOLVED, lifecycle.CLOSED)
# Of the requester's organisation, so many people are known by name; a text names few of them.
_PEOPLE = 5_000
_DESCRIPTION = 6_000
_PLACE_WORDS = 6


def can_draft(ticket: Ticket) -> bool:
    """Whether there is anything to write down: a solution that was verified."""
    return ticket.state in SOLVED and ticket.solution_id is not None


def draft_from(ticket: Ticket, *, actor: Person, now: datetime) -> Article:
    """A draft of what the ticket taught: symptoms, cause, what to do, what did not help. Names are taken out of it.

    It stays with the desk until somebody has finished it. A ticket is drafted once, unless that article was archived.
    """
    with transaction.atomic():
        current = lock(ticket)
        need_writer(actor, desk_id=current.desk_id)
        if not can_draft(current):
            raise Conflict(
                gettext_lazy("An article is drafted from a ticket that a verified solution resolved."),
                code="not_solved",
            )
        before = article_of(current)
        if before is not None:
            raise Conflict(
                gettext_lazy("%(article)s was begun from this ticket already.") % {"article": before.reference},
                code="drafted",
            )
        language = guess(f"{current.title}\n{current.description}")
        known = list(_known(current))
        with override(language):
            body = "\n\n".join(_sections(current))
        made = articles.write(
            desk=current.desk,
            title=anonymised(current.title, known, language=language)[:200],
            body=anonymised(body, known, language=language),
            kind=_kind(current),
            language=language,
            category=current.category,
            actor=actor,
            now=now,
        )
        Drafted.objects.create(ticket=current, article=made, by=actor, at=now)
    return made


def article_of(ticket: Ticket) -> Article | None:
    """The article that was begun from this ticket, unless it was archived."""
    begun = Drafted.objects.filter(ticket=ticket).exclude(article__state=ArticleState.ARCHIVED)
    found = begun.select_related("article").order_by("-at", "-pk").first()
    return found.article if found else None


def ticket_of(article: Article, *, person: Person) -> Ticket | None:
    """The ticket that the article began as, for those who treat at its desk."""
    treated = Ticket.objects.at_desk_of(person)
    return treated.filter(pk__in=Drafted.objects.filter(article=article).values("ticket")).first()


def _kind(ticket: Ticket) -> str:
    known_error = ProblemLink.objects.filter(ticket=ticket).exclude(problem__cause="").exists()
    return ArticleKind.KNOWN_ERROR if known_error else ArticleKind.HOW_TO


def _sections(ticket: Ticket) -> Iterator[str]:
    attempts = list(ticket.attempts.select_related("hypothesis"))
    hypotheses = list(ticket.hypotheses.all())
    yield f"## {_('What one sees')}"
    yield ticket.description[:_DESCRIPTION].strip()
    if message := ticket.facts.get("error_message", "").strip("- \n"):
        yield "\n".join(f"> {line}" for line in message.split("\n"))
    causes = [h for h in hypotheses if h.state == HypothesisState.CONFIRMED]
    if causes:
        yield f"## {_('Why')}"
        yield from (_paragraph(cause.text, cause.evidence) for cause in causes)
    yield f"## {pgettext('article', 'What to do')}"
    solution = next((a for a in attempts if a.pk == ticket.solution_id), None) or ticket.solution
    if solution is not None:
        yield solution.text.strip()
        if solution.test:
            yield _("**How to check:** %(test)s") % {"test": solution.test}
    vain = [*_vain(attempts), *(h.text for h in hypotheses if h.state == HypothesisState.REJECTED)]
    if vain:
        yield f"## {_('What did not help')}"
        yield "\n".join(f"- {' '.join(text.split())}" for text in vain)


def _vain(attempts: list[Attempt]) -> Iterator[str]:
    yield from (attempt.text for attempt in attempts if attempt.result == AttemptResult.FAILED)


def _paragraph(text: str, more: str) -> str:
    return "\n\n".join(part.strip() for part in (text, more) if part.strip())


def _known(ticket: Ticket) -> Iterator[Known]:
    """Who and what the ticket may name: those who had to do with it, their colleagues, the places and the machine."""
    organisations = {ticket.organisation_id: ticket.organisation, ticket.desk_id: ticket.desk}
    for organisation in organisations.values():
        yield Known(organisation.name, ORGANISATION)
        yield from (Known(site.name, PLACE) for site in organisation.sites.all())
    involved = {pk for pk in (ticket.requester_id, ticket.reporter_id, ticket.assignee_id) if pk}
    involved |= set(ticket.messages.values_list("author", flat=True)) | set(
        ticket.attempts.values_list("by", flat=True)
    )
    involved |= set(ticket.watchers.values_list("person", flat=True))
    for name, email in Person.objects.filter(pk__in=involved).values_list("name", "email"):
        yield Known(name)
        account, _at, domain = email.partition("@")
        # « contact » and « info » are words as well.
        if not account.isalpha():
            yield Known(account, anonymous.ADDRESS)
            yield Known("".join(c for c in account if c.isalnum()), anonymous.ADDRESS)
        if "." in domain:
            yield Known(domain, anonymous.ADDRESS)
    # The colleagues' whole names alone: a part of one may be any word.
    colleagues = Person.objects.filter(organisation__in=organisations).exclude(pk__in=involved)
    for name in colleagues.order_by("-pk").values_list("name", flat=True)[:_PEOPLE]:
        if " " in name.strip():
            yield Known(name, anonymous.COLLEAGUE)
    if ticket.asset:
        yield Known(ticket.asset, MACHINE)
    place = ticket.facts.get("place", "")
    if 0 < len(place.split()) <= _PLACE_WORDS:
        yield Known(place, PLACE)
