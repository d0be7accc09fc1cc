"""Addresses of the living page and of the reader's preferences. Included under /ui/."""

from django.urls import path

from guichet.ui import views

app_name = "ui"

urlpatterns = [
    path("", views.living, name="living"),
    path("frames/<slug:name>/", views.frame, name="frame"),
    path("preferences", views.preferences, name="preferences"),
]
