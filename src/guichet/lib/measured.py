"""What each request and each job took: one line in the log, and figures for `/metrics`."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from procrastinate import JobContext

from guichet.lib import figures, logs

Handler = Callable[[HttpRequest], HttpResponse]
HEADER = "X-Request-ID"
_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
requests = logging.getLogger(logs.REQUESTS)
jobs = logging.getLogger(logs.JOBS)


class Spent:
    """The database's part: set around each statement of this thread's connection."""

    __slots__ = ("queries", "seconds")

    def __init__(self) -> None:
        self.queries = 0
        self.seconds = 0.0

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        began = perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.queries += 1
            self.seconds += perf_counter() - began


def observed(get_response: Handler) -> Handler:
    """Outside of all other middleware: what they refuse is told too."""

    def middleware(request: HttpRequest) -> HttpResponse:
        began, spent = perf_counter(), Spent()
        given = request.headers.get(HEADER, "")
        identity = given if _SANE.fullmatch(given) else secrets.token_hex(8)
        mark = logs.within.set(identity)
        try:
            with connection.execute_wrapper(spent):
                response = get_response(request)
            response.headers[HEADER] = identity
            _tell(request, response, seconds=perf_counter() - began, spent=spent)
        finally:
            logs.within.reset(mark)
        return response

    return middleware


def _tell(request: HttpRequest, response: HttpResponse, *, seconds: float, spent: Spent) -> None:
    route = logs.route_of(request)
    figures.requested(
        route=route, method=request.method or "", status=response.status_code, seconds=seconds,
        database=spent.seconds, queries=spent.queries,
    )  # fmt: skip
    if not requests.isEnabledFor(logging.INFO):
        return
    person = getattr(request, "person", None)
    fields = {
        "route": route, "method": request.method, "status": response.status_code, "ms": _ms(seconds),
        "database_ms": _ms(spent.seconds), "queries": spent.queries,
        "actor": getattr(person, "pk", None), "organisation": getattr(person, "organisation_id", None),
    }  # fmt: skip
    requests.info("request", extra={"fields": {**fields, "id": logs.within.get()}})


def observed_job(call_next: Callable[[], Any], context: JobContext, worker: object) -> Any:
    """The same for a job, in its thread."""
    began, spent, outcome = perf_counter(), Spent(), "failed"
    mark = logs.within.set(f"job-{context.job.id}")
    try:
        with connection.execute_wrapper(spent):
            result = call_next()
        outcome = "done"
        return result
    finally:
        _tell_job(context, outcome, seconds=perf_counter() - began, spent=spent)
        logs.within.reset(mark)


async def observed_async_job(call_next: Callable[[], Awaitable[Any]], context: JobContext, worker: object) -> Any:
    """The same for one that runs in the event loop, on the worker's own connection."""
    began, outcome = perf_counter(), "failed"
    try:
        result = await call_next()
        outcome = "done"
        return result
    finally:
        _tell_job(context, outcome, seconds=perf_counter() - began, spent=Spent())


def _tell_job(context: JobContext, outcome: str, *, seconds: float, spent: Spent) -> None:
    name = context.job.task_name
    figures.worked(name=name, outcome=outcome, seconds=seconds)
    fields = {
        "job": name, "outcome": outcome, "try": context.job.attempts + 1, "ms": _ms(seconds),
        "database_ms": _ms(spent.seconds), "queries": spent.queries, "id": f"job-{context.job.id}",
    }  # fmt: skip
    jobs.info("job", extra={"fields": fields})


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
