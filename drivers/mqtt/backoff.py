"""How long to wait before the next try: longer each time, and never in step with everybody else."""

from __future__ import annotations

from drivers.given import Dice

_STEPS = 1000


class Backoff:
    """Exponential with full jitter over its upper half: `first_s` doubles up to `most_s`."""

    def __init__(self, dice: Dice, *, first_s: float = 0.5, most_s: float = 15.0) -> None:
        self._dice = dice
        self._first_s = first_s
        self._most_s = most_s
        self._tries = 0

    def next_s(self) -> float:
        """The next wait, between half of its ceiling and the ceiling."""
        ceiling = min(self._most_s, self._first_s * (1 << min(self._tries, 16)))
        self._tries += 1
        return ceiling * (0.5 + 0.5 * self._dice.below(_STEPS) / _STEPS)

    def reset(self) -> None:
        """It went well: begin again with the shortest wait."""
        self._tries = 0
