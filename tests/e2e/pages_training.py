"""The pages of training, at the desk and for those who take part."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.urls import reverse

from guichet.demo import cast
from tests.e2e.page import Page, plain
from tests.e2e.world import World

_POSTED, _FILE = "only takes POST", "answers with a file"
NO_PAGE: dict[str, str] = {
    "portal:session_calendar": _FILE,
    "portal:session_registration": _POSTED,
    "portal:session_withdrawal": _POSTED,
}


def training_pages() -> Iterator[Page]:
    yield Page("portal:sessions", "amelie", plain("portal:sessions"))
    yield Page("portal:sessions", "newcomer", plain("portal:sessions"), "nothing-yet")
    yield Page("portal:session", "amelie", _session("portal:session", "open"), "registered")
    yield Page("portal:session", "amelie", _session("portal:session", "held"), "held")
    yield Page("portal:session", "rachel", _session("portal:session", "open"), "offered")
    yield Page("desk:training", "helene", plain("desk:training"))
    yield Page("desk:training", "helene", plain("desk:training", "?show=past"), "past")
    yield Page("desk:training", "founder", plain("desk:training"), "nothing-yet")
    yield Page("desk:training_needs", "helene", plain("desk:training_needs"))
    yield Page("desk:training_needs", "founder", plain("desk:training_needs"), "nothing-yet")
    yield Page("desk:topics", "helene", plain("desk:topics"))
    yield Page("desk:topics", "founder", plain("desk:topics"), "nothing-yet")
    yield Page("desk:new_topic", "helene", plain("desk:new_topic"))
    yield Page("desk:topic", "helene", _of_session("desk:topic", "topic_id"))
    yield Page("desk:new_session", "helene", plain("desk:new_session"))
    yield Page("desk:session", "helene", _session("desk:session", "open"), "open")
    yield Page("desk:session", "nadia", _session("desk:session", "held"), "held")
    for name in ("editing", "cancellation", "registrations", "materials"):
        yield Page(f"desk:session_{name}", "helene", _session(f"desk:session_{name}", "open"))
    for name in ("opening", "attendance", "end"):
        yield Page(f"desk:session_{name}", "helene", _session(f"desk:session_{name}", "held"))
    yield Page("desk:session_registration_removal", "helene", _part("registration", "open"))
    yield Page("desk:session_material_removal", "helene", _part("material", "held"))


def _found(state: str) -> Any:
    """The college's first session in that state."""
    from guichet.training.models import Session

    return Session.objects.filter(desk__slug=cast.COLLEGE, state=state).order_by("pk")[0]


def _session(name: str, state: str) -> Callable[[World], str]:
    return lambda w: reverse(name, args=[_found(state).pk])


def _of_session(name: str, attribute: str) -> Callable[[World], str]:
    return lambda w: reverse(name, args=[getattr(_found("open"), attribute)])


def _part(kind: str, state: str) -> Callable[[World], str]:
    """The removal of the first registration or material of that session."""

    def find(world: World) -> str:
        session = _found(state)
        row = getattr(session, f"{kind}s").order_by("pk")[0]
        return reverse(f"desk:session_{kind}_removal", args=[session.pk, row.pk])

    return find
