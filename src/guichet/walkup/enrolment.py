"""How a machine becomes a venue's: a short code typed once, then a long key that it keeps. Only hashes are stored.

The key opens what its venue's machines are for and nothing else: it is no session, and no account stands behind it.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from guichet.lib.errors import Forbidden, Refused
from guichet.lib.references import ALPHABET
from guichet.lib.text import one_line
from guichet.people.models import Person
from guichet.walkup.models import Device, DeviceKind, Venue
from guichet.walkup.policies import may_set_up

COOKIE = "guichet_kiosk"
CODE_LENGTH = 8
CODE_LASTS = timedelta(minutes=30)
# The first page in a minute is written down; more would cost a write for each touch.
_SEEN_EVERY = timedelta(minutes=1)
_LETTERS = {DeviceKind.KIOSK: "K", DeviceKind.BOARD: "E"}


def add_device(
    *, venue: Venue, name: str, actor: Person, now: datetime, kind: str = DeviceKind.KIOSK
) -> tuple[Device, str]:
    """A new machine of the venue, and the code to type on it: the only time that anybody sees it."""
    _may(actor, venue)
    name = one_line(name)
    if not name:
        raise Refused(_("Give the machine a name."), code="required", field="name")
    if len(name) > 60:
        raise Refused(_("This text is too long."), code="too_long", field="name")
    if kind not in DeviceKind.values:
        raise Refused(_("Choose one from the list."), code="unknown_choice", field="kind")
    with transaction.atomic():
        Venue.objects.select_for_update().get(pk=venue.pk)  # so that no two machines get one letter
        device = Device.objects.create(
            venue=venue,
            kind=kind,
            name=name,
            letter=_free_letter(venue, _LETTERS[DeviceKind(kind)]),
            created_by=actor,
            created_at=now,
        )
        return device, new_code(device, actor=actor, now=now)


def _free_letter(venue: Venue, initial: str) -> str:
    """K1, K2, … Never one that was another machine's: its numbers may still be on their way."""
    taken = set(Device.objects.filter(venue=venue).values_list("letter", flat=True))
    return next(f"{initial}{number}" for number in range(1, len(taken) + 2) if f"{initial}{number}" not in taken)


def new_code(device: Device, *, actor: Person, now: datetime) -> str:
    """A code that replaces the one before it. The machine that used the device keeps working until it is typed."""
    _may(actor, device.venue)
    if device.revoked_at is not None:
        raise Refused(_("This machine was revoked. Add it anew."), code="revoked")
    code = "".join(secrets.choice(ALPHABET) for _place in range(CODE_LENGTH))
    device.code_hash = digest(code)
    device.code_until = now + CODE_LASTS
    device.save(update_fields=["code_hash", "code_until"])
    return code


def enrol(code: str, *, now: datetime) -> tuple[Device, str]:
    """The machine whose code it is, and the key that it keeps from now on. The code is spent."""
    bare = "".join(c for c in code.upper() if c.isalnum())
    with transaction.atomic():
        device = (
            Device.objects.select_for_update(of=("self",))
            .select_related("venue__organisation")
            .filter(code_hash=digest(bare), code_until__gt=now, revoked_at__isnull=True)
            .first()
            if len(bare) == CODE_LENGTH
            else None
        )
        if device is None:
            raise Refused(
                _("This code isn’t valid, or no longer. Check it, or ask for a new one in the settings."),
                code="wrong_code",
                field="code",
            )
        key = secrets.token_urlsafe(32)
        device.key_hash = digest(key)
        device.code_hash, device.code_until = "", None
        device.enrolled_at = device.seen_at = now
        device.save(update_fields=["key_hash", "code_hash", "code_until", "enrolled_at", "seen_at"])
    return device, key


def device_of(key: str, *, now: datetime, kind: str = DeviceKind.KIOSK) -> Device | None:
    """The machine that shows this key; None for anything else, revoked machines among it."""
    if not 40 <= len(key) <= 60 or not key.isascii():
        return None
    device = (
        Device.objects.select_related("venue__organisation")
        .filter(key_hash=digest(key), kind=kind, revoked_at__isnull=True)
        .first()
    )
    if device is None:
        return None
    if device.seen_at is None or now - device.seen_at >= _SEEN_EVERY:
        Device.objects.filter(pk=device.pk).update(seen_at=now)
        device.seen_at = now
    return device


def revoke(device: Device, *, actor: Person, now: datetime) -> None:
    """From the next request on the machine is a stranger. What it holds and nobody took is kept on it."""
    _may(actor, device.venue)
    if device.revoked_at is None:
        device.revoked_at = now
        device.key_hash = device.code_hash = ""
        device.code_until = None
        device.save(update_fields=["revoked_at", "key_hash", "code_hash", "code_until"])


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _may(actor: Person, venue: Venue) -> None:
    if not may_set_up(actor, venue):
        raise Forbidden(_("Only managers of this desk set up its venues."), code="not_a_manager")
