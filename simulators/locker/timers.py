"""Things that happen a little later, on a clock that comes from outside."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count

CLOCK_STEP_S = 1e-6
"""An event loop takes a timer for due within its clock's resolution (1e-9 s): what is that near is due here too."""


class Timers:
    """Pure: nothing runs by itself. Who holds it asks `next_s` and calls `run` when that time has come."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._off: set[int] = set()

    def at(self, when_s: float, action: Callable[[], None]) -> int:
        """Plan an action; what is planned for the same moment runs in the order of planning. Returns its ticket."""
        ticket = next(self._order)
        heapq.heappush(self._heap, (when_s, ticket, action))
        return ticket

    def off(self, ticket: int) -> None:
        """Forget one planned action."""
        if any(waiting == ticket for _, waiting, _ in self._heap):
            self._off.add(ticket)

    def next_s(self) -> float | None:
        while self._heap and self._heap[0][1] in self._off:
            self._off.discard(heapq.heappop(self._heap)[1])
        return self._heap[0][0] if self._heap else None

    def run(self, now_s: float) -> None:
        """Run all that is due, also what those actions plan for now."""
        while (next_s := self.next_s()) is not None and next_s <= now_s + CLOCK_STEP_S:
            heapq.heappop(self._heap)[2]()
