"""Training: topics and their sessions; who registers and who came; what is needed, and what a session changed."""

from guichet.training.models.found import Effect, Need, Verdict
from guichet.training.models.people import Attendance, Presence, Registration, Standing
from guichet.training.models.session import Material, Session, SessionState, Topic, Way

__all__ = [
    "Attendance", "Effect", "Material", "Need", "Presence", "Registration", "Session", "SessionState", "Standing",
    "Topic", "Verdict", "Way",
]  # fmt: skip
