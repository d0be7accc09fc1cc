"""Reads a page as a browser would, and says what in it could run."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

_ADDRESSES = {"href", "src", "action", "formaction", "xlink:href", "data", "poster", "background"}
_FOREIGN = {"iframe", "object", "embed", "base", "math", "animate", "mglyph", "foreignobject", "portal"}
_SCHEME = re.compile(r"^[\x00-\x20]*(?:javascript|vbscript|data)[\x00-\x20]*:", re.I)


class Reader(HTMLParser):
    """Collects what could run: scripts without our nonce, handlers, addresses that are code, foreign elements."""

    def __init__(self, nonce: str) -> None:
        super().__init__(convert_charrefs=True)
        self.nonce = nonce
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "script" and given.get("type") != "application/json" and given.get("nonce") != self.nonce:
            self.found.append(f"<script {given}>")
        if tag in _FOREIGN or (tag == "meta" and "http-equiv" in given):
            self.found.append(f"<{tag} {given}>")
        for name, value in given.items():
            if name.startswith(("on", "hx-on", "data-hx-")) or name in {"style", "srcdoc"}:
                self.found.append(f"<{tag} {name}={value!r}>")
            bare = re.sub(r"[\x00-\x20]", "", value)
            if name in _ADDRESSES and _SCHEME.match(bare):
                self.found.append(f"<{tag} {name}={value!r}>")
            if name in _ADDRESSES and leaves(bare):
                self.found.append(f"<{tag} {name}={value!r}>")


def leaves(address: str) -> bool:
    """Whether a browser that follows `address` ends up at the attacker's: backslashes are slashes to it."""
    return "evil" in urlsplit(address.replace("\\", "/")).netloc


def runnable(page: str, *, nonce: str = "") -> list[str]:
    """Everything in `page` that a browser would run and that we didn't put there."""
    reader = Reader(nonce)
    reader.feed(page)
    reader.close()
    return reader.found


def nonce_of(policy: str) -> str:
    """The nonce that a Content-Security-Policy names."""
    found = re.search(r"'nonce-([^']+)'", policy)
    return found.group(1) if found else ""
