"""Named, supervised loops: one that ends or breaks is begun again, with backoff, and the rest of the house goes on."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from edge.chance import Chance

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0
STEADY_AFTER_S = 60.0  # a loop that ran this long was healthy: its next stumble waits briefly again

log = logging.getLogger("lobby.supervision")


@dataclass
class Loop:
    """One supervised loop as the pages and the metrics show it."""

    name: str
    running: bool = False
    restarts: int = 0
    last_error: str = ""


class Supervisor:
    """Keeps loops running. `loops()` is what /readyz and /metrics read."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._loops: dict[str, Loop] = {}

    def loops(self) -> tuple[Loop, ...]:
        return tuple(self._loops.values())

    async def keep(self, name: str, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run a loop for ever, until cancelled. What breaks it is logged by type and place, never with its values."""
        loop = self._loops.setdefault(name, Loop(name))
        wait_s = FIRST_WAIT_S
        while True:
            began = asyncio.get_running_loop().time()
            await self._once(loop, run)
            if asyncio.get_running_loop().time() - began > STEADY_AFTER_S:
                wait_s = FIRST_WAIT_S
            await asyncio.sleep(wait_s * (500 + self._chance.below(1000)) / 1000)
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    async def _once(self, loop: Loop, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
        loop.running = True
        task = asyncio.create_task(run(), name=loop.name)
        try:
            await asyncio.wait({task})
        finally:
            await _ended(task)
            loop.running = False
        error = task.exception()
        loop.restarts += 1
        loop.last_error = where_broken(error) if error is not None else "ended"
        log.error("%s stopped: %s", loop.name, loop.last_error)


async def _ended(task: asyncio.Task[None]) -> None:
    """Cancel what still runs, and wait until it is gone."""
    task.cancel()
    await asyncio.wait({task})


def where_broken(error: BaseException) -> str:
    """The kinds of error and their places in the code: texts of errors may hold what nobody should read in a log."""
    if isinstance(error, BaseExceptionGroup):
        return "; ".join(where_broken(one) for one in error.exceptions)
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    where = f" at {last.filename.rsplit('/', 1)[-1]}:{last.lineno}" if last else ""
    return f"{type(error).__name__}{where}"
