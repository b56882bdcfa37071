"""One connection to one printer: what it says is read all the time, beside what is written."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from drivers.printer.commands import CLEAR_BUFFERS, HEALTH_QUESTIONS, ask_health
from drivers.printer.status import (
    Answer,
    AutoStatus,
    Cleared,
    Info,
    PrinterState,
    Processed,
    RealTime,
    Report,
    StatusParser,
    learn,
)
from drivers.printer.transports import Link, Transport

PIECE = 512  # bytes written at a time: half a second at 9600 baud, so that a write that hangs is seen as one


class LinkLost(Exception):
    """The connection broke, or could not be made."""


class Silent(Exception):
    """No answer, or no byte taken, in the time given."""


@dataclass
class Heard:
    """All that the printer has said on this connection."""

    state: PrinterState = field(default_factory=PrinterState)
    real_time: list[int] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    infos: list[str] = field(default_factory=list)
    processed: set[bytes] = field(default_factory=set)
    cleared: bool = False

    def take(self, report: Report) -> None:
        match report:
            case RealTime(bits):
                self.real_time.append(bits)
            case AutoStatus(state):
                self.state = state
            case Answer(bits):
                self.answers.append(bits)
            case Processed(ident):
                self.processed.add(ident)
            case Cleared():
                self.cleared = True
            case Info(text):
                self.infos.append(text)
            case _:
                pass  # noise


class Session:
    """Use as `async with Session(transport, …)`: entering opens the link, leaving closes it.

    Left by an exception or after `forsake`, what is still under way is thrown away, not delivered later.
    """

    def __init__(self, transport: Transport, *, connect_s: float, write_s: float) -> None:
        self.heard = Heard()
        self._transport = transport
        self._connect_s = connect_s
        self._write_s = write_s
        self._news = asyncio.Event()
        self._lost = False
        self._forsaken = False

    async def __aenter__(self) -> Self:
        try:
            async with asyncio.timeout(self._connect_s):
                self._link: Link = await self._transport.open()
        except OSError as error:
            raise LinkLost(str(error)) from error
        self._reader = asyncio.create_task(self._listen(), name="printer-listen")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._reader.cancel()
        try:
            await asyncio.wait({self._reader})
        finally:
            if kind is None and not (self._forsaken or self._lost):
                self._link.close()
            else:
                self._link.abort()

    @property
    def lost(self) -> bool:
        return self._lost

    async def drain(self, timeout_s: float) -> None:
        """Wait until a printer that never answers has taken all. Raises `LinkLost`, `Silent` (it does not)."""
        self._reader.cancel()
        await asyncio.wait({self._reader})
        try:
            async with asyncio.timeout(timeout_s):
                await self._link.drain()
        except TimeoutError as error:
            raise Silent("takes no more") from error
        except OSError as error:
            raise LinkLost(str(error)) from error

    def forsake(self) -> None:
        """What the printer has not taken yet, it shall never get."""
        self._forsaken = True

    async def write(self, data: bytes, *, unless: Callable[[], bool] = lambda: False) -> bool:
        """Write piece by piece; stop when `unless` becomes true. Returns whether all was written.

        Raises `LinkLost`, `Silent` (the printer takes no more).
        """
        for at in range(0, len(data), PIECE):
            if unless() or not await self._write_piece(data[at : at + PIECE], unless):
                return False
        return True

    async def _write_piece(self, piece: bytes, unless: Callable[[], bool]) -> bool:
        writing = asyncio.create_task(self._put(piece), name="printer-write")
        writing.add_done_callback(lambda _: self._news.set())
        try:
            await self.until(lambda: writing.done() or unless(), self._write_s)
        finally:
            writing.cancel()
            await asyncio.wait({writing})
        if self._lost:
            raise LinkLost("broke while writing")
        return not writing.cancelled()

    async def _put(self, piece: bytes) -> None:
        try:
            await self._link.write(piece)
        except OSError:
            self._lost = True

    async def until(self, happened: Callable[[], bool], timeout_s: float) -> None:
        """Return as soon as `happened()`. Raises `LinkLost` where the link breaks before, `Silent` after the time."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._until(happened)
        except TimeoutError as error:
            raise Silent("no answer") from error

    async def _until(self, happened: Callable[[], bool]) -> None:
        while not happened():
            if self._lost:
                raise LinkLost("closed by the printer")
            self._news.clear()
            await self._news.wait()

    async def ask_health(self, timeout_s: float) -> PrinterState:
        """`DLE EOT` 1 to 4, one at a time since the answers bear no number. Raises `LinkLost`, `Silent`."""
        state = PrinterState()
        for question in HEALTH_QUESTIONS:
            self.heard.real_time.clear()
            await self.write(ask_health(question))
            await self.until(lambda: bool(self.heard.real_time), timeout_s)
            state = learn(state, question, self.heard.real_time[0])
        self.heard.state = state
        return state

    async def clear_buffers(self, timeout_s: float) -> None:
        """`DLE DC4` 8; proof is the answer. Raises `LinkLost`, `Silent`."""
        self.heard.cleared = False
        await self.write(CLEAR_BUFFERS)
        await self.until(lambda: self.heard.cleared, timeout_s)

    async def _listen(self) -> None:
        parser = StatusParser()
        try:
            while data := await self._link.read():
                for report in parser.feed(data):
                    self.heard.take(report)
                self._news.set()
        except OSError:
            pass  # as good as a farewell: either way nobody is there any more
        self._lost = True
        self._news.set()
