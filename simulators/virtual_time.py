"""An event loop whose time costs nothing: when no task can go on, it jumps to the next timer.

A whole day of `asyncio.sleep` and `asyncio.timeout` passes in a second or two, and in the same order each time. Time
spent computing does not count. Threads are outside of it: what runs under this loop has none.
"""

from __future__ import annotations

import asyncio
import math
import selectors
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

T = TypeVar("T")

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

    def jump(self, seconds: float) -> None:
        """Move on by `seconds`, and by the least possible step where floating point would swallow them."""
        self._virtual_s = max(self._virtual_s + seconds, math.nextafter(self._virtual_s, math.inf))


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
