"""Lines of the log: whole for people and programs, without what people write."""

from __future__ import annotations

import json
import logging
from io import StringIO
from typing import Any

import psycopg
import pytest

from guichet.lib import logs


def written(form: type[logging.Formatter], record: logging.LogRecord) -> str:
    out = StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(form())
    handler.handle(record)
    return out.getvalue()


def record(
    name: str, message: str, *values: Any, error: BaseException | None = None, **extra: Any
) -> logging.LogRecord:
    made = logging.LogRecord(
        name,
        logging.WARNING,
        __file__,
        1,
        message,
        values,
        (type(error), error, error.__traceback__) if error else None,
    )
    made.__dict__.update(extra)
    return made


def raised(error: BaseException) -> BaseException:
    try:
        raise error
    except BaseException as caught:
        return caught


def test_ours_is_told_whole_and_others_without_their_values() -> None:
    assert logs.said(record("guichet.lib.live", "Lost %s", "it")) == "Lost it"
    assert logs.said(record("axes.attempts", "Repeated failure by %s", "marie@x.example")) == "Repeated failure by %s"
    job = {"id": 7, "task_name": "tickets.wake_due", "call_string": "wake_due(text='secret')"}
    said = logs.said(
        record("procrastinate.worker", "Job %s ended", "wake_due(text='secret')", job=job, action="job_error")
    )
    assert said == "job_error tickets.wake_due 7"


def test_a_line_for_programs_is_one_object() -> None:
    given = record(logs.REQUESTS, "request", fields={"route": "help/", "status": 200, "id": "abc"})
    line = written(logs.JsonLines, given)
    assert line.count("\n") == 1
    told = json.loads(line)
    assert (told["logger"], told["level"], told["route"], told["status"]) == (
        "guichet.request",
        "warning",
        "help/",
        200,
    )
    assert told["at"].endswith("Z")
    assert "route=help/ status=200" in written(logs.Lines, given)


@pytest.mark.parametrize("form", [logs.Lines, logs.JsonLines])
def test_an_error_is_told_by_its_kind_and_place(form: type[logging.Formatter]) -> None:
    refused = psycopg.errors.UniqueViolation("Key (email)=(marie@x.example) already exists.")
    outer = ValueError("marie@x.example")
    outer.__cause__ = raised(refused)
    said = written(form, record("guichet.api", "It failed", error=raised(outer)))
    assert "marie" not in said
    assert "ValueError" in said and "UniqueViolation 23505" in said
    assert "test_logs.py" in said and "raised" in said
    assert "No space left" in written(form, record("guichet", "No", error=raised(OSError(28, "No space left"))))


def test_each_line_names_the_request_it_belongs_to() -> None:
    mark = logs.within.set("feedbeef12345678")
    try:
        assert json.loads(written(logs.JsonLines, record("guichet.api", "Hm")))["id"] == "feedbeef12345678"
        assert written(logs.Lines, record("guichet.api", "Hm")).endswith("[feedbeef12345678]\n")
    finally:
        logs.within.reset(mark)
