"""What is going to happen, drawn from a seed before anything does: a part of it can be left out and tried again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import count

from edge.chance import SeededChance

DAY_S = 86_400
OPENS_S, CLOSES_S = 7 * 3600, 22 * 3600
"""Between these times of a day somebody comes to the lobby."""

SCENES_A_DAY = (9, 16)
ERRANDS_A_SCENE = (1, 4)
SCENE_LASTS_S = 45
"""Those who meet in one scene come within so many seconds of each other."""

ERRANDS = (("courier", 7), ("resident", 8), ("staff", 5), ("stranger", 1))
MISHAPS = (("locker", 9), ("printer", 4), ("gateway", 2), ("broker", 2), ("board_power", 2), ("crash", 4), ("clock", 1))


@dataclass(frozen=True)
class Event:
    """Something that begins at `at_s`, seconds of wall time since the first midnight. Its own `seed` draws the rest."""

    number: int
    at_s: int
    kind: str
    seed: int

    def __str__(self) -> str:
        day, second = divmod(self.at_s, DAY_S)
        minute, second = divmod(second, 60)
        return f"{self.number:>4}  day {day + 1} {minute // 60:02}:{minute % 60:02}:{second:02}  {self.kind}"


def drawn(seed: int, days: int, *, faults: bool) -> tuple[Event, ...]:
    """The events of so many days, in the order of their time."""
    chance, numbers = SeededChance(seed), count()
    events = []
    for day in range(days):
        for at_s in _scenes(chance, day):
            kinds = _kinds(chance, faults=faults)
            events += [
                Event(next(numbers), at_s + chance.below(SCENE_LASTS_S), kind, chance.below(1 << 48)) for kind in kinds
            ]
    return tuple(sorted(events, key=lambda event: (event.at_s, event.number)))


def only(events: Sequence[Event], numbers: Collection[int]) -> tuple[Event, ...]:
    return tuple(event for event in events if event.number in numbers)


def _scenes(chance: SeededChance, day: int) -> list[int]:
    many = between(chance, SCENES_A_DAY)
    return sorted(day * DAY_S + OPENS_S + chance.below(CLOSES_S - OPENS_S) for _ in range(many))


def _kinds(chance: SeededChance, *, faults: bool) -> list[str]:
    kinds = [weighted(chance, ERRANDS) for _ in range(between(chance, ERRANDS_A_SCENE))]
    if faults:
        kinds += [weighted(chance, MISHAPS) for _ in range(chance.below(3))]
    return kinds


def between(chance: SeededChance, bounds: tuple[int, int]) -> int:
    lowest, highest = bounds
    return lowest + chance.below(highest - lowest + 1)


def weighted(chance: SeededChance, weights: Sequence[tuple[str, int]]) -> str:
    left = chance.below(sum(weight for _, weight in weights))
    for name, weight in weights:
        left -= weight
        if left < 0:
            return name
    raise AssertionError("the weights do not add up")


def likely(chance: SeededChance, percent: int) -> bool:
    return chance.below(100) < percent
