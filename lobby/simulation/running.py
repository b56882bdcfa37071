"""Plays a plan: people come, things go wrong, the service dies and comes back, and the days pass."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias

from edge.chance import SeededChance
from edge.parcels.flows.placing import FORMS
from edge.settings import Settings
from lobby.rehearsal import PlainWords, World, devices_running, service_running
from lobby.simulation import mishaps, residents, staff
from lobby.simulation.couriers import round_of
from lobby.simulation.lobby import Frozen, Lobby
from lobby.simulation.plan import DAY_S, Event, between
from lobby.simulation.staff import Clerk
from lobby.simulation.town import Town, settle
from lobby.simulation.witness import Witness
from lobby.wiring import Words
from simulators.virtual_time import run_virtual

Play: TypeAlias = Callable[[Lobby, SeededChance], Awaitable[None]]

SETTINGS = Settings.model_validate(
    {
        "box": {"id": "simulated-1"},
        "locker": {
            "columns": [
                {"name": "A", "cells": "s s s m l", "low": [4, 5]},
                {"name": "B", "cells": "s m xl", "low": [2, 3], "screen_after": 1},
            ]
        },
    }
)
STARTS_WITHIN_S = 12.0
DOWN_S = (1, 30)
FINISHES_WITHIN_S = 900.0
LAST_FACTS = 12
BROKEN = 0
"""The number of no invariant: somebody was answered with an error that is none of the house's refusals."""

PLAYS: dict[str, Play] = {
    "courier": round_of,
    "resident": residents.visit_of,
    "staff": staff.work_of,
    "stranger": residents.stranger,
    "locker": mishaps.locker,
    "printer": mishaps.printer,
    "gateway": mishaps.gateway,
    "broker": mishaps.broker,
    "board_power": mishaps.board_power,
    "clock": mishaps.clock,
}


@dataclass(frozen=True)
class Outcome:
    """`journal` is the hash of every entry's bytes: the same plan gives the same one."""

    violations: tuple[str, ...]
    last_facts: tuple[str, ...]
    entries: int
    lives: int
    checks: int
    journal: str

    @property
    def holds(self) -> bool:
        return not self.violations


def play(events: Sequence[Event], state: Path, *, seed: int) -> Outcome:
    """Play the events in a new lobby whose files lie in `state`, up to the evening of the first violation."""
    return run_virtual(_Run(events, state, seed).whole())


class _Run:
    def __init__(self, events: Sequence[Event], state: Path, seed: int) -> None:
        self._events = list(events)
        self._state = state
        self._world = World(SETTINGS, seed=seed)
        town = Town()
        self._witness = Witness(self._world, town, state)
        self._lobby = Lobby(self._world, town, self._witness)
        self._life: AsyncExitStack | None = None
        self._playing: list[asyncio.Task[None]] = []

    async def whole(self) -> Outcome:
        async with devices_running(self._world):
            self._witness.begin()
            await self._start()
            try:
                await settle(self._lobby.house, self._lobby.town)
                await self._days()
                return self._outcome()
            finally:
                await self._stop()

    async def _days(self) -> None:
        for day in range(1 + max((event.at_s // DAY_S for event in self._events), default=0)):
            await self._day([event for event in self._events if event.at_s // DAY_S == day])
            if self._witness.violations:
                return

    async def _day(self, events: list[Event]) -> None:
        for event in events:
            await self._until(event.at_s)
            self._playing.append(asyncio.create_task(self._play(event), name=str(event)))
        await self._finished()
        await self._evening()

    async def _play(self, event: Event) -> None:
        chance = SeededChance(event.seed)
        if event.kind == "crash":
            await self._crash(chance)
            return
        try:
            await PLAYS[event.kind](self._lobby, chance)
        except Frozen:
            return

    # -- time ----------------------------------------------------------------------------------------------------

    def _wall_s(self) -> float:
        return asyncio.get_running_loop().time() + self._world.calendar.ahead.total_seconds()

    async def _until(self, at_s: int) -> None:
        """Wait until it is that time of the day; when nobody is at anything, the time between is skipped."""
        while (left_s := at_s - self._wall_s()) > 0:
            if any(not task.done() for task in self._playing):
                await asyncio.sleep(min(1.0, left_s))
                continue
            await self._finished()
            self._world.calendar.ahead += timedelta(seconds=max(0.0, left_s - 1))
            await asyncio.sleep(min(1.0, left_s))

    async def _finished(self) -> None:
        """Everybody is gone and every fault is over; whatever broke on the way counts as a violation."""
        playing, self._playing = self._playing, []
        async with asyncio.timeout(FINISHES_WITHIN_S):
            ends = await asyncio.gather(*playing, return_exceptions=True)
        for task, end in zip(playing, ends, strict=True):
            if isinstance(end, BaseException):
                self._witness.note(BROKEN, f"{type(end).__name__}: {end} in {task.get_name().strip()}")

    async def _evening(self) -> None:
        """The last visits end by themselves, staff see to what waits, and the day is held against the invariants."""
        if self._lobby.stage is None:
            await self._start()
        await asyncio.sleep(200)
        await Clerk(self._lobby, self._lobby.town.staff[0], SeededChance(1)).closes_the_day()
        await asyncio.sleep(60)
        self._witness.day_is_over(self._lobby.house)

    # -- lives of the service ------------------------------------------------------------------------------------

    async def _start(self) -> None:
        words = PlainWords()
        self._life = AsyncExitStack()
        stage = await self._life.enter_async_context(service_running(self._world, self._state, Words(words, words)))
        for form in FORMS:
            stage.house.slips.form(form, lambda slip: {"about": slip.about})
        self._witness.came_back()
        self._lobby.stage = stage
        await asyncio.sleep(STARTS_WITHIN_S)

    async def _stop(self) -> None:
        self._lobby.go_down()
        if self._life is not None:
            await self._life.aclose()
            self._life = None

    async def _crash(self, chance: SeededChance) -> None:
        await asyncio.sleep(chance.below(40_000) / 1000)
        if self._lobby.stage is None:
            return
        await self._stop()
        await asyncio.sleep(between(chance, DOWN_S))
        await self._start()

    # -- the end -------------------------------------------------------------------------------------------------

    def _outcome(self) -> Outcome:
        digest, last = sha256(), []
        with self._lobby.house.ledger.reading() as db:
            rows = db.execute("SELECT seq, at, kind, subject, actor, data, hash FROM entry ORDER BY seq").fetchall()
        for row in rows:
            digest.update(row[-1])
        for seq, at, kind, subject, actor, data, _ in rows[-LAST_FACTS:]:
            last.append(f"{seq} {at} {kind} {subject} by {actor} {bytes(data).decode()}")
        violations = tuple(str(violation) for violation in self._witness.violations)
        checks, lives = self._witness.checks, self._world.lives
        return Outcome(violations, tuple(last), len(rows), lives, checks, digest.hexdigest())
