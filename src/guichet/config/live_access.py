"""Who may listen to what on the live channel. Only references travel there; pages refetch what they may see."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import close_old_connections
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from guichet.api import tokens
from guichet.kiosk.shown import LASTS as VISIT_LASTS
from guichet.lib.live import LiveGrant
from guichet.people.models import Account, Person
from guichet.tickets.models import Ticket
from guichet.walkup.models import Venue, Visit

# Screens that may listen with one key: every one of a large building, and the reloads among them.
BOARDS_EACH = 400
# A phone, a second one, and the pages that were left open.
PHONES_EACH = 10


def authorise(*, cookies: dict[str, str], authorization: str, topics: list[str]) -> LiveGrant | None:
    """None when nobody is let in; else the topics that this person may hear. A token takes the place of a session."""
    try:
        if authorization:
            person = _person_of_token(authorization)
        else:
            person = _person(cookies.get(settings.SESSION_COOKIE_NAME, ""))
        held = _held(topics)
        if person is None:
            # A visit's token is all that its page needs, a board's key all that the board does. What is opened with
            # one of them is counted as one person's.
            return LiveGrant(topics=held, who=min(held), most=_most(held)) if held and not authorization else None
        return LiveGrant(topics=held | {t for t in topics[:20] if _may(person, t)}, who=str(person.pk))
    finally:
        close_old_connections()


def _person_of_token(authorization: str) -> Person | None:
    token = tokens.authenticate(authorization, now=timezone.now())
    return token.person if token is not None and "tickets:read" in token.scopes else None


def _person(session_key: str) -> Person | None:
    if not session_key:
        return None
    session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    pk, stamp = session.get(SESSION_KEY), session.get(HASH_SESSION_KEY, "")
    if not pk or session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    account = Account.objects.filter(pk=pk, is_active=True).first()
    if account is None or not constant_time_compare(stamp, account.get_session_auth_hash()):
        return None
    return account.person


def _held(topics: list[str]) -> frozenset[str]:
    """The topic of a visit's own page, where a token of today is named, or of a waiting room's screen, where its key
    is: whoever has it may hear of it."""
    for topic in topics[:20]:
        kind, _, key = topic.partition(":")
        if kind == "visit":
            since = timezone.now() - VISIT_LASTS
            found = Visit.objects.filter(token=key, arrived_at__gte=since).exists()
        elif kind == "board":
            found = bool(key) and Venue.objects.filter(board_key=key).exists()
        else:
            continue
        return frozenset({topic} if found else ())
    return frozenset()


def _most(held: frozenset[str]) -> int:
    return BOARDS_EACH if min(held).startswith("board:") else PHONES_EACH


def _may(person: Person, topic: str) -> bool:
    kind, _, key = topic.partition(":")
    if kind == "person":
        return key == str(person.pk)
    if kind == "desk":
        return key.isdecimal() and len(key) < 12 and int(key) in person.grants.treats_in
    if kind in {"outages", "outages_of"}:
        # Of what concerns all whom a desk serves, and of what concerns one's own organisation: the page asks anew.
        return key == str(person.organisation.desk.pk if kind == "outages" else person.organisation_id)
    if kind == "venue":
        return key.isdecimal() and len(key) < 12 and Venue.objects.received_at_by(person).filter(pk=int(key)).exists()
    if kind in {"ticket", "work"} and len(key) < 20 and "\x00" not in key:
        reach = Ticket.objects.visible_to(person) if kind == "ticket" else Ticket.objects.at_desk_of(person)
        return reach.filter(reference=key).exists()
    return False
