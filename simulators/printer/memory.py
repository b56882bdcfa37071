"""The printer without a wire, for virtual time: what the driver opens is the model itself."""

from __future__ import annotations

import asyncio

from simulators.printer.model import PrinterModel


class MemoryTransport:
    """Fits the driver's `Transport`. A slow printer needs `simulators.printer.adapters.drive` beside it."""

    def __init__(self, model: PrinterModel) -> None:
        self._model = model
        self.reachable = True

    async def open(self) -> MemoryLink:
        if not self.reachable:
            raise ConnectionRefusedError("the printer's plug is pulled")
        self._model.hung_up()
        return MemoryLink(self._model)


class MemoryLink:
    def __init__(self, model: PrinterModel) -> None:
        self._model = model
        self._news = asyncio.Event()
        self._silence = model.listen(self._news.set)

    async def write(self, data: bytes) -> None:
        while data:
            room = await self._room()
            self._model.receive(data[:room])
            data = data[room:]
            self._unless_dropped()

    async def read(self) -> bytes:
        while not self._model.dropped:
            if said := self._model.take():
                return said
            self._news.clear()
            await self._news.wait()
        return b""

    async def drain(self) -> None:
        """Nothing is ever under way."""

    def close(self) -> None:
        self.abort()

    def abort(self) -> None:
        self._silence()
        self._model.hung_up()

    async def _room(self) -> int:
        self._unless_dropped()
        while not self._model.room:
            self._news.clear()
            await self._news.wait()
            self._unless_dropped()
        return self._model.room

    def _unless_dropped(self) -> None:
        if self._model.dropped:
            raise ConnectionResetError("the link was dropped")
