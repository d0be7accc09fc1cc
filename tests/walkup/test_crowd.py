"""A crowd pressed through the HTTP endpoints by several at once: in the end every visit is accounted for."""

from __future__ import annotations

import json
import os
import random
import threading
import time
from collections import Counter as Count
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from guichet.activity.models import Event
from guichet.walkup import enrolment
from guichet.walkup.models import Call, EstimateRecord, Outcome, Visit, VisitState
from tests import builders
from tests.walkup import stage

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]

# A whole day: GUICHET_CROWD=300.
COMES, KIOSKS = int(os.environ.get("GUICHET_CROWD", "36")), 2


def _in_threads(*jobs: Any) -> None:
    failed: list[BaseException] = []

    def run(job: Any) -> None:
        try:
            job()
        except BaseException as error:  # raised again below
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,), daemon=True) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(200)
    if failed:
        raise failed[0]
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"


class Hall:
    """The endpoints, as kiosks, phones and counters use them."""

    def __init__(self) -> None:
        now = timezone.now()
        self.place = stage.seated(stage.place(), now=now)
        self.machines = []
        for number in range(KIOSKS):
            _device, code = enrolment.add_device(
                venue=self.place.venue, name=f"Borne {number}", actor=self.place.helene, now=now
            )
            _device, key = enrolment.enrol(code, now=now)
            browser = Client()
            browser.cookies[enrolment.COOKIE] = key
            self.machines.append(browser)
        self.done = threading.Event()

    def arrive(self, machine: Client, *, count: int, seed: int) -> None:
        """Every third handed over twice, as a machine does that never heard the answer."""
        chance = random.Random(seed)
        for n in range(count):
            entry = {
                "key": str(uuid4()), "venue": self.place.venue.slug, "language": "fr", "way": "none", "typed": "",
                "reason": self.place.reasons[chance.choice(["password", "laptop", "outage"])].pk,
                "arrived_at": timezone.now().timestamp(), "number": "", "promised": False,
            }  # fmt: skip
            for _again in range(2 if n % 3 == 0 else 1):
                answer = machine.post("/kiosk/handover/", json.dumps([entry]), "application/json")
                assert answer.status_code == 200, answer.content
                assert answer.json()["answers"][0]["status"] == "visit", answer.json()

    def leave(self, *, seed: int) -> None:
        """Phones of people who have had enough."""
        chance = random.Random(seed)
        browser = Client()
        while not self.done.wait(0.1):
            waiting = list(Visit.objects.filter(state=VisitState.WAITING).values_list("token", flat=True))
            if len(waiting) > 4:
                assert browser.post(f"/visit/{chance.choice(waiting)}/leaving/").status_code == 302

    def serve(self, which: int, *, seed: int) -> None:
        """An agent calls, and does with people what happens to people."""
        chance = random.Random(seed)
        seat, agent = self.place.counters[which], (self.place.nadia, self.place.felix)[which]
        browser = builders.client_for(agent)
        while True:
            over = self.done.is_set()
            assert browser.post(f"/desk/counter/accueil/seats/{seat.pk}/next").status_code in {302, 204}
            mine = Visit.objects.filter(counter=seat, state=VisitState.CALLED).first()
            if mine is None:
                held = Visit.objects.filter(state=VisitState.HELD).first()
                if held is not None:
                    browser.post(f"/desk/counter/visits/{held.pk}/release")
                elif over:
                    return
                else:
                    time.sleep(0.05)
                continue
            self._receive(browser, mine, chance)

    def _receive(self, browser: Client, visit: Visit, chance: random.Random) -> None:
        def post(verb: str, **data: Any) -> None:
            answer = browser.post(f"/desk/counter/visits/{visit.pk}/{verb}", data)
            assert answer.status_code in {302, 204, 409}, (verb, answer.status_code, answer.content[-2000:])

        luck = chance.random()
        if luck < 0.15:
            post("no-show")
        elif luck < 0.25:
            post("hold", why="Va chercher sa machine")
        elif luck < 0.35 and visit.reason_id != self.place.reasons["password"].pk:
            # Only once: the second counter serves nobody who needs equipment.
            post("transfer", reason=self.place.reasons["password"].pk, note="Autre motif")
        else:
            post("serving")
            post("ending", ending="open")
        left = Visit.objects.filter(pk=visit.pk, state__in=[VisitState.CALLED, VisitState.SERVING])
        if left.exists():
            post("ending", ending="resolved", solution="Mot de passe changé")


def test_every_visit_is_accounted_for() -> None:
    cache.clear()
    hall = Hall()

    def arrivals() -> None:
        try:
            _in_threads(
                *(lambda n=n: hall.arrive(hall.machines[n], count=COMES // KIOSKS, seed=n) for n in range(KIOSKS))
            )
        finally:
            hall.done.set()

    _in_threads(arrivals, lambda: hall.leave(seed=7), *(lambda n=n: hall.serve(n, seed=20 + n) for n in (0, 1)))
    visits = list(Visit.objects.select_related("ticket"))
    assert len(visits) == COMES  # those handed over twice are one
    assert {visit.state for visit in visits} == {VisitState.ENDED}
    outcomes = Count(visit.outcome for visit in visits)
    assert sum(outcomes.values()) == COMES and set(outcomes) <= set(Outcome.values)
    assert outcomes[Outcome.SERVED] and outcomes[Outcome.NO_SHOW]
    # Each has its number and its ticket, and its story has one beginning and one end.
    assert len({visit.number for visit in visits}) == len({visit.ticket_id for visit in visits}) == COMES
    ends = ("visit.served", "visit.no_show", "visit.abandoned", "visit.cancelled")
    for visit in visits:
        story = list(
            Event.objects.filter(subject_type="ticket", subject_id=visit.ticket_id).values_list("verb", flat=True)
        )
        assert story.count("visit.checked_in") == 1, story
        assert sum(story.count(end) for end in ends) == 1, story
        assert story.count("visit.called") == Call.objects.filter(visit=visit).count(), story
    # Nobody was received by two at once: at one counter, who comes next was called after the one before had ended.
    for seat in hall.place.counters:
        at_counter = [v for v in visits if v.counter_id == seat.pk and v.outcome in {Outcome.SERVED, Outcome.NO_SHOW}]
        spans = sorted((v.called_at, v.ended_at) for v in at_counter if v.called_at and v.ended_at)
        assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert EstimateRecord.objects.count() == COMES
    assert not EstimateRecord.objects.filter(visit__called_at__isnull=False, waited__isnull=True).exists()
