"""What an XLSX would become in memory, counted from its bytes before anything is built of them.

A few hundred bytes can ask for millions of cells: by merging an area, by linking one, by a row of nothing but `<c/>`.
So each part is read once as a stream, and what openpyxl would make of it is added up.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from typing import IO
from xml.parsers import expat

from openpyxl.utils.cell import range_boundaries

from edge.refusal import Refusal

LARGEST_UNPACKED = 16 << 20
MOST_MEMBERS = 1_000
MOST_CELLS = 250_000  # openpyxl takes half a kilobyte for one, and the service has 400 MB (systemd/lobby-edge.service)

_MEMBER_MARK = b"PK\x01\x02"  # one a member in the archive's directory (APPNOTE.TXT 4.3.12)
_CHUNK = 64 << 10
_TABLES = frozenset({"worksheet", "sst"})  # the roots of sheets and of the strings that they share
_LIGHT = frozenset({"row", "c", "v", "f", "is", "si", "t", "r", "rPr", "phoneticPr"})  # by the thousand in any list
_HEAVY_WEIGHT = 10  # of anything else openpyxl keeps an object with all its fields
_AREAS = frozenset({"mergeCell", "hyperlink", "comment"})  # openpyxl makes every cell of their `ref`
_TALLEST, _WIDEST = 1 << 20, 1 << 14  # where whole columns and rows end (ECMA-376)


def check_archive(data: bytes) -> None:
    """Raises Refusal `file_too_large`, `file_unreadable`."""
    if data.count(_MEMBER_MARK) > MOST_MEMBERS:
        raise Refusal("file_too_large", most_members=MOST_MEMBERS)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_members(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
        raise Refusal("file_unreadable") from error


def _check_members(archive: zipfile.ZipFile) -> None:
    if sum(member.file_size for member in archive.infolist()) > LARGEST_UNPACKED:
        raise Refusal("file_too_large", most_mib=LARGEST_UNPACKED >> 20)
    count = _Count()
    for member in archive.infolist():
        with archive.open(member) as stream:
            count.add(stream)


class _Count:
    """The weight of all parts so far, a light element being one."""

    def __init__(self) -> None:
        self._weight = 0
        self._root = ""

    def add(self, stream: IO[bytes]) -> None:
        self._root = ""
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._element
        parser.StartDoctypeDeclHandler = _no_doctype
        try:
            while chunk := stream.read(_CHUNK):
                parser.Parse(chunk, False)
        except expat.ExpatError:  # a picture, say; openpyxl reads no further than this either
            return

    def _element(self, name: str, attributes: Mapping[str, str]) -> None:
        name = name.rpartition(":")[2]
        self._root = self._root or name
        self._weight += 1 if name in _LIGHT and self._root in _TABLES else _HEAVY_WEIGHT
        if name in _AREAS and "ref" in attributes:
            self._weight += _area(attributes["ref"])
        if self._weight > MOST_CELLS:
            raise Refusal("file_too_large", most_cells=MOST_CELLS)


def _area(ref: str) -> int:
    """How many cells `A1:C5` is. Raises `ValueError` for what is no area."""
    left, top, right, bottom = range_boundaries(ref)
    wide, tall = (right or _WIDEST) - (left or 1) + 1, (bottom or _TALLEST) - (top or 1) + 1
    return max(wide, 0) * max(tall, 0)


def _no_doctype(*_: object) -> None:
    raise Refusal("file_unreadable")
