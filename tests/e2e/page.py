"""One page of those that are looked at, and the ways to the address of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from tests.e2e.world import World


@dataclass(frozen=True)
class Page:
    """One address as one person sees it. `note` tells variants of a page apart."""

    name: str
    who: str
    address: Callable[[World], str]
    note: str = ""
    status: int = 200

    @property
    def id(self) -> str:
        return f"{self.name}{'-' if self.note else ''}{self.note}".replace(":", "-")


def of_ticket(name: str, key: str, *more: str) -> Callable[[World], str]:
    """A ticket's page; `more` names numbers of the world."""
    return lambda w: reverse(name, args=[w.tickets[key], *(w.numbers[number] for number in more)])


def plain(name: str, query: str = "", *args: object) -> Callable[[World], str]:
    return lambda w: reverse(name, args=args) + query


def at_settings(name: str, desk: str, *make: Callable[[World], object]) -> Callable[[World], str]:
    return lambda w: reverse(f"desk:settings:{name}", args=[desk, *(one(w) for one in make)])


def first(model: str, desk: str) -> Callable[[World], object]:
    """The number of the first such row at that desk."""

    def find(world: World) -> object:
        from django.apps import apps

        rows = apps.get_model(model).objects
        through = {
            "people.Level": "scheme__organisation__slug",
            "people.Organisation": "served_by__slug",
            "channels.Contact": "desk__slug",
            "tickets.Trial": "desk__slug",
            "knowledge.Tree": "desk__slug",
        }
        return rows.filter(**{through.get(model, "organisation__slug"): desk}).order_by("pk").values_list(
            "pk", flat=True)[0]  # fmt: skip

    return find


def person(key: str) -> Callable[[World], object]:
    return lambda w: w.person(key).pk
