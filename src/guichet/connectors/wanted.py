"""Which webhooks want what, in this process's memory: where there are none, an event costs no query.

Read again after a few seconds, and at once where this process changed something. An event within those seconds may
still miss a webhook that was only just made elsewhere; one that is gone or switched off is found out when it is sent.
"""

from __future__ import annotations

from collections import defaultdict
from time import monotonic

from django.db import transaction

from guichet.connectors.models import Webhook
from guichet.connectors.verbs import is_wanted

SECONDS = 5.0

# Desk → the key of each of its webhooks, with the verbs that it asked for.
_kept: dict[int, list[tuple[str, frozenset[str]]]] = {}
_until = 0.0


def recipients(verb: str, *, desk: int) -> list[str]:
    """The keys of the desk's webhooks that want to hear of it."""
    if monotonic() > _until:
        read_again()
    return [key for key, wanted in _kept.get(desk, ()) if is_wanted(verb, wanted=wanted)]


def read_again() -> None:
    global _kept, _until
    found = defaultdict(list)
    for desk, key, asked in Webhook.objects.filter(active=True).values_list("organisation", "key", "verbs"):
        found[desk].append((str(key), frozenset(asked)))
    _kept, _until = dict(found), monotonic() + SECONDS


def changed() -> None:
    """To be called by whoever changes a webhook: now, and after the commit, should another thread have read before."""
    read_again()
    transaction.on_commit(read_again)
