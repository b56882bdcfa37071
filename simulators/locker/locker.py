"""A whole locker: steel, sensors, board and power switch, with its menu of faults. Pure: clock and chance come in.

What it wants to say gathers in `drain()`; when it wants to act by itself stands in `next_s()`; `tick()` lets it.
Whoever connects it to a wire calls these (see `peer.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from drivers.mqtt.link import Hello, Message
from edge.chance import Chance, new_id
from edge.clock import Clock
from edge.wall import Wall
from simulators.faults import Fault
from simulators.locker.cabinet import Cabinet, Impossible
from simulators.locker.faults import FAULTS
from simulators.locker.firmware import Board, Firmware
from simulators.locker.flash import Flash
from simulators.locker.sensors import Sensors
from simulators.locker.timers import Timers
from simulators.locker.wire import BoardWire

CLOCK_JUMP_DAYS = 30
NOISE_BYTES = 40

Snapshot = dict[str, object]


@dataclass(frozen=True)
class Label:
    """Whose board this is, how often its heart beats, and how long a lock waits for its turn at the power supply."""

    box: str
    device: str
    heartbeat_s: float = 2.0
    coil_wait_s: float = 0.0


class Locker:
    """One locker, its board switched off at first."""

    def __init__(self, label: Label, wall: Wall, flash: Flash, clock: Clock, chance: Chance) -> None:
        self.label = label
        self._wall = wall
        self._flash = flash
        self._clock = clock
        self._chance = chance
        self._wire = BoardWire(label.box, label.device)
        self._world = Timers()
        self._cabinet = Cabinet(wall, self._world, clock.mono_s, self._moved)
        self._sensors = Sensors(self._cabinet, self._world, clock.mono_s, self._edge)
        self._firmware: Firmware | None = None
        self._faults: set[tuple[str, str]] = set()
        self._out: list[Message] = []
        self._backlog: list[Message] = []
        self._linked = False
        self._listeners: list[Callable[[], None]] = []

    def listen(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Call `changed` after everything that people, time or the wire do to it; the answer takes it off again."""
        self._listeners.append(changed)
        return lambda: self._listeners.remove(changed)

    # -- people ----------------------------------------------------------------------------------------------

    def put(self, slot: str, item: str) -> None:
        """Put something into an open cell. Raises `Impossible`, like the others here."""
        self._cabinet.put(slot, item)

    def take(self, slot: str) -> str:
        """Take out what lies there."""
        return self._cabinet.take(slot)

    def close(self, slot: str) -> None:
        self._cabinet.close(slot)

    def pull(self, slot: str) -> None:
        """Pull a door open by force."""
        self._cabinet.swing(slot, is_open=True)

    def slots(self) -> tuple[str, ...]:
        return tuple(self._cabinet.compartments)

    def on_pulse(self, pulsed: Callable[[str], None]) -> None:
        """Call `pulsed(slot)` whenever a coil is switched on, by whatever command."""
        self._cabinet.on_pulse = pulsed

    def is_open(self, slot: str) -> bool:
        """The truth, whatever the sensors say."""
        return self._cabinet.at(slot).open

    def pulses(self, slot: str) -> int:
        """How often its coil was switched on, by whatever command."""
        return self._cabinet.at(slot).pulses

    # -- power -----------------------------------------------------------------------------------------------

    @property
    def powered(self) -> bool:
        return self._firmware is not None

    @property
    def boot(self) -> str:
        return self._firmware.boot if self._firmware is not None else ""

    def power_on(self) -> None:
        if self._firmware is None:
            number = self._flash.booted()
            jumped = self._take_once("locker.clock_jump_at_reboot", "")
            self._firmware = Firmware(
                self._board(),
                boot=f"{number}-{new_id(self._chance, 6)}",
                up_from_ms=1 + self._chance.below(CLOCK_JUMP_DAYS * 86_400_000) if jumped else 0,
                heartbeat_s=self.label.heartbeat_s,
                coil_wait_s=self.label.coil_wait_s,
            )
            self._changed()

    def power_off(self) -> None:
        """Everything that is not in the flash or made of steel is gone, also what was about to be said."""
        self._firmware = None
        self._out.clear()
        self._backlog.clear()
        self._changed()

    # -- faults ----------------------------------------------------------------------------------------------

    def set_fault(self, name: str, *, on: bool = True, slot: str = "") -> None:
        """Lay a fault on one slot, or on all (`slot` ""), or take it back. Raises `LookupError`, `Impossible`."""
        fault = _fault_named(name)
        slots = [slot] if slot else list(self._cabinet.compartments)
        for one in slots:
            self._cabinet.at(one)
        if fault.once and name in {"locker.door_already_open", "locker.opened_without_command"}:
            if on:
                self.pull(slots[0])
            return
        marks = {(name, one) for one in slots} if fault.per_slot else {(name, "")}
        self._faults = self._faults | marks if on else self._faults - marks
        for _, one in marks:
            self._lay(name, one, on=on)
        self._changed()

    def has_fault(self, name: str, slot: str = "") -> bool:
        return (name, slot) in self._faults

    def faults(self) -> list[tuple[str, str]]:
        """(name, slot) of all that is laid now; slot "" where the fault is the whole board's."""
        return sorted(self._faults)

    def _lay(self, name: str, slot: str, *, on: bool) -> None:
        short = name.partition(".")[2]
        if name == "locker.jam":
            self._cabinet.at(slot).jammed = on
        elif name == "locker.door_never_closed":
            self._cabinet.at(slot).stays_shut = not on
        elif name == "locker.board_silent" and not on:
            self._wake()
        elif slot:
            self._sensors.set_fault(short, slot, on=on)

    def _take_once(self, name: str, slot: str) -> bool:
        """Whether a fault that strikes one time strikes now; then it is over, on every slot."""
        if not self.has_fault(name, slot):
            return False
        self._faults = {mark for mark in self._faults if mark[0] != name}
        return True

    def _hangs(self) -> bool:
        return self.has_fault("locker.board_silent")

    def _wake(self) -> None:
        """The hung program goes on: it reads its inputs anew and works off what had piled up in its socket."""
        if self._firmware is not None:
            for slot in self._cabinet.compartments:
                self._firmware.edge(slot)
        backlog, self._backlog = self._backlog, []
        for message in backlog:
            self.receive(message)

    # -- wire ------------------------------------------------------------------------------------------------

    def hello(self) -> Hello:
        """With what the board introduces itself. It must be powered."""
        return self._wire.hello(will=self._running().status("offline"))

    def linked(self) -> None:
        self._linked = True
        self._running().linked()
        self._changed()

    def unlinked(self) -> None:
        self._linked = False
        if self._firmware is not None:
            self._firmware.unlinked()
        self._changed()

    def receive(self, message: Message) -> None:
        """A message arrived. Without power it arrives nowhere."""
        if self._hangs():
            self._backlog.append(message)
            return
        command = self._wire.read(message)
        if command is not None and self._firmware is not None:
            self._firmware.obey(command)

    def drain(self) -> list[Message]:
        """What is to be sent now, in order."""
        out, self._out = self._out, []
        return out

    def tick(self) -> None:
        """Let happen what is due."""
        now_s = self._clock.mono_s()
        self._world.run(now_s)
        if self._firmware is not None and not self._hangs():
            self._firmware.timers.run(now_s)

    def next_s(self) -> float | None:
        """When something is due next."""
        due = [self._world.next_s()]
        if self._firmware is not None and not self._hangs():
            due.append(self._firmware.timers.next_s())
        return min((when for when in due if when is not None), default=None)

    # -- looking ---------------------------------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """All there is to see of it: the truth of the steel, not what the sensors say."""
        cells = [
            {
                "name": cell.name,
                "column": cell.column,
                "row": cell.row,
                "size": cell.size.value,
                "low": cell.low,
                "open": self._cabinet.at(cell.name).open,
                "item": self._cabinet.at(cell.name).item,
                "faults": [name for name, slot in self.faults() if slot == cell.name],
            }
            for cell in self._wall
        ]
        return {
            "device": self.label.device,
            "powered": self.powered,
            "linked": self._linked,
            "boot": self.boot,
            "up_ms": self._firmware.up_ms() if self._firmware is not None else 0,
            "unacknowledged": len(self._flash.outbox),
            "columns": [{"name": column.name, "screen_after": column.screen_after} for column in self._wall.columns],
            "cells": cells,
            "faults": [{"name": name, "slot": slot} for name, slot in self.faults()],
        }

    # -- inside ----------------------------------------------------------------------------------------------

    def _running(self) -> Firmware:
        if self._firmware is None:
            raise Impossible("no_power")
        return self._firmware

    def _board(self) -> Board:
        return Board(
            wire=self._wire,
            flash=self._flash,
            cabinet=self._cabinet,
            sensors=self._sensors,
            now_s=self._clock.mono_s,
            send=self._send,
            out_of_service=lambda slot: self.has_fault("locker.out_of_service", slot),
            busy=lambda: self.has_fault("locker.board_busy"),
            power_fails=self._power_fails,
        )

    def _changed(self) -> None:
        for changed in tuple(self._listeners):
            changed()

    def _moved(self, slot: str) -> None:
        self._sensors.moved(slot)
        self._changed()

    def _edge(self, slot: str) -> None:
        if self._firmware is not None and not self._hangs():
            self._firmware.edge(slot)

    def _power_fails(self, slot: str) -> bool:
        """The power may fail right after the coil was switched on: the latch moves, and nobody can say so."""
        if not self._take_once("locker.power_lost_mid_pulse", slot):
            return False
        self._cabinet.release(slot)
        self.power_off()
        return True

    def _send(self, message: Message) -> None:
        is_reply = bool(message.correlation)
        if not (is_reply and self.has_fault("locker.reply_lost_after_success")):
            self._out.append(message)
        if self.has_fault("locker.board_garbage") and message.topic.endswith("/hb"):
            slot = next(iter(self._cabinet.compartments))
            self._out += self._wire.garbage(slot, self._noise())

    def _noise(self) -> list[bytes]:
        """Bytes that mean nothing, and bytes that nearly do."""
        almost = json.dumps({"boot": self.boot, "up_ms": -1, "seq": "x", "stage": "opened", "id": 7}).encode()
        return [
            self._chance.bytes(NOISE_BYTES),
            almost,
            almost[: self._chance.below(len(almost))],
            b"[" * NOISE_BYTES,
            b'{"up_ms": 1e999, "boot": "' + b"b" * 1000 + b'"}',
        ]


def _fault_named(name: str) -> Fault:
    for fault in FAULTS:
        if fault.name == name:
            return fault
    raise LookupError(f"a locker has no fault called {name!r}")
