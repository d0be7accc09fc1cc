"""Laws and states that a test can reason about: nothing varies unless it is asked to."""

from dataclasses import replace

from guichet.walkup.calibration import Calibration
from guichet.walkup.laws import SLICES, CategoryLaw, Laws

STILL = (0.0,) * SLICES


def sure(minutes: dict[str, float], **more: object) -> Laws:
    """Every service of a category takes exactly so long; everybody who booked comes, on time; nobody gives up."""
    import math

    laws = Laws(
        days=100,
        services=10_000,
        categories={c: CategoryLaw(math.log(m), 0.0, STILL, 1000) for c, m in minutes.items()},
        unseen=CategoryLaw(math.log(10.0), 0.0, STILL, 0),
        within=1e-9,
        daily=1e-9,
        shows=1.0,
        punctual=(-5.0, 0.0),
        overrun=(0.0, 0.0),
        calibration=Calibration(),
    )
    return replace(laws, **more)
