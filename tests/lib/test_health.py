"""What load balancers are told: asked by many at once, and by one that is to be left alone."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import psycopg

from guichet.lib.health import READY, Health


class Database:
    """Answers at once, and lets others go first."""

    async def execute(self, question: str) -> None:
        await asyncio.sleep(0)

    async def close(self) -> None:
        pass


async def connect() -> Any:
    return Database()


async def nobody() -> Any:
    raise psycopg.OperationalError("away")


async def told(health: Health) -> tuple[int, dict[str, bool]]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {}

    await health({"type": "http", "path": READY}, receive, send)
    return sent[0]["status"], json.loads(sent[1]["body"])


def test_each_of_many_is_answered() -> None:
    async def ask() -> list[tuple[int, dict[str, bool]]]:
        health = Health(connect=connect)

        # One that asks as soon as it is answered replaces the question that others still wait for.
        async def again() -> tuple[int, dict[str, bool]]:
            for _ in range(20):
                last = await told(health)
            return last

        return await asyncio.gather(*(again() for _ in range(20)))

    assert asyncio.run(ask()) == [(200, {"database": True})] * 20


def test_who_is_to_be_left_alone_says_so_whatever_the_database_does() -> None:
    health = Health(connect=nobody)
    assert asyncio.run(told(health)) == (503, {"database": False})
    health = Health(connect=connect)
    health.draining = True
    assert asyncio.run(told(health)) == (503, {"draining": True})
