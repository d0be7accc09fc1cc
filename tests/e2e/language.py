"""Whether a page speaks one language: no text of the other one's catalogue is to be seen."""

from __future__ import annotations

import html
import re
from functools import lru_cache
from pathlib import Path

import polib
from playwright.sync_api import Page

import guichet

# Languages are called by their own names in every language.
_AUTONYMS = {"English", "Français"}
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{\w+\}|%[sd]")
_TAG = re.compile(r"<[^>]+>")
_COLLECT = """() => {
  const seen = new Set();
  const add = (text) => { const flat = (text ?? "").replace(/\\s+/g, " ").trim(); if (flat) seen.add(flat); };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    // Words that were found are those of whoever wrote them.
    const theirs = ".markdown, .message-body, .mail-text, mark, [lang]:not(html)";
    if (!parent.closest(`script, style, template, textarea, code, ${theirs}`)) {
      add(node.data);
    }
  }
  for (const node of document.querySelectorAll("[aria-label], [title], [placeholder], [alt]")) {
    for (const name of ["aria-label", "title", "placeholder", "alt"]) add(node.getAttribute(name));
  }
  return [...seen];
}"""


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(text).replace("\u00a0", " ").replace("\u202f", " ")).strip()


@lru_cache
def _catalogue() -> tuple[dict[str, set[str]], dict[str, list[re.Pattern[str]]]]:
    """For each language its texts that the other one never says, whole or with something put in."""
    said: dict[str, set[str]] = {"en": set(), "fr": set()}
    for path in Path(guichet.__file__).parent.glob("**/locale/fr/LC_MESSAGES/django.po"):
        for entry in polib.pofile(str(path)):
            if entry.obsolete:
                continue
            said["en"] |= {entry.msgid, *([entry.msgid_plural] if entry.msgid_plural else [])}
            said["fr"] |= {entry.msgstr, *entry.msgstr_plural.values()} - {""}
    pieces = {lang: {_flat(part) for text in texts for part in _TAG.split(text)} for lang, texts in said.items()}
    own = {"en": pieces["en"] - pieces["fr"], "fr": pieces["fr"] - pieces["en"]}
    whole = {lang: {text for text in texts if not _PLACEHOLDER.search(text)} - {""} for lang, texts in own.items()}
    shapes = {
        lang: [_shape(text) for text in texts if _PLACEHOLDER.search(text) and _wordy(text)]
        for lang, texts in own.items()
    }
    return whole, shapes


def _wordy(text: str) -> bool:
    """Enough own words that nothing else could look like it."""
    return len(re.findall(r"[^\W\d]{2,}", _PLACEHOLDER.sub(" ", text))) >= 3


def _shape(text: str) -> re.Pattern[str]:
    ends = [0, *(end for match in _PLACEHOLDER.finditer(text) for end in match.span()), len(text)]
    parts = [re.escape(text[ends[i] : ends[i + 1]]) for i in range(0, len(ends), 2)]
    return re.compile(".{0,200}?".join(parts))


def strays(tab: Page, lang: str, *, names: set[str]) -> list[str]:
    """Texts of the page that belong to the other language. `names` are proper names, the same in both."""
    other = "en" if lang == "fr" else "fr"
    whole, shapes = _catalogue()
    texts = {_flat(text) for text in tab.evaluate(_COLLECT)} - _AUTONYMS - names
    return sorted(t for t in texts if t in whole[other] or any(shape.fullmatch(t) for shape in shapes[other]))
