from django.apps import AppConfig


class CalendarsConfig(AppConfig):
    name = "guichet.calendars"
    label = "calendars"
