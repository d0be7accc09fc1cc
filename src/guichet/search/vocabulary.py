"""The filters of the query line and their values, as they are said in French and in English (pure).

Each filter has one key for the code, whatever was typed: « état: », "state:", "status:" are `state`. Values that come
from a short list are brought to the code's word too; names (a place, a team, a person) stay as they were typed. Which
of these filters mean anything depends on what is searched: tickets have a severity, articles have none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta

from guichet.lib.text import fold

# Key → its spellings in French, then in English; the first of each is how we write it ourselves.
KEYS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "after": (("après", "depuis"), ("after", "since")),
    "before": (("avant",), ("before",)),
    "kind": (("type", "nature"), ("type", "kind")),
    "state": (("état", "statut"), ("state", "status")),
    "severity": (("sévérité", "gravité"), ("severity",)),
    "level": (("niveau",), ("level",)),
    "organisation": (("organisation", "client"), ("organisation", "organization", "client")),
    "site": (("site", "lieu"), ("site", "place")),
    "team": (("équipe",), ("team",)),
    "category": (("catégorie",), ("category",)),
    "service": (("service",), ("service",)),
    "channel": (("canal",), ("channel",)),
    "requester": (("de", "demandeur", "demandeuse"), ("from", "requester")),
    "agent": (("traité-par", "à", "agent", "agente"), ("handled-by", "to", "agent", "assignee")),
}
_BY_SPELLING = {fold(spelling): key for key, both in KEYS.items() for spellings in both for spelling in spellings}
DATES = frozenset({"after", "before"})

# What is typed, folded, → what the code says. « En attente » may be typed with a hyphen or between quotes.
_STATES = {
    "new": "nouveau nouvelle nouveaux nouvelles",
    "open": "ouvert ouverte ouverts ouvertes opened",
    "on_hold": "en-attente attente suspendu suspendue on-hold hold paused",
    "unsolved": "en-cours non-resolu a-traiter unresolved",
    "resolved": "resolu resolue resolus resolues solved",
    "closed": "ferme fermee fermes fermees clos close",
    "cancelled": "annule annulee annules annulees canceled",
    "draft": "brouillon brouillons drafts",
    "published": "publie publiee publies publiees",
    "archived": "archive archivee archives archivees",
    "known_error": "erreur-connue known-error",
}
_KINDS = {
    "ticket": "tickets billet billets demande demandes",
    "incident": "incidents",
    "request": "requete requetes requests",
    "message": "messages reponse reponses reply replies",
    "note": "notes",
    "hypothesis": "hypothese hypotheses",
    "attempt": "attempts tentative tentatives",
    "article": "articles document documents",
    "tree": "trees arbre arbres",
    "person": "persons people personne personnes",
    "problem": "problems probleme problemes",
    "major": "outage outages panne pannes",
    "session": "sessions formation formations training",
}
_CHANNELS = {
    "phone": "telephone tel",
    "mail": "courriel email e-mail",
    "portal": "portail",
    "kiosk": "guichet borne counter walk-up",
    "onsite": "sur-place on-site",
    "remote": "a-distance distance",
    "api": "",
}
_ONESELF = {"me": "moi moi-meme myself mine"}
_AGENTS = {**_ONESELF, "none": "aucun aucune personne nobody unassigned"}


def _spelt(words: Mapping[str, str]) -> dict[str, str]:
    return {spelling: said for said, spellings in words.items() for spelling in (said, *spellings.split())}


_VALUES = {
    "state": _spelt(_STATES),
    "kind": _spelt(_KINDS),
    "channel": _spelt(_CHANNELS),
    "requester": _spelt(_ONESELF),
    "agent": _spelt(_AGENTS),
}
_SEVERITY, _LEVEL = re.compile(r"s?([1-5])"), re.compile(r"n?([0-4])")


def key_of(spelling: str) -> str:
    """The filter that `spelling` names, "" when there is none."""
    return _BY_SPELLING.get(fold(spelling), "")


def value_of(key: str, typed: str) -> str:
    """What the code says for a typed value, "" when it can't be a value of this filter.

    Of states, kinds and channels a word that we don't know stays, folded: whoever searches may know it.
    """
    if key in DATES:
        return _day_said(typed)
    if key in ("severity", "level"):
        found = (_SEVERITY if key == "severity" else _LEVEL).fullmatch(fold(typed))
        return f"{'S' if key == 'severity' else 'N'}{found[1]}" if found else ""
    spellings = _VALUES.get(key)
    if spellings is None:
        return typed
    word = "-".join(fold(typed).split())
    return spellings.get(word) or spellings.get(word.replace("_", "-")) or (typed if "me" in spellings else word)


# ── Days ──

_ISO = re.compile(r"(\d{4})(?:-(\d\d?))?(?:-(\d\d?))?")
_DAY_FIRST = re.compile(r"(\d\d?)[/.-](\d\d?)[/.-](\d{4})")
_AGO = re.compile(r"(\d{1,4})(d|j|days?|jours?|w|sem|weeks?|semaines?|m|mois|months?|y|ans?|years?)")
_NAMED = {
    "today": "aujourd'hui aujourd’hui aujourdhui",
    "yesterday": "hier",
    "week": "semaine",
    "month": "mois",
    "year": "annee an",
}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_JOURS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_DAY_WORDS = _spelt(_NAMED) | {day: day for day in _WEEKDAYS} | dict(zip(_JOURS, _WEEKDAYS, strict=True))
_UNITS = {"d": "d", "j": "d", "w": "w", "s": "w", "m": "m", "y": "y", "a": "y"}
_LENGTHS = {"d": 1, "w": 7}


def _day_said(typed: str) -> str:
    """A day as it is kept: ISO, or a word that stays true tomorrow ("yesterday", "7d"); "" for what is no day."""
    word = fold(typed).replace(" ", "")
    if word in _DAY_WORDS:
        return _DAY_WORDS[word]
    if ago := _AGO.fullmatch(word):
        return f"{int(ago[1])}{_UNITS[ago[2][0]]}"
    if found := _DAY_FIRST.fullmatch(word):
        day, month, year = found.groups()
    elif found := _ISO.fullmatch(word):
        year, month, day = found[1], found[2] or "1", found[3] or "1"
    else:
        return ""
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""


def day(value: str, *, today: date) -> date | None:
    """The day that a filter's value means for someone whose day is `today`; None for what is no such value.

    A week, a month and a year are the running ones, from their first day; a weekday is the last one, today included.
    """
    if found := _ISO.fullmatch(value):
        year, month, of_month = (int(part or 1) for part in found.groups())
        try:
            return date(year, month, of_month)
        except ValueError:
            return None
    if ago := _AGO.fullmatch(value):
        return _ago(int(ago[1]), _UNITS[ago[2][0]], today)
    if value in _WEEKDAYS:
        return today - timedelta(days=(today.weekday() - _WEEKDAYS.index(value)) % 7)
    return {
        "today": today,
        "yesterday": today - timedelta(days=1),
        "week": today - timedelta(days=today.weekday()),
        "month": today.replace(day=1),
        "year": today.replace(month=1, day=1),
    }.get(value)


def _ago(count: int, unit: str, today: date) -> date:
    """So many days, weeks, months or years before; what lies before the calendar's first year is its first day."""
    if unit in _LENGTHS:
        days = count * _LENGTHS[unit]
        return today - timedelta(days=days) if days < today.toordinal() else date.min
    months = today.year * 12 + today.month - 1 - count * (12 if unit == "y" else 1)
    if months < 12:
        return date.min
    first = date(months // 12, months % 12 + 1, 1)
    following = date((months + 1) // 12, (months + 1) % 12 + 1, 1)
    return min(first + timedelta(days=today.day - 1), following - timedelta(days=1))
