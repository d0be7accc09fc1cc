"""No NUL byte gets past the door, however it is spelled."""

from urllib.parse import quote, unquote_plus

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.lib.middleware import clean_input


def passed(query: str) -> HttpRequest:
    seen: list[HttpRequest] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request)
        return HttpResponse()

    request = RequestFactory().get("/help/")
    request.META["QUERY_STRING"] = query
    assert clean_input(view)(request).status_code == 200
    return seen[0]


@settings(deadline=None, max_examples=200)
@given(st.text("%02x00a&=+", max_size=20))
def test_no_nul_in_any_parameter(query: str) -> None:
    request = passed(query)
    assert "\x00" not in unquote_plus(request.META["QUERY_STRING"])
    assert not any("\x00" in key + "".join(values) for key, values in request.GET.lists())


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("q=a%00b", "ab"),
        ("q=%0%000", ""),
        ("q=%2500", "%00"),
        ("q=%C3%A9%00", "é"),
        ("q=a+b", "a b"),
    ],
)
def test_the_rest_is_kept(query: str, value: str) -> None:
    assert passed(query).GET["q"] == value


def test_a_path_with_nul_is_refused() -> None:
    request = RequestFactory().get("/help/" + quote("a\x00b"))
    assert clean_input(lambda request: HttpResponse())(request).status_code == 400
