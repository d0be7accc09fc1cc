"""The crash test in full: nothing that came in is lost or doubled, whatever is killed, and the database with it."""
