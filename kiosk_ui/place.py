"""Where a door is, in words and in numbers for the drawing: people look for a door, not for its name."""

from __future__ import annotations

from dataclasses import dataclass

from edge.wall import Cell, Column, Size, Wall
from kiosk_ui.texts import Lang, Texts

_UNITS = {Size.S: 1, Size.M: 2, Size.L: 3, Size.XL: 4}


@dataclass(frozen=True)
class Part:
    """One piece of a column on the drawing: a cell, or the touchscreen (`cell` is None). `units` is its height."""

    cell: Cell | None
    units: int


def rows_of(wall: Wall) -> int:
    """How many units the tallest column counts; every column is drawn that high."""
    return max((_cell_units(column) for column in wall.columns), default=1)


def parts_of(wall: Wall, column: Column) -> tuple[Part, ...]:
    """A column from the top down, the touchscreen filling what its cells leave."""
    parts = [Part(cell, _UNITS[cell.size]) for cell in column.cells]
    if column.screen_after >= 0:
        room = max(1, rows_of(wall) - _cell_units(column))
        parts.insert(column.screen_after, Part(None, room))
    return tuple(parts)


def where(texts: Texts, lang: Lang, wall: Wall, name: str) -> str:
    """The door in words, seen from the screen: "left of this screen, 5th from the top"."""
    cell = wall.cell(name)
    if cell is None:
        return name
    aside, _ = wall.place_of(cell)
    column = next(column for column in wall.columns if column.name == cell.column)
    return texts.plain(lang, "where.whole", across=_across(texts, lang, aside), down=_down(texts, lang, column, cell))


def _across(texts: Texts, lang: Lang, aside: int) -> str:
    if aside == 0:
        return texts.plain(lang, "where.own_column")
    side = "where.left" if aside < 0 else "where.right"
    if abs(aside) == 1:
        return texts.plain(lang, f"{side}_next")
    return texts.plain(lang, side, th=_ordinal(lang, abs(aside)))


def _down(texts: Texts, lang: Lang, column: Column, cell: Cell) -> str:
    """Counted from the nearer end, so that nobody counts past the middle."""
    from_top, from_foot = cell.row, len(column.cells) - cell.row + 1
    if from_top == 1:
        return texts.plain(lang, "where.top")
    if from_foot == 1:
        return texts.plain(lang, "where.foot")
    if from_top <= from_foot:
        return texts.plain(lang, "where.from_top", th=_ordinal(lang, from_top))
    return texts.plain(lang, "where.from_foot", th=_ordinal(lang, from_foot))


def _ordinal(lang: Lang, number: int) -> str:
    if lang is Lang.ZH:
        return str(number)
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _cell_units(column: Column) -> int:
    return sum(_UNITS[cell.size] for cell in column.cells)
