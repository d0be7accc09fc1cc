"""Tokens: read back as issued, whatever mail does to them; never accepted otherwise."""

import base64
import hashlib
import hmac
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from guichet.channels.mail import tokens
from guichet.channels.mail.tokens import Token, found_in, issue, message_id, plus_address, read

KEY = b"k" * 32
numbers = st.integers(min_value=0, max_value=2**63 - 1)


@given(ticket=numbers, person=numbers, key=st.binary(min_size=1, max_size=64))
@example(ticket=0, person=0, key=KEY)
@example(ticket=127, person=128, key=KEY)
@example(ticket=2**63 - 1, person=2**63 - 1, key=KEY)
def test_what_was_issued_is_read(ticket: int, person: int, key: bytes) -> None:
    text = issue(key=key, ticket=ticket, person=person)
    assert read(text, key=key) == Token(ticket=ticket, person=person)
    assert read(text.upper(), key=key) == read(text.title(), key=key) == read(text.casefold(), key=key)
    assert re.fullmatch(r"[a-z2-7]+", text)


@given(ticket=numbers, person=numbers)
def test_it_fits_into_an_address(ticket: int, person: int) -> None:
    address = plus_address("centre.de.services@example.org", issue(key=KEY, ticket=ticket, person=person))
    local, _, domain = address.rpartition("@")
    assert len(local) <= 64
    assert domain == "example.org"
    assert found_in(address.upper(), key=KEY) == [Token(ticket, person)]


def test_an_address_that_is_long_already_stays_as_it_is() -> None:
    token = issue(key=KEY, ticket=250_000, person=40_000)
    room = 64 - 1 - len(token)
    assert plus_address("a" * room + "@b.example", token) == "a" * room + f"+{token}@b.example"
    assert plus_address("a" * (room + 1) + "@b.example", token) == "a" * (room + 1) + "@b.example"


def test_it_is_short_for_what_installations_have() -> None:
    assert len(issue(key=KEY, ticket=250_000, person=40_000)) <= 26


def test_numbers_that_no_row_has() -> None:
    for ticket, person in ((-1, 1), (1, -1), (2**63, 1), (1, 2**63)):
        with pytest.raises(ValueError, match="whole numbers"):
            issue(key=KEY, ticket=ticket, person=person)


@given(ticket=numbers, person=numbers, data=st.data())
def test_one_character_changed_is_refused(ticket: int, person: int, data: st.DataObject) -> None:
    text = issue(key=KEY, ticket=ticket, person=person)
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.characters(codec="utf-8").filter(lambda c: c.lower() != text[place]))
    assert read(text[:place] + letter + text[place + 1 :], key=KEY) is None


@pytest.mark.parametrize("ticket", [1, 300, 70_000, 2**40])
def test_no_other_letter_at_any_place(ticket: int) -> None:
    """The last letter holds bits that mean nothing: they too have to be as they were issued."""
    text = issue(key=KEY, ticket=ticket, person=9)
    for place in range(len(text)):
        for letter in set("abcdefghijklmnopqrstuvwxyz234567") - {text[place]}:
            assert read(text[:place] + letter + text[place + 1 :], key=KEY) is None


@given(ticket=numbers, person=numbers, more=st.text(alphabet="abcdefghijklmnopqrstuvwxyz234567=", min_size=1))
def test_anything_added_or_left_out_is_refused(ticket: int, person: int, more: str) -> None:
    text = issue(key=KEY, ticket=ticket, person=person)
    assert read(text + more, key=KEY) is None
    assert read(more + text, key=KEY) is None
    assert read(text[:-1], key=KEY) is None
    assert read(text[1:], key=KEY) is None


@given(st.text(max_size=60) | st.text(alphabet="abcdefghijklmnopqrstuvwxyz234567", min_size=20, max_size=45))
def test_nothing_made_up_is_accepted_and_nothing_raises(text: str) -> None:
    assert read(text, key=KEY) is None


@given(ticket=numbers, person=numbers, other=st.binary(min_size=1, max_size=64).filter(lambda k: k != KEY))
def test_anothers_key_opens_nothing(ticket: int, person: int, other: bytes) -> None:
    if other.rstrip(b"\0") != KEY:  # HMAC pads its key with zeros
        assert read(issue(key=other, ticket=ticket, person=person), key=KEY) is None


@given(ticket=numbers, person=numbers)
def test_a_person_is_not_swapped_under_the_same_signature(ticket: int, person: int) -> None:
    text = issue(key=KEY, ticket=ticket, person=person)
    raw = base64.b32decode(text.upper() + "=" * (-len(text) % 8))[:10]
    if ticket != person:
        forged = raw + tokens._packed(person) + tokens._packed(ticket)
        assert read(tokens._written(forged), key=KEY) is None


def test_characters_that_only_look_like_ours_are_refused() -> None:
    text = issue(key=KEY, ticket=5, person=7)
    for letter, other in (("k", "\u212a"), ("s", "\u017f")):
        changed = text.replace(letter, other)
        assert changed == text or read(changed, key=KEY) is None


def test_at_least_eighty_bits_sign() -> None:
    packed = bytes([5, 7])
    text = issue(key=KEY, ticket=5, person=7)
    raw = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    assert raw == hmac.new(KEY, b"1" + packed, hashlib.sha256).digest()[:10] + packed


def test_signatures_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    right = hmac.compare_digest
    monkeypatch.setattr("hmac.compare_digest", lambda a, b: seen.append((a, b)) or right(a, b))
    assert read(issue(key=KEY, ticket=1, person=2), key=KEY)
    assert len(seen) == 1


@given(pairs=st.lists(st.tuples(numbers, numbers), max_size=6))
def test_all_tokens_of_a_header_are_found_each_once(pairs: list[tuple[int, int]]) -> None:
    ids = [
        message_id(token=issue(key=KEY, ticket=t, person=p), unique=str(n), domain="aide.example")
        for n, (t, p) in enumerate(pairs)
    ]
    header = "<abc.def@elsewhere.example> " + "\r\n ".join(ids) + " <x@y>"
    assert found_in(header, key=KEY) == list(dict.fromkeys(Token(t, p) for t, p in pairs))
    assert found_in(header.replace("@", "=40").upper(), key=KEY) == found_in(header, key=KEY)


def test_a_message_id_is_the_same_for_the_same() -> None:
    token = issue(key=KEY, ticket=1, person=2)
    one = message_id(token=token, unique="mail:1", domain="aide.example")
    assert one == message_id(token=token, unique="mail:1", domain="aide.example")
    assert one != message_id(token=token, unique="mail:2", domain="aide.example")
    assert re.fullmatch(r"<[a-z2-7]{8}\.[a-z2-7]+@aide\.example>", one)


def test_a_header_of_a_megabyte_costs_no_more_than_a_long_one(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def count(text: str, *, key: bytes) -> None:
        asked.append(text)

    monkeypatch.setattr(tokens, "read", count)
    found_in(("<" + "a" * 30 + "@b> ") * 40_000, key=KEY)
    assert len(asked) == 500
