"""Django’s PostgreSQL with a gate in front of its pool: see `lib/away.py`."""
