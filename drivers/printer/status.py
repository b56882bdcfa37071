"""What a printer says back: one stream in which four kinds of answer are mixed, split at any byte.

Kinds are told apart by fixed bits (Epson, "Transmission status identification"):

    0xx1xx10             answer to DLE EOT                     real time, may land inside any other answer
    0xx1xx00             first byte of an automatic status     three more of the shape 0xx0xxxx follow (GS a)
    0xx0xxxx             answer to GS r or GS I 1..3
    37 22 d d d d 00     process id (GS ( H fn 48)
    37 25 00             buffers cleared (DLE DC4 fn 8)
    5F ... 00            text (GS I 65..69)
    11, 13               XON, XOFF
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

NUL, XON, XOFF, BLOCK, INFO = 0x00, 0x11, 0x13, 0x37, 0x5F
PROCESS_ID, CLEARED = 0x22, 0x25

INFO_LIMIT = 80  # bytes; the longest text that GS I may answer


@dataclass(frozen=True)
class PrinterState:
    """What is known of the mechanism. All false is a printer that is ready."""

    offline: bool = False
    cover_open: bool = False
    paper_out: bool = False
    paper_low: bool = False
    cutter_error: bool = False
    error: bool = False

    @property
    def trouble(self) -> str:
        """Why nothing can be printed: `cover` (which also hides the paper), `paper`, `cutter`, `offline`, or `""`."""
        if self.cover_open:
            return "cover"
        if self.paper_out:
            return "paper"
        if self.cutter_error:
            return "cutter"
        return "offline" if self.offline or self.error else ""


@dataclass(frozen=True)
class RealTime:
    """One byte that answers the open DLE EOT."""

    bits: int


@dataclass(frozen=True)
class AutoStatus:
    """Four bytes that came by themselves."""

    state: PrinterState


@dataclass(frozen=True)
class Answer:
    """One byte that answers GS r or GS I."""

    bits: int


@dataclass(frozen=True)
class Processed:
    """Everything before this process id is printed."""

    ident: bytes


@dataclass(frozen=True)
class Cleared:
    """Receive and print buffers are empty."""


@dataclass(frozen=True)
class Info:
    """A text about the printer."""

    text: str


@dataclass(frozen=True)
class Noise:
    """A byte that belongs to nothing; dropped."""

    bits: int


Report = RealTime | AutoStatus | Answer | Processed | Cleared | Info | Noise


def learn(state: PrinterState, question: int, bits: int) -> PrinterState:
    """`state` with what the answer to `DLE EOT question` adds."""
    if question == 1:
        return replace(state, offline=bool(bits & 0x08))
    if question == 2:
        return replace(state, cover_open=bool(bits & 0x04), paper_out=bool(bits & 0x20), error=bool(bits & 0x40))
    if question == 3:
        return replace(state, cutter_error=bool(bits & 0x08), error=state.error or bool(bits & 0x64))
    return replace(state, paper_low=bool(bits & 0x0C), paper_out=state.paper_out or bool(bits & 0x60))


def learn_paper(state: PrinterState, bits: int) -> PrinterState:
    """`state` with what the answer to GS r 1 adds."""
    return replace(state, paper_low=bool(bits & 0x03), paper_out=bool(bits & 0x0C))


def _auto_state(block: bytes) -> PrinterState:
    """GS a: printer, error, paper and a reserved byte."""
    printer, error, paper, _ = block
    return PrinterState(
        offline=bool(printer & 0x08),
        cover_open=bool(printer & 0x20),
        paper_out=bool(paper & 0x0C),
        paper_low=bool(paper & 0x03),
        cutter_error=bool(error & 0x08),
        error=bool(error & 0x64),
    )


def _is_real_time(byte: int) -> bool:
    return byte & 0x93 == 0x12


def _starts_auto(byte: int) -> bool:
    return byte & 0x93 == 0x10


def _is_plain(byte: int) -> bool:
    return byte & 0x90 == 0x00


class StatusParser:
    """Bytes in, reports out. Any bytes, in any pieces: what makes no sense is `Noise`, and it finds its feet again."""

    def __init__(self) -> None:
        self._open = bytearray()  # the answer that has begun: automatic status, block or text

    def feed(self, data: bytes) -> list[Report]:
        return [report for byte in data for report in self._take(byte)]

    def _take(self, byte: int) -> Iterator[Report]:
        if self._open and self._open[0] == INFO:
            yield from self._in_info(byte)
        elif byte in {XON, XOFF}:
            return
        elif _is_real_time(byte):
            yield RealTime(byte)
        elif not self._open:
            yield from self._begin(byte)
        elif self._open[0] == BLOCK:
            yield from self._in_block(byte)
        else:
            yield from self._in_auto(byte)

    def _begin(self, byte: int) -> Iterator[Report]:
        if byte in {BLOCK, INFO} or _starts_auto(byte):
            self._open.append(byte)
        elif _is_plain(byte):
            yield Answer(byte)
        else:
            yield Noise(byte)

    def _in_auto(self, byte: int) -> Iterator[Report]:
        if not _is_plain(byte):
            yield from self._give_up(byte)
            return
        self._open.append(byte)
        if len(self._open) == 4:
            yield AutoStatus(_auto_state(self._close()))

    def _in_block(self, byte: int) -> Iterator[Report]:
        expected = self._expected_in_block(byte)
        if not expected:
            yield from self._give_up(byte)
            return
        self._open.append(byte)
        if self._open[1:] == bytes((CLEARED, NUL)):
            self._close()
            yield Cleared()
        elif len(self._open) == 7:
            yield Processed(self._close()[2:6])

    def _expected_in_block(self, byte: int) -> bool:
        at = len(self._open)
        if at == 1:
            return byte in {PROCESS_ID, CLEARED}
        if self._open[1] == CLEARED:
            return byte == NUL
        return byte == NUL if at == 6 else _is_plain(byte) and byte != NUL

    def _in_info(self, byte: int) -> Iterator[Report]:
        if byte == NUL:
            yield Info(self._close()[1:].decode("ascii", "replace").strip())
        elif byte & 0x80 or len(self._open) > INFO_LIMIT:
            yield from self._give_up(byte)
        else:
            self._open.append(byte)

    def _give_up(self, byte: int) -> Iterator[Report]:
        """What was begun is not what it looked like; the byte in hand may begin something else."""
        yield from (Noise(lost) for lost in self._close())
        yield from self._begin(byte)

    def _close(self) -> bytes:
        whole = bytes(self._open)
        self._open.clear()
        return whole
