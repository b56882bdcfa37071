"""What a driver is given from above: time and chance. The box's own clock and chance fit as they are."""

from __future__ import annotations

from typing import Protocol


class Monotonic(Protocol):
    def mono_s(self) -> float:
        """Seconds on a clock that never goes back; no meaning across restarts."""


class Dice(Protocol):
    def bytes(self, count: int) -> bytes: ...

    def below(self, bound: int) -> int:
        """A number in `0 <= n < bound`, without bias."""
