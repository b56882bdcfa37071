"""Many days in many lobbies: each seed plays a week or so in a lobby of its own, on every core that there is."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from lobby.simulation.plan import Event, drawn, only
from lobby.simulation.running import Outcome, play
from lobby.simulation.shrinking import shortest

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own in there
DAYS_A_LOBBY = 10
"""Longer, and the journal that is folded again each evening costs more than the day."""


@dataclass(frozen=True)
class Campaign:
    """`days` in all, from `seed` on; each further lobby takes the next seed."""

    seed: int
    days: int
    faults: bool = True
    jobs: int = 1

    def lobbies(self) -> list[tuple[int, int]]:
        """Seed and days of each."""
        whole, rest = divmod(self.days, DAYS_A_LOBBY)
        lengths = [DAYS_A_LOBBY] * whole + ([rest] if rest else [])
        return [(self.seed + number, days) for number, days in enumerate(lengths)]

    def run(self) -> Iterator[tuple[int, int, Outcome]]:
        """Seed, days and outcome of each lobby, as they finish in order."""
        lobbies = self.lobbies()
        if self.jobs == 1 or len(lobbies) == 1:
            for seed, days in lobbies:
                yield seed, days, played(drawn(seed, days, faults=self.faults), seed)
            return
        with ProcessPoolExecutor(self.jobs, mp_context=get_context("spawn")) as pool:
            outcomes = pool.map(_played, [(seed, days, self.faults) for seed, days in lobbies])
            for (seed, days), outcome in zip(lobbies, outcomes, strict=True):
                yield seed, days, outcome


def played(events: Sequence[Event], seed: int) -> Outcome:
    """Play in a folder that is thrown away; in memory where there is such a place, for no plug is pulled here."""
    with tempfile.TemporaryDirectory(prefix="lobby-simulate-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        return play(events, Path(folder), seed=seed)


def _played(lobby: tuple[int, int, bool]) -> Outcome:
    seed, days, faults = lobby
    return played(drawn(seed, days, faults=faults), seed)


def replay(seed: int, days: int, numbers: Collection[int], *, faults: bool = True) -> Outcome:
    """Play only these events of a seed."""
    return played(only(drawn(seed, days, faults=faults), numbers), seed)


def shortest_replay(
    seed: int, days: int, outcome: Outcome, *, faults: bool = True, tried: Callable[[], None] = lambda: None
) -> tuple[Event, ...]:
    """The fewest events found that break the same invariant."""
    invariant = outcome.violations[0].partition(":")[0]

    def breaks(events: Sequence[Event]) -> bool:
        tried()
        return any(one.startswith(invariant) for one in played(events, seed).violations)

    return shortest(drawn(seed, days, faults=faults), breaks)
