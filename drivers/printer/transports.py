"""How bytes reach a printer: TCP port 9100, a serial line, a USB printer device. None of them blocks the event loop.

A transport opens a link; a link lives for one job. What goes wrong on it is an `OSError`, whatever it was.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import socket
import struct
import sys
import termios
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import serial

RAW_PORT = 9100  # "JetDirect", where network printers listen

READ_SIZE = 4096
_FAREWELL_S = 0.5  # how long a printer gets to take what is under way before a link is closed
_TOO_EARLY_S = 0.02  # a device that says "ready" and then "not yet" must not spin the loop
_STALE_READS = 16  # 64 KB; a device that never stops talking must not hold up the loop
_DRAIN_LOOKS = 500  # 10 s: 8 KB at 9600 baud
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER 0: what is still under way is thrown away, not delivered later


class Link(Protocol):
    """One open connection. `read` gives what came, `b""` when the other side has gone."""

    async def write(self, data: bytes) -> None: ...

    async def read(self) -> bytes: ...

    async def drain(self) -> None:
        """The last thing before `close` where nobody answers: wait until all that was written is delivered.

        Raises `OSError` where it is not; then `abort`, since closing would wait for it and block.
        """

    def close(self) -> None: ...

    def abort(self) -> None:
        """End it now; what the printer has not taken yet, it shall never get."""


class Transport(Protocol):
    async def open(self) -> Link: ...


# --- TCP


@dataclass(frozen=True)
class TcpTransport:
    """A network printer. One connection at a time is all that most of them take."""

    host: str
    port: int = RAW_PORT

    async def open(self) -> Link:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, address = found[0]
        wire = socket.socket(family, kind, protocol)
        try:
            wire.setblocking(False)
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await loop.sock_connect(wire, address)
        except BaseException:
            wire.close()
            raise
        return _TcpLink(wire)


class _TcpLink:
    def __init__(self, wire: socket.socket) -> None:
        self._wire = wire

    async def write(self, data: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self._wire, data)

    async def read(self) -> bytes:
        return await asyncio.get_running_loop().sock_recv(self._wire, READ_SIZE)

    async def drain(self) -> None:
        """Half-close and listen until the printer closes too: with answers unread, closing would break the line."""
        self._wire.shutdown(socket.SHUT_WR)
        with suppress(TimeoutError):  # many never close by themselves
            async with asyncio.timeout(_FAREWELL_S):
                await self._read_out()

    async def _read_out(self) -> None:
        while await self.read():
            pass

    def close(self) -> None:
        self._wire.close()

    def abort(self) -> None:
        with suppress(OSError):
            self._wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._wire.close()


# --- serial and USB: a file descriptor on the event loop


@dataclass(frozen=True)
class SerialTransport:
    """A printer on a serial line. Name the port by its id (`/dev/serial/by-id/…`): numbers change."""

    port: str
    baud: int = 115_200
    hardware_flow: bool = False

    async def open(self) -> Link:
        line = serial.Serial(
            self.port,
            self.baud,
            timeout=0,
            write_timeout=0,  # never wait inside: the loop does
            exclusive=True,
            rtscts=self.hardware_flow,
        )
        try:
            line.reset_input_buffer()  # what it said to nobody
            number: int = line.fileno()
        except termios.error as error:
            line.close()
            raise OSError(*error.args) from error
        return _FileLink(number, line.close, is_terminal=True)


@dataclass(frozen=True)
class UsbTransport:
    """A USB printer device (`/dev/usb/lp0`, or its stable link made by udev)."""

    path: Path

    async def open(self) -> Link:
        number = os.open(self.path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
        _forget_input(number)
        return _FileLink(number, lambda: os.close(number), is_terminal=os.isatty(number))


def _forget_input(number: int) -> None:
    """What the printer said to nobody must not answer the next question."""
    with suppress(OSError):  # nothing there
        for _ in range(_STALE_READS):
            if not os.read(number, READ_SIZE):
                return


class _FileLink:
    def __init__(self, number: int, shut: Callable[[], None], *, is_terminal: bool) -> None:
        self._number = number
        self._shut = shut
        self._is_terminal = is_terminal

    async def write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            await self._ready(writing=True)
            try:
                left = left[os.write(self._number, left) :]
            except BlockingIOError:
                await asyncio.sleep(_TOO_EARLY_S)

    async def read(self) -> bytes:
        while True:
            await self._ready(writing=False)
            try:
                data = os.read(self._number, READ_SIZE)
            except BlockingIOError:
                data = b""
            else:
                if data or self._is_terminal:  # a terminal that is ready with nothing has hung up
                    return data
            await asyncio.sleep(_TOO_EARLY_S)

    async def drain(self) -> None:
        """A serial line takes its time; a USB printer that can be written to again has taken what it was given last."""
        await self._ready(writing=True)
        for _ in range(_DRAIN_LOOKS):
            if not self._unsent():
                return
            await asyncio.sleep(_TOO_EARLY_S)
        raise OSError(errno.ETIME, "the line does not move")

    def close(self) -> None:
        self._shut()

    def abort(self) -> None:
        with suppress(OSError, termios.error):
            if self._is_terminal:
                termios.tcflush(self._number, termios.TCIOFLUSH)
        self._shut()

    def _unsent(self) -> int:
        """Bytes that the kernel still has to put on the line."""
        if not self._is_terminal:
            return 0
        try:
            return int.from_bytes(fcntl.ioctl(self._number, termios.TIOCOUTQ, bytes(4)), sys.byteorder)
        except OSError:
            return 0  # unplugged

    async def _ready(self, *, writing: bool) -> None:
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        watch, unwatch = (loop.add_writer, loop.remove_writer) if writing else (loop.add_reader, loop.remove_reader)
        watch(self._number, ready.set)
        try:
            await ready.wait()
        finally:
            unwatch(self._number)
