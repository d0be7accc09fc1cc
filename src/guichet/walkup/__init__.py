"""The walk-up counter: venues, duties, visits, appointments, the order of calling, the truth about the wait."""
