from django.apps import AppConfig


class SuggestionsConfig(AppConfig):
    name = "guichet.suggestions"
    label = "suggestions"
