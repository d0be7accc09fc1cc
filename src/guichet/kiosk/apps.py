from django.apps import AppConfig


class KioskConfig(AppConfig):
    name = "guichet.kiosk"
    label = "kiosk"
