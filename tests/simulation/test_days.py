"""Days of the whole lobby, with all that can go wrong: the invariants hold, and one seed is one day."""

from __future__ import annotations

import os
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest

from edge.chance import SystemChance
from lobby.commands.simulate import simulate
from lobby.simulation.campaign import Campaign, played, replay
from lobby.simulation.plan import drawn
from lobby.simulation.running import play

DAYS = int(os.environ.get("LOBBY_SIMULATED_DAYS", "200"))
DAYS_A_TEST = 10


@pytest.mark.invariant(1, 2, 3, 5, 6)
@pytest.mark.parametrize("part", range(DAYS // DAYS_A_TEST))
def test_whole_days_with_every_fault_break_no_invariant(
    part: int, record_property: Callable[[str, object], None]
) -> None:
    """Other days in every run; the summary prints their seeds, and `lobby simulate --seed N` plays one again."""
    del part
    seed = SystemChance().below(10**9)
    record_property("simulated_seed", seed)
    outcome = played(drawn(seed, DAYS_A_TEST, faults=True), seed)
    assert outcome.holds, f"lobby simulate --seed {seed} --days {DAYS_A_TEST}: {outcome.violations}"
    assert outcome.lives > 1
    assert outcome.checks > 500


def test_the_same_seed_gives_the_same_journal_byte_for_byte(tmp_path: Path) -> None:
    events = drawn(7, 3, faults=True)
    first, second = (play(events, tmp_path / name, seed=7) for name in ("first", "second"))
    assert (first.journal, first.entries) == (second.journal, second.entries)
    assert play(drawn(8, 3, faults=True), tmp_path / "other", seed=8).journal != first.journal


def test_a_part_of_a_day_can_be_played_alone() -> None:
    numbers = [event.number for event in drawn(7, 1, faults=True) if event.kind == "courier"]
    assert replay(7, 1, numbers).holds


def test_the_command_says_that_it_held() -> None:
    said = StringIO()
    assert simulate(Campaign(seed=5, days=2), [], said) == 0
    assert "Every invariant held: seeds 5 to 5." in said.getvalue()
