"""The lobby as people find it: a screen that answers, is frozen, or comes back; doors that stand open or do not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from edge.chance import SeededChance
from edge.house import House
from edge.ledger import LedgerClosed, Request
from edge.parcels.tables import ParcelRow, parcel_row
from edge.people.who import Who
from lobby.rehearsal import Stage, World
from lobby.simulation.plan import likely
from lobby.simulation.town import Town
from simulators.locker.locker import Locker

T = TypeVar("T")

Flow = Callable[[House, Request], Awaitable[T]]

DOOR_IS_WATCHED_S = 6.0
DOUBLE_TAP_PERCENT = 12


class Frozen(Exception):
    """The screen does not answer: the service is down, or went down over the request."""


class Onlooker(Protocol):
    """Who is told of each answer; see `lobby.simulation.witness`."""

    def answered(self, house: House, answer: object) -> None: ...


@dataclass
class Lobby:
    world: World
    town: Town
    witness: Onlooker
    stage: Stage | None = None
    asked: int = 0
    waiting: dict[asyncio.Task[object], None] = field(default_factory=dict)  # in order: a set has none

    @property
    def house(self) -> House:
        if self.stage is None:
            raise Frozen
        return self.stage.house

    @property
    def steel(self) -> Locker:
        return self.world.steel

    async def ask(self, who: Who, flow: Flow[T], chance: SeededChance) -> T:
        """Press a key on a screen. Some press twice: both presses get one answer. Raises Refusal, `Frozen`."""
        self.asked += 1
        request = Request(actor=who.id, key=f"people:{who.id}:{self.asked}")
        presses = [self._press(flow, request)]
        if likely(chance, DOUBLE_TAP_PERCENT):
            presses.append(self._press(flow, request))
        first, *again = await asyncio.gather(*presses, return_exceptions=True)
        for second in again:
            if isinstance(first, BaseException) or isinstance(second, BaseException):
                continue
            if first != second:
                raise AssertionError(f"one key, two answers: {first!r}, {second!r}")
        if isinstance(first, BaseException):
            raise first
        return first

    async def _press(self, flow: Flow[T], request: Request) -> T:
        house = self.house

        async def pressed() -> object:
            return await flow(house, request)

        task = asyncio.create_task(pressed())
        self.waiting[task] = None
        try:
            answer = await task
        except (asyncio.CancelledError, LedgerClosed):
            if self.stage is not None and self.stage.house is house:
                raise
            raise Frozen from None
        finally:
            self.waiting.pop(task, None)
        self.witness.answered(house, answer)
        return answer  # type: ignore[return-value]  # what the flow answered

    def go_down(self) -> None:
        """The service is gone between two instructions: nobody who asked is answered any more."""
        self.stage = None
        for task in tuple(self.waiting):
            task.cancel()

    async def comes_back(self, within_s: float) -> bool:
        """Stand before a frozen screen for a while."""
        async with asyncio.timeout(within_s + 1):
            for _ in range(int(within_s)):
                if self.stage is not None:
                    return True
                await asyncio.sleep(1)
        return self.stage is not None

    # -- what can be seen --------------------------------------------------------------------------------------

    def is_open(self, cell: str) -> bool:
        return self.steel.is_open(cell)

    async def opens(self, cell: str) -> bool:
        """Watch a door for as long as people do."""
        for _ in range(int(DOOR_IS_WATCHED_S / 0.25)):
            if self.is_open(cell):
                return True
            await asyncio.sleep(0.25)
        return False

    def row(self, parcel: str) -> ParcelRow | None:
        with self.house.ledger.reading() as db:
            return parcel_row(db, parcel)
