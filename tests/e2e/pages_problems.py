"""The pages of problems, in every state."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.urls import reverse

from guichet.demo import cast
from tests.e2e.page import Page, plain
from tests.e2e.world import World


def problem_pages() -> Iterator[Page]:
    for show in ("open", "known", "fixed", "closed"):
        yield Page("desk:problems", "nadia", plain("desk:problems", f"?show={show}"), show)
        yield Page("desk:problems", "founder", plain("desk:problems", f"?show={show}"), f"no-{show}")
    yield Page("desk:problems", "nadia", plain("desk:problems", "?q=introuvable"), "not-found")
    for state in ("investigating", "known_error", "fixed"):
        yield Page("desk:problem", "nadia", _problem("problem", state), state)
    yield Page("desk:problem", "christine", _problem("problem", "known_error", cast.COMPANY), "expired")
    yield Page("desk:new_problem", "nadia", plain("desk:new_problem"))
    yield Page("desk:new_problem", "nadia", lambda w: f"{reverse('desk:new_problem')}?ticket={w.tickets['path']}",
               "of-a-ticket")  # fmt: skip
    verbs = (
        "subject", "owner", "cause", "cause_removal", "workaround", "workaround_removal", "fix", "article",
        "article_removal", "closure",
    )  # fmt: skip
    for name in verbs:
        yield Page(f"desk:problem_{name}", "nadia", _problem(f"problem_{name}", "known_error"))
    yield Page("desk:problem_reopening", "nadia", _problem("problem_reopening", "fixed"))
    yield Page("desk:problem_tickets", "nadia", _problem("problem_tickets", "investigating"))


# The college's problems in the order in which the demo opens them: tests that try forms change what they say.
_ORDER = ("known_error", "fixed", "investigating")


def _problem(name: str, state: str, desk: str = cast.COLLEGE) -> Callable[[World], str]:
    """A page of that desk's problem which the demo left in that state."""

    def find(world: World) -> str:
        from guichet.tickets.models import Problem

        found = Problem.objects.filter(desk__slug=desk).order_by("pk")[_ORDER.index(state)]
        return reverse(f"desk:{name}", args=[found.reference])

    return find
