from django.apps import AppConfig


class WatchdogConfig(AppConfig):
    name = "guichet.watchdog"
    label = "watchdog"
