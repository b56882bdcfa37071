"""What happened at the board and nobody has acknowledged yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drivers.mqtt.link import Message
from simulators.locker.flash import Flash, Record
from simulators.locker.wire import BoardWire


@dataclass
class Outbox:
    """Events in the flash, in order. Each goes onto the wire with the number of the unacknowledged one before it."""

    wire: BoardWire
    flash: Flash
    send: Callable[[Message], None]
    boot: str
    numbered: int = 0
    linked: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.flash.outbox

    def record(self, kind: str, up_ms: int, *, slot: str = "", cause: str = "", detail: str = "") -> None:
        """Into the flash first, then onto the wire."""
        self.numbered += 1
        event: Record = {"boot": self.boot, "seq": self.numbered, "up_ms": up_ms, "kind": kind}
        event |= {key: word for key, word in (("slot", slot), ("cause", cause), ("detail", detail)) if word}
        before = self.flash.outbox[-1] if self.flash.outbox else None
        self.flash.keep_event(event)
        self._send(event, before)

    def acknowledged(self, boot: str, seq: int) -> bool:
        """Forget what is in the box's journal. False when that is nothing new: the box asks for what is left."""
        return self.flash.forget_events(boot, seq)

    def send_all(self) -> None:
        before: Record | None = None
        for event in self.flash.outbox:
            self._send(event, before)
            before = event

    def _send(self, event: Record, before: Record | None) -> None:
        if self.linked:
            same_life = before is not None and before["boot"] == event["boot"]
            after = int(before["seq"]) if before is not None and same_life else 0
            self.send(self.wire.event({**event, "after": after}))
