"""Problems and major incidents share one entry of the rail; tabs lead from one to the other."""

from __future__ import annotations

import re

import pytest

from tests import builders
from tests.desk.conftest import World

pytestmark = pytest.mark.django_db
LISTS = {"/desk/problems/": "Problèmes", "/desk/major-incidents/": "Incidents majeurs"}


@pytest.mark.parametrize("address", LISTS)
def test_one_entry_and_two_tabs(world: World, address: str) -> None:
    page = world.browser.get(address).content.decode()
    rail = page[page.index('class="rail"') : page.index("</nav>")]
    assert 'href="/desk/major-incidents/"' not in rail
    assert re.search(r'href="/desk/problems/" aria-current="page"', rail)
    inside = page[page.index("<main") :]
    for other in LISTS:
        assert f'href="{other}"' in inside
    current = re.search(rf'<a[^>]*href="{address}"[^>]*aria-current="page"[^>]*>(.*?)</a>', inside, re.S)
    assert current is not None
    assert LISTS[address] in current.group(1)


def test_whoever_only_treats_what_is_handed_to_them_has_neither(world: World) -> None:
    browser = builders.client_for(builders.provider(world.desk))
    page = browser.get("/desk/").content.decode()
    assert "/desk/problems/" not in page
    assert "/desk/major-incidents/" not in page


def test_where_there_is_no_room_for_all_entries_the_others_stand_behind_one(world: World) -> None:
    """On a phone. The entries stand on the page once."""
    page = builders.client_for(builders.manager(world.desk)).get("/desk/").content.decode()
    rail = page[page.index('class="rail"') : page.index("</nav>")]
    bar, rest = rail.split('id="rail-rest"')
    entries = re.compile(r'<a class="rail-link" href="([^"]+)"')
    assert len(entries.findall(bar)) == 4 and 'popovertarget="rail-rest"' in bar and "Plus" in bar
    assert {"/desk/articles/", "/desk/settings/"} <= set(entries.findall(rest))
    assert len(entries.findall(rail)) == len(set(entries.findall(rail))) > 5
    few = builders.client_for(builders.provider(world.desk)).get("/desk/").content.decode()
    assert "rail-rest" not in few


def test_articles_and_decision_trees_lead_to_one_another(world: World) -> None:
    assert 'href="/desk/guides/"' in world.browser.get("/desk/articles/").content.decode()
    inside = world.browser.get("/desk/guides/").content.decode().split("<main")[1]
    assert 'href="/desk/articles/"' in inside
