"""What is written to the log: lines for people or for programs (GUICHET_LOG), and never what people write to us.

No text of a message or a title, no address, token or query string: who reads a log may not be who may read a ticket.
A request is named by its route, an error by its kind and where it happened; of other packages' lines, whose values
could be anything, the fixed part is kept.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import psycopg

# The request or the job that a line belongs to; "" outside of both.
within: ContextVar[str] = ContextVar("within", default="")

REQUESTS, JOBS = "guichet.request", "guichet.job"
FORMS = ("text", "json")
# Their messages name programs' parts or places, and nothing that somebody typed.
_PLAIN = (OSError, AttributeError, TypeError, NameError, ImportError, NotImplementedError, RecursionError)
_FRAMES = 30


class Lines(logging.Formatter):
    """For people: a line each, and the stack below."""

    def format(self, record: logging.LogRecord) -> str:
        fields = getattr(record, "fields", None)
        rest = "".join(f" {name}={value}" for name, value in fields.items()) if fields else ""
        mark = f" [{within.get()}]" if within.get() and not fields else ""
        line = f"{_moment(record)} {record.levelname} {record.name}: {said(record)}{rest}{mark}"
        return "\n".join([line, *stack_of(record)])


class JsonLines(logging.Formatter):
    """For programs: an object each, in one line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": _moment(record), "level": record.levelname.lower(), "logger": record.name, "message": said(record),
        }  # fmt: skip
        if within.get():
            line["id"] = within.get()
        line |= getattr(record, "fields", None) or {}
        if stack := list(stack_of(record)):
            line["stack"] = stack
        return json.dumps(line, ensure_ascii=False, default=str)


def said(record: logging.LogRecord) -> str:
    """The line's message without what people wrote."""
    if record.name.startswith(("guichet", "psycopg")):
        return record.getMessage()
    if record.name.startswith("procrastinate"):
        of: Any = getattr(record, "job", None) or {}
        action = getattr(record, "action", "") or str(record.msg).partition("%")[0]
        return f"{action} {of.get('task_name', '')} {of.get('id', '')}".strip() if isinstance(of, dict) else action
    request = getattr(record, "request", None)
    if request is not None:
        return f"{request.method} {route_of(request)} {getattr(record, 'status_code', '')}".strip()
    return str(record.msg)


def route_of(request: Any) -> str:
    """Where a request leads, without the values in its path."""
    match = getattr(request, "resolver_match", None)
    if match is not None:
        return str(match.route) or "/"
    return "static" if str(getattr(request, "path", "")).startswith("/static/") else "none"


def stack_of(record: logging.LogRecord) -> Iterator[str]:
    if not isinstance(record.exc_info, tuple):
        return
    _kind, error, trace = record.exc_info
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield from _frames(trace)
        yield _named(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        trace = error.__traceback__ if error is not None else None


def _frames(trace: TracebackType | None) -> Iterator[str]:
    for frame in traceback.extract_tb(trace, limit=-_FRAMES):
        yield f"  {frame.filename}:{frame.lineno} {frame.name}"


def _named(error: BaseException) -> str:
    """The kind of an error, with as much as says nothing of anybody."""
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    if isinstance(error, psycopg.Error):
        about = (error.sqlstate, error.diag.table_name, error.diag.constraint_name)
        return " ".join([name, *(part for part in about if part)])
    return f"{name}: {error}" if isinstance(error, _PLAIN) else name


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def configuration(*, form: str, level: str) -> dict[str, Any]:
    """For `settings.LOGGING`. Each request and job has a line where a form was asked for."""
    lines = JsonLines if form == "json" else Lines
    each = {"level": "INFO" if form else "WARNING"}
    # What they say below this is statements with their values, and jobs with theirs.
    quiet = {"level": "WARNING"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": f"{lines.__module__}.{lines.__name__}"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {REQUESTS: each, JOBS: each, "django.db.backends": quiet, "procrastinate": quiet, "aiosmtpd": quiet},
    }
