from django.apps import AppConfig


class ReplayConfig(AppConfig):
    name = "guichet.replay"
    label = "replay"
