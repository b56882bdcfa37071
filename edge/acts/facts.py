"""What can have happened to a physical act, and what a board told without being asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class ActRequested:
    """Someone allowed to asked for a door. `purpose` is the use case, `about` the subject that it serves."""

    kind: ClassVar[str] = "act.requested"
    act: str
    device: str
    slot: str
    purpose: str
    about: str

    @property
    def subject(self) -> str:
        return f"act:{self.act}"


@dataclass(frozen=True)
class ActActuated:
    """The board said that it pulsed the lock."""

    kind: ClassVar[str] = "act.actuated"
    act: str

    @property
    def subject(self) -> str:
        return f"act:{self.act}"


@dataclass(frozen=True)
class ActObserved:
    """A sensor said so. `what`: opened, jammed, closed, occupied, emptied; `source`: reply, event, state."""

    kind: ClassVar[str] = "act.observed"
    act: str
    what: str
    source: str

    @property
    def subject(self) -> str:
        return f"act:{self.act}"


@dataclass(frozen=True)
class ActConfirmed:
    """A person at the door said what they see: opened, not_opened, closed."""

    kind: ClassVar[str] = "act.confirmed"
    act: str
    what: str

    @property
    def subject(self) -> str:
        return f"act:{self.act}"


@dataclass(frozen=True)
class ActRefused:
    """Nothing moved: the device, or the box before it, refused. `reason` is its word (late, stale_boot, offline …)."""

    kind: ClassVar[str] = "act.refused"
    act: str
    reason: str

    @property
    def subject(self) -> str:
        return f"act:{self.act}"


@dataclass(frozen=True)
class ActUnknown:
    """Nobody knows what came of it. `reason`: no_reply, not_seen, cut_off."""

    kind: ClassVar[str] = "act.unknown"
    act: str
    reason: str

    @property
    def subject(self) -> str:
        return f"act:{self.act}"


@dataclass(frozen=True)
class ActSettled:
    """A person's word ended an act whose outcome was unknown. `finding`: opened, not_opened, closed."""

    kind: ClassVar[str] = "act.settled"
    act: str
    finding: str

    @property
    def subject(self) -> str:
        return f"act:{self.act}"


@dataclass(frozen=True)
class BoardEventSeen:
    """One event out of a board's outbox, kept by the board until this fact is durable."""

    kind: ClassVar[str] = "board.event_seen"
    device: str
    boot: str
    event_seq: int
    what: str
    slot: str
    cause: str
    detail: str

    @property
    def subject(self) -> str:
        return f"device:{self.device}"


@dataclass(frozen=True)
class DeviceStatusSeen:
    """A device went online, offline or degraded, with the driver's reason."""

    kind: ClassVar[str] = "device.status_seen"
    device: str
    health: str
    reason: str

    @property
    def subject(self) -> str:
        return f"device:{self.device}"


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
