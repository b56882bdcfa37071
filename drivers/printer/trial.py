"""For whoever sets a printer up: what was learnt of it in words, and a slip to look at."""

from __future__ import annotations

from drivers.ports import Align, Code128, Document, Grade, Pair, PrintOutcome, QrCode, Rule, Text
from drivers.printer.commissioning import Commissioning
from drivers.printer.layout import Charset

_GRADES = {
    Grade.PROCESS_ID: "proves that a slip was printed and cut (process id)",
    Grade.STATUS_ONLY: "tells its health and that it has read a slip, but cannot prove that it was printed",
    Grade.BLIND: "tells nothing: every slip needs a person's eye",
}
_CHARSETS = {
    Charset.GBK: "Chinese as text (GBK), rare characters as pictures",
    Charset.GB2312: "Chinese as text (GB2312 only), other characters as pictures",
    Charset.NONE: "no Chinese font: every Chinese line is sent as a picture",
}
_WIDTHS = {576: "80 mm", 384: "58 mm"}


def commission_report(name: str, known: Commissioning, trial: PrintOutcome | None = None) -> list[str]:
    """Lines for the command line, in English. `trial` is the outcome of the slip below, where one was printed."""
    told = (known.maker, known.model, known.firmware, known.serial)
    emptied = "empties its buffer when told" if known.clears else "cannot be told to empty its buffer"
    refill = "" if known.clears else ": after a refill it may finish the slip that was broken off"
    lines = [
        f"{name}: {' '.join(filter(None, told)) or 'does not tell who it is'}",
        f"  grade   {known.grade.value}: {_GRADES[known.grade]}",
        f"  stall   {emptied}{refill}",
        f"  words   {_CHARSETS[known.charset]}",
        f"  paper   {known.dots} dots ({_WIDTHS.get(known.dots, 'as set')}), as set: no printer tells it, a ruler does",
    ]
    if trial is not None:
        lines.append(f"  trial   {trial.result.value}" + (f" ({trial.reason})" if trial.reason else ""))
    return lines


def trial_slip(name: str, known: Commissioning) -> Document:
    """A ruler as wide as the paper is said to be, words of each kind, and both codes."""
    tens = "".join(f"{column:>10}" for column in range(10, known.paper.columns + 1, 10))
    ruler = "1234567890" * 10
    return Document(
        (
            Text(name, Align.CENTRE, size=2, bold=True),
            Text(tens),
            Text(ruler[: known.paper.columns]),
            Rule(),
            Pair("GB2312", "中文字样"),
            Pair("GBK", "镕堃祎"),
            Pair("GB18030", "䶮㐂𠮷"),
            Pair("Latin", "Ñandú Åse"),
            Rule(),
            QrCode(f"lobby:{name}"),
            Code128("LOBBY-0001"),
        )
    )
