"""What a demo world is made of before anybody asks for help, as plain data. `founding.py` turns it into rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Pair = tuple[str, str]  # French, English


@dataclass(frozen=True)
class Place:
    """An organisation and its sites (name → address)."""

    slug: str
    name: str
    region: str
    time_zone: str
    phone: str
    sites: Mapping[str, str]
    language: str = "fr"


@dataclass(frozen=True)
class TeamPlan:
    name: str
    level: str
    is_front: bool = False
    takes_calls: bool = False
    skills: tuple[str, ...] = ()


@dataclass(frozen=True)
class CategoryPlan:
    """`parent` and `service` are keys: a parent stands before its children. `skill`: what one needs, in French."""

    key: str
    name: Pair
    icon: str
    parent: str = ""
    service: str = ""
    skill: str = ""


@dataclass(frozen=True)
class QuestionPlan:
    key: str
    label: Pair
    kind: str = "line"
    help: Pair = ("", "")
    choices: tuple[tuple[str, str, str], ...] = ()  # value, French, English
    required: bool = False
    shown_if: Mapping[str, str] | None = None


@dataclass(frozen=True)
class TypePlan:
    key: str
    name: Pair
    help: Pair
    category: str
    icon: str
    questions: tuple[QuestionPlan, ...] = ()
    kind: str = "request"


@dataclass(frozen=True)
class PolicyPlan:
    severity: str
    text: Pair
    first_answer: int
    next_news: int
    around_the_clock: bool = False
    telephone_too: bool = False
    tells_management: bool = False


@dataclass(frozen=True)
class MacroPlan:
    name: Pair
    body: Pair
    kind: str = "reply"


@dataclass(frozen=True)
class RulePlan:
    """Conditions name categories, sites, request types and organisations by key; founding puts their ids."""

    name: Pair
    team: str
    conditions: Mapping[str, tuple[str, ...]]
    live: bool = True


@dataclass(frozen=True)
class WorldPlan:
    """A desk, whom it serves and how it works."""

    key: str
    title: Pair
    place: Place
    clients: tuple[Place, ...]
    opening: list[list[list[int]]]
    # Whose public holidays the desk keeps.
    holidays: str
    # Days of every year with hours of their own: month, day, hours, name.
    special_days: tuple[tuple[int, int, list[list[int]], str], ...]
    # Calendars beside the opening hours.
    calendars: Mapping[str, list[list[list[int]]]]
    scheme: str
    skills: Mapping[str, str]
    teams: tuple[TeamPlan, ...]
    services: Mapping[str, Pair]
    categories: tuple[CategoryPlan, ...]
    types: tuple[TypePlan, ...]
    policies: tuple[PolicyPlan, ...]
    macros: tuple[MacroPlan, ...]
    rules: tuple[RulePlan, ...]
    tags: tuple[str, ...]
    matrix: Mapping[str, Mapping[str, str]] | None = None
    people: tuple[Any, ...] = ()
