"""Version 1 of the HTTP API: the operations, put together."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import path, re_path

from guichet.api import problems
from guichet.api.door import CleanParser, GuardedApi, not_found
from guichet.api.openapi import complete
from guichet.api.v1 import (
    appointments,
    article_pictures,
    articles,
    calendars,
    catalogue,
    clocks,
    contacts,
    conversation,
    desk_setup,
    ending,
    found_answers,
    influx,
    learned,
    levels,
    major_incidents,
    me,
    outages,
    places,
    policies,
    policy_applications,
    problem_records,
    promise_trials,
    resolution,
    rules,
    search,
    sent,
    story,
    suggestions,
    tickets,
    training,
    treatment,
    trees,
    venues,
    visits,
    watch,
    webhooks,
    work,
)

DESCRIPTION = """Everything that a person can do in Guichet, a program can do here, as that person and with their
rights.

Send `Authorization: Bearer gui_…` with a token from the page *API tokens*. What you may not see answers 404; what you
see but may not do, 403. Refusals are problem details (RFC 9457) and change nothing. Times are ISO 8601 with an offset.
"""


class Api(GuardedApi):
    """Its description is made once, when first asked for."""

    _description: dict[str, Any] | None = None

    def _get_urls(self) -> list[Any]:
        return [path("openapi.json", openapi, name="openapi"), *super()._get_urls(), re_path("", not_found)]

    def describe(self) -> dict[str, Any]:
        if self._description is None:
            self._description = complete(self.get_openapi_schema())
        return self._description


api = Api(
    title="Guichet",
    version="1",
    description=DESCRIPTION,
    docs_url=None,
    openapi_url=None,
    urls_namespace="api-v1",
    parser=CleanParser(),
)
problems.register(api)
for module in (
    me, tickets, conversation, treatment, clocks, resolution, ending,
    promise_trials, problem_records, story, sent, contacts, major_incidents, outages,
    places, desk_setup, calendars, policies, catalogue, rules, venues, influx, visits, appointments, watch, levels,
    found_answers,
    training,
    webhooks,
    work, policy_applications, search, learned, suggestions, trees,
):  # fmt: skip
    api.add_router("", module.router)
api.add_router("", learned.of_tickets)
for router in (articles.router, articles.of_tickets, article_pictures.router):
    api.add_router("", router)
api.add_router("", suggestions.of_desks)


def openapi(_request: HttpRequest) -> JsonResponse:
    """The description itself; it tells no secret, so anybody may read it."""
    return JsonResponse(api.describe())
