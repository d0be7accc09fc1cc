"""The requester's addresses. Verbs are resources: what one does to a ticket is posted to a thing of that name."""

from django.urls import URLPattern

app_name = "portal"

urlpatterns: list[URLPattern] = []
