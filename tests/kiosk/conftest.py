"""A venue with a kiosk at work: an enrolled machine's browser, and one that is nobody's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any
from unittest import mock
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from guichet.walkup import enrolment
from guichet.walkup.models import Device, Venue
from tests.shared import ground
from tests.walkup import stage


@dataclass
class World:
    place: stage.Place
    device: Device
    key: str

    @property
    def venue(self) -> Venue:
        return self.place.venue

    def machine(self, **options: Any) -> Client:
        """The machine's own browser."""
        browser = Client(**options)
        browser.cookies[enrolment.COOKIE] = self.key
        return browser

    def entry(self, **fields: Any) -> dict[str, Any]:
        """A check-in as a machine hands it over."""
        return {
            "key": str(uuid4()), "venue": self.venue.slug, "language": "fr", "way": "name", "typed": "Marie Tremblay",
            "reason": self.place.reasons["password"].pk, "arrived_at": timezone.now().timestamp(), "number": "",
            "promised": False, **fields,
        }  # fmt: skip

    def hand(self, *entries: Any, browser: Client | None = None) -> list[dict[str, Any]]:
        answer = (browser or self.machine()).post("/kiosk/handover/", json.dumps(entries), "application/json")
        assert answer.status_code == 200, answer.content
        answers: list[dict[str, Any]] = answer.json()["answers"]
        return answers


def make_world() -> World:
    place = stage.seated(stage.place(), now=timezone.now())
    now = timezone.now()
    device, code = enrolment.add_device(venue=place.venue, name="Borne du hall", actor=place.helene, now=now)
    device, key = enrolment.enrol(code, now=now)
    return World(place=place, device=device, key=key)


made = ground(make_world)


@pytest.fixture
def world(made: World, db: None) -> Iterator[World]:
    cache.clear()  # what limits how often one may ask is kept there
    with mock.patch("guichet.lib.live.publish"):
        yield deepcopy(made)
