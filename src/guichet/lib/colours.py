"""Colours as people write them, and whether one can be read on the other (pure)."""

from __future__ import annotations

import re

# What WCAG 2.2 AA asks of text.
READABLE = 4.5
_HEX = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE | re.ASCII)


def hexadecimal(text: str) -> str:
    """`#0E604D`, `0e604d` and `#abc` as `#` and six digits in lower case; "" when it is no such colour."""
    found = _HEX.fullmatch(text.strip())
    if found is None:
        return ""
    digits = found[1].lower()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def contrast(one: str, other: str) -> float:
    """WCAG's contrast of two colours of six digits, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    value: float = part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
    return value
