"""A text's words as the index keeps them (pure): split, folded, stemmed; and what a typed word may stand for there.

What is written and what is asked are cut by the same rules, so that they meet:

- words lose accents, case, elisions and endings: « l’imprimante » and « Imprimantes » are `imprim`;
- a text's small words (« le », "the") are left out;
- a word with a hyphen is kept whole and in parts: "Wi-Fi" is `wifi`, `wi`, `fi`; « mot-de-passe » is `mot`, `pass`;
- so are names with a capital in the middle, names with dots, underscores or an @, and numbers after letters:
  "KB5034441" is `kb5034441` and `5034441`; nothing that bears a digit loses an ending;
- a telephone number is its last eight digits, however it was spaced and whether or not it begins with a country.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from guichet.lib import references
from guichet.lib.text import fold
from guichet.search.lexicon import (
    AFTER_APOSTROPHE,
    AFTER_HYPHEN,
    BEFORE_APOSTROPHE,
    ENGLISH_SIGNS,
    ENGLISH_SMALL,
    FRENCH_SIGNS,
    FRENCH_SMALL,
    SAID_ALSO,
    SMALL,
)
from guichet.search.stemming import english, french

LONGEST = 60
"""Characters of a token; what is longer is cut, in what is written and in what is asked."""
LONGEST_KNOWN = 40
"""Characters of a word that may be completed or corrected."""
_SHORTEST_KNOWN, _DIGITS = 3, 4
_TELEPHONE_DIGITS, _WHOLE_NUMBER = 8, 9
_LONGEST_JOINED = 16
# Letters of a part of a word that is asked for by itself.
_TELLING = 3
# So much of a text tells its language.
_LOOKED_AT = 150

_GAP = r"[ .()/\u00a0\u202f-]"
_TELEPHONE = (
    rf"\+\d(?:{_GAP}{{0,3}}\d){{7,14}}(?!\w)"
    rf"|00\d(?:{_GAP}{{0,2}}\d){{8,13}}(?!\w)"
    rf"|0\d(?:{_GAP}?\d){{7,8}}(?![\w:])"
    r"|(?:1[ .-])?\(?\d{3}\)?[ .\u00a0\u202f-]?\d{3}[ .\u00a0\u202f-]?\d{4}(?!\w)"
)
_DATE = r"\d{1,4}(?:-\d\d?-|/\d\d?/|\.\d\d?\.)\d{1,4}(?![\w]|[./-]\d)"
_MARK = "\u0300-\u036f"
_RUN = rf"[^\W_][\w{_MARK}]*(?:[.'’ʼ@-][\w{_MARK}]+)*"
_RUNS = re.compile(rf"(?<![\w.])(?:{_DATE}|{_TELEPHONE})|{_RUN}")
_IS_TELEPHONE, _IS_DATE = re.compile(_TELEPHONE), re.compile(_DATE)
_NOT_DIGIT, _NOT_WORD, _NOT_ALNUM = re.compile(r"\D+"), re.compile(r"\W+"), re.compile(r"[\W_]")
_LETTERS_THEN_NUMBER = re.compile(r"([^\W\d_]{1,12})(\d{3,})")
_CAPITALS_INSIDE = re.compile(r"[^\W\d_]+?(?=[A-Z][a-z])|[a-z]+(?=[A-Z])|[^\W\d_]+")


def guess(text: str) -> str:
    """ "fr" or "en": the language whose own small words, or words of our trade, stand in `text` more often."""
    return "en" if _score(_RUNS.findall(text)) < 0 else "fr"


def _score(runs: list[str]) -> int:
    return sum(map(_sign, runs[:_LOOKED_AT]))


@lru_cache(maxsize=20_000)
def _sign(run: str) -> int:
    """1 for a sign of French, -1 for one of English, 0 for none."""
    word = fold(run)
    before, apostrophe, _ = _straight(word).partition("'")
    if apostrophe:
        return 1 if before in BEFORE_APOSTROPHE else -1
    if word in FRENCH_SIGNS:
        return 1
    if word in ENGLISH_SIGNS:
        return -1
    return 0 if run.isascii() else 1


def stems(text: str, *, language: str = "") -> list[str]:
    """The tokens under which `text` is found, in its order; repeats are kept.

    `language` ("fr", "en", with or without a region) is guessed where it isn't given; what could be either, as a short
    title may, is kept under its stems in both.
    """
    runs = _RUNS.findall(unicodedata.normalize("NFC", text))
    score = 0 if language else _score(runs)
    if not language and not score:
        return [token for run in runs for token in _in_both(run)]
    in_english = score < 0 or language.startswith("en")
    return [token for run in runs for token in _written(run, in_english)]


def spelt(text: str) -> list[str]:
    """The words of a text that people may begin to type, as they are written: folded, each once, no small ones."""
    runs = _RUNS.findall(unicodedata.normalize("NFC", text))
    return list(dict.fromkeys(word for run in runs for word in _spelt(run)))


def typed(text: str) -> list[str]:
    """The words that `text` asks for, all of them to be found, each in the spelling that was typed.

    Small words ask for nothing, unless nothing else was typed: then they are asked for as they stand, and found in
    texts of the other language, where they may mean something (« car », "car").
    """
    runs = _RUNS.findall(unicodedata.normalize("NFC", text))
    words = [word for run in runs for word in _cut(run)]
    telling = [word for word in words if fold(word) not in SMALL]
    return telling or words


@lru_cache(maxsize=5_000)
def asked(word: str) -> tuple[str, ...]:
    """The tokens that one typed word may stand for in the index, the likeliest first.

    Its stem in either language, itself, and the few words said for the same thing.
    """
    word = unicodedata.normalize("NFC", word)
    runs = _RUNS.findall(word)
    if len(runs) != 1:
        return tuple(dict.fromkeys(token for run in runs for token in asked(run)))
    whole, parts = _apart(runs[0])
    tokens = [french(whole), english(whole), whole] if _bends(whole) else [whole]
    if whole.isdecimal() and len(whole) >= _WHOLE_NUMBER:
        tokens.append(whole[-_TELEPHONE_DIGITS:])
    if number := _LETTERS_THEN_NUMBER.fullmatch(whole):
        tokens.append(number[2])
    if len(parts) == 2 and "-" in word and parts[0] in SMALL and len(parts[1]) >= _TELLING:
        # « Sous-réseau » is « sous réseau » too, of which only one word is kept.
        tokens += [french(parts[1]), english(parts[1])]
    for other in SAID_ALSO.get(whole) or SAID_ALSO.get(whole.removesuffix("s"), ()):
        tokens += [french(other), english(other)]
    return tuple(dict.fromkeys(token[:LONGEST] for token in tokens if token))


# How a word may go on; a half-typed word stands for the stems of these.
_GOING_ON = (
    "", "e", "er", "es", "n", "on", "ion", "ions", "xion", "sion", "tion", "ation", "ement", "ment", "nt", "t", "ant",
    "ante", "te", "re", "ser", "age", "ge", "d", "ed", "g", "ng", "ing", "r", "s", "y", "ly",
)  # fmt: skip


def begun(word: str) -> tuple[str, ...]:
    """Tokens shorter than the half-typed `word` that it may end as: « imprimant » may become `imprim`.

    They are looked for whole, beside every token that begins with the folded word.
    """
    start = fold(unicodedata.normalize("NFC", word))
    if not _bends(start) or len(start) < 4:
        return ()
    ends = (stem(start + end) for end in _GOING_ON for stem in (french, english))
    return tuple(dict.fromkeys(end for end in ends if len(end) < len(start)))


def telephone(text: str) -> str:
    """The token of a telephone number when `text` is one, "" otherwise."""
    text = text.strip()
    digits = _NOT_DIGIT.sub("", text)
    if not _WHOLE_NUMBER <= len(digits) <= 15 or not _IS_TELEPHONE.fullmatch(text) or _IS_DATE.match(text):
        return ""
    return digits[-_TELEPHONE_DIGITS:]


def spans(text: str) -> Iterator[tuple[int, int, frozenset[str]]]:
    """Where in a text (NFC) its words stand, without their elisions, and all tokens that each may be kept under."""
    for found in _RUNS.finditer(text):
        elided, length, tokens = _meant(found[0])
        start = found.start() + elided
        yield start, start + length, tokens


@lru_cache(maxsize=40_000)
def _meant(run: str) -> tuple[int, int, frozenset[str]]:
    """How many characters of a run are elided before its word, how long that is, and its tokens."""
    bare = _bare(run)
    elided = len(run) - len(bare) if _straight(run).endswith(_straight(bare)) else 0
    return elided, len(bare), frozenset({*_in_both(run), fold(bare)})


def _in_both(run: str) -> dict[str, None]:
    return dict.fromkeys(_written(run, False) + _written(run, True))


def _bends(word: str) -> bool:
    """Whether a word's ending may be one of grammar: not that of a code, a name with dots, or a reference."""
    return word.isalpha()


@lru_cache(maxsize=40_000)
def _written(run: str, in_english: bool) -> tuple[str, ...]:
    """The tokens of one run of characters of a text."""
    small, stem = (ENGLISH_SMALL, english) if in_english else (FRENCH_SMALL, french)
    whole, parts = _apart(run)
    if whole in small:
        return ()
    words = [word for word in (whole, *parts) if len(word) > 1 or word.isdecimal()]
    kept = [stem(word) if _bends(word) else word for word in words if word not in small]
    return tuple(dict.fromkeys(word[:LONGEST] for word in kept))


@lru_cache(maxsize=5_000)
def _cut(run: str) -> tuple[str, ...]:
    """The words to be asked for in one run of what was typed: itself, or its parts.

    « Haut-parleur » is asked for in parts, since many write it with a space; "Wi-Fi" has no parts worth asking for.
    """
    whole, parts = _apart(run)
    telling = len(parts) > 1 and all(len(part) >= _TELLING and part not in SMALL for part in parts)
    if whole and not (telling and whole.isalpha() and "-" in run):
        return (_bare(run),)
    return tuple(part for part in parts if len(part) > 1 or part.isdecimal())


@lru_cache(maxsize=40_000)
def _spelt(run: str) -> tuple[str, ...]:
    """Not small words, nor what has one of its own in each text: numbers, references, addresses."""
    words = (fold(word) for word in _cut(run))
    return tuple(word for word in words if word not in SMALL and _worth_knowing(word))


def _worth_knowing(word: str) -> bool:
    digits = sum(c.isdecimal() for c in word)
    return _SHORTEST_KNOWN <= len(word) <= LONGEST_KNOWN and word[0].isalpha() and digits <= _DIGITS and "@" not in word


def _bare(run: str) -> str:
    """A run without its elision: « l’imprimante » asks for « imprimante »."""
    before, apostrophe, after = _straight(run).partition("'")
    if apostrophe and fold(before) in BEFORE_APOSTROPHE:
        return _bare(after)
    return before if apostrophe and fold(after) in AFTER_APOSTROPHE else run


def _straight(run: str) -> str:
    return run.replace("’", "'").replace("ʼ", "'")


def _apart(run: str) -> tuple[str, tuple[str, ...]]:
    """A run's folded whole, "" when only the parts of it are words; and its parts."""
    if called := telephone(run):
        return called, (run,) if run.isdecimal() else ()
    if _IS_DATE.fullmatch(run):
        return run, ()
    run = _bare(run)
    word = fold(run)
    if "'" in word or "’" in word:
        return _NOT_WORD.sub("", word), ()
    if "-" in word and "@" not in word and "." not in word:
        return _hyphenated(word)
    return word, _parts(run, word)


def _parts(run: str, word: str) -> tuple[str, ...]:
    """What one may look for in a name, an address or a code besides the whole of it."""
    if _NOT_ALNUM.search(word):
        return () if word.replace(".", "").isdecimal() else tuple(_pieces(word))
    if number := _LETTERS_THEN_NUMBER.fullmatch(word):
        return (number[2],)
    if run.isascii() and not run.isupper() and run[1:] != run[1:].lower():
        parts = tuple(part.lower() for part in _CAPITALS_INSIDE.findall(run))
        return parts if len(parts) > 1 else ()
    return ()


def _hyphenated(word: str) -> tuple[str, tuple[str, ...]]:
    parts = tuple(_pieces(word))
    if references.parse(word, prefix=word.split("-", 1)[0].upper() + "-"):
        return word.replace("-", ""), parts[1:]
    joined = len(parts) == 2 and parts[1] not in AFTER_HYPHEN and len(word) <= _LONGEST_JOINED
    return (word.replace("-", "") if joined else ""), parts


def _pieces(word: str) -> list[str]:
    return [piece for piece in re.split(r"[\W_]+", word) if piece]
