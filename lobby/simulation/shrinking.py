"""Finds the fewest events that still break an invariant: parts are left out as long as it stays broken.

The way is delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002): halves
first, then ever smaller parts, until no single event can go or the tries are used up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lobby.simulation.plan import Event

TRIES = 60


def shortest(
    events: Sequence[Event], breaks: Callable[[Sequence[Event]], bool], *, tries: int = TRIES
) -> tuple[Event, ...]:
    """The events that are left; `breaks` plays some of them in a new lobby."""
    kept, parts = list(events), 2
    while len(kept) > 1 and tries > 0:
        size = max(1, len(kept) // parts)
        for start in range(0, len(kept), size):
            tries -= 1
            fewer = kept[:start] + kept[start + size :]
            if fewer and breaks(fewer):
                kept, parts = fewer, max(2, parts - 1)
                break
            if tries <= 0:
                break
        else:
            if size == 1:
                break
            parts = min(len(kept), parts * 2)
    return tuple(kept)
