"""A Document as the bytes of one job body: text mode where the printer's font has the words, a picture line where not.

python-escpos builds the bytes (its `Dummy` printer); it is heavy, so the driver loads this module with its first job.
Source: Epson, "ESC/POS Command Reference"; Chinese text: FS &, two bytes a character.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass

from escpos import capabilities
from escpos.constants import QR_ECLEVEL_M
from escpos.printer import Dummy

from drivers.ports import Align, Block, Code128, Document, Feed, Pair, QrCode, Rule, Text
from drivers.printer.commands import first_real_time
from drivers.printer.layout import SYMBOL_LIMIT, Charset, Paper, clean, columns, pair_lines, wrap
from drivers.printer.raster import FONT_FILES, PLACEHOLDER, FontFile, Painter

QUIET_MODULES = 4

_QR_BYTES: tuple[int, ...] = (14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331)
_QR_BYTES += (362, 412, 450, 504, 560, 624, 666, 711, 779, 857, 911, 997, 1059)
"""What each version holds in byte mode at level M (ISO/IEC 18004, table 7), as far as `SYMBOL_LIMIT` goes."""

_QR_DOTS = (6, 5, 4, 3)  # dots a module, largest first: 8 dots are 1 mm
_BAR_DOTS = (3, 2)  # dots a module of Code128
_BAR_HEIGHT = 80  # dots, 10 mm
_FEED_LIMIT = 40  # lines; what is more is a mistake, and paper

_CHINESE_ON = b"\x1c&"
_ALIGNMENT = {Align.LEFT: b"\x1ba\x00", Align.CENTRE: b"\x1ba\x01", Align.RIGHT: b"\x1ba\x02"}


class Unprintable(ValueError):
    """The document asks for what cannot be put on paper. `reason` is a stable machine word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Body:
    """`data` is what lies between ESC @ and the cut. `substituted`: a character shows as the placeholder."""

    data: bytes
    substituted: bool = False


def encode(document: Document, paper: Paper, fonts: Sequence[FontFile] = FONT_FILES) -> Body:
    """The bytes of `document`. Raises `Unprintable`. `fonts` are for pictures; the first that can be used is taken."""
    _sweep()
    tape = _Tape(paper, fonts)
    for block in document.blocks:
        tape.put(block)
    data = tape.output
    if first_real_time(data) >= 0:
        raise Unprintable("real_time_code")
    return Body(data, tape.substituted)


def _sweep() -> None:
    """python-escpos leaves a folder of its own behind in the temporary folder each time it is loaded."""
    if "ESCPOS_CAPABILITIES_PICKLE_DIR" not in os.environ:
        shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)


class _Tape(Dummy):  # type: ignore[misc]  # python-escpos ships no types
    """python-escpos' byte builder with our blocks."""

    def __init__(self, paper: Paper, fonts: Sequence[FontFile]) -> None:
        super().__init__()
        self._paper = paper
        self._painter = Painter(paper, fonts)
        self.substituted = False
        if paper.charset is not Charset.NONE:
            self._raw(_CHINESE_ON)

    def put(self, block: Block) -> None:
        match block:
            case Text():
                self._text(block)
            case Pair():
                self._lines(pair_lines(block, self._paper.columns))
            case Rule():
                self._lines(["-" * self._paper.columns])
            case Feed(lines):
                self._raw(b"\n" * min(max(lines, 0), _FEED_LIMIT))
            case QrCode(data):
                self._qr(data)
            case Code128(data):
                self._code128(data)

    # --- words

    def _text(self, block: Text) -> None:
        size = 2 if block.size > 1 else 1
        room = self._paper.columns // size
        lines = [line for part in block.text.split("\n") for line in wrap(clean(part), room)]
        self._lines(lines, align=block.align, size=size, bold=block.bold)

    def _lines(self, lines: Sequence[str], *, align: Align = Align.LEFT, size: int = 1, bold: bool = False) -> None:
        styled = size > 1 or bold
        self._raw(_ALIGNMENT[align])
        if styled:
            self._style(size=size, bold=bold)
        for line in lines:
            self._line(line, align=align, size=size, bold=bold)
        if styled:
            self._style(size=1, bold=False)

    def _style(self, *, size: int, bold: bool) -> None:
        big = size > 1
        self._raw(b"\x1d!" + (b"\x11" if big else b"\x00") + b"\x1bE" + (b"\x01" if bold else b"\x00"))
        if self._paper.charset is not Charset.NONE:
            self._raw(b"\x1cW" + (b"\x01" if big else b"\x00"))  # FS W: some printers size Chinese by this alone

    def _line(self, line: str, *, align: Align, size: int, bold: bool) -> None:
        encoded = _encoded(line, self._paper.charset)
        if encoded is not None:
            self._raw(encoded + b"\n")
        elif (drawn := self._painter.draw(self._placed(line, align, size), size=size, bold=bold)) is not None:
            self.substituted |= drawn.substituted
            self._raw(b"\x1ba\x00" + drawn.data + _ALIGNMENT[align])
        else:
            self.substituted = True
            self._raw(_with_placeholders(line, self._paper.charset) + b"\n")

    def _placed(self, line: str, align: Align, size: int) -> str:
        """A picture is as wide as the paper, so its line is moved with blanks."""
        spare = self._paper.columns // size - columns(line)
        indent = {Align.LEFT: 0, Align.CENTRE: spare // 2, Align.RIGHT: spare}[align]
        return " " * indent + line

    # --- symbols

    def _qr(self, data: str) -> None:
        self._raw(_ALIGNMENT[Align.CENTRE] + b"\n")  # 30 dots of white above, as the symbol's quiet zone wants
        self.qr(data, ec=QR_ECLEVEL_M, size=_qr_dots(data, self._paper), native=True)
        self._raw(b"\n")

    def _code128(self, data: str) -> None:
        code, modules = _code128_sets(data)
        dots = next((dots for dots in _BAR_DOTS if modules * dots <= self._paper.dots), 0)
        if not dots:
            raise Unprintable("code128_too_long")
        self._hw_barcode(
            code, "CODE128", height=_BAR_HEIGHT, width=dots, pos="BELOW", font="A", function_type="B", check=False
        )
        self._raw(b"\n")


def _encoded(line: str, charset: Charset) -> bytes | None:
    try:
        return line.encode(charset.value)
    except UnicodeEncodeError:
        return None


def _with_placeholders(line: str, charset: Charset) -> bytes:
    lost = b"?" if charset is Charset.NONE else PLACEHOLDER.encode(charset.value)
    return b"".join(lost if (encoded := _encoded(char, charset)) is None else encoded for char in line)


def _qr_dots(data: str, paper: Paper) -> int:
    if not data or not data.isprintable():
        raise Unprintable("qr_characters")
    if len(data.encode()) > SYMBOL_LIMIT:
        raise Unprintable("qr_too_long")
    version = 1 + next(at for at, room in enumerate(_QR_BYTES) if room >= len(data.encode()))
    modules = 17 + 4 * version + 2 * QUIET_MODULES
    fitting = next((dots for dots in _QR_DOTS if modules * dots <= paper.dots), 0)
    if not fitting:
        raise Unprintable("qr_too_long")
    return fitting


def _code128_sets(data: str) -> tuple[str, int]:
    """The data with its code sets named as GS k wants it, and the width in modules.

    Set C holds two digits a symbol, so a run of at least four at the start, or the whole, is written in it.
    """
    if not data or not (data.isascii() and data.isprintable()):
        raise Unprintable("code128_characters")
    digits = _leading_digits(data)
    rest = data[len(digits) * 2 :]
    symbols = len(digits) + len(rest) + (1 if digits and rest else 0)
    code = "{C" + digits.decode("ascii") if digits else ""
    code += "{B" + rest.replace("{", "{{") if rest else ""
    return code, (symbols + 3) * 11 + 2 + 20  # start, check and stop symbols; a quiet zone of ten modules on each side


def _leading_digits(data: str) -> bytes:
    """The digits that `data` begins with, two in a byte; none where two would be a real-time code (as 1604)."""
    run = re.match(r"(?:[0-9]{2}){2,}", data)
    pairs = bytes(int(run.group()[at : at + 2]) for at in range(0, len(run.group()), 2)) if run else b""
    return b"" if first_real_time(pairs) >= 0 else pairs
