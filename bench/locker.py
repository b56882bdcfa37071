"""A door asked for and pulsed, beside a bare paho request and answer, both through mosquitto: `python -m bench.locker`.

The board is the simulator as a process of its own. Both sides take turns, so that a noisy machine is noisy for
both; the median counts.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter

from bench.bare_paho import Asker
from bench.report import heading, report
from drivers.board.driver import MqttBoard
from drivers.mqtt.broker import Broker, start_broker
from drivers.mqtt.line import Line
from drivers.ports import BoardEvent, Health, StatusChanged
from edge.chance import SystemChance
from edge.clock import SystemClock
from simulators.control import Peer

BOX, DEVICE = "bench", "locker-1"
ROUNDS = 10
AT_ONCE = 50
SETTLES_S = 0.4  # doors swing and tell of it
COLUMNS = [{"name": name, "cells": "s s s s m m l xl"} for name in "ABCDEFG"]
SLOTS = [f"{column['name']}{row:02d}" for column in COLUMNS for row in range(1, 9)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def broker_in(folder: Path) -> Iterator[Broker]:
    broker = start_broker(folder, free_port(), box=BOX, devices=[DEVICE], dice=SystemChance())
    try:
        yield broker
    finally:
        broker.stop()


@contextmanager
def child(arguments: list[str], told: str = "") -> Iterator[str]:
    """A process of ours; it is ready when it says its first line, which is given."""
    with subprocess.Popen(
        [sys.executable, "-m", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(told + "\n")
            process.stdin.flush()
            yield process.stdout.readline()
        finally:
            process.terminate()


@contextmanager
def simulator(folder: Path, broker: Broker) -> Iterator[Peer]:
    """The locker; gives the hands that shut its doors."""
    password = folder / "password"
    password.write_text(broker.password_of(DEVICE))
    config = folder / "locker.json"
    config.write_text(
        json.dumps(
            {
                "box": BOX,
                "device": DEVICE,
                "columns": COLUMNS,
                "broker": {"port": broker.port, "password_file": str(password)},
                "flash": str(folder / "flash"),
            }
        )
    )
    with child(["simulators.locker", "--config", str(config)]) as said:
        yield Peer(json.loads(said)["control"])


@asynccontextmanager
async def board_on(broker: Broker) -> AsyncIterator[MqttBoard]:
    """The box's side, its events acknowledged as they come."""
    line = Line(broker.wire(), "bench-edge", SystemChance())
    board = MqttBoard(DEVICE, BOX, line, SystemClock())
    online = asyncio.Event()

    async def listen() -> None:
        while True:
            heard = await board.next_report()
            if isinstance(heard, BoardEvent):
                await board.acknowledge(heard.boot, heard.seq)
            if isinstance(heard, StatusChanged) and heard.status.health is Health.ONLINE:
                online.set()

    tasks = [asyncio.create_task(run) for run in (line.run(), board.run(), listen())]
    try:
        async with asyncio.timeout(20):
            await online.wait()
        yield board
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass
class Pulser:
    """Asks for one door after the other, and shuts them all again between the rounds."""

    board: MqttBoard
    hands: Peer
    number: int = 0

    async def pulse(self) -> None:
        self.number += 1
        await self.board.pulse(f"act-{self.number}", SLOTS[self.number % len(SLOTS)])

    async def one_at_a_time_s(self, times: int) -> list[float]:
        took = []
        for _ in range(times):
            began = perf_counter()
            await self.pulse()
            took.append(perf_counter() - began)
        return took

    async def at_once_s(self, count: int) -> float:
        began = perf_counter()
        await asyncio.gather(*(self.pulse() for _ in range(count)))
        return perf_counter() - began

    async def shut_doors(self) -> None:
        await asyncio.sleep(SETTLES_S)
        for slot in SLOTS:
            await self.hands.do("close", slot=slot)
        await asyncio.sleep(SETTLES_S)


@dataclass
class Took:
    """Seconds: each of the single ones, and each round of many at once."""

    single: list[float] = field(default_factory=list)
    many: list[float] = field(default_factory=list)

    @property
    def p50_ms(self) -> float:
        return median(self.single) * 1000

    @property
    def per_s(self) -> float:
        return AT_ONCE / median(self.many)


async def rounds(asker: Asker, pulser: Pulser, times: int) -> tuple[Took, Took]:
    bare, ours = Took(), Took()
    for _ in range(ROUNDS):
        bare.single += asker.one_at_a_time_s(times // ROUNDS)
        ours.single += await pulser.one_at_a_time_s(times // ROUNDS)
        await pulser.shut_doors()
        bare.many.append(asker.at_once_s(AT_ONCE))
        ours.many.append(await pulser.at_once_s(AT_ONCE))
        await pulser.shut_doors()
    return bare, ours


async def measure(folder: Path, times: int) -> tuple[Took, Took]:
    async with AsyncExitStack() as stack:
        bare_broker = stack.enter_context(broker_in(folder / "bare"))
        broker = stack.enter_context(broker_in(folder / "box"))
        stack.enter_context(child(["bench.bare_paho", str(bare_broker.port)], bare_broker.password_of(DEVICE)))
        hands = stack.enter_context(simulator(folder, broker))
        asker = Asker(bare_broker.port, bare_broker.password_of("box"))
        stack.callback(asker.close)
        board = await stack.enter_async_context(board_on(broker))
        return await rounds(asker, Pulser(board, hands), times)


def goals(bare: Took, ours: Took) -> list[bool]:
    heading()
    return [
        report(
            "door asked for until pulsed, one at a time, p50",
            ours.p50_ms,
            "ms",
            bare.p50_ms,
            "<= 3x",
            ours.p50_ms <= 3 * bare.p50_ms,
        ),
        report(
            f"doors pulsed, {AT_ONCE} at once", ours.per_s, "/s", bare.per_s, ">= 0.5x", ours.per_s >= bare.per_s / 2
        ),
    ]


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench.locker", description=__doc__)
    options.add_argument("--times", type=int, default=500, help="how many doors, one at a time")
    with tempfile.TemporaryDirectory() as folder:
        bare, ours = asyncio.run(measure(Path(folder), options.parse_args().times))
    sys.exit(0 if all(goals(bare, ours)) else 1)


if __name__ == "__main__":
    main()
