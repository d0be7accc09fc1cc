"""Signatures as the Standard Webhooks specification has them (https://www.standardwebhooks.com) (pure).

What is signed is `id.timestamp.body`, with HMAC-SHA256; the header holds one `v1,` with the base64 of it for
each secret.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable

PREFIX = "whsec_"


def secret_of(root: str, *, key: str, serial: int) -> bytes:
    """The 32 bytes that follow from the installation's key for this webhook's so-and-so-many-th secret."""
    return hmac.new(root.encode(), f"guichet.webhook:{key}:{serial}".encode(), hashlib.sha256).digest()


def told(secret: bytes) -> str:
    """The secret as it is shown and typed: `whsec_` and base64."""
    return PREFIX + base64.b64encode(secret).decode()


def signature(secret: bytes, *, ident: str, timestamp: int, body: bytes) -> str:
    signed = b".".join((ident.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()


def headers(secrets: Iterable[bytes], *, ident: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers; one signature for each secret, for those who have not changed theirs yet."""
    signatures = (signature(secret, ident=ident, timestamp=timestamp, body=body) for secret in secrets)
    return {
        "webhook-id": ident,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }
