"""What a simulated day with every fault costs, beside one in which nothing goes wrong: `python -m bench.simulate`."""

from __future__ import annotations

import argparse
import sys
from time import perf_counter

from bench.report import heading, report
from lobby.simulation.campaign import Campaign

DAY_S = 2.0


def day_s(days: int, *, faults: bool) -> float:
    """Seconds a day, of lobbies that all hold."""
    began = perf_counter()
    for _, _, outcome in Campaign(seed=1, days=days, faults=faults).run():
        if not outcome.holds:
            raise SystemExit(f"An invariant does not hold: {outcome.violations[0]}")
    return (perf_counter() - began) / days


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench.simulate", description=__doc__)
    options.add_argument("--days", type=int, default=20, help="how many days (default 20)")
    days = options.parse_args().days
    calm, wild = day_s(days, faults=False), day_s(days, faults=True)
    heading()
    sys.exit(
        0 if report("a simulated day with every fault", wild, "s", calm, f"<= {DAY_S:.0f} s", wild <= DAY_S) else 1
    )


if __name__ == "__main__":
    main()
