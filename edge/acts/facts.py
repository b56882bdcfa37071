"""What can have happened to a physical act, and what a board told without being asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


class _OfAct:
    act: str

    @property
    def subject(self) -> str:
        return f"act:{self.act}"


@dataclass(frozen=True)
class ActRequested(_OfAct):
    """Someone allowed to asked for a door. `purpose` is the use case, `about` the subject that it serves."""

    kind: ClassVar[str] = "act.requested"
    act: str
    device: str
    slot: str
    purpose: str
    about: str


@dataclass(frozen=True)
class ActActuated(_OfAct):
    """The board said that it pulsed the lock."""

    kind: ClassVar[str] = "act.actuated"
    act: str


@dataclass(frozen=True)
class ActObserved(_OfAct):
    """A sensor said so. `what`: opened, jammed, closed, occupied, emptied; `source`: reply, event, state."""

    kind: ClassVar[str] = "act.observed"
    act: str
    what: str
    source: str


@dataclass(frozen=True)
class ActConfirmed(_OfAct):
    """A person at the door said what they see: opened, not_opened, closed."""

    kind: ClassVar[str] = "act.confirmed"
    act: str
    what: str


@dataclass(frozen=True)
class ActRefused(_OfAct):
    """Nothing moved: the device, or the box before it, refused. `reason` is its word (late, stale_boot, offline …)."""

    kind: ClassVar[str] = "act.refused"
    act: str
    reason: str


@dataclass(frozen=True)
class ActUnknown(_OfAct):
    """Nobody knows what came of it. `reason`: no_reply, not_seen, cut_off."""

    kind: ClassVar[str] = "act.unknown"
    act: str
    reason: str


@dataclass(frozen=True)
class ActSettled(_OfAct):
    """A person's word ended an act whose outcome was unknown. `finding`: opened, not_opened, closed."""

    kind: ClassVar[str] = "act.settled"
    act: str
    finding: str


class _OfDevice:
    device: str

    @property
    def subject(self) -> str:
        return f"device:{self.device}"


@dataclass(frozen=True)
class BoardEventSeen(_OfDevice):
    """One event out of a board's outbox, kept by the board until this fact is durable."""

    kind: ClassVar[str] = "board.event_seen"
    device: str
    boot: str
    event_seq: int
    what: str
    slot: str
    cause: str
    detail: str


@dataclass(frozen=True)
class DeviceStatusSeen(_OfDevice):
    """A device went online, offline or degraded, with the driver's reason."""

    kind: ClassVar[str] = "device.status_seen"
    device: str
    health: str
    reason: str


FACTS = (
    ActRequested,
    ActActuated,
    ActObserved,
    ActConfirmed,
    ActRefused,
    ActUnknown,
    ActSettled,
    BoardEventSeen,
    DeviceStatusSeen,
)
