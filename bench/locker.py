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
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter

from bench.bare_paho import Asker
from bench.report import heading, report
from drivers.board.driver import MqttBoard
from drivers.mqtt.broker import Broker, start_broker
from drivers.mqtt.line import Line
from drivers.ports import BoardEvent, Health
from edge.chance import SystemChance
from edge.clock import SystemClock

BOX, DEVICE = "bench", "locker-1"
ROUNDS = 10
AT_ONCE = 50
COLUMNS = [{"name": name, "cells": "s s s s m m l xl"} for name in "ABCDEF"]
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
def child(arguments: list[str], said: str = "") -> Iterator[None]:
    """A process of ours; it is ready when it says its first line."""
    with subprocess.Popen(
        [sys.executable, "-m", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(said + "\n")
            process.stdin.flush()
            process.stdout.readline()
            yield
        finally:
            process.terminate()


@contextmanager
def simulator(folder: Path, broker: Broker) -> Iterator[None]:
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
    with child(["simulators.locker", "--config", str(config)]):
        yield


@asynccontextmanager
async def board_on(broker: Broker) -> AsyncIterator[MqttBoard]:
    """The box's side, its events acknowledged as they come."""
    line = Line(broker.wire(), "bench-edge", SystemChance())
    board = MqttBoard(DEVICE, BOX, line, SystemClock())

    async def listen() -> None:
        while True:
            heard = await board.next_report()
            if isinstance(heard, BoardEvent):
                await board.acknowledge(heard.boot, heard.seq)

    tasks = [asyncio.create_task(run) for run in (line.run(), board.run(), listen())]
    async with asyncio.timeout(20):
        while board.status().health is not Health.ONLINE:
            await asyncio.sleep(0.05)
    try:
        yield board
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Pulser:
    def __init__(self, board: MqttBoard) -> None:
        self._board = board
        self._number = 0

    async def pulse(self) -> None:
        self._number += 1
        await self._board.pulse(f"act-{self._number}", SLOTS[self._number % len(SLOTS)])

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


async def measure(folder: Path, times: int) -> list[bool]:
    singles: tuple[list[float], list[float]] = ([], [])
    together: tuple[list[float], list[float]] = ([], [])
    with broker_in(folder / "bare") as bare, broker_in(folder / "box") as ours:
        echo = child(["bench.bare_paho", str(bare.port)], bare.password_of(DEVICE))
        with echo, simulator(folder, ours):
            asker = Asker(bare.port, bare.password_of("box"))
            async with board_on(ours) as board:
                pulser = Pulser(board)
                for _ in range(ROUNDS):
                    singles[0].extend(asker.one_at_a_time_s(times // ROUNDS))
                    singles[1].extend(await pulser.one_at_a_time_s(times // ROUNDS))
                    await asyncio.sleep(0.5)  # the doors that this opened have told of it
                    together[0].append(asker.at_once_s(AT_ONCE))
                    together[1].append(await pulser.at_once_s(AT_ONCE))
                    await asyncio.sleep(0.5)
            asker.close()
    bare_ms, pulse_ms = (median(took) * 1000 for took in singles)
    bare_rate, pulse_rate = (AT_ONCE / median(took) for took in together)
    heading()
    return [
        report(
            "door asked for until pulsed, one at a time, p50", pulse_ms, "ms", bare_ms, "<= 3x", pulse_ms <= 3 * bare_ms
        ),
        report(f"doors pulsed, {AT_ONCE} at once", pulse_rate, "/s", bare_rate, ">= 0.5x", pulse_rate >= bare_rate / 2),
    ]


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench.locker", description=__doc__)
    options.add_argument("--times", type=int, default=500, help="how many doors, one at a time")
    with tempfile.TemporaryDirectory() as folder:
        goals = asyncio.run(measure(Path(folder), options.parse_args().times))
    sys.exit(0 if all(goals) else 1)


if __name__ == "__main__":
    main()
