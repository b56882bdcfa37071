"""The locker as it stands in the room: columns of cells, and the pane of the touchscreen between them.

Positions are people's words for a door ("left of the screen, 5th from the top"), so they live beside the device's
name for it and never in the device's own messages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Size(StrEnum):
    """Cell sizes in the order in which a bigger parcel asks for them."""

    S = "s"
    M = "m"
    L = "l"
    XL = "xl"

    def fits(self, wanted: Size) -> bool:
        return SIZES.index(self) >= SIZES.index(wanted)


SIZES = tuple(Size)


@dataclass(frozen=True)
class Cell:
    """One door. `row` counts from the top of its column, 1-based; `low` can be reached from a wheelchair."""

    name: str
    column: str
    row: int
    size: Size
    low: bool = False


@dataclass(frozen=True)
class Column:
    """One column from the top down. `screen_after` is the number of cells above the touchscreen, -1 without one."""

    name: str
    cells: tuple[Cell, ...]
    screen_after: int = -1


@dataclass(frozen=True)
class Wall:
    device: str
    columns: tuple[Column, ...]

    def __iter__(self) -> Iterator[Cell]:
        for column in self.columns:
            yield from column.cells

    def cell(self, name: str) -> Cell | None:
        return next((cell for cell in self if cell.name == name), None)

    def place_of(self, cell: Cell) -> tuple[int, int]:
        """(columns right of the screen: negative is left of it, 0 its own column; row from the top)."""
        names = [column.name for column in self.columns]
        screen = next((i for i, column in enumerate(self.columns) if column.screen_after >= 0), 0)
        return names.index(cell.column) - screen, cell.row


def wall_from(device: str, layout: list[dict[str, object]]) -> Wall:
    """Build a wall from its settings: `[{"name": "A", "cells": "ssmm", "low": [3, 4], "screen_after": -1}, …]`.

    `cells` is one word a cell, separated by blanks; `low` lists the rows that a wheelchair user reaches.
    Raises `ValueError` for an unknown size or a column named twice.
    """
    columns = tuple(_column(entry) for entry in layout)
    if len({column.name for column in columns}) != len(columns):
        raise ValueError("a locker column is named twice")
    return Wall(device, columns)


def _column(entry: dict[str, object]) -> Column:
    name, low = str(entry["name"]), entry.get("low", [])
    low_rows = {int(row) for row in low} if isinstance(low, list) else set()
    sizes = str(entry["cells"]).split()
    cells = tuple(
        Cell(f"{name}{row:02d}", name, row, Size(size), row in low_rows) for row, size in enumerate(sizes, start=1)
    )
    after = entry.get("screen_after", -1)
    return Column(name, cells, int(after) if isinstance(after, int) else -1)
