"""`lobby simulate`: days of a whole lobby with everything that can go wrong, and the shortest way to what did."""

from __future__ import annotations

from collections.abc import Collection
from time import perf_counter
from typing import TextIO

from lobby.simulation.campaign import Campaign, replay, shortest_replay
from lobby.simulation.plan import drawn, only
from lobby.simulation.running import Outcome


def simulate(campaign: Campaign, numbers: Collection[int], out: TextIO) -> int:
    """0 when every invariant held. With `numbers` only these events of the seed are played."""
    if not numbers:
        return _campaign(campaign, out)
    for event in only(drawn(campaign.seed, campaign.days, faults=campaign.faults), numbers):
        print(event, file=out)
    outcome = replay(campaign.seed, campaign.days, numbers, faults=campaign.faults)
    _tell(outcome, out)
    return 0 if outcome.holds else 1


def _campaign(campaign: Campaign, out: TextIO) -> int:
    began, done, entries = perf_counter(), 0, 0
    for seed, days, outcome in campaign.run():
        if not outcome.holds:
            print(f"\nseed {seed}, {days} days: an invariant does not hold.", file=out)
            _tell(outcome, out)
            _shrink(seed, days, outcome, campaign, out)
            return 1
        done, entries = done + days, entries + outcome.entries
        print(
            f"\r{done:,} of {campaign.days:,} days, {entries:,} facts, {outcome.lives} lives in the last lobby,"
            f" {(perf_counter() - began) / done:.2f} s a day",
            end="",
            file=out,
            flush=True,
        )
    print(f"\nEvery invariant held: seeds {campaign.seed} to {campaign.lobbies()[-1][0]}.", file=out)
    return 0


def _tell(outcome: Outcome, out: TextIO) -> None:
    for violation in outcome.violations[:5]:
        print(violation, file=out)
    print("The last facts:", file=out)
    for fact in outcome.last_facts:
        print(f"  {fact}", file=out)


def _shrink(seed: int, days: int, outcome: Outcome, campaign: Campaign, out: TextIO) -> None:
    print("Looking for the shortest replay ", end="", file=out, flush=True)
    left = shortest_replay(
        seed, days, outcome, faults=campaign.faults, tried=lambda: print(".", end="", file=out, flush=True)
    )
    print(file=out)
    for event in left:
        print(event, file=out)
    numbers = ",".join(str(event.number) for event in left)
    faults = "" if campaign.faults else " --faults none"
    print(f"Again: lobby simulate --seed {seed} --days {days}{faults} --only {numbers}", file=out)
