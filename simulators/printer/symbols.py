"""Codes as a printer draws them: QR by segno, Code128 by its own table."""

from __future__ import annotations

from functools import lru_cache

import segno

_BARS = (
    "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222123122123221"
    "223211221132221231213212223112312131311222321122321221312212322112322211212123212321232121111323131123131321"
    "112313132113132311211313231113231311112133112331132131113123113321133121313121211331231131213113213311213131"
    "311123311321331121312113312311332111314111221411431111111224111422121124121421141122141221112214112412122114"
    "122411142112142211241211221114413111241112134111111242121142121241114212124112124211411212421112421211212141"
    "214121412121111143111341131141114113114311411113411311113141114131311141411131211412211214211232"
)
"""Widths of bar and space in turn, six digits a symbol value 0-105 (ISO/IEC 15417, table 1)."""

_STOP = "2331112"
_START = {"A": 103, "B": 104, "C": 105}
_SWITCH = {"C": 99, "B": 100, "A": 101}

_QR_LEVELS = {48: "l", 49: "m", 50: "q", 51: "h"}


@lru_cache(maxsize=64)
def qr_modules(data: bytes, level: int) -> tuple[bytes, ...]:
    """Rows of 0 and 1. `level` as in GS ( k fn 169: 48 to 51 for L, M, Q, H."""
    code = segno.make_qr(data, error=_QR_LEVELS.get(level, "l"), mode="byte", boost_error=False)
    return tuple(bytes(1 if module else 0 for module in row) for row in code.matrix)


def code128(data: bytes) -> tuple[bytes, str] | None:
    """Modules and the text under the bars; `{A`, `{B`, `{C` in `data` choose the code set. None where it is wrong."""
    read = _read_code128(data)
    if read is None:
        return None
    values, text = read
    check = (values[0] + sum(at * value for at, value in enumerate(values))) % 103
    widths = "".join(_BARS[value * 6 : value * 6 + 6] for value in (*values, check)) + _STOP
    modules = b"".join(bytes((1 - at % 2,)) * int(width) for at, width in enumerate(widths))
    return modules, text


def _read_code128(data: bytes) -> tuple[list[int], str] | None:
    values: list[int] = []
    text = ""
    chosen = ""
    at = 0
    while at < len(data):
        if data[at : at + 1] == b"{" and data[at + 1 : at + 2] != b"{":
            chosen = data[at + 1 : at + 2].decode("latin-1")
            if chosen not in _START:
                return None
            values.append(_SWITCH[chosen] if values else _START[chosen])
            at += 2
            continue
        if not chosen:
            return None
        values.append(data[at] if chosen == "C" else data[at] - 32)
        text += f"{data[at]:02d}" if chosen == "C" else chr(data[at])
        at += 2 if data[at : at + 1] == b"{" and chosen != "C" else 1
    return (values, text) if len(values) > 1 and max(values) < 106 and min(values) >= 0 else None
