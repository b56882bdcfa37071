"""The steel of a locker: cells with spring doors, and what lies in them. It knows no electricity.

A latch lets go when its coil is pulsed; the spring pushes the door open; a person takes or puts something and pushes it
shut. What people cannot do (reach into a closed cell) raises `Impossible`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from edge.wall import Cell, Wall
from simulators.locker.timers import Timers

SWINGS_OPEN_S = 0.12
"""From the latch letting go to the door contact parting; springs of parcel lockers take 0.1 to 0.2 s."""

SWINGS_BACK_S = 0.3
"""A door that does not stay shut is open again after so long."""


class Impossible(Exception):
    """A person tried what cannot be done. `reason`: `unknown_slot`, `door_closed`, `full`, `empty`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass
class Compartment:
    """One cell as it is, whatever a sensor says. `item` names what lies in it, "" when it is empty.

    `pulses` counts how often its coil was switched on: what must never happen twice for one act.
    """

    cell: Cell
    open: bool = False
    item: str = ""
    jammed: bool = False
    stays_shut: bool = True
    pulses: int = 0


class Cabinet:
    """All cells. `moved(slot)` is called after each change that a sensor could see."""

    def __init__(self, wall: Wall, timers: Timers, now_s: Callable[[], float], moved: Callable[[str], None]) -> None:
        self.compartments = {cell.name: Compartment(cell) for cell in wall}
        self._timers = timers
        self._now_s = now_s
        self._moved = moved
        self.on_pulse: Callable[[str], None] = lambda _slot: None

    def at(self, slot: str) -> Compartment:
        """Raises `Impossible`."""
        try:
            return self.compartments[slot]
        except KeyError:
            raise Impossible("unknown_slot") from None

    def release(self, slot: str) -> None:
        """The coil pulses: the latch lets go, unless it is jammed, and the spring opens the door."""
        compartment = self.at(slot)
        compartment.pulses += 1
        self.on_pulse(slot)
        if not compartment.jammed:
            self._timers.at(self._now_s() + SWINGS_OPEN_S, lambda: self.swing(slot, is_open=True))

    def swing(self, slot: str, *, is_open: bool) -> None:
        compartment = self.at(slot)
        if compartment.open != is_open:
            compartment.open = is_open
            self._moved(slot)

    def close(self, slot: str) -> None:
        """A person pushes the door shut."""
        self.swing(slot, is_open=False)
        if not self.at(slot).stays_shut:
            self._timers.at(self._now_s() + SWINGS_BACK_S, lambda: self.swing(slot, is_open=True))

    def put(self, slot: str, item: str) -> None:
        compartment = self.at(slot)
        if not compartment.open:
            raise Impossible("door_closed")
        if compartment.item:
            raise Impossible("full")
        compartment.item = item
        self._moved(slot)

    def take(self, slot: str) -> str:
        """What lay in the cell."""
        compartment = self.at(slot)
        if not compartment.open:
            raise Impossible("door_closed")
        if not compartment.item:
            raise Impossible("empty")
        item, compartment.item = compartment.item, ""
        self._moved(slot)
        return item
