"""Signatures are those of the Standard Webhooks specification, and follow from nothing that is stored."""

from __future__ import annotations

import base64
import hashlib
import hmac

from hypothesis import given
from hypothesis import strategies as st

from guichet.connectors import signing

KEY = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)


def verified(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As whoever receives does it, by the specification alone."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    right = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given_ones = (one.partition(",") for one in headers["webhook-signature"].split(" "))
    return any(version == "v1" and hmac.compare_digest(one, right) for version, _comma, one in given_ones)


def test_a_known_signature() -> None:
    """The example of the specification's own libraries."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = signing.signature(
        secret, ident="msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp=1614265330, body=b'{"test": 2432232314}'
    )
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(st.binary(max_size=400), st.integers(0, 2**40), KEY, st.lists(st.binary(min_size=32, max_size=32), min_size=1))
def test_each_secret_verifies_and_no_other(body: bytes, timestamp: int, ident: str, secrets: list[bytes]) -> None:
    headers = signing.headers(secrets, ident=ident, timestamp=timestamp, body=body)
    assert all(verified(signing.told(secret), headers, body) for secret in secrets)
    assert not verified(signing.told(b"another secret"), headers, body)
    assert not verified(signing.told(secrets[0]), headers, body + b" ")
    later = headers | {"webhook-timestamp": str(timestamp + 1)}
    assert not verified(signing.told(secrets[0]), later, body)


@given(KEY, KEY, KEY, st.integers(1, 1000))
def test_secrets_differ(root: str, key: str, other: str, serial: int) -> None:
    made = signing.secret_of(root, key=key, serial=serial)
    assert len(made) == 32
    assert made == signing.secret_of(root, key=key, serial=serial)
    assert made != signing.secret_of(root, key=key, serial=serial + 1)
    assert (made == signing.secret_of(root, key=other, serial=serial)) == (key == other)
