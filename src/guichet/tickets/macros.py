"""The placeholder language of macros (pure): a fixed list of words in braces, and nothing else.

`{prenom}` and `{first_name}` are the same placeholder in both languages. Anything that isn't on the list, `{{7*7}}`
for one, is text and stays as it is.
"""

import re
from collections.abc import Mapping

# Placeholder → its French and English spellings.
PLACEHOLDERS: Mapping[str, tuple[str, str]] = {
    "requester": ("demandeur", "requester"),
    "first_name": ("prenom", "first_name"),
    "agent": ("agent", "agent"),
    "reference": ("reference", "reference"),
    "title": ("titre", "title"),
    "organisation": ("organisation", "organisation"),
    "team": ("equipe", "team"),
    "desk": ("centre", "desk"),
    "next_step": ("prochaine_etape", "next_step"),
    "due": ("echeance", "due"),
}
_SPELLINGS = {spelling: key for key, both in PLACEHOLDERS.items() for spelling in both}
_PATTERN = re.compile(r"(?<!\{)\{(" + "|".join(sorted(_SPELLINGS, key=len, reverse=True)) + r")\}(?!\})")


def fill(text: str, *, values: Mapping[str, str]) -> str:
    """`text` with each placeholder replaced once by its value; values are never read for placeholders again."""
    return _PATTERN.sub(lambda match: values.get(_SPELLINGS[match.group(1)], match.group(0)), text)


def used(text: str) -> list[str]:
    """The placeholders in `text`, in order of appearance, without repeats."""
    return list(dict.fromkeys(_SPELLINGS[spelling] for spelling in _PATTERN.findall(text)))
