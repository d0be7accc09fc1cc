"""What every request passes before anything reads it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, QueryDict

Handler = Callable[[HttpRequest], HttpResponse]


def clean_input(get_response: Handler) -> Handler:
    """Drop NUL bytes from query strings and refuse them in paths: PostgreSQL holds none, and no person types one."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path:
            return HttpResponseBadRequest()
        if "%00" in request.META.get("QUERY_STRING", ""):
            request.META["QUERY_STRING"] = request.META["QUERY_STRING"].replace("%00", "")
            request.GET = QueryDict(request.META["QUERY_STRING"])
        return get_response(request)

    return middleware
