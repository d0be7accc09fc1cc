"""Damaged messages: always an answer, in time, fit for the database; a few hundred here, all of them in `bench`."""

from __future__ import annotations

import json
import os
import time

import pytest

from guichet.channels.mail.reading import read
from guichet.channels.mail.report import report
from tests.channels.mail.mutator import DAMAGES, PLAIN, RICH, mutant

ALL = int(os.environ.get("GUICHET_MUTATIONS", "120"))
SECONDS_MOST = 10


def fit(value: str) -> None:
    value.encode()
    assert "\x00" not in value


@pytest.mark.parametrize("share", range(8))
def test_mutants(share: int) -> None:
    for seed in range(share, ALL, 8):
        raw = mutant(seed)
        started = time.process_time()
        said = report("x", raw)
        assert time.process_time() - started < SECONDS_MOST, seed
        fit(json.dumps(said, ensure_ascii=False))
        assert all(isinstance(each["size"], int) for each in said["attachments"])


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_each_damage(damage: object) -> None:
    import random

    for original in (PLAIN, RICH):
        for seed in range(4):
            mail = read(damage(random.Random(seed), original))
            fit(mail.subject + mail.text + mail.html + mail.new_text + mail.reason + "".join(mail.references))
            fit("".join(each.email + each.name for each in [*mail.to, *mail.cc, *mail.reply_to]))
            fit("".join(each.name + each.content_type + each.content_id for each in mail.attachments))
            fit("".join(mail.defects) + mail.message_id + "".join(mail.delivered_to))
