"""A desk's own words in its mails: which text of its mailbox a reader gets, with its placeholders filled in.

Texts are text: words in braces that stand on the list are replaced once, nothing is evaluated, templates escape it all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from guichet.channels.models import Mailbox
from guichet.tickets import macros

# Those of the macros' placeholders that are true of every mail about a ticket; the others stay text.
PLACEHOLDERS = ("requester", "first_name", "reference", "title", "organisation", "desk")
# Stands for a value that isn't said, and goes together with the space before it. No text of ours can hold it.
_UNSAID = "\x00"
_UNSAID_WITH_SPACE = re.compile(rf"[ \u00a0\u202f]?{_UNSAID}")


def above(box: Mailbox, *, language: str, values: Mapping[str, str]) -> str:
    """What stands after the greeting; "" where the desk says nothing in this language."""
    return _filled(_in(language, box.above_fr, box.above_en), values)


def below(box: Mailbox, *, language: str, values: Mapping[str, str]) -> str:
    """What stands at the end, in place of the desk's name and telephone; "" for these."""
    return _filled(_in(language, box.below_fr, box.below_en), values)


def _in(language: str, french: str, english: str) -> str:
    """No language stands in for the other: a mail is in one."""
    return english if language.startswith("en") else french


def _filled(text: str, values: Mapping[str, str]) -> str:
    known = {key: values[key] or _UNSAID for key in PLACEHOLDERS}
    return _UNSAID_WITH_SPACE.sub("", macros.fill(text, values=known)).strip()
