"""A locker to try things on: the simulator in memory on virtual time, or behind a real mosquitto; or a real board that
`LOBBY_DEVICE` names (`mqtt://box:password@host:1883/box-1/locker-1?slot=A01`; a person stands beside it and shuts the
door of that slot whenever it opens)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import pytest

from drivers.board.driver import MqttBoard
from drivers.board.picture import Timing
from drivers.mqtt.broker import Broker
from drivers.mqtt.line import Line
from drivers.mqtt.link import Message, Wire
from drivers.mqtt.paho_wire import PahoWire
from drivers.ports import ActReport, BoardEvent, BoardReport, DeviceStatus, Health, SlotChanged, Stage, StatusChanged
from edge.chance import Chance, SeededChance, SystemChance, new_id
from edge.clock import Clock, LoopClock, SystemClock
from edge.wall import Wall, wall_from
from simulators.locker.flash import Flash
from simulators.locker.locker import Label, Locker
from simulators.locker.peer import Peer
from simulators.memory_broker import MemoryBroker
from simulators.virtual_time import run_virtual
from tests.mqtt.brokers import BOX, LOCKER

WALL: Wall = wall_from(
    LOCKER, [{"name": "A", "cells": "s s m", "low": [3]}, {"name": "B", "cells": "l xl", "low": [2]}]
)
MORNING = datetime(2026, 3, 2, tzinfo=UTC)
WITHIN_S = 30.0
"""Longer than anything here takes; on virtual time it costs nothing."""

T = TypeVar("T")
Story = Callable[["Stand"], Awaitable[T]]


@dataclass
class Stand:
    """The box's side of one board, and what the board said so far."""

    board: MqttBoard
    line: Line
    chance: Chance
    slot: str = "A01"
    acknowledges: bool = True
    heard: list[BoardReport] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _break: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self) -> None:
        """The one consumer of the board's reports; it acknowledges events like the real one."""
        while True:
            report = await self.board.next_report()
            self.heard.append(report)
            if isinstance(report, BoardEvent) and self.acknowledges:
                await self.board.acknowledge(report.boot, report.seq)
            self._news.set()

    async def hold_line(self) -> None:
        """Run the box's line; break it and begin again when a test says so."""
        while True:
            self._break.clear()
            async with running(self.line.run()):
                await self._break.wait()

    def break_line(self) -> None:
        self._break.set()

    async def hear(self, wanted: Callable[[BoardReport], bool]) -> BoardReport:
        """The first report so far, or from now on, that is wanted."""
        async with asyncio.timeout(WITHIN_S):
            while (report := next(filter(wanted, self.heard), None)) is None:
                self._news.clear()
                await self._news.wait()
        return report

    async def hear_stage(self, act: str, stage: Stage) -> ActReport:
        report = await self.hear(lambda said: isinstance(said, ActReport) and (said.act, said.stage) == (act, stage))
        assert isinstance(report, ActReport)
        return report

    async def hear_event(self, kind: str, *, slot: str = "", cause: str = "") -> BoardEvent:
        """An event of that kind; with `slot` or `cause` only one about it."""
        report = await self.hear(
            lambda said: (
                isinstance(said, BoardEvent)
                and said.kind == kind
                and slot in {"", said.slot}
                and cause in {"", said.cause}
            )
        )
        assert isinstance(report, BoardEvent)
        return report

    async def until(self, health: Health, reason: str | None = None) -> DeviceStatus:
        """Wait until the board's status is that."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                status = self.board.status()
                if status.health is health and reason in {None, status.reason}:
                    return status
                self._news.clear()
                await self._news.wait()

    async def until_slot(self, good: Callable[[Any], bool], slot: str = "") -> None:
        """Wait until the picture of a slot is good."""
        async with asyncio.timeout(WITHIN_S):
            while not good(self.board.slots().get(slot or self.slot)):
                self._news.clear()
                await self._news.wait()

    def act(self) -> str:
        return new_id(self.chance)

    def events(self, kind: str = "") -> list[BoardEvent]:
        return [said for said in self.heard if isinstance(said, BoardEvent) and kind in {"", said.kind}]

    def stages(self, act: str) -> list[Stage]:
        return [said.stage for said in self.heard if isinstance(said, ActReport) and said.act == act]

    def statuses(self) -> list[DeviceStatus]:
        return [said.status for said in self.heard if isinstance(said, StatusChanged)]

    def changes(self, slot: str) -> list[SlotChanged]:
        return [said for said in self.heard if isinstance(said, SlotChanged) and said.state.slot == slot]


@dataclass
class Simulated(Stand):
    """With the simulator at the other end: its truth can be looked at, and its hands can be used."""

    locker: Locker = field(init=False)
    memory: MemoryBroker | None = None
    sent: list[Message] = field(default_factory=list)
    """Every message that the broker in memory took."""

    async def fault(self, name: str, *, slot: str = "", on: bool = True) -> None:
        self.locker.set_fault(name, on=on, slot=slot)
        await asyncio.sleep(0)

    async def shut(self, slot: str = "") -> None:
        """Push the door shut and wait until the board says so."""
        before = len(self.events("closed"))
        self.locker.close(slot or self.slot)
        await self.hear(lambda _: len(self.events("closed")) > before)


@asynccontextmanager
async def running(*coroutines: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Tasks for the length of a block; what breaks one of them breaks the test."""
    tasks = [asyncio.create_task(one) for one in coroutines]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception):
            raise end


@dataclass
class Bench:
    """What a stand is put together from."""

    clock: Clock
    chance: Chance
    box_wire: Wire
    board_wire: Wire
    flash: Flash = field(default_factory=Flash)
    timing: Timing = field(default_factory=Timing)
    coil_wait_s: float = 0.0

    def stand(self) -> Simulated:
        line = Line(self.box_wire, f"{BOX}-edge", self.chance)
        return Simulated(MqttBoard(LOCKER, BOX, line, self.clock, self.timing), line, self.chance)

    def peer(self) -> Peer:
        label = Label(BOX, LOCKER, coil_wait_s=self.coil_wait_s)
        return Peer(Locker(label, WALL, self.flash, self.clock, self.chance), self.board_wire, self.clock, self.chance)


@asynccontextmanager
async def simulated(bench: Bench, memory: MemoryBroker | None = None) -> AsyncIterator[Simulated]:
    """Box and board, both up, the board past its first look at its sensors."""
    stand, peer = bench.stand(), bench.peer()
    stand.locker, stand.memory = peer.locker, memory
    if memory is not None:
        memory.taps.append(stand.sent.append)
    async with running(stand.hold_line(), stand.board.run(), stand.listen(), peer.run()):
        peer.locker.power_on()
        await stand.until(Health.ONLINE)
        await stand.until_slot(lambda state: state is not None and state.door.value == "closed")
        yield stand


def memory_bench(**wishes: Any) -> tuple[Bench, MemoryBroker]:
    memory = MemoryBroker()
    clock = LoopClock(MORNING, asyncio.get_running_loop())
    return Bench(clock, SeededChance(7), memory.wire(), memory.wire(), **wishes), memory


def on_virtual_time(story: Callable[[Simulated], Awaitable[T]], **wishes: Any) -> T:
    """Tell a story over the broker in memory; waiting costs nothing."""

    async def told() -> T:
        bench, memory = memory_bench(**wishes)
        async with simulated(bench, memory) as stand:
            return await story(stand)

    return run_virtual(told())


def over_mosquitto(broker: Broker, story: Callable[[Simulated], Awaitable[T]], **wishes: Any) -> T:
    """Tell a story over a real broker, in real time."""

    async def told() -> T:
        chance = SystemChance()
        bench = Bench(SystemClock(), chance, broker.wire(), broker.wire(LOCKER), **wishes)
        async with simulated(bench) as stand:
            return await story(stand)

    return asyncio.run(told())


def real_device() -> str:
    """The board that the tests shall be held against, "" for the simulator."""
    named = os.environ.get("LOBBY_DEVICE", "")
    return named if named.startswith("mqtt://") else ""


def over_device(url: str, story: Story[T]) -> T:
    """Tell a story to a real board. Its broker is reached as the box."""
    parts = urlsplit(url)
    box, device = parts.path.strip("/").split("/")
    slot = parse_qs(parts.query).get("slot", ["A01"])[0]
    wire = PahoWire(parts.hostname or "127.0.0.1", parts.port or 1883, parts.username or "", parts.password or "")

    async def told() -> T:
        chance = SystemChance()
        line = Line(wire, f"{box}-edge", chance)
        stand = Stand(MqttBoard(device, box, line, SystemClock()), line, chance, slot)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(running(stand.hold_line(), stand.board.run(), stand.listen()))
            await stand.until(Health.ONLINE)
            return await story(stand)

    return asyncio.run(told())


def contract_wires() -> list[Any]:
    if real_device():
        return [pytest.param("device", id="device")]
    return [pytest.param("memory", id="memory"), pytest.param("mosquitto", id="mosquitto")]
