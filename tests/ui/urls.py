"""The addresses that `ui` needs: its own, and the language switch that the portal gives it."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def language(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204)


urlpatterns = [path("ui/", include("guichet.ui.urls")), path("language/", language, name="language")]
