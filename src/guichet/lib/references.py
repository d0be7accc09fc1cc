"""Short references that survive being read aloud over a bad line, in French and in English.

`G-7K4M2`: digits and letters without look-alikes (0/O, 1/I/L, 5/S, 2/Z, 8/B, 6/G) nor pairs that French and English
speakers confuse (G/J, M/N, U/V). The last character is a check that finds every single wrong character and every
swap of two neighbours, since 23 is prime: sum of (position + 1) × value ≡ 0 (mod 23).
"""

ALPHABET = "2346789ACDEFHJKMPQRTWXY"
BASE = len(ALPHABET)
PREFIX = "G-"
# Sheets of 23⁴, 23⁵, … numbers: the reference grows by one character when a sheet is full.
_SHORTEST = 4
# With the spaces and dashes between which people read it aloud.
_LONGEST_TYPED = 40
# Coprime with 23, near 23⁴ × the golden ratio: neighbours in time get references that look unlike.
_STRIDE = 172_951


def _payload(number: int) -> str:
    """The scrambled digits of a serial number (≥ 0), a bijection within each sheet."""
    length, start = _SHORTEST, 0
    while number - start >= BASE**length:
        start += BASE**length
        length += 1
    size = BASE**length
    value = ((number - start) * _STRIDE + size // 3) % size
    digits = ""
    for _ in range(length):
        value, digit = divmod(value, BASE)
        digits = ALPHABET[digit] + digits
    return digits


def _check(payload: str) -> str:
    """The character that makes the weighted sum vanish; the check itself stands at weight 1."""
    total = sum((i + 2) * ALPHABET.index(c) for i, c in enumerate(reversed(payload)))
    return ALPHABET[-total % BASE]


def reference(number: int, *, prefix: str = PREFIX) -> str:
    """The public reference of serial `number` (≥ 0). `prefix` tells kinds apart; one of its letters isn't ours."""
    payload = _payload(number)
    return f"{prefix}{payload}{_check(payload)}"


def begun(text: str, *, prefix: str = PREFIX) -> str:
    """How the references begin that `text` may be the beginning of ("g 7k4": "G-7K4"), "" when there is none."""
    letters = "".join(c for c in text[:_LONGEST_TYPED].upper() if c.isalnum())
    body = letters.removeprefix(prefix.rstrip("-"))
    said = letters != body or parse(text, prefix=prefix) is not None
    return prefix + body if said and 2 < len(body) <= 12 and all(c in ALPHABET for c in body) else ""


def parse(text: str, *, prefix: str = PREFIX) -> str | None:
    """The canonical reference meant by `text` ("g 7k4-m2", "G-7K4M2"), None when it can't be one."""
    letters = "".join(c for c in text.upper() if c.isalnum())
    body = letters.removeprefix(prefix.rstrip("-"))
    if not _SHORTEST < len(body) <= 12 or any(c not in ALPHABET for c in body):
        return None
    return prefix + body if _check(body[:-1]) == body[-1] else None
