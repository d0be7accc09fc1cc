"""The world that the tests of this folder play in."""

import pytest

from tests.security import stage


@pytest.fixture
def world(db: None) -> stage.World:
    return stage.world()
