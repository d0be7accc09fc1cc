"""Schemathesis: what the API does is what its description says, whatever is sent to it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from typing import Any
from zlib import crc32

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from guichet.api.v1 import api
from guichet.api.v1.fields import Given, Shown
from guichet.config.wsgi import application
from tests.api.conftest import World

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = int(os.environ.get("GUICHET_API_EXAMPLES", "2"))
HTTP = {"get", "post", "put", "patch", "delete"}


def test_each_shape_has_a_name_of_its_own() -> None:
    """Two of one name would describe each other's answers."""
    names = Counter(shape.__name__ for base in (Shown, Given) for shape in _below(base))
    assert [name for name, count in names.items() if count > 1] == []


def _below(base: type) -> Iterator[type]:
    for shape in base.__subclasses__():
        yield shape
        yield from _below(shape)


def operations() -> list[tuple[str, str]]:
    paths = api.describe()["paths"]
    return sorted((path, method.upper()) for path in paths for method in paths[path] if method in HTTP)


def test_there_is_something_to_check() -> None:
    assert len(operations()) > 80


@pytest.fixture
def one_connection() -> Iterator[None]:
    """Outside of Django's test client a request would close the test's connection, and its transaction with it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.process
@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize(
    ("mode", "who"),
    # What is wrong is refused before anybody's rights are asked: the manager's program reaches every operation.
    [
        (GenerationMode.POSITIVE, "requester"),
        (GenerationMode.POSITIVE, "manager"),
        (GenerationMode.NEGATIVE, "manager"),
    ],
    ids=["valid-requester", "valid-manager", "invalid-manager"],
)
def test_every_operation_does_as_it_says(world: World, who: str, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_dict(without_security())
    schema.app = application
    token = getattr(world, who).token
    statuses: Counter[int] = Counter()
    wrong = []
    for path, method in operations():
        try:
            with transaction.atomic():
                statuses += tried(schema[path][method], mode=mode, token=token, known=known_values(world))
                transaction.set_rollback(True)
        except FailureGroup as group:
            wrong += [f"{method} {path}: {failure}" for failure in group.exceptions]
    assert not wrong, "\n".join(wrong)
    print(mode, who, sorted(statuses.items()))  # seen with -s
    reached = {200, 201, 404} if mode is GenerationMode.POSITIVE else {422}
    assert reached <= set(statuses), statuses


def without_security() -> dict[str, Any]:
    """The description, less how to get in: a token taken away would hide all else, and has its own tests."""
    description = deepcopy(api.describe())
    for methods in description["paths"].values():
        for operation in methods.values():
            operation.pop("security", None)
    return description


def tried(operation: Any, *, mode: GenerationMode, token: str, known: dict[str, Any]) -> Counter[int]:
    """Some requests of this operation, each answer checked; how often each status came."""
    statuses: Counter[int] = Counter()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        for name in case.path_parameters or {}:
            # Mostly something that exists, so that the operation itself is reached.
            if name in known and crc32(repr((case.body, case.query, case.path_parameters)).encode()) % 4:
                case.path_parameters[name] = known[name]
        answer = case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)
        statuses[answer.status_code] += 1

    try:
        run()
    except Unsatisfiable:
        return statuses  # nothing about it can be wrong
    return statuses


def known_values(world: World) -> dict[str, Any]:
    return {
        "reference": world.ticket.reference,
        "organisation": world.desk.organisation.pk,
        "person": world.agent.person.pk,
    }
