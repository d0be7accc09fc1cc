"""Signs what we send (DKIM: RFC 6376; Ed25519: RFC 8463), relaxed/relaxed. Pure; cryptography comes with the first key.

Every header that says something is signed, and once more than it occurs: nobody can add a second From or Subject below
our signature (RFC 6376, 5.4.2 and 8.15). Nothing is left unsigned at the body's end either: there is no l= tag.
"""

from __future__ import annotations

import hashlib
import re
import textwrap
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

# Those of ours that a reader or a program acts upon.
SIGNED = (
    "from", "to", "cc", "reply-to", "subject", "date", "message-id", "in-reply-to", "references", "mime-version",
    "content-type", "content-transfer-encoding", "content-language", "auto-submitted", "list-unsubscribe",
)  # fmt: skip
# RFC 8301, 3.2: verifiers take no shorter one.
SHORTEST_RSA = 1024

_LABEL = r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_SPACES = re.compile(rb"[ \t]+")
_UNFOLDED = re.compile(rb"\r\n(?=[ \t])")


@dataclass(frozen=True, slots=True)
class Signer:
    """A key, and the domain that vouches with it: its public half stands at `selector`._domainkey.`domain`."""

    domain: str
    selector: str
    algorithm: str
    sign: Callable[[bytes], bytes] = field(repr=False)


def signers_of(*, selector: str, domains: str, key: bytes) -> tuple[Signer, ...]:
    """One for each of the domains, given with commas. ValueError says what is wrong with which setting."""
    names = [name.strip().lower().rstrip(".") for name in domains.split(",") if name.strip()]
    if not _NAME.fullmatch(selector.lower()):
        raise ValueError("GUICHET_DKIM_SELECTOR must be the name in front of ._domainkey, such as guichet2026")
    if not names or not all(_NAME.fullmatch(name) and "." in name for name in names):
        raise ValueError("GUICHET_DKIM_DOMAIN must be a domain, or several with commas, such as example.org")
    algorithm, sign = _loaded(key)
    return tuple(Signer(domain=name, selector=selector.lower(), algorithm=algorithm, sign=sign) for name in names)


def signed(mail: bytes, *, signers: Sequence[Signer], sender: str, now: datetime) -> bytes:
    """The mail with a signature of the sender's domain on top; as it was where no signer has that domain."""
    domain = sender.rpartition("@")[2].lower()
    fitting = [one for one in signers if domain == one.domain or domain.endswith(f".{one.domain}")]
    if not fitting:
        return mail
    signer = max(fitting, key=lambda one: len(one.domain))
    head, _, body = mail.partition(b"\r\n\r\n")
    headers = headers_of(head + b"\r\n")
    names = [name for name, _field in headers if name in SIGNED]
    tags = (
        f"v=1; a={signer.algorithm}; c=relaxed/relaxed; t={int(now.timestamp())};\r\n"
        f" d={signer.domain}; s={signer.selector};\r\n"
        f" h={_folded(':'.join([*names, *SIGNED]), at=':')};\r\n bh={body_hash(body)};\r\n b="
    )
    value = signer.sign(to_be_signed(headers, names=[*names, *SIGNED], signature=f"DKIM-Signature: {tags}"))
    whole = textwrap.fill(b64encode(value).decode("ascii"), 72).replace("\n", "\r\n ")
    return f"DKIM-Signature: {tags}{whole}\r\n".encode("ascii") + mail


def headers_of(head: bytes) -> list[tuple[str, bytes]]:
    """(lower-case name, the whole field in its relaxed form) in order (RFC 6376, 3.4.2)."""
    found = []
    for line in _UNFOLDED.sub(b"", head).split(b"\r\n"):
        name, colon, value = line.partition(b":")
        if colon:
            bare = name.strip(b" \t").lower()
            found.append((bare.decode("latin-1"), bare + b":" + _SPACES.sub(b" ", value).strip(b" ")))
    return found


def body_hash(body: bytes) -> str:
    """SHA-256 of the body in its relaxed form (RFC 6376, 3.4.4)."""
    lines = [_SPACES.sub(b" ", line.rstrip(b" \t")) for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    digest = hashlib.sha256(b"".join(line + b"\r\n" for line in lines))
    return b64encode(digest.digest()).decode("ascii")


def to_be_signed(headers: Sequence[tuple[str, bytes]], *, names: Sequence[str], signature: str) -> bytes:
    """What the value of b= is made from (RFC 6376, 3.7): the named headers, then the signature's own without its value.

    Of several with the same name the last one comes first (5.4.2); a name beyond them adds nothing.
    """
    left = list(headers)
    chosen = []
    for wanted in names:
        place = next((n for n in range(len(left) - 1, -1, -1) if left[n][0] == wanted.strip().lower()), None)
        if place is not None:
            chosen.append(left.pop(place)[1])
    [(_name, own)] = headers_of(signature.encode("ascii"))
    return b"\r\n".join([*chosen, own])


def _loaded(key: bytes) -> tuple[str, Callable[[bytes], bytes]]:
    """The algorithm's name, and how one signs with the key of that PEM file."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        private = load_pem_private_key(key, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ValueError("GUICHET_DKIM_KEY must be a private key in PEM form, without a password") from error
    if isinstance(private, RSAPrivateKey):
        if private.key_size < SHORTEST_RSA:
            raise ValueError(f"GUICHET_DKIM_KEY: an RSA key needs {SHORTEST_RSA} bits at least, better 2048")
        return "rsa-sha256", lambda data: private.sign(data, PKCS1v15(), hashes.SHA256())
    if isinstance(private, Ed25519PrivateKey):
        # RFC 8463, 3: what is signed is the hash.
        return "ed25519-sha256", lambda data: private.sign(hashlib.sha256(data).digest())
    raise ValueError("GUICHET_DKIM_KEY must be an RSA or an Ed25519 key")


def _folded(text: str, *, at: str) -> str:
    """In lines of less than 76 characters, broken after `at`."""
    lines, line = [], ""
    for part in text.split(at):
        if line and len(line) + len(part) > 70:
            lines.append(line)
            line = ""
        line += part + at
    return "\r\n ".join([*lines, line.removesuffix(at)])
