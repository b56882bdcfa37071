"""What a board said and nobody has taken yet, oldest first."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from drivers.ports import ActReport, BoardEvent, BoardReport, SlotChanged, StatusChanged

MOST_WAITING = 10_000
"""Beyond it events wait at the board instead, which keeps them until they are acknowledged."""

Key = tuple[str, ...]


class Reports:
    """A queue in which a newer picture replaces an older one of the same thing; words and events are all kept."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[Key, BoardReport] = OrderedDict()
        self._some = asyncio.Event()

    @property
    def full(self) -> bool:
        return len(self._waiting) >= MOST_WAITING

    def put(self, report: BoardReport) -> None:
        key = _key(report)
        if isinstance(report, BoardEvent) and key in self._waiting:
            return
        self._waiting.pop(key, None)
        self._waiting[key] = report
        self._some.set()

    async def take(self) -> BoardReport:
        while not self._waiting:
            self._some.clear()
            await self._some.wait()
        return self._waiting.popitem(last=False)[1]


def _key(report: BoardReport) -> Key:
    match report:
        case StatusChanged():
            return ("status",)
        case SlotChanged():
            return ("slot", report.state.slot)
        case ActReport():
            return ("act", report.act, report.stage)
        case BoardEvent():
            return ("event", report.boot, str(report.seq))
