"""What every request passes before anything reads it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, QueryDict

Handler = Callable[[HttpRequest], HttpResponse]


def clean_input(get_response: Handler) -> Handler:
    """Drop NUL bytes from query strings and refuse them in paths: PostgreSQL holds none, and no person types one."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path:
            return HttpResponseBadRequest()
        query = request.META.get("QUERY_STRING", "")
        if "%00" in query:
            # Dropping one may bring two halves of another together: "%0%000".
            while "%00" in query:
                query = query.replace("%00", "")
            request.META["QUERY_STRING"] = query
            request.GET = QueryDict(query)
        return get_response(request)

    return middleware
