"""What else must not be left lying: messages, mail to be sent, jobs, people at a counter, appointments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from croniter import croniter
from django.db import connection
from django.db.models import BigIntegerField, OuterRef, Q, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from procrastinate.contrib.django import app

from guichet.channels import ledger
from guichet.channels.models import Contact, Outcome
from guichet.connectors.delivering import KIND as TO_WEBHOOKS
from guichet.connectors.models import Webhook
from guichet.lib.models import Outgoing
from guichet.tickets.models import MajorIncident, Ticket
from guichet.walkup.models import Appointment, Booking, Visit
from guichet.watchdog.looking import Look
from guichet.watchdog.models import Round

# What is due and was never tried; what was tried, and nobody took.
UNTRIED, REFUSED = timedelta(minutes=15), timedelta(hours=1)
# A job may come so late.
LATE = timedelta(minutes=15)
# People at a counter and appointments that an earlier day left behind are ended by jobs within a day.
LEFT = timedelta(days=1)


def contacts(look: Look) -> None:
    """Whatever came in ends as a ticket, a reply, or a case with its reason."""
    look.at("contact", count=Contact.objects.count())
    late = Contact.objects.filter(outcome=Outcome.WAITING, received_at__lt=look.now - ledger.PATIENCE)
    for pk, desk, subject, at in late.values_list("pk", "desk", "subject", "received_at").iterator():
        look.fault("contact", desk=desk, subject_type="contact", subject=pk, name=subject, at=at)


def outgoing(look: Look) -> None:
    """Whatever was to be sent was taken by the other side, or given up with its reason.

    Only the desk that writes to an address may read it, and what its server said of it.
    """
    # Of a webhook whose program doesn't answer it is said once, below.
    waiting = Outgoing.objects.filter(delivered_at=None, given_up_at=None).exclude(kind=TO_WEBHOOKS)
    look.at("outgoing", count=waiting.count())
    old = waiting.filter(
        Q(attempts=0, next_at__lt=look.now - UNTRIED) | Q(attempts__gt=0, created_at__lt=look.now - REFUSED)
    )
    columns = ("pk", "desk", "kind", "recipient", "answer", "attempts", "created_at")
    for pk, desk, kind, recipient, answer, attempts, at in old.annotate(desk=_DESK).values_list(*columns).iterator():
        name = recipient if desk else f"{kind} {pk}"
        look.fault(
            "outgoing", desk=desk, subject_type="outgoing", subject=pk, name=name, at=at, attempts=attempts,
            answer=answer[:200] if desk else "",
        )  # fmt: skip


_NUMBER = BigIntegerField()
_BOOKED = Cast(KeyTextTransform("appointment", OuterRef("payload")), _NUMBER)
# Of the ticket, the major incident or the appointment that a message is about; None where it names none of them.
_DESK = Coalesce(
    Subquery(Ticket.objects.filter(reference=OuterRef("about")).order_by().values("desk")),
    Subquery(MajorIncident.objects.filter(reference=OuterRef("about")).order_by().values("desk")),
    Subquery(
        Appointment.objects.filter(pk=_BOOKED)
        .order_by()
        .values(answers=Coalesce("venue__organisation__served_by", "venue__organisation", output_field=_NUMBER))
    ),
    output_field=_NUMBER,
)


def webhooks(look: Look) -> None:
    """What other programs are to hear of arrives there; none was switched off because nothing did."""
    look.at("webhook", count=Webhook.objects.filter(Q(active=True) | ~Q(off_reason="")).count())
    failing = Q(active=True, failing_since__lt=look.now - REFUSED)
    for one in Webhook.objects.filter(failing | ~Q(off_reason="")):
        at, off = one.off_at or one.failing_since, bool(one.off_reason)
        look.fault(
            "webhook", desk=one.organisation_id, subject_type="webhook", subject=one.pk, name=one.name, at=at, off=off
        )


_SUCCEEDED = """
SELECT j.task_name, max(e.at) FROM procrastinate_jobs AS j
JOIN procrastinate_events AS e ON e.job_id = j.id AND e.type = 'succeeded' GROUP BY j.task_name
"""
_FAILED = """
SELECT j.task_name, count(*), max(e.at) FROM procrastinate_jobs AS j
JOIN procrastinate_events AS e ON e.job_id = j.id AND e.type = 'failed'
WHERE j.status = 'failed' AND e.at > %s GROUP BY j.task_name
"""


def jobs(look: Look) -> None:
    """What is to run by itself ran when it should have, and did not fail since."""
    with connection.cursor() as cursor:
        cursor.execute(_SUCCEEDED)
        done: dict[str, datetime] = dict(cursor.fetchall())
        cursor.execute(_FAILED, [look.now - timedelta(days=1)])
        failed: list[tuple[str, int, datetime]] = cursor.fetchall()
    # Before the first look there was nothing that should have run.
    first = Round.objects.order_by("began_at").values_list("began_at", flat=True).first() or look.now
    periodic = app.periodic_registry.periodic_tasks.values()
    look.at("job_missed", "job_failed", count=len(periodic))
    for name, cron in sorted((one.task.name, one.cron) for one in periodic):
        due = croniter(cron, (look.now - LATE).astimezone(UTC)).get_prev(datetime)
        if due > first and done.get(name, first) < due:
            look.fault("job_missed", desk=None, subject_type="job", subject=name, name=name, due_at=due)
    for name, count, at in failed:
        if name not in done or done[name] < at:
            look.fault("job_failed", desk=None, subject_type="job", subject=name, name=name, count=count, at=at)


def counters(look: Look) -> None:
    """Whoever came to a counter was received or has left; each appointment took place, or is known not to have."""
    present = Visit.objects.present()
    look.at("visit", count=present.count())
    for pk, desk, number, at in present.filter(arrived_at__lt=look.now - 2 * LEFT).values_list(
        "pk", "ticket__desk", "number", "arrived_at"
    ):
        look.fault("visit", desk=desk, subject_type="visit", subject=pk, name=number, at=at)
    booked = Appointment.objects.filter(state=Booking.BOOKED)
    look.at("appointment", count=booked.count())
    forgotten = booked.filter(starts_at__lt=look.now - LEFT).select_related("venue__organisation", "person")
    for one in forgotten:
        desk = one.venue.organisation.desk.pk
        look.fault(
            "appointment", desk=desk, subject_type="appointment", subject=one.pk, name=one.person.name, at=one.starts_at
        )
