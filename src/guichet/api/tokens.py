"""API tokens: what they look like, what they allow, and whom they let in. Only a hash is kept."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from guichet.api.models import Token
from guichet.lib.compiled import Compiled
from guichet.lib.errors import Refused
from guichet.lib.text import one_line
from guichet.people.models import Person

# Scope → what it opens. What the person may not do themselves, no scope allows.
SCOPES = {
    "tickets:read": _("Read tickets, their conversation and their files"),
    "tickets:write": _("Open tickets and do with them all that you may do"),
    "contacts:read": _("Read what came in from outside, whole messages included"),
    "contacts:write": _("Decide what becomes of messages in quarantine"),
    "visits:read": _("Read walk-up points, their queues and waits"),
    "visits:write": _("Check people in, call them and end their visits"),
    "appointments:read": _("Read free times and appointments"),
    "appointments:write": _("Book, move and give back appointments"),
    "knowledge:read": _("Read the articles that you may read"),
    "knowledge:write": _("Write articles and do with them all that you may do"),
    "training:read": _("Read training sessions, and who registered where you give them"),
    "training:write": _("Register for training sessions, plan and run those that you may"),
    "settings:read": _("Read organisations, people, teams, the catalogue, rules and policies"),
    "settings:write": _("Change settings, where you manage the service desk"),
}
LONGEST = timedelta(days=366)
TOKENS_PER_PERSON = 50
# The first use of a token in a minute is written down; more would cost a write for each request.
_USED_EVERY = timedelta(minutes=1)
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def issue(
    *, person: Person, name: str, scopes: Iterable[str], expires_at: datetime, now: datetime
) -> tuple[Token, str]:
    """A new token, and its text: the only time that anybody sees it."""
    name = one_line(name)
    if not name:
        raise Refused(_("Say what the token is for."), code="required", field="name")
    if len(name) > 80:
        raise Refused(_("This text is too long."), code="too_long", field="name")
    wanted = sorted(set(scopes))
    if not wanted or not set(wanted) <= set(SCOPES):
        raise Refused(_("Choose at least one right from the list."), code="unknown_choice", field="scopes")
    if not now < expires_at <= now + LONGEST:
        raise Refused(_("Choose an end date within a year from now."), code="not_future", field="expires_at")
    if Token.objects.filter(person=person, revoked_at__isnull=True, expires_at__gt=now).count() >= TOKENS_PER_PERSON:
        raise Refused(_("You have too many tokens. Revoke those that you no longer use."), code="too_many")
    prefix = "".join(secrets.choice(_ALPHABET) for _digit in range(8))
    text = f"gui_{prefix}_{''.join(secrets.choice(_ALPHABET) for _digit in range(40))}"
    token = Token.objects.create(
        person=person, name=name, prefix=prefix, hash=digest(text), scopes=wanted, created_at=now, expires_at=expires_at
    )
    return token, text


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


_hashed = Compiled(
    lambda hash: Token.objects.select_related("person__organisation__served_by", "person__account").filter(hash=hash),
    hash=str,
)


def authenticate(authorization: str, *, now: datetime) -> Token | None:
    """The live token of an `Authorization` header; None for anything else, without saying why."""
    scheme, _space, text = authorization.partition(" ")
    text = text.strip()
    if scheme.lower() != "bearer" or not text.startswith("gui_") or len(text) > 100 or not text.isascii():
        return None
    found = _hashed.first(hash=digest(text))
    # The index found it by its hash, which tells nothing of the secret; compared again in constant time all the same.
    if found is None or not hmac.compare_digest(found.hash, digest(text)):
        return None
    if found.revoked_at is not None or found.expires_at <= now or not _lets_in(found):
        return None
    if found.used_at is None or now - found.used_at > _USED_EVERY:
        Token.objects.filter(pk=found.pk).update(used_at=now)
    return found


def revoke(*, person: Person, token_id: int, now: datetime) -> bool:
    """End one of the person's own tokens at once; whether there was such a live token."""
    return bool(Token.objects.filter(pk=token_id, person=person, revoked_at__isnull=True).update(revoked_at=now))


def _lets_in(token: Token) -> bool:
    """A person without an account can hold a token; one whose account is closed, or was given out anew, can't."""
    account = getattr(token.person, "account", None)
    if account is None:
        return True
    return account.is_active and (account.renewed_at is None or token.created_at > account.renewed_at)
