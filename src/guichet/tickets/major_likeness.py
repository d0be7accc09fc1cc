"""Is it this outage? Which running major incident a ticket seems to belong to, how sure that is, and by which words.

The ticket is held against what was said of each incident (its title, its tickets) with `likeness.alike`; among recent
tickets of the desk that belong to none, so that a word which everybody uses weighs little. The same category speaks for
it too. It is proposed, never done: an agent presses.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models.functions import Left
from django.utils.translation import gettext as _

from guichet.lib.bilingual import pick
from guichet.lib.text import fold
from guichet.tickets.likeness import alike
from guichet.tickets.models import MajorTicket, Ticket

# How alike for each degree of sureness. In the demo worlds an outage's own tickets, each left out in turn, have 0.22 to
# 0.30 where others were there to compare with; of the rest nothing that shares two words passes 0.11.
PERHAPS, PROBABLY, SURELY = 0.12, 0.20, 0.30
# One word in common is chance: “internet” is said of many things.
WORDS = 2
# What the same category adds, where words are shared too.
SAME_CATEGORY = 0.08
# An incident's last tickets, recent ones beside them, and how much of each is read.
_SAID, _OTHERS, _LENGTH = 60, 200, 400
_RECENT = timedelta(days=30)
_WORD = re.compile(r"\w+")
_HYPHEN = re.compile(r"(?<=\w)-(?=\w)")


@dataclass(frozen=True)
class Running:
    """A running major incident as the ticket's page knows it."""

    pk: int
    reference: str
    titles: tuple[str, ...]


@dataclass(frozen=True)
class Likely:
    """The incident that a ticket seems to belong to."""

    reference: str
    titles: tuple[str, ...]
    score: float
    shared: tuple[str, ...]

    @property
    def title(self) -> str:
        return pick(*self.titles)

    @property
    def sureness(self) -> str:
        """The name of the degree."""
        return "very_probably" if self.score >= SURELY else "probably" if self.score >= PROBABLY else "perhaps"

    @property
    def says(self) -> str:
        """How sure it is and by what, in a sentence."""
        words = {"words": ", ".join(_("“%(word)s”") % {"word": word} for word in self.shared)}
        if self.sureness == "very_probably":
            return _("Very probably: both say %(words)s.") % words
        if self.sureness == "probably":
            return _("Probably: both say %(words)s.") % words
        return _("Perhaps: both say %(words)s.") % words


def plain(text: str) -> str:
    """“Wi-Fi” is one word, and long enough to say something."""
    return _HYPHEN.sub("", text)


def written(word: str, text: str) -> str:
    """The folded `word` as `text` writes it."""
    return next((found.lower() for found in _WORD.findall(plain(text)) if fold(found) == word), word)


def guess(
    about: str, *, said: Mapping[int, Sequence[str]], others: Collection[str], alike_by_category: Collection[int] = ()
) -> tuple[int, float, tuple[str, ...]] | None:
    """(pure) Of `said`, by incident, what is most like `about`: which, how much (0 to 1) and the words; None below
    PERHAPS. `alike_by_category`: incidents whose tickets have the category of the one asked about."""
    texts: dict[int, str] = {}
    of: dict[int, int] = {}
    for incident, told in said.items():
        for text in told:
            of[len(texts)] = incident
            texts[len(texts)] = plain(text)
    for text in others:
        texts[len(texts)] = plain(text)
    best: tuple[int, float, tuple[str, ...]] | None = None
    for match in alike(plain(about), texts, most=len(texts)):
        incident = of.get(match.key, 0)
        if not incident or len(match.shared) < WORDS:
            continue
        score = min(match.score + (SAME_CATEGORY if incident in alike_by_category else 0.0), 1.0)
        if score >= PERHAPS and (best is None or score > best[1]):
            best = incident, score, match.shared
    return best


def likely(ticket: Ticket, *, running: Sequence[Running], now: datetime) -> Likely | None:
    """For a ticket of theirs that stands in none of them. No query where nothing runs, else two."""
    if not running:
        return None
    known = {one.pk: one for one in running}
    links = MajorTicket.objects.filter(major__in=known).exclude(ticket=ticket).order_by("-pk")
    text = Left("ticket__description", _LENGTH)
    rows = links.values_list("major", "ticket", "ticket__title", text, "ticket__category")
    said: dict[int, list[str]] = {one.pk: [" ".join(one.titles)] for one in running}
    categories: dict[int, set[int | None]] = {one.pk: set() for one in running}
    theirs = {ticket.pk}
    for major, other, title, description, category in rows[: _SAID * len(running)]:
        said[major].append(f"{title} {description}")
        categories[major].add(category)
        theirs.add(other)
    recent = Ticket.objects.filter(desk=ticket.desk_id, opened_at__gte=now - _RECENT).exclude(pk__in=theirs)
    others = recent.order_by("-opened_at").values_list("title", Left("description", _LENGTH))[:_OTHERS]
    same = {pk for pk, found in categories.items() if ticket.category_id and ticket.category_id in found}
    about = f"{ticket.title} {ticket.description[:_LENGTH]}"
    found = guess(about, said=said, others=[f"{title} {text}" for title, text in others], alike_by_category=same)
    if found is None:
        return None
    incident, score, shared = found
    return Likely(
        known[incident].reference, known[incident].titles, score, tuple(written(word, about) for word in shared[:4])
    )
