"""What routing does by itself: learns how long handling takes and where tickets go, and foretells which promises will
be broken."""

from django.utils import timezone

from guichet.lib.jobs import job
from guichet.routing import forecasting, habits, learning


@job(name="routing.foretell", queueing_lock="routing.foretell")
def foretell(timestamp: int) -> int:
    """Reckon again the chance that each live ticket's nearest promise is broken: the clock went on."""
    return forecasting.foretell_all(now=timezone.now())


@job(name="routing.learn", queueing_lock="routing.learn")
def learn(timestamp: int) -> int:
    """Learn from each desk's own log how long handling takes, by category."""
    return learning.learn_all(now=timezone.now())


@job(name="routing.learn_teams", queueing_lock="routing.learn_teams")
def learn_teams(timestamp: int) -> int:
    """Learn from each desk's own solved tickets which team solves which."""
    return habits.learn_all(now=timezone.now())
