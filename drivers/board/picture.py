"""What is known of a board, and how long that knowledge is good for. Pure: time comes in.

A retained state outlives the board that told it, and a board outlives the link that told of it. So a slot is
believed only while `status` says online, heartbeats of that same boot are fresh, and the state is of that boot too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from drivers.board.codec import Garbage, Heartbeat, StatusSaid
from drivers.board.deadline import BoardClock
from drivers.ports import DeviceStatus, Door, Health, Lock, Occupied, SlotState

MOST_SLOTS = 1000
"""No board has more; what names more slots is broken."""


@dataclass(frozen=True)
class Timing:
    """How patient the box is with a board.

    `deadline_s`: how long a command lives, on the board's clock. `margin_s`: how much longer an answer is waited for.
    `silent_after_s`: without a heartbeat for so long the board is gone (three missed of one every 2 s).
    `clock_window_s`: how long a heartbeat counts for the board's clock. `garbage_for_s`: how long garbage is shown.
    """

    deadline_s: float = 3.0
    margin_s: float = 1.0
    silent_after_s: float = 7.0
    clock_window_s: float = 120.0
    garbage_for_s: float = 60.0


class Picture:
    """One board as it last told itself."""

    def __init__(self, name: str, timing: Timing) -> None:
        self._name = name
        self._timing = timing
        self._clock = BoardClock(timing.clock_window_s)
        self._line: str | None = "not_connected"
        self._said: StatusSaid | None = None
        self._beat: Heartbeat | None = None
        self._slots: dict[str, SlotState] = {}
        self._touched: set[str] = set()
        self._told: dict[str, SlotState] = {}
        self._belief = (False, "")
        self._garbage_at_s: float | None = None
        self.garbage = 0
        """Messages that could not be understood, since the start."""

    # -- what comes in ---------------------------------------------------------------------------------------

    def line_changed(self, reason: str | None) -> None:
        """After each new link the board's status must be told again; its clock and its states keep."""
        self._line = reason
        self._said = None
        self._beat = None

    def take_status(self, said: StatusSaid) -> None:
        self._said = said

    def take_heartbeat(self, beat: Heartbeat, now_s: float) -> None:
        self._clock.heard(beat.boot, beat.up_ms, now_s)
        self._beat = beat

    def take_state(self, state: SlotState) -> None:
        """Newer wins; within one boot a state with a lower or equal `seq` is an echo. Raises `Garbage`: too many."""
        known = self._slots.get(state.slot)
        if known is None and len(self._slots) >= MOST_SLOTS:
            raise Garbage("too many slots")
        if known is None or known.boot != state.boot or known.seq < state.seq:
            self._slots[state.slot] = state
            self._touched.add(state.slot)

    def take_garbage(self, now_s: float) -> None:
        self.garbage += 1
        self._garbage_at_s = now_s

    # -- what is known ---------------------------------------------------------------------------------------

    @property
    def boot(self) -> str:
        """The boot that the board's status names; "" while it is not said to be online."""
        return self._said.boot if self._said is not None and self._said.online else ""

    def absence(self, now_s: float) -> str:
        """Why nothing can be sent to the board now; "" when it is there.

        `line_…`: no broker. `not_seen`: nothing heard on this link yet. `gone`: its own goodbye or its will.
        `restarting`: status and heartbeat name different boots. `silent`: heartbeats have stopped.
        """
        if self._line is not None:
            return f"line_{self._line}"
        if self._said is not None and not self._said.online:
            return "gone"
        if self._said is None or self._beat is None:
            return "not_seen"
        if self._beat.boot != self._said.boot:
            return "restarting"
        return "silent" if now_s >= self._fresh_until_s() else ""

    def status(self, now_s: float) -> DeviceStatus:
        absence = self.absence(now_s)
        if absence:
            return DeviceStatus(self._name, Health.OFFLINE, absence)
        if self._garbage_at_s is not None and now_s < self._garbage_at_s + self._timing.garbage_for_s:
            return DeviceStatus(self._name, Health.DEGRADED, "garbage")
        return DeviceStatus(self._name, Health.ONLINE)

    def slots(self, now_s: float) -> dict[str, SlotState]:
        belief = (self.absence(now_s) == "", self.boot)
        return {slot: self._as_believed(state, belief) for slot, state in self._slots.items()}

    def changed_slots(self, now_s: float) -> list[SlotState]:
        """The slots that look different from when this was last asked. Usually one; all, when belief comes or goes."""
        belief = (self.absence(now_s) == "", self.boot)
        slots = self._slots if belief != self._belief else self._touched
        self._belief = belief
        seen = {slot: self._as_believed(self._slots[slot], belief) for slot in slots}
        changed = [state for slot, state in seen.items() if not _alike(state, self._told.get(slot))]
        self._told.update(seen)
        self._touched.clear()
        return changed

    def deadline_up_ms(self, now_s: float) -> int | None:
        """The deadline of a command that is sent now, on the board's clock."""
        return self._clock.deadline_up_ms(self.boot, now_s + self._timing.deadline_s, now_s)

    def changes_at_s(self, now_s: float) -> float:
        """When the passing of time alone may change the picture."""
        ends = [now_s + self._timing.silent_after_s]
        if not self.absence(now_s):
            ends.append(self._fresh_until_s())
        if self._garbage_at_s is not None and now_s < self._garbage_at_s + self._timing.garbage_for_s:
            ends.append(self._garbage_at_s + self._timing.garbage_for_s)
        return min(ends)

    @staticmethod
    def _as_believed(state: SlotState, belief: tuple[bool, str]) -> SlotState:
        there, boot = belief
        return state if there and state.boot == boot else _forgotten(state)

    def _fresh_until_s(self) -> float:
        sent_at_s = self._clock.sent_at_s(self._beat.up_ms) if self._beat is not None else None
        return -1.0 if sent_at_s is None else sent_at_s + self._timing.silent_after_s


def _forgotten(state: SlotState) -> SlotState:
    return replace(state, lock=Lock.UNKNOWN, door=Door.UNKNOWN, occupied=Occupied.UNKNOWN, tag="", fault="")


def _alike(state: SlotState, other: SlotState | None) -> bool:
    """Whether two states say the same of the slot, whenever they said it."""
    return other is not None and replace(state, boot=other.boot, seq=other.seq) == other
