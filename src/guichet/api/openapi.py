"""The OpenAPI description, completed with what holds for every operation: problems, headers, scopes."""

from __future__ import annotations

from typing import Any

from guichet.api.problems import CONTENT_TYPE, Problem

_TITLES = {
    400: "The request could not be read",
    401: "No valid token",
    403: "Visible but not allowed, or the token lacks the scope",
    404: "Nothing here that the token's person may see",
    409: "The present state does not allow it, or the same request is being done right now",
    412: "Somebody changed it meanwhile (If-Match)",
    413: "Too large",
    415: "Another content type is expected",
    422: "Some of the values can't be used",
}
_ALWAYS = (400, 401, 403, 404, 422)
_WRITING = (409, 412, 413, 415)


def complete(schema: dict[str, Any]) -> dict[str, Any]:
    """Add the problems to every operation, and turn `x-scope` into its security requirement."""
    definition = Problem.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    components = schema["components"]
    components["schemas"].update(definition.pop("$defs", {}))
    components["schemas"]["Problem"] = definition
    components["responses"] = {
        str(status): {
            "description": title,
            "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, title in _TITLES.items()
    }
    for methods in schema["paths"].values():
        for method, operation in methods.items():
            scope = operation.get("x-scope")
            if scope:
                operation["security"] = [{"BearerToken": [scope]}]
            statuses = _ALWAYS if method == "get" else (*_ALWAYS, *_WRITING)
            for status in statuses:
                operation["responses"].setdefault(status, {"$ref": f"#/components/responses/{status}"})
    return schema
