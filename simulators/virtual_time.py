"""An event loop whose time costs nothing: when no task can go on, it jumps to the next timer.

A whole day of `asyncio.sleep` and `asyncio.timeout` passes in a second or two, and in the same order each time. Time
spent computing does not count. Threads are outside of it: what runs under this loop has none.
"""

from __future__ import annotations

import asyncio
import math
import selectors
from collections.abc import Callable, Coroutine, Mapping
from contextvars import Context
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_NANOSECOND = 1e-9

STANDSTILL_S = 5.0
"""Real seconds without a timer or a ready task after which nothing can ever go on."""


class Standstill(RuntimeError):
    """Every task waits for another and no timer is set: virtual time can never move again."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """`time()` starts at 0 and is virtual. Real sockets still work, but nobody waits for them while a timer is set."""

    def __init__(self) -> None:
        self._virtual_s = 0.0
        super().__init__(_JumpingSelector(self))

    def time(self) -> float:
        return self._virtual_s

    def call_at(
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """As always; but never for this very moment, which floating point may make of a very short wait."""
        return super().call_at(max(when, math.nextafter(self._virtual_s, math.inf)), callback, *args, context=context)

    def jump(self, seconds: float) -> None:
        """Move on by `seconds`, far from zero by a hair more: a timer runs once its time is passed by a nanosecond."""
        there = self._virtual_s + seconds
        self._virtual_s = there if there + _NANOSECOND > there else math.nextafter(there, math.inf)


class _JumpingSelector(selectors.BaseSelector):
    """The loop's selector, which jumps ahead where a real one would wait."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self._real = selectors.DefaultSelector()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            ready = self._real.select(STANDSTILL_S)
            if not ready:
                raise Standstill("every task waits and no timer is set")
            return ready
        ready = self._real.select(0)
        if not ready and timeout > 0:
            self._loop.jump(timeout)
        return ready

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.modify(fileobj, events, data)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()

    def close(self) -> None:
        self._real.close()


def run_virtual(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` to its end on a fresh virtual loop, like `asyncio.run`."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
