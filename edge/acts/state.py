"""How far an act is known to have come: pure values, for rules to decide on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ActState(StrEnum):
    """How far an act is known to have come. `OPEN` and `CLOSED` are sensors' words."""

    REQUESTED = "requested"
    ACTUATED = "actuated"
    OPEN = "open"
    CLOSED = "closed"
    JAMMED = "jammed"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    SETTLED = "settled"


UNSETTLED = (ActState.REQUESTED, ActState.ACTUATED, ActState.UNKNOWN)


@dataclass(frozen=True)
class ActRow:
    """`seen` lists the observations so far, `said` what a person confirmed last, `reason` why refused or unknown."""

    act: str
    device: str
    slot: str
    purpose: str
    about: str
    actor: str
    state: ActState
    reason: str
    seen: tuple[str, ...]
    said: str
    requested_at: str
    changed_at: str

    @property
    def opened(self) -> bool:
        """Somebody knows that the door opened: a sensor, or a person at it."""
        return "opened" in self.seen or self.said == "opened"

    @property
    def last_occupied(self) -> bool | None:
        """What the cell's own sensor said last during this act; None when it saw no change."""
        return next((what == "occupied" for what in reversed(self.seen) if what in ("occupied", "emptied")), None)
