"""The API's two pages for people: one's tokens, and the reference of the operations."""

from django.urls import path

from guichet.api import pages

app_name = "api"

urlpatterns = [
    path("", pages.token_list, name="tokens"),
    path("<int:number>/revocation/", pages.revoke_token, name="revoke_token"),
    path("reference/", pages.reference, name="reference"),
]
