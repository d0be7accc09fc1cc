"""The pages of venues: setting one up, receiving there, checking in, waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.urls import reverse

from guichet.demo import cast
from tests.e2e.page import Page, first, person
from tests.e2e.page import at_settings as _set
from tests.e2e.page import plain as _plain
from tests.e2e.world import World


def venue_pages() -> Iterator[Page]:
    here = cast.COLLEGE
    venue = first("walkup.Venue", here)
    yield Page("desk:settings:venues", "helene", _set("venues", here))
    yield Page("desk:settings:venues", "founder", _set("venues", "nouveau-depart"), "nothing-yet")
    yield Page("desk:settings:new_venue", "helene", _set("new_venue", here))
    # Those of small forms show the venue's page.
    for name in ("venue", "venue_identity", "venue_opening", "venue_rules", "venue_poster", "new_reason", "new_counter",
                 "new_device", "new_duty"):  # fmt: skip
        yield Page(f"desk:settings:{name}", "helene", _set(name, here, venue))
    for name in ("duty", "duty_dates"):
        yield Page(f"desk:settings:{name}", "helene", _set(name, here, venue, person("nadia")))
    for name in ("counter", "reason"):
        yield Page(f"desk:settings:{name}", "helene", _set(name, here, venue, part_of_venue(name)))

    yield Page("kiosk:poster_check_in", "", _at_venue("kiosk:poster_check_in"))
    yield Page("kiosk:enrol", "", _plain("kiosk:enrol"))
    # What an enrolled machine sees of it is looked at in `kiosk/`.
    yield Page("kiosk:home", "", _plain("kiosk:home"), "stranger", status=403)
    yield Page("kiosk:visit", "", _of_somebody_waiting("kiosk:visit"))
    yield Page("desk:counter_strays", "nadia", _at_venue("desk:counter_strays"), "nothing-yet")
    yield Page("desk:counter", "founder", _plain("desk:counter"), "nothing-yet")
    for name in ("counter_venue", "counter_influx", "counter_accuracy", "counter_new_visit"):
        yield Page(f"desk:{name}", "nadia", _at_venue(f"desk:{name}"))
    for name in ("visit_hold", "visit_transfer", "visit_cancellation"):
        yield Page(f"desk:{name}", "nadia", _at_visit(f"desk:{name}", "waiting"))
    yield Page("desk:visit_ending", "nadia", _at_visit("desk:visit_ending", "serving"))


def _at_venue(name: str) -> Callable[[World], str]:
    def find(world: World) -> str:
        from guichet.walkup.models import Venue

        return reverse(name, args=[Venue.objects.get(organisation__slug=cast.COLLEGE).slug])

    return find


def _at_visit(name: str, state: str) -> Callable[[World], str]:
    return lambda world: reverse(name, args=[visit_of(state)])


def visit_of(state: str) -> int:
    """The number of a visit of the college's in that state."""
    from guichet.walkup.models import Visit

    here = Visit.objects.filter(venue__organisation__slug=cast.COLLEGE, state=state)
    return here.order_by("pk").values_list("pk", flat=True)[0]


def _of_somebody_waiting(name: str) -> Callable[[World], str]:
    """Somebody's who waits."""

    def find(world: World) -> str:
        from guichet.walkup.models import Visit

        visit = Visit.objects.filter(state="waiting").last()
        assert visit is not None
        return reverse(name, args=[visit.token])

    return find


def part_of_venue(kind: str) -> Callable[[World], object]:
    """The number of the first counter, reason or device of the college's venue."""

    def find(world: World) -> object:
        from django.apps import apps

        rows = apps.get_model("walkup", kind).objects.filter(venue__organisation__slug=cast.COLLEGE)
        return rows.order_by("pk").values_list("pk", flat=True)[0]

    return find
