from django.apps import AppConfig


class WalkupConfig(AppConfig):
    name = "guichet.walkup"
    label = "walkup"
