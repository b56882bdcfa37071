"""ESC/POS as a printer reads it: bytes into commands, one after the other, and real-time commands wherever they stand.

Written from Epson's command reference, apart from the driver's builder: what one side misread the other would show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

DLE = 0x10

_CLEAR = bytes.fromhex("10140801031401060208")


@dataclass(frozen=True)
class Command:
    """`name` as the reference writes it (`GS V`, `LF`, `text`), `args` its parameters, `data` what they announce."""

    name: str
    args: bytes = b""
    data: bytes = b""


@dataclass(frozen=True)
class _Shape:
    """How many parameter bytes follow the name, and how many bytes of data those announce."""

    name: str
    args: int = 0
    data: Callable[[bytes], int] | None = None


def _little(low: int, high: int) -> int:
    return low | high << 8


def _star_data(args: bytes) -> int:
    """ESC *: m nL nH; modes 32 and 33 have three bytes a column."""
    return _little(args[1], args[2]) * (3 if args[0] >= 32 else 1)


def _raster_data(args: bytes) -> int:
    """GS v 0: m xL xH yL yH."""
    return _little(args[1], args[2]) * _little(args[3], args[4])


def _block_data(args: bytes) -> int:
    """GS ( X: pL pH."""
    return _little(args[0], args[1])


_CONTROLS = {0x00: "NUL", 0x09: "HT", 0x0A: "LF", 0x0C: "FF", 0x0D: "CR", 0x18: "CAN"}

_ESCAPES = {
    b"\x1b@": _Shape("ESC @"),
    b"\x1b*": _Shape("ESC *", 3, _star_data),
    b"\x1bc": _Shape("ESC c", 2),
    b"\x1bp": _Shape("ESC p", 3),
    b"\x1b$": _Shape("ESC $", 2),
    b"\x1b\\": _Shape("ESC \\", 2),
    b"\x1b2": _Shape("ESC 2"),
    b"\x1bi": _Shape("ESC i"),
    b"\x1bm": _Shape("ESC m"),
    b"\x1bL": _Shape("ESC L"),
    b"\x1bS": _Shape("ESC S"),
    b"\x1c&": _Shape("FS &"),
    b"\x1c.": _Shape("FS ."),
    b"\x1cS": _Shape("FS S", 2),
    b"\x1dL": _Shape("GS L", 2),
    b"\x1dW": _Shape("GS W", 2),
    b"\x1dP": _Shape("GS P", 2),
    b"\x1d(": _Shape("GS (", 3, lambda args: _block_data(args[1:])),  # the letter, pL, pH
    b"\x1dv": _Shape("GS v", 6, lambda args: _raster_data(args[1:])),  # "0", m, xL, xH, yL, yH
}

_ONE_ARGUMENT = {0x1B: b"!#%-3=?ADEGJMRTVat{d ", 0x1C: b"!-CW", 0x1D: b"!BHITabcfhrw"}

_PREFIXES = {0x1B: "ESC", 0x1C: "FS", 0x1D: "GS"}


def next_command(buffer: bytes, *, chinese: bool) -> tuple[Command, int] | None:
    """The command at the start of `buffer` and its length; None where more bytes are needed.

    `chinese`: whether two- and four-byte characters are on (FS &).
    """
    if not buffer:
        return None
    first = buffer[0]
    if first == DLE:
        return _past_real_time(buffer)
    if first in _PREFIXES:
        return _escape(buffer)
    if first < 0x20:
        return Command(_CONTROLS.get(first, f"control {first:02X}")), 1
    length = _text_length(buffer, chinese=chinese)
    return (Command("text", data=bytes(buffer[:length])), length) if length else None


def _past_real_time(buffer: bytes) -> tuple[Command, int] | None:
    """A real-time command was obeyed when it came in; in its turn it is only stepped over."""
    if len(buffer) < 2:
        return None
    length = {0x04: 3, 0x05: 3, 0x14: 5}.get(buffer[1], 1)
    return (Command("DLE"), length) if len(buffer) >= length else None


def _escape(buffer: bytes) -> tuple[Command, int] | None:
    if len(buffer) < 2:
        return None
    if buffer[:2] == b"\x1dk":
        return _barcode(buffer)
    if buffer[:2] == b"\x1dV":
        return _cut(buffer)
    return _shaped(buffer, _shape(buffer))


def _shape(buffer: bytes) -> _Shape:
    name = f"{_PREFIXES[buffer[0]]} {chr(buffer[1])}"
    one = buffer[1] in _ONE_ARGUMENT[buffer[0]]
    return _ESCAPES.get(bytes(buffer[:2])) or _Shape(name, 1 if one else 0)


def _shaped(buffer: bytes, shape: _Shape) -> tuple[Command, int] | None:
    head = 2 + shape.args
    if len(buffer) < head:
        return None
    args = bytes(buffer[2:head])
    length = head + (shape.data(args) if shape.data else 0)
    return (Command(shape.name, args, bytes(buffer[head:length])), length) if len(buffer) >= length else None


def _cut(buffer: bytes) -> tuple[Command, int] | None:
    """GS V m, or GS V m n where m tells to feed first."""
    if len(buffer) < 3:
        return None
    return _shaped(buffer, _Shape("GS V", 1 if buffer[2] in {0, 1, 48, 49} else 2))


def _barcode(buffer: bytes) -> tuple[Command, int] | None:
    """GS k m data NUL (m up to 6), or GS k m n data."""
    if len(buffer) < 4:
        return None
    kind = buffer[2]
    if kind > 6:
        end = 4 + buffer[3]
        return (Command("GS k", bytes((kind,)), bytes(buffer[4:end])), end) if len(buffer) >= end else None
    end = buffer.find(b"\x00", 3)
    return (Command("GS k", bytes((kind,)), bytes(buffer[3:end])), end + 1) if end >= 0 else None


def _text_length(buffer: bytes, *, chinese: bool) -> int:
    """How many bytes of whole characters stand at the start."""
    at = 0
    while at < len(buffer) and buffer[at] >= 0x20:
        step = _character_length(buffer[at : at + 2]) if chinese else 1
        if not step or at + step > len(buffer):
            break
        at += step
    return at


def _character_length(head: bytes) -> int:
    """GB18030: one byte, two, or four (the second then is a digit); 0 where the second is not there yet."""
    if not 0x81 <= head[0] <= 0xFE:
        return 1
    if len(head) < 2:
        return 0
    return 4 if 0x30 <= head[1] <= 0x39 else 2


class RealTimeEar:
    """Hears real-time commands in the incoming bytes, wherever they stand, also inside pictures."""

    def __init__(self) -> None:
        self._tail = b""

    def may_hear(self, data: bytes) -> bool:
        """Whether a command may begin or end in `data`; where not, nothing need be listened to."""
        if DLE in self._tail or DLE in data:
            return True
        self._tail = b""
        return False

    def listen(self, byte: int) -> Iterator[Command]:
        """The commands that `byte` completes."""
        self._tail = (self._tail + bytes((byte,)))[-len(_CLEAR) :]
        if self._tail[-3:-1] == b"\x10\x04":
            yield Command("DLE EOT", bytes((byte,)))
        elif self._tail[-3:-1] == b"\x10\x05":
            yield Command("DLE ENQ", bytes((byte,)))
        elif self._tail == _CLEAR:
            yield Command("DLE DC4 8")
