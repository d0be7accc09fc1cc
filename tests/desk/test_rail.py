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
