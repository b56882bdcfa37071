"""The print head and the paper under it: what each command does to the paper, in dots."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from simulators.printer.paper import BarMark, DotsMark, Glyph, Mark, QrMark, Slip, TextMark
from simulators.printer.symbols import code128, qr_modules
from simulators.printer.wire import Command

CELL, FULL = 12, 24  # dots: a Latin character, a Chinese one; both are 24 high
LINE_SPACING = 30
CUT_FEED = 96  # dots from the head to the cutter, 12 mm
CODE128_KIND = 73
TAB_CELLS = 8


@dataclass(frozen=True)
class _Style:
    wide: int = 1
    tall: int = 1
    bold: bool = False
    align: int = 0
    chinese: bool = False
    spacing: int = LINE_SPACING
    bar_height: int = 162
    bar_scale: int = 3
    bar_text: int = 0
    qr_scale: int = 3
    qr_level: int = 48


class Head:
    """`paper_left`: dots until the roll ends, None for a roll that does not end."""

    def __init__(self, dots: int, chinese: str, *, keep: int) -> None:
        self.travelled = 0
        self.paper_left: int | None = None
        self.slips: deque[Slip] = deque(maxlen=keep)
        self._dots = dots
        self._codec = chinese
        self._style = _Style()
        self._qr_data = b""
        self._line: list[Glyph] = []
        self._marks: list[Mark] = []
        self._height = 0
        self._count = 0
        self._does: dict[str, Callable[[Command], None]] = {
            "text": self._text,
            "LF": lambda _: self._end_line(),
            "HT": lambda _: self._tab(),
            "ESC @": lambda _: self.reset(),
            "ESC !": lambda c: self._mode(c.args[0]),
            "ESC a": lambda c: self._set(align=c.args[0] % 48),
            "ESC E": lambda c: self._set(bold=bool(c.args[0] & 1)),
            "ESC 2": lambda _: self._set(spacing=LINE_SPACING),
            "ESC 3": lambda c: self._set(spacing=c.args[0]),
            "ESC d": lambda c: self._feed(c.args[0] * self._style.spacing),
            "ESC J": lambda c: self._feed(c.args[0]),
            "FS &": lambda _: self._set(chinese=True),
            "FS .": lambda _: self._set(chinese=False),
            "FS W": lambda c: self._size(0x11 if c.args[0] & 1 else 0x00),
            "GS !": lambda c: self._size(c.args[0]),
            "GS h": lambda c: self._set(bar_height=max(c.args[0], 1)),
            "GS w": lambda c: self._set(bar_scale=min(max(c.args[0], 2), 6)),
            "GS H": lambda c: self._set(bar_text=c.args[0] % 48),
            "GS k": self._bars,
            "GS v": self._raster,
            "GS (": self._symbol,
            "GS V": self._cut,
        }

    @property
    def chinese(self) -> bool:
        return self._style.chinese

    @property
    def paper(self) -> Slip:
        """What hangs out of the printer, not yet cut."""
        return Slip(self._count + 1, self._dots, self._height, tuple(self._marks))

    def obey(self, command: Command) -> None:
        """Do one command; what this head does not know it passes over."""
        does = self._does.get(command.name)
        if does is not None:
            does(command)

    def reset(self) -> None:
        """ESC @: modes back to default, the unprinted line forgotten."""
        self._style = _Style()
        self._qr_data = b""
        self._line.clear()

    def forget_line(self) -> None:
        """The print buffer is cleared; the modes stay."""
        self._line.clear()

    def run_out(self, dots: int) -> None:
        """The roll ends after so many dots."""
        self.paper_left = dots
        if not dots:
            self._part()

    def feed_lines(self, lines: int) -> None:
        self._feed(lines * LINE_SPACING)

    # --- style

    def _set(self, **changes: int | bool) -> None:
        self._style = replace(self._style, **changes)  # type: ignore[arg-type]  # names and kinds stand in the table above

    def _size(self, bits: int) -> None:
        self._set(wide=(bits >> 4 & 7) + 1, tall=(bits & 7) + 1)

    def _mode(self, bits: int) -> None:
        self._set(bold=bool(bits & 0x08), tall=2 if bits & 0x10 else 1, wide=2 if bits & 0x20 else 1)

    # --- words

    def _text(self, command: Command) -> None:
        for char in self._decoded(command.data):
            style = self._style
            natural = CELL if char.isascii() or not style.chinese else FULL
            glyph = Glyph(char, natural * style.wide, style.wide, style.tall, style.bold)
            if self._line_dots() + glyph.across > self._dots:
                self._end_line()
            self._line.append(glyph)

    def _decoded(self, data: bytes) -> str:
        if self._style.chinese and self._codec:
            return data.decode(self._codec, "replace")
        return data.decode("cp437")

    def _tab(self) -> None:
        for _ in range(TAB_CELLS - self._line_dots() // CELL % TAB_CELLS):
            self._text(Command("text", data=b" "))

    def _line_dots(self) -> int:
        return sum(glyph.across for glyph in self._line)

    def _end_line(self) -> None:
        tallest = max((FULL * glyph.tall for glyph in self._line), default=0)
        height = max(self._style.spacing, tallest)
        if self._line:
            self._mark(TextMark(self._height, tallest, self._left(self._line_dots()), tuple(self._line)))
        self._line.clear()
        self._move(height)

    def _left(self, across: int) -> int:
        spare = max(0, self._dots - across)
        return (0, spare // 2, spare)[min(self._style.align, 2)]

    # --- pictures and codes

    def _raster(self, command: Command) -> None:
        """GS v 0 m xL xH yL yH."""
        row_bytes = command.args[2] | command.args[3] << 8
        height = command.args[4] | command.args[5] << 8
        across = row_bytes * 8
        if height and across:
            self._mark(DotsMark(self._height, height, self._left(across), across, command.data))
            self._move(height)

    def _symbol(self, command: Command) -> None:
        """GS ( k, QR only (cn 49): fn 67 size, 69 level, 80 data, 81 print."""
        if command.args[:1] != b"k" or command.data[:1] != b"1" or len(command.data) < 3:
            return
        function, rest = command.data[1], command.data[2:]
        if function == 67:
            self._set(qr_scale=min(max(rest[0], 1), 16))
        elif function == 69:
            self._set(qr_level=rest[0])
        elif function == 80:
            self._qr_data = rest[1:]
        elif function == 81 and self._qr_data:
            self._qr()

    def _qr(self) -> None:
        scale = self._style.qr_scale
        modules = qr_modules(self._qr_data, self._style.qr_level)
        side = len(modules) * scale
        if side <= self._dots:
            text = self._qr_data.decode("utf-8", "replace")
            self._mark(QrMark(self._height, side, self._left(side), scale, modules, text))
            self._move(side)

    def _bars(self, command: Command) -> None:
        """GS k 73: Code128. What is wrong or too wide is not printed, as on a real one."""
        read = code128(command.data) if command.args[0] == CODE128_KIND else None
        if read is None or len(read[0]) * self._style.bar_scale > self._dots:
            return
        modules, text = read
        style = self._style
        across = len(modules) * style.bar_scale
        self._mark(BarMark(self._height, style.bar_height, self._left(across), style.bar_scale, modules, text))
        self._move(style.bar_height)
        if style.bar_text & 2:
            label = tuple(Glyph(char, CELL) for char in text)
            left = self._left(across) + max(0, across - len(label) * CELL) // 2
            self._mark(TextMark(self._height + 4, FULL, left, label))
            self._move(LINE_SPACING)

    # --- paper

    def _mark(self, mark: Mark) -> None:
        self._marks.append(mark)

    def _feed(self, dots: int) -> None:
        if self._line:
            self._end_line()
        self._move(dots)

    def _cut(self, command: Command) -> None:
        if len(command.args) > 1:
            self._feed(CUT_FEED + command.args[1])
        if self.paper_left != 0:
            self._part()

    def _move(self, dots: int) -> None:
        if self.paper_left is not None:
            dots = min(dots, self.paper_left)
            self.paper_left -= dots
        self.travelled += dots
        self._height += dots
        if self.paper_left == 0:
            self._part()

    def _part(self) -> None:
        """A piece of paper comes off: cut, or the end of the roll."""
        if self._height:
            self._count += 1
            seen = tuple(mark for mark in self._marks if mark.top < self._height)
            self.slips.append(Slip(self._count, self._dots, self._height, seen))
        self._marks.clear()
        self._height = 0
