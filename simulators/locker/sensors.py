"""What a board's inputs read of a cabinet: two contacts on each door, one eye in each cell, and their faults."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drivers.ports import Door, Occupied
from simulators.locker.cabinet import Cabinet
from simulators.locker.timers import Timers

BOUNCES_S = (0.004, 0.009, 0.013, 0.021, 0.028, 0.036)
"""When a bouncing contact flips after the door moved: reed contacts chatter for some tens of milliseconds."""


@dataclass
class _Faults:
    bounces: bool = False
    disagrees_at: bool | None = None
    stuck_at: bool | None = None
    inverted: bool = False
    eye_wrong: bool = False
    chattering: bool = False


class Sensors:
    """The inputs. `edge(slot)` is called at each flank, bounces included."""

    def __init__(
        self, cabinet: Cabinet, timers: Timers, now_s: Callable[[], float], edge: Callable[[str], None]
    ) -> None:
        self._cabinet = cabinet
        self._timers = timers
        self._now_s = now_s
        self._edge = edge
        self._faults = {slot: _Faults() for slot in cabinet.compartments}

    def door(self, slot: str) -> Door:
        """Both contacts must say the same; else the board cannot tell."""
        first, second = self._contacts(slot)
        if first != second:
            return Door.UNKNOWN
        return Door.OPEN if first else Door.CLOSED

    def occupied(self, slot: str) -> Occupied:
        there = self._cabinet.at(slot).item != ""
        return Occupied.YES if there != self._faults[slot].eye_wrong else Occupied.NO

    def moved(self, slot: str) -> None:
        """The door or what lies behind it moved."""
        self._edge(slot)
        if self._faults[slot].bounces:
            for after_s in BOUNCES_S:
                self._timers.at(self._now_s() + after_s, lambda: self._chatter(slot))

    def set_fault(self, name: str, slot: str, *, on: bool) -> None:
        """`name` without the device's kind."""
        faults = self._faults[slot]
        is_open = self._cabinet.at(slot).open
        if name == "sensor_bounce":
            faults.bounces = on
        elif name == "sensors_disagree":
            faults.disagrees_at = is_open if on else None
        elif name == "sensor_stuck":
            faults.stuck_at = self._contacts(slot)[0] if on else None
        elif name == "sensor_inverted":
            faults.inverted = on
        elif name == "occupied_wrong":
            faults.eye_wrong = on
        self._edge(slot)

    def _contacts(self, slot: str) -> tuple[bool, bool]:
        """Whether each of the two door contacts reads open."""
        faults = self._faults[slot]
        if faults.stuck_at is not None:
            return faults.stuck_at, faults.stuck_at
        truth = self._cabinet.at(slot).open != faults.inverted
        first = truth != faults.chattering
        return first, first if faults.disagrees_at is None else faults.disagrees_at

    def _chatter(self, slot: str) -> None:
        self._faults[slot].chattering = not self._faults[slot].chattering
        self._edge(slot)
