"""The whole lobby in one process: the same house, drivers and simulators, with wires in memory instead of real ones.

Under the virtual loop a day costs a moment, and one seed gives one day.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson

from drivers.board.driver import MqttBoard
from drivers.errors import Unavailable
from drivers.mqtt.line import Line
from drivers.ports import DeviceStatus, Document, Grade, Health, OutgoingMessage, Text
from drivers.printer.commissioning import Commissioning
from drivers.printer.driver import EscPosPrinter
from edge.chance import SeededChance
from edge.clock import Clock, LoopClock, Trust
from edge.house import House
from edge.people.credentials import Credentials
from edge.people.pins import Cost
from edge.settings import Settings
from edge.slips import SlipRow
from edge.wall import wall_from
from lobby.wiring import Devices, Words, build_house, loops_of, open_ledger, settle_at_start
from simulators.locker.flash import Flash
from simulators.locker.locker import Label, Locker
from simulators.locker.peer import Peer
from simulators.memory_broker import MemoryBroker
from simulators.printer.adapters import drive
from simulators.printer.memory import MemoryTransport
from simulators.printer.model import PrinterModel

MORNING = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)  # 8 o'clock in Shanghai, a Monday
QUICK_PINS = Cost(1, 8, 1)  # a rehearsal proves no cryptography


@dataclass
class Pocket:
    """The residents' phones: what reached them, and whether the gateway can be reached."""

    messages: list[OutgoingMessage] = field(default_factory=list)
    down: bool = False

    @property
    def name(self) -> str:
        return "gateway"

    def status(self) -> DeviceStatus:
        return DeviceStatus(self.name, Health.OFFLINE if self.down else Health.ONLINE, "down" if self.down else "")

    async def send(self, message: OutgoingMessage) -> None:
        if self.down:
            raise Unavailable(self.name, "down")
        if all(message.id != earlier.id for earlier in self.messages):
            self.messages.append(message)


class PlainWords:
    """The data itself as paper and message, so that whoever plays the people can read both."""

    def document(self, slip: SlipRow, data: Mapping[str, str]) -> Document:
        lines = [slip.slip, slip.form, *(f"{key}={value}" for key, value in sorted(data.items()))]
        return Document(tuple(Text(line) for line in lines))

    def message(self, what: str, language: str, data: Mapping[str, str]) -> str:
        return orjson.dumps({"what": what, "language": language, **data}).decode()


@dataclass
class Calendar:
    """What the wall clock shows beyond the time that passed: quiet hours that were skipped, a clock set wrongly."""

    ahead: timedelta = timedelta()
    trust: Trust = Trust.SYNCED


class WorldClock(LoopClock):
    """Virtual time for timeouts; for people and the journal also what the calendar adds."""

    def __init__(self, calendar: Calendar, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(MORNING, loop)
        self._calendar = calendar

    def now(self) -> datetime:
        return super().now() + self._calendar.ahead

    def trust(self) -> Trust:
        return self._calendar.trust


@dataclass
class Stage:
    """Everything in the room: the house and the devices that it is wired to, with their faults and people's hands."""

    house: House
    devices: Devices
    locker: Locker
    broker: MemoryBroker
    printer: PrinterModel
    pocket: Pocket
    clock: WorldClock
    chance: SeededChance


@dataclass
class World:
    """What outlives the service: the steel, the boards' memories, the paper, the phones. One a rehearsal."""

    settings: Settings
    seed: int = 1
    heartbeat_s: float = 2.0
    flash: Flash = field(default_factory=Flash)
    broker: MemoryBroker = field(default_factory=MemoryBroker)
    printer: PrinterModel = field(default_factory=lambda: PrinterModel(now=_loop_time))
    pocket: Pocket = field(default_factory=Pocket)
    calendar: Calendar = field(default_factory=Calendar)
    locker: Locker | None = None
    peer: Peer | None = None
    lives: int = 0

    @property
    def steel(self) -> Locker:
        """The locker as people find it in the room."""
        if self.locker is None:
            raise RuntimeError("the locker was not set up yet")
        return self.locker

    def board(self, clock: Clock) -> tuple[Locker, Peer]:
        """The locker and its link; made once, for it is not the service's."""
        if self.locker is None or self.peer is None:
            chance = SeededChance(self.seed * 1000 + 1)
            wall = wall_from(
                self.settings.locker.device, [column.model_dump() for column in self.settings.locker.columns]
            )
            label = Label(self.settings.box.id, self.settings.locker.device, self.heartbeat_s)
            self.locker = Locker(label, wall, self.flash, clock, chance)
            self.locker.power_on()
            self.peer = Peer(self.locker, self.broker.wire(), clock, chance)
        return self.locker, self.peer


@asynccontextmanager
async def devices_running(world: World) -> AsyncIterator[None]:
    """The boards live on whether the service does or not."""
    clock = WorldClock(world.calendar, asyncio.get_running_loop())
    _, peer = world.board(clock)
    tasks = [asyncio.create_task(peer.run(), name="locker"), asyncio.create_task(drive(world.printer), name="printer")]
    try:
        yield
    finally:
        for task in tasks:
            await ended(task)


def _loop_time() -> float:
    return asyncio.get_running_loop().time()


@asynccontextmanager
async def service_running(world: World, state: Path, words: Words, *, inline: bool = True) -> AsyncIterator[Stage]:
    """One life of the service, over the world as it stands. Leaving it is a crash: nothing is closed but the file.

    `inline` as virtual time needs it; without it the ledger has its writer thread, as in production.
    """
    loop = asyncio.get_running_loop()
    clock = WorldClock(world.calendar, loop)
    world.lives += 1
    chance = SeededChance(world.seed * 1000 + 1 + world.lives)
    locker, _ = world.board(clock)
    ledger = open_ledger(world.settings, state, clock, chance, inline=inline)
    credentials = Credentials(clock, chance, cost=QUICK_PINS, inline=inline)
    devices = _devices(world, clock, chance)
    house = build_house(world.settings, ledger, devices, words, clock, chance, credentials)
    await settle_at_start(house)
    running = [loop.create_task(run(), name=name) for name, run in loops_of(house, devices).items()]
    try:
        yield Stage(house, devices, locker, world.broker, world.printer, world.pocket, clock, chance)
    finally:
        for task in running:
            task.cancel()
        for task in running:
            await ended(task)
        credentials.close()
        ledger.close()


def _devices(world: World, clock: Clock, chance: SeededChance) -> Devices:
    line = Line(world.broker.wire(), f"{world.settings.box.id}-edge", chance)
    board = MqttBoard(world.settings.locker.device, world.settings.box.id, line, clock)
    printer = EscPosPrinter(
        world.settings.printer.device,
        MemoryTransport(world.printer),
        Commissioning(grade=Grade.PROCESS_ID, clears=True),
        chance=chance,
        inline=True,
    )
    return Devices(line, {board.name: board}, printer, world.pocket)


async def ended(task: asyncio.Task[None]) -> None:
    """Cancel a task and wait until it is gone; what broke it before is raised."""
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        return
