"""The control port of a simulator: what people's hands do to a device, and what their eyes see of it.

JSON lines over TCP on 127.0.0.1, apart from the device's own wire. A request is one line, `{"do": "close", "slot":
"B05"}`, and so is its answer: `{"ok": true, ...}` or `{"ok": false, "reason": "door_closed"}`. After `{"do": "watch"}`
the connection carries `{"ok": true, "seen": {...}}` at once and again after each change. A line that is no request ends
the connection: a web page that posts to this port gets no further than its first header.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

MAX_LINE = 8 * 1024 * 1024
"""Bytes; the longest line is a picture of paper."""

CALL_S = 5.0
"""An answer that takes longer does not come: the simulator is gone or hangs."""

Seen = dict[str, Any]


class Refused(Exception):
    """What was asked cannot be done; `reason` is a stable word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Device(Protocol):
    """What stands behind a control port."""

    def seen(self) -> Mapping[str, object]:
        """All that can be seen of it now, as JSON."""

    async def do(self, what: str, args: Mapping[str, Any]) -> Mapping[str, object]:
        """What a person does to it. Raises `Refused`."""

    def listen(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Call `changed` after every change; the answer takes it off again."""


@asynccontextmanager
async def control_port(device: Device, port: int = 0) -> AsyncIterator[int]:
    """Serve one device; gives the port."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a server's callback always runs in one; this tells the type checker
        tasks.add(task)
        try:
            await _serve(device, reader, writer)
        except (OSError, ValueError, asyncio.CancelledError):  # the peer went, or its line had no end, or we end
            pass
        finally:
            tasks.discard(task)
            writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", port, limit=MAX_LINE)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tuple(tasks):
            task.cancel()
        await server.wait_closed()


async def _serve(device: Device, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while asked := _object(await reader.readline()):
        if asked.get("do") == "watch":
            await _until_gone(reader, _show(device, writer))
            return
        await _answer(writer, await _done(device, asked))


async def _until_gone(reader: asyncio.StreamReader, showing: Coroutine[Any, Any, None]) -> None:
    """A watcher has nothing more to ask: the next thing heard from it is its end."""
    tasks = {asyncio.create_task(showing), asyncio.create_task(reader.read(1))}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _done(device: Device, asked: dict[str, Any]) -> Mapping[str, object]:
    what = asked.pop("do", "")
    if what == "see":
        return {"ok": True, "seen": device.seen()}
    try:
        return {"ok": True, **await device.do(str(what), asked)}
    except Refused as refusal:
        return {"ok": False, "reason": refusal.reason}
    except (KeyError, TypeError, ValueError):
        return {"ok": False, "reason": "malformed"}


async def _show(device: Device, writer: asyncio.StreamWriter) -> None:
    """All that is seen, at once and after each change, until the watcher goes."""
    news = asyncio.Event()
    silence = device.listen(news.set)
    try:
        while True:
            news.clear()
            await _answer(writer, {"ok": True, "seen": device.seen()})
            await news.wait()
    finally:
        silence()


async def _answer(writer: asyncio.StreamWriter, answer: Mapping[str, object]) -> None:
    writer.write(orjson.dumps(answer) + b"\n")
    await writer.drain()


def _object(line: bytes) -> dict[str, Any]:
    """What a line says; empty where it says nothing."""
    try:
        asked = orjson.loads(line)
    except orjson.JSONDecodeError:
        return {}
    return asked if isinstance(asked, dict) else {}


@dataclass(frozen=True)
class Peer:
    """The other end: a simulator as the virtual lobby reaches it."""

    port: int

    async def do(self, what: str, **args: object) -> Seen:
        """Raises `Refused`; `gone` where the simulator is not there."""
        try:
            async with asyncio.timeout(CALL_S), self._connection() as (reader, writer):
                writer.write(orjson.dumps({"do": what, **args}) + b"\n")
                answer = _object(await reader.readline())
        except OSError:
            raise Refused("gone") from None
        if not answer.get("ok"):
            raise Refused(str(answer.get("reason", "gone")))
        return answer

    async def see(self) -> Seen:
        """Raises `Refused`."""
        return dict((await self.do("see"))["seen"])

    async def watch(self) -> AsyncGenerator[Seen, None]:
        """What is seen of it, at once and after each change, until the simulator goes.

        Raises `Refused` where it is not there.
        """
        try:
            async with self._connection() as (reader, writer):
                writer.write(b'{"do":"watch"}\n')
                while line := await reader.readline():
                    yield _object(line).get("seen", {})
        except OSError:
            raise Refused("gone") from None

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=MAX_LINE)
        try:
            yield reader, writer
        finally:
            with suppress(OSError):
                writer.transport.abort()
