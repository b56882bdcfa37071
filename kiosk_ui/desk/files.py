"""A table as a file that an office opens: CSV with a byte order mark, or XLSX. Written off the event loop."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO

_FORMULA = tuple("=+-@\t\r＝＋－＠")  # some spreadsheets read the full-width marks as the others
_WIDEST = 40


@dataclass(frozen=True)
class MadeFile:
    body: bytes
    media_type: str


def as_text(value: str) -> str:
    """A value that a spreadsheet does not run: what looks like a formula gets an apostrophe before it."""
    return f"'{value}" if value.startswith(_FORMULA) else value


async def csv_file(head: Sequence[str], rows: Sequence[Sequence[str]]) -> MadeFile:
    return await asyncio.to_thread(_csv, head, rows)


async def xlsx_file(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> MadeFile:
    return await asyncio.to_thread(_xlsx, title, head, rows)


def _csv(head: Sequence[str], rows: Sequence[Sequence[str]]) -> MadeFile:
    out = StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows([as_text(value) for value in row] for row in rows)
    return MadeFile(out.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8")


def _xlsx(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> MadeFile:
    from openpyxl import Workbook  # 20 MB of memory, and only for who exports
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    for number, name in enumerate(head, start=1):
        longest = max([len(name) * 2, *(len(row[number - 1]) for row in rows[:200])])
        sheet.column_dimensions[get_column_letter(number)].width = min(longest + 2, _WIDEST)
    sheet.freeze_panes = "A2"
    titles = [WriteOnlyCell(sheet, value=name) for name in head]
    for cell in titles:
        cell.font = Font(bold=True)
    sheet.append(titles)
    for row in rows:
        cells = [WriteOnlyCell(sheet, value=value) for value in row]
        for cell in cells:
            cell.data_type = "s"  # text stays text, also where it begins like a formula
        sheet.append(cells)
    out = BytesIO()
    book.save(out)
    return MadeFile(out.getvalue(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
