"""One life of the board's program, from power on to power off. What outlives it lies in the flash.

A command runs only if its id is new, it is not retained, its boot is this one and its deadline has not passed; the id
is in the flash before the coil is switched on. The id is looked at first, and a refused id keeps its refusal: so
"refused" always means that no copy of this command has moved or will move anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from drivers.mqtt.link import Message
from drivers.ports import Door, Lock, Occupied, Stage
from simulators.locker.cabinet import Cabinet
from simulators.locker.flash import Flash
from simulators.locker.outbox import Outbox
from simulators.locker.sensors import Sensors
from simulators.locker.timers import Timers
from simulators.locker.wire import BoardWire, Command

VERSION = "sim-1"

DEBOUNCE_S = 0.05
"""A contact must be still for so long before it is believed; reed contacts chatter for less."""

JAM_S = 1.5
"""A door that has not opened so long after the pulse will not open by itself."""

ATTRIBUTE_S = 10.0
"""An opening so long after a pulse still counts as its effect: somebody helped a sticking door by hand."""

SENSORS_SETTLE_S = 0.5
"""After power on the inputs are not believed for so long; until then the board says `unknown`."""

RESEND_S = 10.0
"""Events that nobody acknowledged are sent again after so long, and at each new connection."""

REFUSED_KEPT = 1000


@dataclass
class _Running:
    act: str
    command: Command | None
    until_s: float


@dataclass
class _Slot:
    lock: Lock = Lock.UNKNOWN
    door: Door = Door.UNKNOWN
    occupied: Occupied = Occupied.UNKNOWN
    fault: str = ""
    running: _Running | None = None
    debounce: int | None = None


@dataclass(frozen=True)
class Board:
    """What the program finds itself soldered to."""

    wire: BoardWire
    flash: Flash
    cabinet: Cabinet
    sensors: Sensors
    now_s: Callable[[], float]
    send: Callable[[Message], None]
    out_of_service: Callable[[str], bool]
    busy: Callable[[], bool]
    power_fails: Callable[[str], bool]
    """Asked with the slot when its coil is switched on; True when the power failed right after that."""


class Firmware:
    """`coil_wait_s`: how long a lock waits for its pulse. A board that has to wait says `accepted` first."""

    def __init__(
        self, board: Board, *, boot: str, up_from_ms: int, heartbeat_s: float, coil_wait_s: float = 0.0
    ) -> None:
        self._board = board
        self.boot = boot
        self._started_s = board.now_s()
        self._up_from_ms = up_from_ms
        self._heartbeat_s = heartbeat_s
        self._coil_wait_s = coil_wait_s
        self.timers = Timers()
        self._slots = {name: _Slot() for name in board.cabinet.compartments}
        self._state_seq = 0
        self._refused: dict[str, str] = {}
        self._outbox = Outbox(board.wire, board.flash, board.send, boot)
        self._resends = False
        self._later(0, self._boot_up)
        self._later(self._heartbeat_s, self._beat)

    def up_ms(self) -> int:
        """The board's own monotonic clock."""
        return self._up_from_ms + int((self._board.now_s() - self._started_s) * 1000)

    # -- connection ------------------------------------------------------------------------------------------

    def status(self, state: str) -> Message:
        return self._board.wire.status({"state": state, "boot": self.boot, "firmware": VERSION})

    def linked(self) -> None:
        """A new connection: say all there is. The states go first, so that whoever hears `online` has the new ones."""
        self._outbox.linked = True
        for name in self._slots:
            self._tell(name)
        self._board.send(self.status("online"))
        self._send_heartbeat()
        self._resend()

    def unlinked(self) -> None:
        self._outbox.linked = False

    # -- commands --------------------------------------------------------------------------------------------

    def obey(self, command: Command) -> None:
        if command.operation == "ack":
            self._acknowledged(command.word("boot"), command.number("seq"))
        elif command.operation == "pulse":
            self._pulse(command)
        else:
            self._answer(command, command.word("id"), Stage.REJECTED, "unknown_operation")

    def _pulse(self, command: Command) -> None:
        """The id is in the flash before anything else happens, so no copy of this command can run as well."""
        act, slot = command.word("id"), command.word("slot")
        refusal = self._refusal(command, act, slot)
        if refusal:
            self._refuse(command, act, refusal)
            return
        self._board.flash.about_to_pulse(act, slot)
        if self._coil_wait_s:
            self._answer(command, act, Stage.ACCEPTED)
            self._later(self._coil_wait_s, lambda: self._fire(command, act, slot))
        else:
            self._fire(command, act, slot)

    def _refuse(self, command: Command, act: str, refusal: str) -> None:
        """A copy of a refused command gets the same answer, whatever has changed meanwhile."""
        if refusal != "duplicate" and act:
            self._refused[act] = refusal
            while len(self._refused) > REFUSED_KEPT:
                del self._refused[next(iter(self._refused))]
        self._answer(command, act, Stage.REJECTED, refusal)

    def _fire(self, command: Command, act: str, slot: str) -> None:
        if self._board.power_fails(slot):
            return
        self._board.cabinet.release(slot)
        self._answer(command, act, Stage.PULSED)
        self._pulsed(command, act, slot)

    def _refusal(self, command: Command, act: str, slot: str) -> str:
        """Why a command does not run; "" when it does."""
        if not act or command.correlation != act.encode():
            return "malformed"
        if act in self._board.flash.ran:
            return "duplicate"
        if act in self._refused:
            return self._refused[act]
        return self._refusal_now(command) or self._refusal_of_slot(slot)

    def _refusal_now(self, command: Command) -> str:
        """Whether it is meant for now: for this life of the board, at this time."""
        if command.retained:
            return "retained"
        if command.word("boot") != self.boot:
            return "stale_boot"
        pulse_up_ms = self.up_ms() + int(self._coil_wait_s * 1000)
        return "late" if pulse_up_ms > command.number("deadline_up_ms") else ""

    def _refusal_of_slot(self, slot: str) -> str:
        if slot not in self._slots:
            return "unknown_slot"
        if self._board.out_of_service(slot):
            return "out_of_service"
        return "busy" if self._board.busy() else ""

    def _pulsed(self, command: Command, act: str, slot: str) -> None:
        """The coil is on: from now on the door is watched."""
        now_s = self._board.now_s()
        state = self._slots[slot]
        state.running = _Running(act, command, now_s + ATTRIBUTE_S)
        if state.door is Door.OPEN:
            self._opened(slot, "already_open")
        else:
            self._later(JAM_S, lambda: self._judge(slot, act))

    def _judge(self, slot: str, act: str) -> None:
        """Long enough after the pulse: a door that still reads closed has jammed; one that reads nothing, who knows."""
        state = self._slots[slot]
        running = state.running
        if running is None or running.act != act or running.command is None or state.door is not Door.CLOSED:
            return
        self._answer(running.command, act, Stage.JAMMED)
        running.command = None
        self._board.flash.outcome_seen(act)
        state.fault = "jam"
        self._event("jammed", slot, act)
        self._tell(slot)

    def _opened(self, slot: str, reason: str = "") -> None:
        """Answer whoever asked for this opening; the event about it is told apart."""
        running = self._slots[slot].running
        if running is None:
            return
        self._slots[slot].running = None
        self._board.flash.outcome_seen(running.act)
        if running.command is not None:
            self._answer(running.command, running.act, Stage.OPENED, reason)

    def _answer(self, command: Command, act: str, stage: Stage, reason: str = "") -> None:
        body: dict[str, str | int] = {"id": act, "stage": stage.value}
        if reason:
            body["reason"] = reason
        self._board.send(self._board.wire.reply(command, body))

    # -- sensors ---------------------------------------------------------------------------------------------

    def edge(self, slot: str) -> None:
        """An input flipped. It is believed once it has been still for a while."""
        state = self._slots[slot]
        if state.debounce is not None:
            self.timers.off(state.debounce)
        state.debounce = self._later(DEBOUNCE_S, lambda: self._settle(slot))

    def _settle(self, slot: str) -> None:
        self._slots[slot].debounce = None
        self._read(slot)

    def _read(self, slot: str) -> None:
        """Take the inputs over into the picture; tell it first, and then what it means."""
        state = self._slots[slot]
        before = replace(state)
        state.door, state.occupied = self._board.sensors.door(slot), self._board.sensors.occupied(slot)
        state.fault = self._fault_of(slot, state)
        if state.door is not Door.UNKNOWN:
            state.lock = Lock.UNLOCKED if state.door is Door.OPEN else Lock.LOCKED
        self._tell(slot)
        if state.fault != before.fault:
            self._event("fault" if state.fault else "fault_cleared", slot, "", state.fault or before.fault)
        if state.door is not before.door:
            self._door_changed(slot, before.door, state)
        if state.occupied is not before.occupied and before.occupied is not Occupied.UNKNOWN:
            self._event("occupied" if state.occupied is Occupied.YES else "emptied", slot, "")

    def _fault_of(self, slot: str, state: _Slot) -> str:
        if self._board.out_of_service(slot):
            return "out_of_service"
        if state.door is Door.UNKNOWN:
            return "sensors_disagree"
        return "jam" if state.fault == "jam" and state.door is Door.CLOSED else ""

    def _door_changed(self, slot: str, was: Door, state: _Slot) -> None:
        """An opening is the effect of the pulse before it, unless that is too long ago."""
        if state.door is Door.CLOSED and was is Door.OPEN:
            self._event("closed", slot, "")
        if state.door is not Door.OPEN:
            return
        running = state.running
        if running is not None and running.until_s < self._board.now_s():
            running = state.running = None
        self._opened(slot)
        if running is not None or was is Door.CLOSED:  # from `unknown` it may have stood open all the time
            self._event("opened", slot, running.act if running else "")

    # -- start -----------------------------------------------------------------------------------------------

    def _boot_up(self) -> None:
        """Nothing is pulsed again. A pulse that the end of power cut off is told, then its door is looked at."""
        cut = dict(self._board.flash.cut)
        self._outbox.record("booted", self.up_ms())
        for act, slot in cut.items():
            if slot in self._slots:
                self._outbox.record("booted", self.up_ms(), slot=slot, cause=act, detail="pulse_cut")
                self._slots[slot].running = _Running(act, None, self._board.now_s() + SENSORS_SETTLE_S)
            self._board.flash.outcome_seen(act)
        self._later(SENSORS_SETTLE_S, self._first_look)

    def _first_look(self) -> None:
        for slot in self._slots:
            self._read(slot)

    # -- saying ----------------------------------------------------------------------------------------------

    def _beat(self) -> None:
        self._later(self._heartbeat_s, self._beat)
        self._send_heartbeat()

    def _send_heartbeat(self) -> None:
        if self._outbox.linked:
            self._board.send(self._board.wire.heartbeat({"boot": self.boot, "up_ms": self.up_ms()}))

    def _tell(self, slot: str) -> None:
        if not self._outbox.linked:
            return
        state = self._slots[slot]
        self._state_seq += 1
        body: dict[str, str | int] = {
            "seq": self._state_seq,
            "boot": self.boot,
            "lock": state.lock.value,
            "door": state.door.value,
            "occupied": state.occupied.value,
            "fault": state.fault,
        }
        self._board.send(self._board.wire.state(slot, body))

    def _event(self, kind: str, slot: str, cause: str, detail: str = "") -> None:
        """What opened, closed, came or went says with `detail` whether something lies in the cell now."""
        said = detail or self._slots[slot].occupied.value
        self._outbox.record(kind, self.up_ms(), slot=slot, cause=cause, detail=said)
        self._resend_later()

    def _acknowledged(self, boot: str, seq: int) -> None:
        if not self._outbox.acknowledged(boot, seq):
            self._resend()

    def _resend(self) -> None:
        self._outbox.send_all()
        self._resend_later()

    def _resend_later(self) -> None:
        if not self._resends and not self._outbox.is_empty:
            self._resends = True
            self._later(RESEND_S, self._resend_now)

    def _resend_now(self) -> None:
        self._resends = False
        self._resend()

    def _later(self, after_s: float, action: Callable[[], None]) -> int:
        return self.timers.at(self._board.now_s() + after_s, action)
