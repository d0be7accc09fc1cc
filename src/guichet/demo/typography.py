"""French typography of what the worlds say: sources are typed with plain spaces, worlds are set as they should be."""

import re
from typing import TypeVar

_BEFORE = re.compile(r" ([:;!?»])")
_AFTER = re.compile(r"« ")
_UNITS = re.compile(r"(\d) (?=(?:h|min|Go|Mo|m)\b|[%$€])")
_HOUR = re.compile(r"(\d\u00a0h) (?=\d)")

T = TypeVar("T")


def french(text: str) -> str:
    """Non-breaking spaces before : ; ! ? », after « and inside "10 h 30"; English text has none of these."""
    text = _BEFORE.sub("\u00a0\\1", text)
    text = _AFTER.sub("«\u00a0", text)
    text = _UNITS.sub("\\1\u00a0", text)
    return _HOUR.sub("\\1\u00a0", text)


def set_in_french(value: T) -> T:
    """`value` with every text in it set so; anything else as it is."""
    if isinstance(value, str):
        return french(value)  # type: ignore[return-value]
    if isinstance(value, dict):
        return {key: set_in_french(inner) for key, inner in value.items()}  # type: ignore[return-value]
    if isinstance(value, list):
        return [set_in_french(inner) for inner in value]  # type: ignore[return-value]
    # A named tuple is a thing of its own, and no list of texts.
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return tuple(set_in_french(inner) for inner in value)  # type: ignore[return-value]
    return value
