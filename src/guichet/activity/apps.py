from django.apps import AppConfig


class ActivityConfig(AppConfig):
    name = "guichet.activity"
    label = "activity"
