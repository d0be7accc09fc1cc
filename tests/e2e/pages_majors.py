"""The pages of major incidents, at the desk in every state and in the portal; and the status page, which is public."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.urls import reverse
from django.utils import timezone

from guichet.demo import cast
from tests.e2e.page import Page, of_ticket, plain
from tests.e2e.world import World


def major_pages() -> Iterator[Page]:
    for show in ("running", "restored", "closed"):
        yield Page("desk:majors", "nadia", plain("desk:majors", f"?show={show}"), show)
        yield Page("desk:majors", "founder", plain("desk:majors", f"?show={show}"), f"no-{show}")
    yield Page("desk:declare", "nadia", of_ticket("desk:declare", "path"), "not-critical")
    yield Page("desk:major", "helene", _major("desk:major", "running"), "running")
    yield Page("desk:major", "nadia", _major("desk:major", "running"), "led-by-another")
    yield Page("desk:major", "christine", _major("desk:major", "restored", cast.COMPANY), "to-be-reviewed")
    yield Page("desk:major", "helene", _major("desk:major", "closed"), "closed")
    yield Page("desk:major_sent", "helene", _major("desk:major_sent", "running"))
    for name in ("news", "lead", "description", "audience", "restoration"):
        yield Page(f"desk:major_{name}", "helene", _major(f"desk:major_{name}", "running"))
    for name in ("resumption", "review", "closure"):
        yield Page(f"desk:major_{name}", "christine", _major(f"desk:major_{name}", "restored", cast.COMPANY))
    yield Page("portal:outage", "amelie", _major("portal:outage", "running"), "running")
    yield Page("portal:outage", "amelie", _major("portal:outage", "closed"), "over")
    yield Page("status", "", _standing(cast.COLLEGE), "incident")
    yield Page("status", "", _standing(cast.COMPANY), "nothing-announced")


def major_of(state: str, desk: str = cast.COLLEGE) -> str:
    """The reference of a desk's major incident in that state."""
    from guichet.tickets.models import MajorIncident

    found = MajorIncident.objects.filter(state=state, desk__slug=desk).order_by("pk").first()
    assert found is not None, state
    return found.reference


def _major(name: str, state: str, desk: str = cast.COLLEGE) -> Callable[[World], str]:
    return lambda _world: reverse(name, args=[major_of(state, desk)])


def _standing(desk: str) -> Callable[[World], str]:
    """The status page, as a job has just written it."""

    def find(_world: World) -> str:
        from guichet.portal import status

        status.write_all(now=timezone.now())
        return reverse("status", args=[desk])

    return find
