"""A text without whom and what it happened to (pure): people, addresses, telephone numbers, machines.

What is known by name goes wherever it stands, with or without accents; the rest goes by its shape. What stands for it
is in brackets, so that whoever finishes the text sees where something was taken out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from guichet.lib.text import fold

# A colleague is known by their whole name alone: a part of it may be any word.
PERSON, COLLEAGUE, ORGANISATION, PLACE, MACHINE, ADDRESS, NUMBER, TICKET = (
    "person", "colleague", "organisation", "place", "machine", "address", "number", "ticket",
)  # fmt: skip
INSTEAD: Mapping[str, Mapping[str, str]] = {
    "fr": {
        PERSON: "[une personne]", ORGANISATION: "[l’organisation]", PLACE: "[un lieu]", MACHINE: "[un appareil]",
        ADDRESS: "[une adresse]", NUMBER: "[un numéro]", TICKET: "[un ticket]",
    },
    "en": {
        PERSON: "[a person]", ORGANISATION: "[the organisation]", PLACE: "[a place]", MACHINE: "[a device]",
        ADDRESS: "[an address]", NUMBER: "[a number]", TICKET: "[a ticket]",
    },
}  # fmt: skip
# Nobody has so short a name; and longer ones are told in so many words at most.
_SHORTEST, _MOST_WORDS = 3, 12
_WORD = re.compile(r"[^\W_]+")
_BETWEEN = re.compile(r"[\s.'’_-]{1,3}")
_CIVIL = re.compile(r"(?:\b(?:Mme|Mlle|Madame|Monsieur|Mr|Mrs|Ms|Dr|Me)\.?|\bM\.)\s{1,2}$")
# Standards that are written as machines are.
_STANDARDS = r"(?!(?:UTF|SHA|ISO|IEC|WPA|CP|RJ|USB|IEEE|RFC|AES|TLS|SSL|HTTP|WIFI|COVID|DDR|PCI|HDMI|KB|PB|IM)-)"
_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (ADDRESS, re.compile(r"[^\s@<>()\[\],;:\"'«»]{1,64}@[^\s@<>()\[\],;:\"'«»]{1,200}[^\W_]")),
    (TICKET, re.compile(r"\b(?:G|PB|IM)-[2-9ACDEFHJKMPQRTWXY]{5,9}\b")),
    (MACHINE, re.compile(r"\b[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}\b|\b[0-9A-Fa-f]{4}(?:\.[0-9A-Fa-f]{4}){2}\b")),
    (ADDRESS, re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?(?![\w.]?\d)")),
    (ADDRESS, re.compile(r"(?<![\w:])(?:[0-9A-Fa-f]{1,4}:){3,7}(?::?[0-9A-Fa-f]{0,4}){1,5}(?![\w])")),
    (ADDRESS, re.compile(r"(?<![\w:])[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,5}::(?:[0-9A-Fa-f]{1,4}:?){0,6}(?!\w)")),
    (MACHINE, re.compile(r"(?<=\\\\)[\w.$-]{1,80}")),
    (MACHINE, re.compile(r"\b[\w-]{1,60}(?:\.[\w-]{1,60}){0,4}\.(?:local|lan|intra|internal|corp)\b", re.IGNORECASE)),
    (ADDRESS, re.compile(r"(?<=[\\/]home[\\/])[^\s\\/\"'<>|:*?]{1,60}|(?<=[\\/]Users[\\/])[^\s\\/\"'<>|:*?]{1,60}")),
    (ADDRESS, re.compile(r"\b(?!HK)[A-Z][A-Z0-9-]{1,14}\\[a-z][\w.-]{1,60}")),
    (NUMBER, re.compile(r"(?<![\w+])(?!\d{4}-\d{2}-\d{2})\+?\(?\d(?:[ \u00a0\u202f.()/–-]{0,2}\d){8,14}(?!\w)")),
    (NUMBER, re.compile(r"\b[2-9]\d{2}-\d{4}\b(?![\w-])")),
    (MACHINE, re.compile(
        rf"\b{_STANDARDS}[A-Z][A-Z0-9]{{1,15}}(?:-[A-Z0-9]{{1,15}}){{0,4}}-(?=[A-Z0-9]{{0,15}}\d)[A-Z0-9]{{2,16}}\b"
    )),
    (MACHINE, re.compile(r"\b(?=\w{5})(?:PC|SRV|SVR|WKS|LAPTOP|DESKTOP|IMP|PRT)[A-Z]{0,12}\d{2,6}[A-Z0-9]{0,6}\b")),
    (MACHINE, re.compile(r"\b[a-z]{2,12}(?:-[a-z0-9]{1,15}){0,4}-(?=[a-z]{0,14}\d\d)[a-z0-9]{2,16}\b")),
)  # fmt: skip

# What a word before it says it is; that word stays.
_TOLD: tuple[tuple[str, re.Pattern[str]], ...] = (
    (MACHINE, re.compile(
        r"(\b(?:(?:n(?:um[ée]ro|[°º]|o\.?) ?de )?s[ée]rie|serial(?: (?:number|no\.?))?|S/N|SN|(?:asset|service) tag)"
        r"[ \t\u00a0\u202f]{0,2}[:#=]?[ \t]{0,2})(?=[\w-]{0,24}\d)[A-Z0-9][A-Z0-9-]{3,24}\b", re.IGNORECASE
    )),
    (MACHINE, re.compile(
        r"(\b(?:nom (?:du (?:poste|pc|serveur)|de (?:la machine|l['’](?:ordinateur|appareil))|d['’]h[ôo]te)"
        r"|(?:host|computer|machine) ?name)[ \t\u00a0\u202f]{0,2}[:=][ \t]{0,2})[\w.-]{3,40}", re.IGNORECASE
    )),
    (NUMBER, re.compile(
        r"(\b(?:poste|ext\.?|extension|t[ée]l\.?|t[ée]l[ée]phone|phone|matricule|badge)"
        r"[ \t\u00a0\u202f]{0,2}(?:n[°º]|:)?[ \t]{0,2})\d{3,8}\b(?![\w.-]*\w)", re.IGNORECASE
    )),
)  # fmt: skip


@dataclass(frozen=True)
class Known:
    """Something that the text may name."""

    name: str
    kind: str = PERSON


def anonymised(text: str, known: Iterable[Known], *, language: str) -> str:
    """`text` with neutral words where it says who, where or on what."""
    instead = INSTEAD.get(language, INSTEAD["en"])
    for kind, shape in _SHAPES:
        text = shape.sub(instead[kind], text)
    for kind, told in _TOLD:
        text = told.sub(rf"\g<1>{instead[kind]}", text)
    return _without_names(text, _sequences(known), instead)


def _sequences(known: Iterable[Known]) -> dict[tuple[str, ...], str]:
    """Folded words → what they name: whole names, and of people each part that is long enough to be one."""
    found: dict[tuple[str, ...], str] = {}
    for one in known:
        words = [word.group() for word in _WORD.finditer(one.name)][:_MOST_WORDS]
        whole = tuple(fold(word) for word in words)
        if sum(map(len, whole)) >= _SHORTEST:
            found.setdefault(whole, PERSON if one.kind == COLLEAGUE else one.kind)
        if one.kind == PERSON:
            for word in words:
                if len(word) >= _SHORTEST and word[:1].isupper():
                    found.setdefault((fold(word),), PERSON)
    return found


def _without_names(text: str, names: Mapping[tuple[str, ...], str], instead: Mapping[str, str]) -> str:
    words = list(_WORD.finditer(text))
    folded = [fold(word.group()) for word in words]
    lengths = _lengths(names)
    pieces: list[str] = []
    done, n, last = 0, 0, ""
    while n < len(words):
        kind, end = "", n
        for size in lengths.get(folded[n], ()):
            found = names.get(tuple(folded[n : n + size]), "") if n + size <= len(words) else ""
            if found and _is_name(words[n : n + size], text, kind=found):
                kind, end = found, n + size
                break
        if not kind:
            n += 1
            continue
        between = text[done : words[n].start()]
        if not (kind == PERSON == last and _BETWEEN.fullmatch(between)):
            pieces += [_CIVIL.sub("", between) if kind == PERSON else between, instead[kind]]
        done, last, n = words[end - 1].end(), kind, end
    return "".join([*pieces, text[done:]])


def _lengths(names: Iterable[tuple[str, ...]]) -> dict[str, list[int]]:
    """First word → how many words the names have that begin with it, the longest first."""
    lengths: dict[str, set[int]] = {}
    for name in names:
        lengths.setdefault(name[0], set()).add(len(name))
    return {first: sorted(sizes, reverse=True) for first, sizes in lengths.items()}


def _is_name(words: Sequence[re.Match[str]], text: str, *, kind: str) -> bool:
    """They stand together; a single word of a person's name has to be capitalised."""
    if len(words) == 1:
        return kind != PERSON or words[0].group()[:1].isupper()
    return all(_BETWEEN.fullmatch(text[one.end() : next_one.start()]) for one, next_one in pairwise(words))
