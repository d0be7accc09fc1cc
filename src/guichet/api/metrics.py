"""`/metrics`: figures for a monitoring system, in Prometheus' text format. Closed until a token is set."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from guichet.channels import ledger, reconciling
from guichet.channels.models import Reconciliation
from guichet.lib import figures, jobs, outbox
from guichet.watchdog import rounds
from guichet.watchdog.models import Finding
from guichet.watchdog.wording import CHECKS


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    scheme, _space, given = request.headers.get("Authorization", "").partition(" ")
    wanted = settings.METRICS_TOKEN
    if not wanted or scheme.lower() != "bearer" or not constant_time_compare(given.strip(), wanted):
        raise Http404
    text = "".join(f"{line}\n" for line in _lines())
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def _lines() -> Iterator[str]:
    now = timezone.now()
    account = ledger.account(now=now)
    yield "# HELP guichet_contacts What came in from outside, by what became of it."
    yield "# TYPE guichet_contacts gauge"
    for outcome, count in account.became.items():
        yield f'guichet_contacts{{outcome="{outcome}"}} {count}'
    yield "# HELP guichet_contacts_unaccounted Contacts that wait for longer than a reader may take. It has to be 0."
    yield "# TYPE guichet_contacts_unaccounted gauge"
    yield f"guichet_contacts_unaccounted {account.unaccounted}"
    compared = reconciling.standing(Reconciliation.objects.all())
    if compared is not None:
        yield "# HELP guichet_contacts_missing What the last comparison of mailboxes, ledger and tickets did not find."
        yield "# TYPE guichet_contacts_missing gauge"
        yield f"guichet_contacts_missing {compared.missing}"
        yield "# HELP guichet_mailboxes_not_compared Mailboxes that the last comparison could not look into."
        yield "# TYPE guichet_mailboxes_not_compared gauge"
        yield f"guichet_mailboxes_not_compared {compared.troubled}"
        yield "# HELP guichet_compared_seconds How long ago mailboxes, ledger and tickets were compared; once a day."
        yield "# TYPE guichet_compared_seconds gauge"
        yield f"guichet_compared_seconds {(now - compared.at).total_seconds():.0f}"
    yield from _watched(now)
    outgoing = outbox.standing(now=now)
    yield "# HELP guichet_outgoing_waiting What is to be sent and was neither taken nor given up."
    yield "# TYPE guichet_outgoing_waiting gauge"
    yield f"guichet_outgoing_waiting {outgoing['waiting']:.0f}"
    yield "# HELP guichet_outgoing_given_up What was given up within the last day."
    yield "# TYPE guichet_outgoing_given_up gauge"
    yield f"guichet_outgoing_given_up {outgoing['given_up']:.0f}"
    yield "# HELP guichet_outgoing_oldest_seconds For how long the oldest of what is due has been waiting."
    yield "# TYPE guichet_outgoing_oldest_seconds gauge"
    yield f"guichet_outgoing_oldest_seconds {outgoing['oldest_seconds']:.0f}"
    waiting = jobs.standing(now=now)
    yield "# HELP guichet_jobs_waiting Jobs whose time has come, and that no worker has taken."
    yield "# TYPE guichet_jobs_waiting gauge"
    yield f"guichet_jobs_waiting {waiting.due}"
    yield "# HELP guichet_jobs_running Jobs that a worker is at."
    yield "# TYPE guichet_jobs_running gauge"
    yield f"guichet_jobs_running {waiting.running}"
    yield "# HELP guichet_jobs_lag_seconds For how long the first of those that wait should have been running."
    yield "# TYPE guichet_jobs_lag_seconds gauge"
    yield f"guichet_jobs_lag_seconds {waiting.lag_seconds:.0f}"
    yield from figures.lines()


def _watched(now: datetime) -> Iterator[str]:
    """What the watchdog found; nothing before it has looked."""
    standing = rounds.standing(Finding.objects.all(), now=now)
    if standing.at is None:
        return
    found = dict(Finding.objects.present().order_by().values_list("kind").annotate(count=Count("pk")))
    yield "# HELP guichet_watchdog_findings What isn’t as it was promised, by kind. All but late have to be 0."
    yield "# TYPE guichet_watchdog_findings gauge"
    for check in CHECKS:
        yield f'guichet_watchdog_findings{{kind="{check.kind}"}} {found.get(check.kind, 0)}'
    yield "# HELP guichet_watchdog_seconds How long ago the watchdog last looked; every ten minutes."
    yield "# TYPE guichet_watchdog_seconds gauge"
    yield f"guichet_watchdog_seconds {(now - standing.at).total_seconds():.0f}"
