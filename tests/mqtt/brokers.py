"""A real mosquitto for tests, and a wire in front of it that can stall."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from drivers.mqtt.broker import Broker, start_broker
from edge.chance import SystemChance

BOX = "box-1"
LOCKER = "locker-1"
CABINET = "cabinet-1"

READ_AHEAD = 16_384
"""Bytes that a wire takes in before somebody reads them: few, so that a stall is felt at once."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def broker_in(folder: Path) -> Iterator[Broker]:
    broker = start_broker(folder, free_port(), box=BOX, devices=[LOCKER, CABINET], dice=SystemChance())
    try:
        yield broker
    finally:
        broker.stop()


@dataclass
class StallingWire:
    """TCP from a port of its own to a broker. While it stalls, nothing passes and nobody notices: half open."""

    port: int = 0
    flowing: asyncio.Event = field(default_factory=asyncio.Event)
    carrying: set[asyncio.Task[None]] = field(default_factory=set)

    async def drained(self) -> None:
        """Wait until the connections that broke have given on all that they held."""
        await asyncio.gather(*self.carrying)

    def stall(self) -> None:
        self.flowing.clear()

    def release(self) -> None:
        self.flowing.set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One direction. What came in during a stall goes on afterwards, all at once; an end goes on as an end."""
        try:
            while piece := await reader.read(65_536):
                await self.flowing.wait()
                writer.write(piece)
                await writer.drain()
            writer.write_eof()
        except OSError:
            writer.transport.abort()


@asynccontextmanager
async def stalling_wire(broker_port: int) -> AsyncIterator[StallingWire]:
    wire = StallingWire()
    wire.release()
    writers: list[asyncio.StreamWriter] = []

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        onward_reader, onward_writer = await asyncio.open_connection("127.0.0.1", broker_port)
        writers.extend((writer, onward_writer))
        for coro in (wire.carry(reader, onward_writer), wire.carry(onward_reader, writer)):
            wire.carrying.add(asyncio.create_task(coro))

    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, READ_AHEAD)
    server = await asyncio.start_server(accept, sock=listener, limit=READ_AHEAD)
    wire.port = server.sockets[0].getsockname()[1]
    try:
        yield wire
    finally:
        server.close()
        for task in wire.carrying:
            task.cancel()
        await asyncio.gather(*wire.carrying, return_exceptions=True)
        for writer in writers:
            writer.transport.abort()
        await server.wait_closed()
