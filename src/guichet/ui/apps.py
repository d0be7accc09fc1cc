"""The `ui` application: templates, static files and template tags shared by every audience."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "guichet.ui"
    label = "ui"
