"""One line a goal, the same in every bench: what was measured beside what it is held against."""

from __future__ import annotations

import sys

_COLUMNS = "{goal:<58} {measured:>16} {reference:>16} {ratio:>7}  {bound:<9} {verdict}"


def heading() -> None:
    print(
        _COLUMNS.format(
            goal="goal", measured="measured", reference="reference", ratio="ratio", bound="bound", verdict=""
        )
    )


def report(goal: str, measured: float, unit: str, reference: float, bound: str, ok: bool) -> bool:
    """Print `goal  measured  reference  ratio  bound  ok/MISSED`; `ok` back, so that a bench can count its misses."""
    print(
        _COLUMNS.format(
            goal=goal,
            measured=f"{_number(measured)} {unit}",
            reference=f"{_number(reference)} {unit}",
            ratio=f"{measured / reference:.2f}" if reference else "-",
            bound=bound,
            verdict="ok" if ok else "MISSED",
        )
    )
    sys.stdout.flush()
    return ok


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
