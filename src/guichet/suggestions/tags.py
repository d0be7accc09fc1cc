"""Equipment named in a text (pure): inventory-like tags, held against those that earlier tickets knew."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from guichet.lib.text import fold

# Letters and digits, perhaps in groups: PC-0231, IMP-R108, LT04532, SRV-MARCHE-02.
_TAG = re.compile(r"(?<![\w\-/.@])(?=[\w\-]*\d)(?=[\w\-]*[^\W\d_])[^\W_]{1,12}(?:-[^\W_]{1,12}){0,4}(?![\w@])")
# What looks like one and never is: versions, ticket references, error codes, rooms in words.
_NEVER = re.compile(r"g-?[0-9a-z]{5,6}|0x[0-9a-f]+|kb\d+|windows?\d+|v\d+|mp3|mp4|h264|rj45|usb\d?|office\d*|"
                    r"s[1-5]|n[0-4]|\d+(?:h|e|er|eme|go|gb|mo|mb|to|tb|kg|m|x|k|p|g)\d*")  # fmt: skip
_READ = 4_000
# So many known tags of one form make it the form of a tag.
_FORM_LEAST = 3


@dataclass(frozen=True)
class Found:
    """A tag as the past writes it (or the text, where it is new), and how many tickets knew it before."""

    tag: str
    before: int


def candidates(text: str) -> list[str]:
    """What could be a tag, in order, once each."""
    found = dict.fromkeys(_TAG.findall(text[:_READ]))
    return [word for word in found if len(word) >= 4 and not _NEVER.fullmatch(fold(word))]


def form(tag: str) -> str:
    """Its form: the letters that it begins with, then runs of letters and of digits: “IMP-R108” is imp-A9."""
    first = next((n for n, c in enumerate(tag) if not c.isalpha()), len(tag))
    signs = "".join("9" if c.isdigit() else "A" if c.isalpha() else "-" for c in tag[first:])
    return fold(tag[:first]) + re.sub(r"(.)\1+", r"\1", signs)


def key(tag: str) -> str:
    """What makes two spellings one tag."""
    return re.sub(r"[\W_]", "", fold(tag))


def find(text: str, known: Iterable[str]) -> Found | None:
    """The tag that `text` names: a known one, or one of a form that known ones have; None where none or several."""
    spelled: dict[str, Counter[str]] = {}
    for tag in known:
        spelled.setdefault(key(tag), Counter())[tag] += 1
    named = {key(word): word for word in candidates(text)}
    old = [one for one in named if one in spelled]
    if len(old) == 1:
        counted = spelled[old[0]]
        return Found(counted.most_common(1)[0][0], counted.total())
    if old:
        return None
    forms = Counter(form(counted.most_common(1)[0][0]) for counted in spelled.values())
    new = [word for word in named.values() if "-" in word and forms[form(word)] >= _FORM_LEAST]
    return Found(new[0], 0) if len(new) == 1 else None
