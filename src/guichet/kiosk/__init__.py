"""The faces of the walk-up counter: touch check-in, the waiting room’s screen, one’s place on one’s phone."""
