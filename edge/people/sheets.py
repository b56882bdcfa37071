"""A table as an office sends it, whatever program wrote it: CSV in any Chinese encoding, or XLSX.

What comes out is rows of text with their numbers as the office sees them. A cell that the program itself spoiled
(digits lost to a float, a room number turned into a date) keeps a `flaw`, so that the row is named and nothing guessed.
"""

from __future__ import annotations

import codecs
import csv
import io
import math
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from edge.people.plain import plain
from edge.refusal import Refusal

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

LARGEST_FILE = 8 << 20
MOST_ROWS = 50_000
MOST_COLUMNS = 200
LONGEST_CELL = 1_000  # no column of ours takes so much
EXACT_DIGITS = 15  # a spreadsheet keeps no more of a number; an 18-digit identity number ends in zeros

LOST_DIGITS = "lost_digits"
BECAME_DATE = "became_a_date"
FORMULA_ERROR = "formula_error"

_ZIP_MAGIC = b"PK\x03\x04"
_OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")  # .xls of Excel 97-2003, and any XLSX that is locked with a password
_SCIENTIFIC = re.compile(r"[+-]?\d(?:\.\d+)?E\+\d+", re.IGNORECASE)
_ZEROS = re.compile(r"0+")
_UNREADABLE = (
    LookupError, ValueError, TypeError, AttributeError, ArithmeticError, SyntaxError, RuntimeError, EOFError, OSError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What openpyxl and zipfile raise for a file that is not what they take it for."""


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    flaw: str = ""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """`number` is the row's own in the file, from 1, as the office sees it at the left edge."""

    number: int
    cells: tuple[Cell, ...]

    @property
    def is_blank(self) -> bool:
        return not any(cell.text for cell in self.cells)


Sheet = tuple[SheetRow, ...]


def read_sheets(data: bytes) -> Iterator[Sheet]:
    """The sheets of a file, in order; a CSV is one. What it is is seen from its bytes, never from its name.

    Raises Refusal `file_empty`, `file_too_large`, `file_old_excel`, `file_unreadable`, `file_encoding`.
    """
    if not data.strip():
        raise Refusal("file_empty")
    if len(data) > LARGEST_FILE:
        raise Refusal("file_too_large", most_mib=LARGEST_FILE >> 20)
    if data.startswith(_OLE_MAGIC):
        raise Refusal("file_old_excel")
    if data.startswith(_ZIP_MAGIC):
        yield from _read_xlsx(data)
    else:
        yield _read_csv(data)


# -- CSV ---------------------------------------------------------------------------------------------------------------


def _read_csv(data: bytes) -> Sheet:
    text = _decode(data)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=False))
    except csv.Error as error:
        raise Refusal("file_unreadable") from error
    if len(lines) > MOST_ROWS:
        raise Refusal("file_too_large", most_rows=MOST_ROWS)
    rows = (SheetRow(number, tuple(map(_csv_cell, line[:MOST_COLUMNS]))) for number, line in enumerate(lines, start=1))
    return tuple(rows)


def _csv_cell(text: str) -> Cell:
    text = plain(text.removeprefix("="))  # ="0305" is how some programs keep Excel's hands off a number
    text = text.strip('"').removeprefix("'").strip()
    return Cell(text, LOST_DIGITS if _SCIENTIFIC.fullmatch(text) else "")


def _decode(data: bytes) -> str:
    """UTF-16 and UTF-8 by their marks, then UTF-8, then GB18030: valid Chinese GB18030 is next to never valid UTF-8."""
    marked_utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked_utf16 else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Refusal("file_encoding")


def _delimiter(text: str) -> str:
    """The one that the fullest of the first lines uses most."""
    head = text.splitlines()[:20]
    return max(",\t;", key=lambda mark: max(line.count(mark) for line in head))


# -- XLSX --------------------------------------------------------------------------------------------------------------


def _read_xlsx(data: bytes) -> Iterator[Sheet]:
    from edge.people.archives import MOST_CELLS, check_archive  # 15 MB of memory: only when an office file comes in

    check_archive(data)
    walked = 0
    for sheet in _sheets_in(data):
        if sheet.max_row > MOST_ROWS:
            raise Refusal("file_too_large", most_rows=MOST_ROWS)
        wide = min(sheet.max_column, MOST_COLUMNS)
        walked += sheet.max_row * wide  # openpyxl makes each cell that is walked over
        if walked > MOST_CELLS:
            raise Refusal("file_too_large", most_cells=MOST_CELLS)
        yield tuple(_xlsx_rows(sheet, wide))


def _sheets_in(data: bytes) -> Sequence[Worksheet]:
    from openpyxl.reader.excel import ExcelReader

    try:
        reader = ExcelReader(io.BytesIO(data), data_only=True)
        reader.read_manifest()
        reader.read_workbook()
        parts = [relation.target for _, relation in reader.parser.find_sheets()]
        if len(set(parts)) < len(parts):  # one part of the archive as many sheets
            raise Refusal("file_unreadable")
        reader.read()
    except _UNREADABLE as error:
        raise Refusal("file_unreadable") from error
    return reader.wb.worksheets


def _xlsx_rows(sheet: Worksheet, wide: int) -> Iterator[SheetRow]:
    """Each cell of a merged area says what the area says. Many may share one text, so what comes out is measured."""
    spread = {cell: (area.min_row, area.min_col) for area in sheet.merged_cells.ranges for cell in area.cells}
    length = 0
    for number, line in enumerate(sheet.iter_rows(max_col=wide), start=1):
        places = ((cell.row, cell.column) for cell in line)
        cells = tuple(_xlsx_cell(sheet.cell(*spread.get(place, place))) for place in places)
        length += sum(len(cell.text) for cell in cells)
        if length > LARGEST_FILE:
            raise Refusal("file_too_large", most_mib=LARGEST_FILE >> 20)
        yield SheetRow(number, cells)


def _xlsx_cell(cell: object) -> Cell:
    value, look = getattr(cell, "value", None), getattr(cell, "number_format", "")
    match value:
        case None:
            return Cell("")
        case bool():
            return Cell("true" if value else "false")
        case int() | float():
            return _number(value, look)
        case datetime() | date() | time():
            return Cell(value.isoformat()[:10], BECAME_DATE)
        case str() if getattr(cell, "data_type", "") == "e":
            return Cell(value, FORMULA_ERROR)
    return Cell(plain(str(value)[:LONGEST_CELL]).removeprefix("'"))


def _number(value: float, look: str) -> Cell:
    """1204.0 is 1204; a format of only zeros shows leading ones, so they belong to the number."""
    if not math.isfinite(value) or value != int(value):
        return Cell(repr(value))
    text = str(int(value))
    if _ZEROS.fullmatch(look or ""):
        text = text.zfill(len(look))
    return Cell(text, LOST_DIGITS if len(text.lstrip("-")) > EXACT_DIGITS else "")
