"""The smallest Django project that the server can serve: its tests need no domain package."""
