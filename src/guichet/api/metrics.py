"""`/metrics`: figures for a monitoring system, in Prometheus' text format. Closed until a token is set."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from guichet.channels import ledger
from guichet.lib import outbox


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
