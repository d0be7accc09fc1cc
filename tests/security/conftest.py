"""The world that the tests of this folder play in."""

from copy import deepcopy

import pytest

from tests.security import stage
from tests.shared import ground

made = ground(stage.world)


@pytest.fixture
def world(made: stage.World, db: None) -> stage.World:
    return deepcopy(made)
