from django.apps import AppConfig


class LibConfig(AppConfig):
    name = "guichet.lib"
    label = "lib"
