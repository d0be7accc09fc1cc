from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Last in INSTALLED_APPS: wires what happened to who reacts, once everything is loaded."""

    name = "guichet.config"
    label = "config"

    def ready(self) -> None:
        from guichet.config import wiring

        wiring.connect()
