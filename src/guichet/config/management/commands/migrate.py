"""Django's `migrate`, for a database in which people work meanwhile."""

from typing import Any

from django.core.management.commands import migrate

from guichet.config.migrating import careful, patiently


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with careful():
            patiently(lambda: super(Command, self).handle(*args, **options))
