from django.apps import AppConfig


class ConnectorsConfig(AppConfig):
    name = "guichet.connectors"
    label = "connectors"
