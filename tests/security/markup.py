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

    def __init__(self, nonce: str, *, framing: bool, styled: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.nonce = nonce
        self.framing = framing
        self.code = {"srcdoc"} if styled else {"style", "srcdoc"}
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "script" and given.get("type") != "application/json" and given.get("nonce") != self.nonce:
            self.found.append(f"<script {given}>")
        ours = self.framing and (_held(tag, given) or _asks_again(tag, given) or _forbids(tag, given))
        if (tag in _FOREIGN or (tag == "meta" and "http-equiv" in given)) and not ours:
            self.found.append(f"<{tag} {given}>")
        for name, value in given.items():
            if name.startswith(("on", "hx-on", "data-hx-")) or name in self.code:
                self.found.append(f"<{tag} {name}={value!r}>")
            bare = re.sub(r"[\x00-\x20]", "", value)
            if name in _ADDRESSES and _SCHEME.match(bare):
                self.found.append(f"<{tag} {name}={value!r}>")
            if name in _ADDRESSES and leaves(bare):
                self.found.append(f"<{tag} {name}={value!r}>")


def _held(tag: str, given: dict[str, str]) -> bool:
    """Whether it is a frame of ours in which nothing runs: held by its sandbox, and filled by this site."""
    allowed = set(given.get("sandbox", "allow-scripts").lower().split())
    ours = re.match(r"/(?![/\\])", given.get("src", "")) is not None and "srcdoc" not in given
    return tag == "iframe" and ours and not allowed & {"allow-scripts", "allow-same-origin"}


def _asks_again(tag: str, given: dict[str, str]) -> bool:
    """Whether it is a page of ours that is asked for anew after a while, and leads nowhere else."""
    return tag == "meta" and given.get("http-equiv") == "refresh" and given.get("content", "").isdecimal()


def _forbids(tag: str, given: dict[str, str]) -> bool:
    """Whether it is a policy of the page's own: it can only forbid more than the answer's header does."""
    return tag == "meta" and given.get("http-equiv") == "Content-Security-Policy"


def leaves(address: str) -> bool:
    """Whether a browser that follows `address` ends up at the attacker's: backslashes are slashes to it."""
    return "evil" in urlsplit(address.replace("\\", "/")).netloc


def runnable(page: str, *, nonce: str = "", framing: bool = False, styled: bool = False) -> list[str]:
    """Everything in `page` that a browser would run and that we didn't put there.

    `framing`: it is a page of ours, which may frame another of ours in which nothing runs. `styled`: it is a mail of
    ours, held by its sandbox; mail programs know styles in attributes only.
    """
    reader = Reader(nonce, framing=framing, styled=styled)
    reader.feed(page)
    reader.close()
    return reader.found


def is_held(policy: str) -> bool:
    """Whether a Content-Security-Policy puts its document into a sandbox in which nothing runs."""
    said = [part.split() for part in policy.split(";") if part.split()[:1] == ["sandbox"]]
    return len(said) == 1 and not {"allow-scripts", "allow-same-origin"} & set(said[0])


def nonce_of(policy: str) -> str:
    """The nonce that a Content-Security-Policy names."""
    found = re.search(r"'nonce-([^']+)'", policy)
    return found.group(1) if found else ""
