"""Pages by keyset: every row once, in order, whatever the directions and ties; cursors that can't be bent."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from django.core import signing
from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.lib.errors import Refused
from guichet.lib.paging import page
from guichet.people.models import Organisation
from guichet.tickets.models import Tag

pytestmark = pytest.mark.django_db
# Words with what sorts oddly: cases, accents, quotes, a comma as in the cursor's own list.
NAMES = ["a", "B", "é", "e", "z,1", 'q"', "a b", "~"]


@pytest.fixture
def places() -> list[Organisation]:
    """Rows with many ties: two names, three moments."""
    made = [
        Organisation(name=NAMES[i % 2], slug=f"p-{i}", region=("fr-CA", "fr-BE", "fr-FR")[i % 3]) for i in range(23)
    ]
    Organisation.objects.bulk_create(made)
    for i, place in enumerate(made):
        at = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=i % 3, microseconds=i % 2)
        Organisation.objects.filter(pk=place.pk).update(created_at=at)
    return list(Organisation.objects.filter(slug__startswith="p-"))


@pytest.mark.parametrize("signs", list(product(("", "-"), repeat=3)), ids="/".join)
@pytest.mark.parametrize("size", [1, 4, 23, 50])
def test_every_row_once(places: list[Organisation], signs: tuple[str, ...], size: int) -> None:
    order = (f"{signs[0]}name", f"{signs[1]}created_at", f"{signs[2]}id")
    rows = Organisation.objects.filter(slug__startswith="p-")
    seen, cursor, pages = [], "", 0
    while True:
        got = page(rows, order=order, cursor=cursor, size=size)
        seen += got.items
        pages += 1
        assert len(got.items) <= size
        if not got.next_cursor:
            break
        cursor = got.next_cursor
    assert [p.pk for p in seen] == [p.pk for p in rows.order_by(*order)]
    assert pages == -(-len(places) // size)


@settings(deadline=None, max_examples=12)
@given(st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 2)), max_size=9, unique=True), st.integers(1, 4))
def test_across_a_join(wanted: list[tuple[str, int]], size: int) -> None:
    Tag.objects.all().delete()
    owners = [Organisation.objects.get_or_create(slug=f"o-{i}", defaults={"name": NAMES[-i]})[0] for i in range(3)]
    Tag.objects.bulk_create(Tag(organisation=owners[i], name=name) for name, i in wanted)
    order = ("-organisation__name", "name", "-pk")
    seen, cursor = [], ""
    for _ in range(20):
        got = page(Tag.objects.select_related("organisation"), order=order, cursor=cursor, size=size)
        seen += [tag.pk for tag in got.items]
        cursor = got.next_cursor
        if not cursor:
            break
    assert seen == list(Tag.objects.order_by(*order).values_list("pk", flat=True))


def test_a_row_added_behind_is_not_seen_and_one_ahead_is(places: list[Organisation]) -> None:
    rows = Organisation.objects.filter(slug__startswith="p-")
    first = page(rows, order=("slug",), size=10)
    Organisation.objects.create(name="x", slug="p-")
    Organisation.objects.create(name="x", slug="p-zzz")
    rest = page(rows, order=("slug",), cursor=first.next_cursor, size=50).items
    assert rest[-1].slug == "p-zzz"
    assert not {p.pk for p in first.items} & {p.pk for p in rest}
    assert len(first.items) + len(rest) == len(places) + 1


def test_the_exact_last_page_has_no_next(places: list[Organisation]) -> None:
    rows = Organisation.objects.filter(slug__startswith="p-")
    assert page(rows, order=("id",), size=len(places)).next_cursor == ""
    assert page(rows.none(), order=("id",), size=5) == page(rows.none(), order=("id",), size=1)


def refused(cursor: str, order: tuple[str, ...] = ("name", "id")) -> None:
    with pytest.raises(Refused) as error:
        page(Organisation.objects.all(), order=order, cursor=cursor, size=2)
    assert (error.value.code, error.value.field, error.value.status) == ("bad_cursor", "cursor", 422)


def test_a_cursor_of_another_order_is_refused(places: list[Organisation]) -> None:
    cursor = page(Organisation.objects.all(), order=("name", "id"), size=2).next_cursor
    for other in (("-name", "id"), ("name", "-id"), ("name",), ("slug", "id"), ("id", "name")):
        refused(cursor, other)
    page(Organisation.objects.all(), order=("name", "id"), cursor=cursor, size=2)


def test_every_changed_character_is_noticed(places: list[Organisation]) -> None:
    cursor = page(Organisation.objects.all(), order=("name", "id"), size=2).next_cursor
    for i in range(len(cursor)):
        refused(cursor[:i] + ("A" if cursor[i] != "A" else "B") + cursor[i + 1 :])
    refused(cursor[:-1])
    refused(cursor + "A")


def test_foreign_cursors_are_refused() -> None:
    ours = signing.Signer(salt="guichet.paging")
    for cursor in ("x", ":", "a:b:c", "\x00", "é", "\ud800", "1" * 100_000, "' OR 1=1 --",
                   signing.dumps(["name,id", "a", 1]), signing.Signer().sign_object(["name,id", "a", 1]),
                   ours.sign("name,id"), ours.sign_object(7), ours.sign_object([])):  # fmt: skip
        refused(cursor)
