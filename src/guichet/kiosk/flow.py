"""Which step somebody at a kiosk is at: all of it travels in the form, so that the machine remembers nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from guichet.lib.text import one_line
from guichet.walkup.models import Reason, Venue
from guichet.walkup.reasons import Tree

LANGUAGES = ("fr", "en")
# Ways in that ask for a line of text, in the order in which they are offered; `none` asks for nothing.
TYPED_WAYS = ("badge", "name", "email", "appointment")
TYPED_LIMIT = 254
STEPS = ("start", "who", "reasons")


@dataclass(frozen=True, kw_only=True)
class Flow:
    """What was chosen and typed so far."""

    language: str = "fr"
    way: str = ""
    typed: str = ""
    # The picture that was touched last.
    reason: int | None = None
    key: str = ""
    low: bool = False
    # The line of text was sent, rather than not asked for yet.
    asked: bool = False
    # Shown again whatever was said: the language was changed, or somebody went back to it.
    shown: str = ""

    @property
    def step(self) -> str:
        if self.shown:
            return self.shown
        if not self.way:
            return "start"
        return "who" if self.way in TYPED_WAYS and not self.typed else "reasons"


def read(data: Mapping[str, str], *, language: str, venue: Venue) -> Flow:
    """The form as it was sent; what no button of ours says is left out. `language`: where the form names none."""
    chosen, stay = data.get("language", ""), data.get("stay", "")
    way, reason, at = data.get("way", ""), data.get("reason", ""), data.get("at", "")
    flow = Flow(
        language=next((one for one in (stay, chosen) if one in LANGUAGES), language),
        way=way if way in ways(venue) else "",
        typed=one_line(data.get("typed", ""))[:TYPED_LIMIT],
        reason=int(reason) if reason.isdecimal() and len(reason) < 12 else None,
        key=_key(data.get("key", "")),
        low=stay == "low" or (data.get("low", "") == "1" and stay != "high"),
        asked=bool(data.get("asked")),
        shown=at if stay and at in STEPS else "",
    )
    return _back(flow, data.get("back", ""))


def _key(given: str) -> str:
    """One for each check-in: sent twice by a nervous finger, it is one visit."""
    try:
        return str(UUID(given))
    except ValueError:
        return str(uuid4())


def _back(flow: Flow, to: str) -> Flow:
    if to == "start" or (to == "who" and flow.way not in TYPED_WAYS):
        return Flow(language=flow.language, low=flow.low, key=str(uuid4()))
    if to == "who":
        return replace(flow, reason=None, asked=False, shown="who")
    if to == "reasons":
        return replace(flow, reason=None, shown="reasons")
    return flow


def ways(venue: Venue) -> list[str]:
    """The ways in that this venue offers."""
    offered = ["badge", "name", "email"] if venue.walk_ins else []
    if venue.appointments:
        offered.append("appointment")
    if venue.anonymous and venue.walk_ins:
        offered.append("none")
    return offered


def offered(tree: Tree, *, below: int | None) -> list[Reason]:
    """The pictures under one of them, or the first ones."""
    return [reason for reason in tree.by_id.values() if reason.parent_id == below and reason.active]
