"""The settings screens: an application of their own, for their templates and their words."""

from django.apps import AppConfig


class SettingsConfig(AppConfig):
    name = "guichet.desk.settings"
    label = "desk_settings"
