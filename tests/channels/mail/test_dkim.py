"""DKIM: RFC 8463's own example to the bit, and signatures that openssl verifies over a form made another way."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from guichet.channels.mail import dkim
from guichet.channels.mail.composing import Letter, compose

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
# RFC 8463, A.2 and A.3: the key, the message and what the signature's header says before the value of b=.
RFC_KEY = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="
RFC_MAIL = """From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.

""".replace("\n", "\r\n").encode()
RFC_HEADER = """DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=""".replace("\n", "\r\n")
RFC_NAMES = ["from ", " to ", " subject ", " date ", " message-id ", " from ", " subject ", " date"]
RFC_VALUE = "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw=="


def pem(key: Ed25519PrivateKey | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ED25519 = Ed25519PrivateKey.generate()


def signer(key: Ed25519PrivateKey | rsa.RSAPrivateKey, domains: str = "example.org") -> tuple[dkim.Signer, ...]:
    return dkim.signers_of(selector="g2026", domains=domains, key=pem(key))


def letter(text: str = "Bonjour,\n\ntout va bien.  \n\n\n", subject: str = "Réponse") -> bytes:
    return compose(
        Letter(
            sender_name="Centre d’aide",
            sender_address="aide@example.org",
            to_name="",
            to_address="a@b.example",
            reply_to="aide+x@example.org",
            subject=subject,
            text=text,
            html=f"<p>{text}</p>",
            message_id="<1@example.org>",
            date=NOW,
            instance="abc",
            references=["<0@b.example>"],
        )
    )


def test_the_example_of_rfc_8463() -> None:
    key = Ed25519PrivateKey.from_private_bytes(b64decode(RFC_KEY))
    [one] = dkim.signers_of(selector="brisbane", domains="football.example.com", key=pem(key))
    head, _, body = RFC_MAIL.partition(b"\r\n\r\n")
    assert f"bh={dkim.body_hash(body)};" in RFC_HEADER
    data = dkim.to_be_signed(dkim.headers_of(head), names=RFC_NAMES, signature=RFC_HEADER)
    assert b64encode(one.sign(data)).decode() == RFC_VALUE


@pytest.mark.parametrize(("body", "hashed"), [
    # RFC 6376, 3.4.4: the hash of an empty body; and its example of both forms (3.4.5).
    (b"", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
    (b"\r\n\r\n", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
])  # fmt: skip
def test_an_empty_body(body: bytes, hashed: str) -> None:
    assert dkim.body_hash(body) == hashed


def test_the_example_of_rfc_6376() -> None:
    """3.4.5: the relaxed form of a small mail."""
    head = b"A: X\r\nB : Y\t\r\n\tZ  \r\n"
    assert [field for _name, field in dkim.headers_of(head)] == [b"a:X", b"b:Y Z"]
    assert dkim.body_hash(b" C \r\nD \t E\r\n\r\n\r\n") == dkim.body_hash(b" C\r\nD E\r\n")


def relaxed(mail: bytes) -> tuple[bytes, bytes, dict[str, str]]:
    """Another reading of RFC 6376 than the one under test: what is signed, the body, and the signature's tags."""
    text = mail.decode("ascii")
    head, body = text.split("\r\n\r\n", 1)
    fields = re.findall(r"^([!-9;-~]+):((?:.|\r\n[ \t])*)\r\n", head + "\r\n", flags=re.M)
    name, value = fields.pop(0)
    assert name == "DKIM-Signature"
    tags = dict(part.strip().split("=", 1) for part in re.sub(r"\s+", " ", value).split(";"))

    def canonical(name: str, value: str) -> str:
        return f"{name.lower()}:{' '.join(value.split())}"

    chosen, last = [], list(reversed(fields))
    for wanted in tags["h"].replace(" ", "").split(":"):
        found = next((one for one in last if one[0].lower() == wanted), None)
        if found:
            last.remove(found)
            chosen.append(canonical(*found))
    own = canonical(name, re.sub(r"b=[A-Za-z0-9+/=\s]+$", "b=", value))
    body = re.sub(r"[ \t]+", " ", re.sub(r"[ \t]+\r\n", "\r\n", body))
    body = re.sub(r"(\r\n)+$", "", body) + "\r\n" if body.strip("\r\n") else ""
    return "\r\n".join([*chosen, own]).encode(), body.encode(), tags


def verified(mail: bytes, key: Ed25519PrivateKey | rsa.RSAPrivateKey, place: Path) -> bool:
    """By openssl, over the form that `relaxed` makes."""
    data, body, tags = relaxed(mail)
    digest = subprocess.run(["openssl", "dgst", "-sha256", "-binary"], input=body, capture_output=True, check=True)
    if b64encode(digest.stdout).decode() != tags["bh"].replace(" ", ""):
        return False
    (place / "public").write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    (place / "signature").write_bytes(b64decode(tags["b"].replace(" ", "")))
    if isinstance(key, Ed25519PrivateKey):
        hashed = subprocess.run(["openssl", "dgst", "-sha256", "-binary"], input=data, capture_output=True, check=True)
        (place / "data").write_bytes(hashed.stdout)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-rawin"]
        command += ["-inkey", str(place / "public"), "-sigfile", str(place / "signature"), "-in", str(place / "data")]
    else:
        (place / "data").write_bytes(data)
        command = ["openssl", "dgst", "-sha256", "-verify", str(place / "public")]
        command += ["-signature", str(place / "signature"), str(place / "data")]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
@pytest.mark.parametrize("key", [RSA, ED25519], ids=["rsa", "ed25519"])
def test_openssl_verifies_it_and_notices_every_change(
    key: Ed25519PrivateKey | rsa.RSAPrivateKey, tmp_path: Path
) -> None:
    mail = dkim.signed(letter(), signers=signer(key), sender="aide@example.org", now=NOW)
    assert verified(mail, key, tmp_path)
    for before, after in [
        (b"tout va bien", b"tout va mal!"),
        (b"Subject: ", b"Subject: x"),
        (b"From: ", b"From: evil@x.example\r\nFrom: "),
        (b"In-Reply-To: <0@", b"In-Reply-To: <9@"),
        (f"t={int(NOW.timestamp())}".encode(), b"t=1"),
        (b"MIME-Version: 1.0", b"MIME-Version: 1.0\r\nSubject: second"),
    ]:
        assert before in mail
        assert not verified(mail.replace(before, after, 1), key, tmp_path), before
    # What servers on the way may do, and the relaxed form forgives.
    assert verified(mail.replace(b"Subject: ", b"subject:   ", 1), key, tmp_path)
    assert verified(mail + b"\r\n\r\n", key, tmp_path)


@given(text=st.text(max_size=400), subject=st.text(max_size=200))
def test_any_text_and_subject(text: str, subject: str) -> None:
    mail = dkim.signed(letter(text, subject), signers=signer(ED25519), sender="aide@example.org", now=NOW)
    data, body, tags = relaxed(mail)
    assert b64encode(hashlib.sha256(body).digest()).decode() == tags["bh"]
    # Raises where it does not hold.
    ED25519.public_key().verify(b64decode(tags["b"].replace(" ", "")), hashlib.sha256(data).digest())
    own = re.match(rb"DKIM-Signature:.*(?:\r\n[ \t].*)*", mail)
    assert own
    assert max(len(line) for line in own[0].split(b"\r\n")) < 79


def test_a_long_run_of_empty_lines_costs_nothing() -> None:
    assert dkim.body_hash(b"\r\n" * 1_000_000 + b"x") != dkim.body_hash(b"x")
    assert dkim.body_hash(b" " * 3_000_000 + b"x") == dkim.body_hash(b" x")


def test_the_nearest_domain_vouches_and_a_foreign_one_never() -> None:
    signers = signer(RSA, "example.org, Aide.Example.org., exemple.fr")
    chosen = {
        "aide@example.org": "example.org", "x@deep.aide.example.org": "aide.example.org", "x@EXEMPLE.FR": "exemple.fr",
    }  # fmt: skip
    for sender, domain in chosen.items():
        mail = dkim.signed(letter(), signers=signers, sender=sender, now=NOW)
        assert f"d={domain};".encode() in mail
    plain = letter()
    for foreign in ("x@notexample.org", "x@org", "x@example.org.evil.example", ""):
        assert dkim.signed(plain, signers=signers, sender=foreign, now=NOW) == plain
    assert dkim.signed(plain, signers=(), sender="aide@example.org", now=NOW) == plain


@pytest.mark.parametrize(("selector", "domains", "key", "named"), [
    ("", "example.org", pem(ED25519), "SELECTOR"),
    ("a b", "example.org", pem(ED25519), "SELECTOR"),
    ("a", "", pem(ED25519), "DOMAIN"),
    ("a", "localhost", pem(ED25519), "DOMAIN"),
    ("a", "example.org; s=evil", pem(ED25519), "DOMAIN"),
    ("a", "example.org", b"", "KEY"),
    ("a", "example.org", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "KEY"),
    ("a", "example.org", pem(ec.generate_private_key(ec.SECP256R1())), "KEY"),
])  # fmt: skip
def test_what_can_not_be_used_is_said(selector: str, domains: str, key: bytes, named: str) -> None:
    with pytest.raises(ValueError, match=f"GUICHET_DKIM_{named}"):
        dkim.signers_of(selector=selector, domains=domains, key=key)


def test_no_key_shows_where_a_signer_is_printed() -> None:
    assert "private" not in repr(signer(RSA)).lower()
