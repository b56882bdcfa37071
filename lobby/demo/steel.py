"""What lies in the cells and which doors stand open: steel does not forget when the demo ends, so it is kept in a file.

A locker that begins anew is empty and shut. Its power is cut, everything is put back by hand, and its power is given
again: so its board sees what it would see after a night without power, and no door is reported as forced.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from lobby.demo.places import read_json, write_json
from simulators.control import Peer, Refused, Seen

AGAIN_S = 0.5


class Steel:
    def __init__(self, file: Path, locker: Peer) -> None:
        self._file = file
        self._locker = locker

    async def put_back(self) -> None:
        """Raises `Refused` where the locker is not there."""
        kept = read_json(self._file).get("cells", {})
        if not kept:
            return
        await self._locker.do("power", on=0)
        for slot, cell in kept.items():
            await self._locker.do("pull", slot=slot)
            if cell["item"]:
                await self._locker.do("put", slot=slot, item=cell["item"])
            if not cell["open"]:
                await self._locker.do("close", slot=slot)
        await self._locker.do("power", on=1)

    async def keep(self) -> None:
        """Write down each change, until cancelled. A locker that broke and came back gets everything back first."""
        while True:
            try:
                await self._watch()
            except Refused:
                await asyncio.sleep(AGAIN_S)

    async def _watch(self) -> None:
        seen = await self._locker.see()
        if _cells(seen) != read_json(self._file).get("cells", {}):
            await self.put_back()
        async for now in self._locker.watch():
            if _cells(now) != read_json(self._file).get("cells", {}):
                write_json(self._file, {"cells": _cells(now)})


def _cells(seen: Seen) -> dict[str, dict[str, object]]:
    """Every cell that is not shut and empty."""
    return {
        cell["name"]: {"item": cell["item"], "open": cell["open"]}
        for cell in seen["cells"]
        if cell["item"] or cell["open"]
    }
