"""Worlds that a module's tests share: made once, and given to each as if nobody had touched them.

A test takes a deep copy of the world, and `db`, which undoes what it writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest
from django.db import transaction

W = TypeVar("W")


def ground(build: Callable[[], W]) -> Any:
    """A fixture for a module: `build`'s world, in a transaction that ends with the module."""

    @pytest.fixture(scope="module")
    def made(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[W]:
        alone = [item.name for item in request.session.items if item.path == request.path and _transactional(item)]
        assert not alone, f"{alone} empties the tables: it needs a module without a shared world"
        with django_db_blocker.unblock(), transaction.atomic():
            yield build()
            transaction.set_rollback(True)

    return made


def _transactional(item: pytest.Item) -> bool:
    return any(mark.kwargs.get("transaction") for mark in item.iter_markers("django_db"))
