"""Where words go on the paper: columns, line breaks, a label and its value on one line.

A column is half the width of a Chinese character (12 dots of font A). How wide a character is follows the printer's
text mode, so that a line that falls back to a picture keeps its place on the paper.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from drivers.ports import Pair

COLUMN_DOTS = 12

BAND_ROWS = 30
"""Rows of one picture command. A taller picture is sent in bands, so that a broken-off one swallows little."""

SYMBOL_LIMIT = 1000
"""Bytes of a QR code: more cannot be read off a slip, and it bounds what a broken-off command can swallow."""

_NEVER_FIRST = frozenset("，。、；：？！）》」』】〕”’％℃,.;:?!)]}%")  # punctuation that must not begin a line


class Charset(StrEnum):
    """The Chinese font in the printer. A value is the name of the codec whose characters it has."""

    NONE = "ascii"
    GB2312 = "gb2312"
    GBK = "gbk"


@dataclass(frozen=True)
class Paper:
    """What the printer can put side by side. `dots`: 576 on 80 mm paper, 384 on 58 mm (203 dpi)."""

    dots: int = 576
    charset: Charset = Charset.GBK

    @property
    def columns(self) -> int:
        return self.dots // COLUMN_DOTS

    @property
    def row_bytes(self) -> int:
        """Bytes of one row of a picture across the whole paper."""
        return -(-self.dots // 8)

    @property
    def longest_command(self) -> int:
        """Bytes that a broken-off command may still wait for; so many NULs set any printer free again."""
        return max(self.row_bytes * BAND_ROWS, SYMBOL_LIMIT) + 16


def clean(text: str) -> str:
    """`text` without anything that a printer could take for a command: controls become blanks, format marks go."""
    if any(map(unicodedata.combining, text)):
        text = unicodedata.normalize("NFC", text)  # only then: it would also exchange rare characters of names
    kinds = ((char, unicodedata.category(char)) for char in text)
    return "".join(" " if kind in {"Cc", "Zl", "Zp"} else char for char, kind in kinds if kind not in {"Cf", "Cs"})


def width(char: str) -> int:
    """Columns: ASCII takes one, all that GBK has two, the rest as Unicode says (marks that combine take none)."""
    if char.isascii():
        return 1
    if _in_gbk(char):
        return 2
    if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def columns(text: str) -> int:
    return sum(map(width, text))


def wrap(text: str, room: int) -> list[str]:
    """`text` in lines of at most `room` columns, broken at blanks, between Chinese characters, else where it must."""
    lines = [""]
    for piece in _pieces(text):
        if columns(lines[-1]) + columns(piece) <= room:
            lines[-1] += piece
        elif piece.strip():
            _start_line(lines, piece.lstrip(), room)
    return [line.rstrip() for line in lines]


def pair_lines(pair: Pair, room: int) -> list[str]:
    """Label left, value right. Too long together: the value goes below, still at the right."""
    label, value = clean(pair.label).strip(), clean(pair.value).strip()
    gap = room - columns(label) - columns(value)
    if gap >= 1:
        return [label + " " * gap + value]
    below = [" " * max(0, room - columns(line)) + line for line in wrap(value, room)]
    return [*wrap(label, room), *below]


def _in_gbk(char: str) -> bool:
    try:
        char.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


def _pieces(text: str) -> list[str]:
    """What stays whole: a blank, a word of narrow characters, one wide character; with the punctuation after it."""
    pieces: list[str] = []
    for char in text:
        if pieces and _belongs(pieces[-1], char):
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def _belongs(piece: str, char: str) -> bool:
    if piece.isspace() or char.isspace():
        return False
    narrow = width(piece[-1]) < 2 and width(char) < 2
    return narrow or width(char) == 0 or char in _NEVER_FIRST


def _start_line(lines: list[str], piece: str, room: int) -> None:
    """A new line that begins with `piece`; a piece longer than a whole line is broken wherever it must be."""
    lines.append("")
    for char in piece:
        if lines[-1] and columns(lines[-1]) + width(char) > room:
            lines.append("")
        lines[-1] += char
