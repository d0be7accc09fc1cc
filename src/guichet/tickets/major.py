"""The verbs of a major incident: declare, lead, say, show, restore, resume. Each records exactly one event.

As with tickets each verb is atomic, locks its row, takes `actor` and `now`, and raises `Refused` having changed
nothing. Who is affected, and its tickets, are in `major_people.py`; its review and end in `major_review.py`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from guichet.activity.record import record
from guichet.lib.database import next_id
from guichet.lib.errors import Conflict, Forbidden, Refused
from guichet.people.models import Person
from guichet.sla.models import Measure
from guichet.tickets import lifecycle, policies
from guichet.tickets.actions.change import atomically, lock, need_body, need_choice
from guichet.tickets.commitments import offers_for
from guichet.tickets.indexing import indexing, of_major, of_major_news, of_major_note
from guichet.tickets.major_frame import (
    LONGEST,
    SHORTEST,
    TEXT_MAX,
    Touched,
    Words,
    cleaned_words,
    joined,
    minutes_of,
    need_agent,
    need_lead,
    need_leader,
    need_of_desk,
    said,
    start_of,
    step,
    touch,
)
from guichet.tickets.models import (
    AttemptKind,
    MajorAudience,
    MajorIncident,
    MajorNews,
    MajorNote,
    MajorState,
    MajorTicket,
    Severity,
    Ticket,
)
from guichet.tickets.models.major import reference_of

# Minutes between news where the desk's policy says nothing.
USUAL_MINUTES = 30


def usual_minutes(ticket: Ticket) -> int:
    """Minutes between news of such a ticket, as its desk's policies say; the usual ones where none speaks of it."""
    offer = offers_for(ticket, severity=Severity.S1)[Measure.NEXT_UPDATE]
    return min(max(offer.minutes, SHORTEST), LONGEST) if offer.target else USUAL_MINUTES


def declare(
    ticket: Ticket,
    *,
    words: Words,
    touched: Touched,
    actor: Person,
    now: datetime,
    lead: Person | None = None,
    started_at: datetime | None = None,
    audience: str = MajorAudience.DESK,
    update_minutes: int | None = None,
) -> MajorIncident:
    """Run a critical ticket as a major incident; whoever declares it leads it unless `lead` does.

    Only whoever leads it, or a manager, says who may know of it: else it is for the desk alone.
    """
    need_agent(actor, desk_id=ticket.desk_id)
    words = cleaned_words(words)
    need_choice(audience, among=MajorAudience, field="audience")
    with atomically():
        current = lock(ticket)
        if current.severity != Severity.S1:
            raise Refused(_("Only a critical ticket (S1) is run as a major incident."), code="not_critical")
        if current.state not in lifecycle.UNSOLVED:
            raise Conflict(_("This ticket is already solved or ended."), code="wrong_state")
        if MajorTicket.objects.filter(ticket=current, major__state=MajorState.RUNNING).exists():
            raise Conflict(_("This ticket already belongs to a major incident that is running."), code="running")
        leader = lead or actor
        need_leader(leader, desk_id=current.desk_id)
        minutes = minutes_of(usual_minutes(current) if update_minutes is None else update_minutes)
        number = next_id(MajorIncident)
        major = MajorIncident(
            pk=number,
            reference=reference_of(number),
            desk=current.desk,
            ticket=current,
            lead=leader,
            started_at=start_of(started_at or current.opened_at, now=now),
            declared_at=now,
            declared_by=actor,
            audience=audience,
            update_minutes=minutes,
            next_news_at=now + timedelta(minutes=minutes),
            **vars(words),
        )
        if audience != MajorAudience.DESK and not policies.can_lead(actor, major):
            raise Forbidden(
                _("Who may know of it is for the one who leads it to say. Declare it for the desk alone."),
                code="not_lead",
                field="audience",
            )
        need_of_desk(touched, desk=current.desk)
        major.save(force_insert=True)
        touch(major, touched)
        MajorTicket.objects.create(major=major, ticket=current, by=actor, at=now)
        joined(current, major=major, actor=actor, now=now)
        data = {"ticket": current.pk, "lead": leader.pk, "audience": audience, "minutes": minutes}
        record(
            major,
            verb="major.declared",
            actor=actor,
            at=now,
            organisation_id=major.desk_id,
            data=data,
            rows=lambda: indexing(of_major(major)),
        )
        MajorIncident.objects.filter(pk=major.pk).update(version=major.version, chain=major.chain)
    return major


def hand_lead(
    major: MajorIncident, *, to: Person, actor: Person, now: datetime, expect: int | None = None
) -> MajorIncident:
    """Another leads from now on: given by the one who leads, or by a manager."""
    states = (MajorState.RUNNING, MajorState.RESTORED)
    with step(major, event="major.led", actor=actor, now=now, states=states, expect=expect) as made:
        need_lead(actor, made.major)
        need_leader(to, desk_id=made.major.desk_id)
        if to.pk == made.major.lead_id:
            raise Refused(_("This person leads it already."), code="same_lead", field="to")
        made.data.update(lead=to.pk, **{"from": made.major.lead_id})
        made.major.lead = to
    return made.major


def describe(
    major: MajorIncident,
    *,
    words: Words,
    touched: Touched,
    started_at: datetime,
    update_minutes: int,
    actor: Person,
    now: datetime,
    expect: int | None = None,
) -> MajorIncident:
    """Correct what is said of it: title, what to do meanwhile, what is touched, since when, how often there is news."""
    words = cleaned_words(words)
    states = (MajorState.RUNNING, MajorState.RESTORED)
    with step(major, event="major.described", actor=actor, now=now, states=states, expect=expect) as made:
        current = made.major
        need_lead(actor, current)
        need_of_desk(touched, desk=current.desk)
        for name, value in vars(words).items():
            setattr(current, name, value)
        current.started_at = start_of(started_at, now=current.restored_at or now)
        if update_minutes != current.update_minutes:
            current.update_minutes = minutes_of(update_minutes)
            if current.is_running:
                last = current.news.values_list("at", flat=True).first() or current.declared_at
                _expect_news(current, max(last + timedelta(minutes=update_minutes), now))
        before = sorted(current.organisations.values_list("pk", flat=True))
        touch(current, touched)
        made.data["minutes"] = current.update_minutes
        if before != sorted(organisation.pk for organisation in touched.organisations):
            # The pages of those whom it no longer concerns show it still.
            made.data["concerned_before"] = before
    return made.major


def show_to(
    major: MajorIncident, *, audience: str, actor: Person, now: datetime, expect: int | None = None
) -> MajorIncident:
    """Who may know of it. Only the lead or a manager says so."""
    need_choice(audience, among=MajorAudience, field="audience")
    with step(major, event="major.shown", actor=actor, now=now, expect=expect) as made:
        need_lead(actor, made.major)
        made.data.update({"from": made.major.audience, "audience": audience})
        made.major.audience = audience
    return made.major


def tell(
    major: MajorIncident,
    *,
    text_fr: str,
    text_en: str = "",
    actor: Person,
    now: datetime,
    next_minutes: int | None = None,
    expect: int | None = None,
) -> MajorNews:
    """News for those who are affected; the next ones are due after `next_minutes`, or after the usual while."""
    french, english = said(text_fr, text_en)
    with step(major, event="major.news", actor=actor, now=now, states=(MajorState.RUNNING,), expect=expect) as made:
        current = made.major
        need_lead(actor, current)
        news = MajorNews.objects.create(major=current, text_fr=french, text_en=english, by=actor, at=now)
        made.rows += indexing(of_major_news(news, current))
        minutes = current.update_minutes if next_minutes is None else minutes_of(next_minutes)
        _expect_news(current, now + timedelta(minutes=minutes))
        made.data.update(news=news.pk, next_at=current.next_news_at)
    return news


def note(major: MajorIncident, *, body: str, actor: Person, now: datetime) -> MajorNote:
    """Something for the desk alone."""
    body = need_body(body, limit=TEXT_MAX)
    with step(major, event="major.noted", actor=actor, now=now) as made:
        need_agent(actor, desk_id=made.major.desk_id)
        kept = MajorNote.objects.create(major=made.major, body=body, by=actor, at=now)
        made.data["note"] = kept.pk
        made.rows += indexing(of_major_note(kept, made.major))
    return kept


def restore(
    major: MajorIncident,
    *,
    kind: str,
    solution: str,
    test: str,
    text_fr: str,
    text_en: str = "",
    actor: Person,
    now: datetime,
    expect: int | None = None,
) -> MajorIncident:
    """The service is back: by what, how that was tested, and what those who were affected are told.

    The tickets that go with it are solved afterwards (`major_people.solve_linked`), each asking whether it works.
    """
    need_choice(kind, among=AttemptKind, field="kind")
    solution = need_body(solution, field="solution", limit=TEXT_MAX)
    test = need_body(test, field="test", limit=300)
    french, english = said(text_fr, text_en)
    with step(major, event="major.restored", actor=actor, now=now, states=(MajorState.RUNNING,), expect=expect) as made:
        current = made.major
        need_lead(actor, current)
        news = MajorNews.objects.create(major=current, text_fr=french, text_en=english, by=actor, at=now, ends=True)
        made.rows += indexing(of_major_news(news, current))
        current.state, current.restored_at = MajorState.RESTORED, now
        current.solution_kind, current.solution, current.test = kind, solution, test
        current.next_news_at = current.late_told_at = None
        made.data.update(news=news.pk, kind=kind)
    return made.major


def resume(
    major: MajorIncident, *, text_fr: str, text_en: str = "", actor: Person, now: datetime, expect: int | None = None
) -> MajorIncident:
    """It broke again: the same incident goes on, and everybody is told."""
    french, english = said(text_fr, text_en)
    with step(major, event="major.resumed", actor=actor, now=now, states=(MajorState.RESTORED,), expect=expect) as made:
        current = made.major
        need_lead(actor, current)
        _need_free_tickets(current)
        news = MajorNews.objects.create(major=current, text_fr=french, text_en=english, by=actor, at=now)
        made.rows += indexing(of_major_news(news, current))
        current.voices.update(still_broken_at=None)
        current.state, current.restored_at = MajorState.RUNNING, None
        # What was written stays as a draft: it was the review of an end that was none.
        current.reviewed_by = current.reviewed_at = None
        _expect_news(current, now + timedelta(minutes=current.update_minutes))
        made.data["news"] = news.pk
    return made.major


def tell_late(major: MajorIncident, *, now: datetime) -> bool:
    """News that was promised did not come: lead and management are told, once for each; whether this did it."""
    with step(major, event="major.news_late", actor=None, now=now) as made:
        # Asked of the locked row: the news may have come while one waited for it.
        due, told = made.major.next_news_at, made.major.late_told_at
        if due is None or due >= now or told is not None:
            made.done_already = True
            return False
        made.data["due_at"] = due
        made.major.late_told_at = now
    return True


def _need_free_tickets(major: MajorIncident) -> None:
    """None of its tickets went over to another one that runs; none does so before this transaction ends."""
    tickets = Ticket.objects.filter(major_links__major=major).order_by("pk")
    list(tickets.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    taken = MajorTicket.objects.filter(ticket__in=tickets.order_by(), major__state=MajorState.RUNNING)
    other = taken.select_related("ticket", "major").first()
    if other is not None:
        raise Conflict(
            _("%(ticket)s already belongs to %(major)s, which is running. Take it out of one of the two first.")
            % {"ticket": other.ticket.reference, "major": other.major.reference},
            code="running",
        )


def _expect_news(major: MajorIncident, at: datetime) -> None:
    major.next_news_at, major.late_told_at = at, None
