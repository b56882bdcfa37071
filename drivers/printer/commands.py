"""The few ESC/POS sequences that the driver itself sends, and the guard against those that data must never hold.

Source: Epson, "ESC/POS Command Reference" (DLE EOT, DLE ENQ, DLE DC4 fn 8, GS a, GS r, GS ( H fn 48, GS I, GS V).
"""

from __future__ import annotations

INITIALISE = b"\x1b@"  # ESC @: print modes back to default; the receive buffer stays

AUTO_STATUS = (
    b"\x1da\x0e"  # GS a: tell on-line state, errors and paper by itself (bits 1, 2, 3), not the drawer (bit 0)
)
ASK_PAPER = b"\x1dr\x01"  # GS r 1: answered in the order of the data, so it proves that all before it was parsed

CUT = b"\x1dVB\x00"  # GS V 66 0: feed to the cutter and cut, leaving a point uncut

RECOVER_AND_CLEAR = b"\x10\x05\x02"  # DLE ENQ 2: leave a recoverable error and clear the buffers; has no answer
CLEAR_BUFFERS = (
    b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"  # DLE DC4 fn 8: clear receive and print buffer; answers 37 25 00
)

HEALTH_QUESTIONS = (1, 2, 3, 4)  # printer, cause of being off-line, cause of error, paper sensors

_REAL_TIME = (b"\x10\x04", b"\x10\x05", b"\x10\x14")

_ID_LETTERS = b"@ABCDEFGHIJKLMNO"
"""0x40-0x4F: within what GS ( H allows (0x20-0x7E) and of a shape that no real-time status byte and no first byte of an
automatic status has (bit 4 is 0), so a status byte that lands inside the answer can be told from it."""

ID_SPACE = len(_ID_LETTERS) ** 4


def ask_health(question: int) -> bytes:
    """DLE EOT n: answered at once, also when off-line. One byte a question, so only one may be open at a time."""
    return bytes((0x10, 0x04, question))


def ask_identity(number: int) -> bytes:
    """GS I n: 2 is the type byte, 65 firmware, 66 maker, 67 model, 68 serial number, 69 built-in Chinese font."""
    return bytes((0x1D, 0x49, number))


def process_id(number: int) -> bytes:
    """Four letters for GS ( H; a number repeats after `ID_SPACE` jobs."""
    return bytes(_ID_LETTERS[number >> shift & 0xF] for shift in (12, 8, 4, 0))


def ask_completion(ident: bytes) -> bytes:
    """GS ( H fn 48: answered with `ident` once all before it is printed. It must follow the cut to prove the cut."""
    return b"\x1d(H\x06\x0000" + ident


def first_real_time(data: bytes) -> int:
    """Where in `data` a printer would see a real-time command (it looks everywhere, also inside pictures), or -1."""
    found = [at for at in (data.find(code) for code in _REAL_TIME) if at >= 0]
    return min(found, default=-1)


def harmless_raster(rows: bytes) -> bytes:
    """Dots in which no real-time command can be seen: where one would be, one dot more is black (0.125 mm)."""
    for code in _REAL_TIME:
        rows = rows.replace(code, b"\x18" + code[1:])
    return rows
