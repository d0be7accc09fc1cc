"""The permission matrix of training, in the letters of `permissions.py`.

The session is for the client's people: its owner has a place in it, and its trainer is the agent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_ANYBODY, _OFFERED, _HAS_A_PLACE = "s++++++++", "s+4+44444", "s+4444444"
_AT_OWN_DESK, _OF_OWN_DESK, _ONLY_MANAGERS = "s444++44+", "s444+444+", "s4444444+"
_RUNS = ("editing", "opening", "cancellation", "attendance", "end", "registrations", "registration_removal",
         "materials", "material_removal")  # fmt: skip


def _rows(row: str, names: Iterable[str], *methods: str) -> dict[str, Mapping[str, str]]:
    return {name: dict.fromkeys(methods, row) for name in names}


PORTAL = {
    **_rows(_ANYBODY, ["sessions"], "GET"),
    **_rows(_OFFERED, ["session"], "GET"),
    **_rows(_OFFERED, ["session_registration", "session_withdrawal"], "POST"),
    **_rows(_HAS_A_PLACE, ["session_calendar"], "GET"),
}
DESK = {
    **_rows(_AT_OWN_DESK, ["training", "training_needs", "topics"], "GET"),
    **_rows(_AT_OWN_DESK, ["new_session"], "GET", "POST"),
    **_rows(_ONLY_MANAGERS, ["new_topic", "topic"], "GET", "POST"),
    **_rows(_OF_OWN_DESK, ["session"], "GET"),
    **_rows(_OF_OWN_DESK, [f"session_{verb}" for verb in _RUNS], "GET", "POST"),
}
OPERATIONS = {
    **dict.fromkeys(("list_sessions", "plan_session", "list_training_needs"), "u++++++++"),
    **dict.fromkeys(("read_session", "list_registrations", "register_for_session"), "u+4++444+"),
    **dict.fromkeys(("change_session", "set_session_state", "read_effect"), "u343+444+"),
    "withdraw_registration": "u+44+444+",
    "mark_presence": "u344+444+",
}
