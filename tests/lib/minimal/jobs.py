"""A job that leaves a trace in the database, and one that takes its time."""

import time

from django.db import connection

from guichet.lib.jobs import job


@job(name="minimal.note")
def note(*, text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS note (text text)")
        cursor.execute("INSERT INTO note VALUES (%s)", [text])


@job(name="minimal.slow")
def slow(*, seconds: int) -> None:
    time.sleep(seconds)
