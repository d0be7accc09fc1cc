"""The rows of the walk-up counter: places, who is on duty, who came, when they were called, what they were told."""

from guichet.walkup.models.appointments import Appointment, Booking
from guichet.walkup.models.devices import Device, DeviceKind
from guichet.walkup.models.estimates import EstimateRecord
from guichet.walkup.models.forecasts import Forecast, StaffingAdvice
from guichet.walkup.models.strays import StrayCause, StrayCheckIn
from guichet.walkup.models.venues import Counter, Duty, Reason, Sitting, Venue
from guichet.walkup.models.visits import Call, CallKind, Outcome, Standing, Visit, VisitState

__all__ = [
    "Appointment",
    "Booking",
    "Call",
    "CallKind",
    "Counter",
    "Device",
    "DeviceKind",
    "Duty",
    "EstimateRecord",
    "Forecast",
    "Outcome",
    "Reason",
    "Sitting",
    "StaffingAdvice",
    "Standing",
    "StrayCause",
    "StrayCheckIn",
    "Venue",
    "Visit",
    "VisitState",
]
