"""The narrow ports between the house and its hardware, one a device class, and their values.

A driver implements a port over a wire; a simulator is the peer at the other end of that wire.
Nothing here knows a resident or a rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Health(StrEnum):
    ONLINE = "online"
    DEGRADED = "degraded"
    OFFLINE = "offline"


@dataclass(frozen=True)
class DeviceStatus:
    """What a driver says of itself. `reason` is a stable machine word (`""` when all is well)."""

    name: str
    health: Health
    reason: str = ""


class Lock(StrEnum):
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    UNKNOWN = "unknown"


class Door(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class Occupied(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class SlotState:
    """One slot (cell, key position, door) as its board last told it.

    `seq` counts within `boot`; `fault` is the board's own word or `""`. A state is only as good as its link:
    the driver hands out `unknown` fields while the board is offline or has booted anew.
    """

    slot: str
    boot: str
    seq: int
    lock: Lock = Lock.UNKNOWN
    door: Door = Door.UNKNOWN
    occupied: Occupied = Occupied.UNKNOWN
    tag: str = ""
    fault: str = ""


class Stage(StrEnum):
    """How far a board says that a command has come."""

    ACCEPTED = "accepted"
    PULSED = "pulsed"
    OPENED = "opened"
    JAMMED = "jammed"
    REJECTED = "rejected"


@dataclass(frozen=True)
class ActReport:
    """A board's word about one command, on the reply topic. `act` is the id that the command carried."""

    device: str
    act: str
    stage: Stage
    reason: str = ""


@dataclass(frozen=True)
class BoardEvent:
    """Something that happened at a board, kept by it until acknowledged.

    `kind` is one of `opened`, `jammed`, `closed`, `occupied`, `emptied`, `tag_in`, `tag_out`, `fault`, `fault_cleared`,
    `booted`; `cause` is the act's id when a command made it happen, `""` when nobody asked.
    """

    device: str
    boot: str
    seq: int
    up_ms: int
    kind: str
    slot: str = ""
    cause: str = ""
    detail: str = ""


@dataclass(frozen=True)
class SlotChanged:
    """The driver's picture of one slot changed."""

    device: str
    state: SlotState


@dataclass(frozen=True)
class StatusChanged:
    """The driver's own status changed (board online, offline, booted anew, silent)."""

    status: DeviceStatus


BoardReport = ActReport | BoardEvent | SlotChanged | StatusChanged


class SlotBoard(Protocol):
    """A board with lockable slots: parcel locker, key cabinet, door controller."""

    @property
    def name(self) -> str: ...

    async def run(self) -> None:
        """Hold the link up until cancelled: connect, listen, reconnect with backoff."""

    def status(self) -> DeviceStatus: ...

    def slots(self) -> Mapping[str, SlotState]:
        """The latest picture of every known slot; `unknown` where it is stale."""

    async def pulse(self, act: str, slot: str) -> None:
        """Release one lock. Returns when the board says that it pulsed.

        Raises `Unavailable` (nothing was sent), `Rejected` (the board's code), `OutcomeUnknown` (no answer in time).
        """

    async def next_report(self) -> BoardReport:
        """The next thing that the board said, oldest first. One consumer."""

    async def acknowledge(self, boot: str, seq: int) -> None:
        """Tell the board that its events up to `seq` are in the journal."""


class PrintResult(StrEnum):
    """What is known of a job. Only `PRINTED` is proof that paper with ink came out."""

    PRINTED = "printed"
    PARSED = "parsed"
    STALLED = "stalled"
    BLIND = "blind"
    UNKNOWN = "unknown"


class Grade(StrEnum):
    """What a printer can prove, learnt once at commissioning."""

    PROCESS_ID = "process_id"
    STATUS_ONLY = "status_only"
    BLIND = "blind"


@dataclass(frozen=True)
class PrintOutcome:
    """`reason` with `STALLED`: `paper`, `cover`, `cutter`, `offline`: nothing of the job is left in the printer.

    With `UNKNOWN`: `link`, `silent`, or `held` (it may print the rest at the refill). With the others `substituted`:
    a character had no picture, and 〓 stands in its place.
    """

    result: PrintResult
    reason: str = ""


class Align(StrEnum):
    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True)
class Text:
    """One line of text; `size` 1 or 2 (double width and height)."""

    text: str
    align: Align = Align.LEFT
    size: int = 1
    bold: bool = False


@dataclass(frozen=True)
class Pair:
    """A label at the left edge and a value at the right, on one line (wrapped when too long)."""

    label: str
    value: str


@dataclass(frozen=True)
class Rule:
    """A dashed line across the paper."""


@dataclass(frozen=True)
class Feed:
    lines: int = 1


@dataclass(frozen=True)
class QrCode:
    data: str


@dataclass(frozen=True)
class Code128:
    data: str


Block = Text | Pair | Rule | Feed | QrCode | Code128


@dataclass(frozen=True)
class Document:
    """What is to be printed, device-free. The driver chooses text mode or raster line by line."""

    blocks: tuple[Block, ...]


class Printer(Protocol):
    @property
    def name(self) -> str: ...

    async def run(self) -> None:
        """Watch the printer's health until cancelled."""

    def status(self) -> DeviceStatus: ...

    async def print(self, document: Document) -> PrintOutcome:
        """Print and cut one document. Raises `Unavailable` where the printer was not healthy: nothing was sent."""


@dataclass(frozen=True)
class OutgoingMessage:
    """A text for a phone. `id` makes a repeat harmless at the gateway."""

    id: str
    phone: str
    text: str


class MessageGateway(Protocol):
    """What carries messages to residents (SMS, WeChat, the property company's app)."""

    @property
    def name(self) -> str: ...

    def status(self) -> DeviceStatus: ...

    async def send(self, message: OutgoingMessage) -> None:
        """Hand over one message; the same id again is safe. Raises `Unavailable`, `Rejected`, `OutcomeUnknown`."""
