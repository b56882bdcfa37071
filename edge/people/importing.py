"""Reading an office's table: every wrong row is named with its row, its column and the reason; nothing is guessed.

A problem holds no value of a person: it is shown beside the file itself, and may be logged.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar

from edge.people import values
from edge.people.columns import Column, Grid, Line, Table, find_grid
from edge.people.facts import Standing
from edge.people.pinyin import spell
from edge.people.plain import plain_number
from edge.people.sheets import BECAME_DATE, read_sheets
from edge.people.who import Role
from edge.people.writing import Place, Resident, Worker
from edge.refusal import Refusal

T = TypeVar("T")
Progress = Callable[[int, int], None]
"""Called with how many of how many rows are done. May be called from another thread."""

PROGRESS_EVERY = 50  # rows


@dataclass(frozen=True)
class ImportProblem:
    """One cell that cannot be taken: its row as the office sees it, the file's own header, and a stable word."""

    row: int
    column: str
    code: str


@dataclass(frozen=True)
class Numbered:
    """What one row says."""

    row: int
    entry: Resident | Worker


@dataclass(frozen=True)
class ImportFile:
    """A table that was read. It can be applied only without problems."""

    table: Table
    file_sha256: str
    entries: tuple[Numbered, ...]
    problems: tuple[ImportProblem, ...]


def read_import(table: Table, data: bytes, progress: Progress | None = None) -> ImportFile:
    """Read a file whole. Raises Refusal `file_…` or `header_missing` where not even the rows can be found."""
    grid = find_grid(table, list(read_sheets(data)))
    if not grid.lines:
        raise Refusal("file_empty")
    reader = _Reader(grid)
    entries = list(reader.rows(_READERS[table], progress))
    _name_twins(grid, entries, reader.problems)
    problems = tuple(sorted(reader.problems, key=lambda problem: problem.row))
    return ImportFile(table, sha256(data).hexdigest(), tuple(entries), problems)


class _Reader:
    """Reads rows cell by cell and goes on after a problem, so that one look at the list mends the whole file."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self.problems: list[ImportProblem] = []

    def rows(self, read: Callable[[_Row], Resident | Worker], progress: Progress | None) -> Iterable[Numbered]:
        total = len(self._grid.lines)
        for done, line in enumerate(self._grid.lines, start=1):
            row = _Row(line, self._grid)
            try:
                entry = read(row)
            except Refusal as refusal:
                row.refuse(None, refusal.code)
            else:
                if not row.problems:
                    yield Numbered(line.number, entry)
            self.problems += row.problems
            if progress is not None and (done % PROGRESS_EVERY == 0 or done == total):
                progress(done, total)


class _Row:
    """One line while it is read. A cell that cannot be read leaves a problem and its `spare` in the entry."""

    def __init__(self, line: Line, grid: Grid) -> None:
        self._line = line
        self._grid = grid
        self.problems: list[ImportProblem] = []

    def has(self, column: Column) -> bool:
        return bool(self._line.text(column))

    def text(self, column: Column) -> str:
        return self._line.text(column)

    def read(self, column: Column, read: Callable[[str], T], spare: T, *, flaws_allowed: tuple[str, ...] = ()) -> T:
        cell = self._line.cells.get(column)
        if cell is not None and cell.flaw and cell.flaw not in flaws_allowed:
            self.refuse(column, cell.flaw)
            return spare
        try:
            return read(cell.text if cell is not None else "")
        except Refusal as refusal:
            self.refuse(column, refusal.code)
            return spare

    def may(self, column: Column, read: Callable[[str], T], *, flaws_allowed: tuple[str, ...] = ()) -> T | None:
        """None for an empty cell or a missing column: the file does not say."""
        if not self.has(column):
            return None
        found: T | None = self.read(column, read, None, flaws_allowed=flaws_allowed)
        return found

    def refuse(self, column: Column | None, code: str) -> None:
        title = self._grid.titles.get(column, column.value) if column is not None else ""
        self.problems.append(ImportProblem(self._line.number, title, code))


def _read_resident(row: _Row) -> Resident:
    standing = row.read(Column.STANDING, values.read_standing, Standing.FAMILY)
    name = row.read(Column.NAME, values.read_name, "")
    return Resident(
        place=_read_place(row),
        name=name,
        spelled=spell(name),
        standing=standing,
        phone=_read_resident_phone(row, standing),
        document_kind=_read_document_kind(row),
        document_number=_read_document_number(row),
        language=row.may(Column.LANGUAGE, values.read_language),
        since=row.may(Column.SINCE, values.read_date, flaws_allowed=(BECAME_DATE,)),
        until=row.may(Column.UNTIL, values.read_date, flaws_allowed=(BECAME_DATE,)),
        locker_consent=row.may(Column.CONSENT, values.read_yes_no),
    )


def _read_place(row: _Row) -> Place:
    if row.has(Column.UNIT) and not row.has(Column.ROOM):
        return Place(*row.read(Column.UNIT, values.split_unit, ("", "", "")))
    entrance = row.may(Column.ENTRANCE, lambda text: values.read_place(text, values.ENTRANCE_WORDS))
    return Place(
        row.read(Column.BUILDING, lambda text: values.read_place(text, values.BUILDING_WORDS), ""),
        entrance or "",
        row.read(Column.ROOM, values.read_room, ""),
    )


def _read_resident_phone(row: _Row, standing: Standing) -> str:
    """Children and the old may have none; an owner is whom the house must be able to reach."""
    if standing is not Standing.OWNER and not row.has(Column.PHONE):
        return ""
    return row.read(Column.PHONE, values.read_phone, "")


def _read_document_kind(row: _Row) -> str | None:
    if not row.has(Column.DOCUMENT_NUMBER):
        return None
    kind = row.may(Column.DOCUMENT_KIND, values.read_document_kind)
    return kind or "id_card"  # a column of identity numbers alone is called 身份证号


def _read_document_number(row: _Row) -> str | None:
    kind = "id_card"
    if row.has(Column.DOCUMENT_KIND):
        try:
            kind = values.read_document_kind(row.text(Column.DOCUMENT_KIND))
        except Refusal:
            return None  # the kind is named as the problem; its number cannot be judged
    return row.may(Column.DOCUMENT_NUMBER, lambda text: values.read_document_number(kind, text))


def _read_staff(row: _Row) -> Worker:
    return Worker(
        number=plain_number(row.read(Column.NUMBER, values.read_word, "")),
        name=row.read(Column.NAME, values.read_name, ""),
        phone=row.read(Column.PHONE, values.read_phone, ""),
        roles=row.read(Column.POST, values.read_roles, frozenset({Role.SECURITY})),
    )


def _read_courier(row: _Row) -> Worker:
    return Worker(
        number=plain_number(row.read(Column.NUMBER, values.read_word, "")),
        name=row.read(Column.NAME, values.read_name, ""),
        phone=row.read(Column.PHONE, values.read_phone, ""),
        carrier=row.read(Column.CARRIER, values.read_word, ""),
    )


_READERS: dict[Table, Callable[[_Row], Resident | Worker]] = {
    Table.RESIDENTS: _read_resident,
    Table.STAFF: _read_staff,
    Table.COURIERS: _read_courier,
}


def person_key(resident: Resident) -> tuple[str, ...]:
    """The same unit, name and phone is the same person."""
    place = resident.place
    return place.building, place.entrance, place.room, resident.name, resident.phone


def _identities(entry: Resident | Worker) -> list[tuple[Column, str, Hashable]]:
    """What no two rows may share, where it stands, and what it is called when they do."""
    if isinstance(entry, Resident):
        return [(Column.NAME, "twice_in_file", person_key(entry))]
    number = (Column.NUMBER, "number_taken", entry.number)
    return [number, (Column.PHONE, "phone_taken", entry.phone)] if Role.COURIER in entry.roles else [number]


def _name_twins(grid: Grid, entries: list[Numbered], problems: list[ImportProblem]) -> None:
    """Two rows that would be one person, or two people who would sign in alike: the second is named."""
    seen: set[Hashable] = set()
    for numbered in entries:
        for column, code, identity in _identities(numbered.entry):
            if (column, identity) in seen:
                problems.append(ImportProblem(numbered.row, grid.titles.get(column, column.value), code))
            seen.add((column, identity))
