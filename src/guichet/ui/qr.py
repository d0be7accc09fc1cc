"""QR codes as drawings: dark on white in any theme, since that is what cameras read."""

from __future__ import annotations

import segno
from django.utils.safestring import SafeString, mark_safe


def drawing(address: str) -> SafeString:
    """The code of a whole address, as an SVG that takes the size it is given."""
    code = segno.make_qr(address, error="m")
    svg = code.svg_inline(border=3, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None)
    return mark_safe(svg)  # noqa: S308 (drawn from modules; no text goes into it)
