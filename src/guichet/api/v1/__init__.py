"""Version 1 of the HTTP API."""

from ninja import NinjaAPI

api = NinjaAPI(title="Guichet", version="1", docs_url=None, urls_namespace="api-v1")
