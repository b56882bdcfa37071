"""The printer at a real wire: a TCP port, or a pseudo terminal in place of a serial line or a USB printer device."""

from __future__ import annotations

import asyncio
import os
import pty
import socket
import struct
import tty
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from simulators.printer.model import PrinterModel

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER 0: the host sees the connection break, not end
_READ_SIZE = 4096


class Wire(Protocol):
    async def read(self, count: int) -> bytes: ...

    async def write(self, data: bytes) -> None: ...


async def serve(model: PrinterModel, wire: Wire) -> None:
    """Carry bytes between one host and the printer until the host goes, or the link is to drop (`model.dropped`)."""
    speaking = asyncio.create_task(_speak(model, wire), name="printer-sim-speak")
    hearing = asyncio.create_task(_hear(model, wire), name="printer-sim-hear")
    await _first_of(speaking, hearing)


async def drive(model: PrinterModel) -> None:
    """Let a slow printer go on as its time comes, also when no host is there."""
    news = asyncio.Event()
    silence = model.listen(news.set)
    try:
        while True:
            news.clear()
            await _until_due(model, news)
    finally:
        silence()


async def _until_due(model: PrinterModel, news: asyncio.Event) -> None:
    try:
        async with asyncio.timeout_at(model.due_at()):
            await news.wait()
    except TimeoutError:
        model.work()


@asynccontextmanager
async def tcp_printer(model: PrinterModel, port: int = 0) -> AsyncIterator[int]:
    """A network printer on 127.0.0.1; gives its port. One host at a time, as real ones: others wait to be served."""
    with socket.create_server(("127.0.0.1", port), backlog=8) as server:
        server.setblocking(False)
        async with _running(_serve_hosts(model, server), drive(model)):
            yield server.getsockname()[1]


@asynccontextmanager
async def pty_printer(model: PrinterModel, link: Path) -> AsyncIterator[Path]:
    """A printer at the end of a line; `link` leads to the terminal, also to the next one after a dropped link."""
    ready = asyncio.Event()
    async with _running(_serve_lines(model, link, ready), drive(model)):
        try:
            await ready.wait()
            yield link
        finally:
            _remove(link)


async def _speak(model: PrinterModel, wire: Wire) -> None:
    news = asyncio.Event()
    silence = model.listen(news.set)
    try:
        while not model.dropped:
            news.clear()
            if said := model.take():
                await wire.write(said)
            else:
                await news.wait()
    finally:
        silence()


async def _hear(model: PrinterModel, wire: Wire) -> None:
    news = asyncio.Event()
    silence = model.listen(news.set)
    try:
        while not model.dropped:
            news.clear()
            if not model.room:
                await news.wait()
                continue
            data = await wire.read(min(model.room, _READ_SIZE))
            if not data:
                return
            model.receive(data)
    finally:
        silence()


async def _first_of(*tasks: asyncio.Task[None]) -> None:
    """Until one of them ends; then none goes on. A broken wire is an end like another."""
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(ended, Exception) and not isinstance(ended, OSError):
                raise ended


@asynccontextmanager
async def _running(*work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(one, name="printer-sim") for one in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended


# --- TCP


class _SocketWire:
    def __init__(self, wire: socket.socket) -> None:
        self._wire = wire

    async def read(self, count: int) -> bytes:
        return await asyncio.get_running_loop().sock_recv(self._wire, count)

    async def write(self, data: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self._wire, data)


async def _serve_hosts(model: PrinterModel, server: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    while True:
        host, _ = await loop.sock_accept(server)
        with host:
            host.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await serve(model, _SocketWire(host))
            if model.dropped:
                host.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            model.hung_up()


# --- a line


class _TerminalWire:
    def __init__(self, number: int) -> None:
        self._number = number

    async def read(self, count: int) -> bytes:
        await self._ready(writing=False)
        return os.read(self._number, count)

    async def write(self, data: bytes) -> None:
        while data:
            await self._ready(writing=True)
            data = data[os.write(self._number, data) :]

    async def _ready(self, *, writing: bool) -> None:
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        watch, unwatch = (loop.add_writer, loop.remove_writer) if writing else (loop.add_reader, loop.remove_reader)
        watch(self._number, ready.set)
        try:
            await ready.wait()
        finally:
            unwatch(self._number)


async def _serve_lines(model: PrinterModel, link: Path, ready: asyncio.Event) -> None:
    while True:
        ours, theirs = pty.openpty()
        try:
            tty.setraw(theirs)
            os.set_blocking(ours, False)
            _point(link, os.ttyname(theirs))
            ready.set()
            await serve(model, _TerminalWire(ours))  # we keep `theirs` open: a line does not end when a host closes it
        finally:
            with suppress(OSError):
                os.close(theirs)
            os.close(ours)
        model.hung_up()


def _remove(link: Path) -> None:
    link.unlink(missing_ok=True)


def _point(link: Path, target: str) -> None:
    """Let `link` lead to `target` from one moment to the next."""
    fresh = link.with_name(link.name + ".new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(link)
