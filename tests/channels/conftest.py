import pytest

from tests.channels.post import Post


@pytest.fixture
def post(db: None) -> Post:
    return Post()
