"""From what is seen of the devices to what stands on the page. Every field may be missing: a device may be gone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from simulators.control import Seen
from simulators.faults import Fault, menu
from simulators.virtual_lobby.acts import HOME_OF_FAULT
from simulators.virtual_lobby.room import Room

UNITS = {"s": 1, "m": 2, "l": 3, "xl": 4}
JOURNAL_ROWS = 8
MESSAGES = 30
EARLIER_SLIPS = 4
NEVER = "UTC"
NO_BREAK = "\u00a0"

_CODE = re.compile(r"(?<![\d-])\d{3} \d{3}(?: \d{1,3})*(?![\d-])")
"""Figures in groups of three: how the house writes what a resident is to type."""


@dataclass(frozen=True)
class CellView:
    name: str
    size: str
    is_open: bool
    full: bool
    faults: tuple[str, ...]

    @property
    def units(self) -> int:
        return UNITS.get(self.size, 1)


@dataclass(frozen=True)
class ColumnView:
    """`parts`: cells from the top down; a number stands for the touchscreen and says how many units it fills."""

    name: str
    parts: tuple[CellView | int, ...]


@dataclass(frozen=True)
class WallView:
    there: bool
    powered: bool
    columns: tuple[ColumnView, ...]
    rows: int

    @property
    def cells(self) -> tuple[CellView, ...]:
        return tuple(part for column in self.columns for part in column.parts if isinstance(part, CellView))

    @property
    def open_cells(self) -> tuple[str, ...]:
        return tuple(cell.name for cell in self.cells if cell.is_open)


@dataclass(frozen=True)
class PrinterView:
    """`slip` hangs out of the mouth (None: nothing does); `cut` is False while it is still held by the printer."""

    there: bool
    trouble: str
    low: bool
    held: int
    slip: int | None
    height: int
    cut: bool
    earlier: tuple[int, ...]


@dataclass(frozen=True)
class MessageView:
    number: int
    text: str
    at: datetime
    code: str
    """The digits to type, "" where the message has none."""


@dataclass(frozen=True)
class PhoneChoice:
    phone: str
    label: str


@dataclass(frozen=True)
class PhoneView:
    there: bool
    phone: str
    label: str
    messages: tuple[MessageView, ...]
    with_messages: tuple[PhoneChoice, ...]
    known: tuple[PhoneChoice, ...]
    others: tuple[PhoneChoice, ...]


@dataclass(frozen=True)
class FaultView:
    fault: Fault
    home: str
    laid: bool
    slots: tuple[str, ...]
    """Where it is laid, empty where it is the device's or on every slot."""


@dataclass(frozen=True)
class EntryView:
    seq: int
    kind: str
    subject: str
    at: datetime


@dataclass(frozen=True)
class LobbyView:
    wall: WallView
    printer: PrinterView
    phone: PhoneView
    faults: Mapping[str, tuple[FaultView, ...]]
    journal: tuple[EntryView, ...]
    house: Seen

    @property
    def laid(self) -> int:
        return sum(fault.laid for group in self.faults.values() for fault in group)


def lobby(room: Room, phone: str, phones: Mapping[str, str]) -> LobbyView:
    """The page for one visitor. `phone` is whose phone they look at, "" for whoever was written to last."""
    house = room.seen.get("house", {})
    zone = ZoneInfo(house.get("zone", NEVER))
    return LobbyView(
        wall=_wall(room.seen.get("locker", {})),
        printer=_printer(room.seen.get("printer", {}), room.torn_to),
        phone=_phone(room.seen.get("phone", {}), phone, phones, house.get("known", ()), zone),
        faults=_faults(room.seen),
        journal=_journal(house.get("journal", {}).get("entries", ()), zone),
        house=house,
    )


def _wall(seen: Seen) -> WallView:
    cells: dict[str, list[CellView]] = {}
    for cell in seen.get("cells", ()):
        view = CellView(cell["name"], cell["size"], cell["open"], bool(cell["item"]), tuple(cell["faults"]))
        cells.setdefault(cell["column"], []).append(view)
    rows = max((sum(cell.units for cell in column) for column in cells.values()), default=1)
    columns = tuple(_column(column, cells.get(column["name"], []), rows) for column in seen.get("columns", ()))
    return WallView(bool(seen), bool(seen.get("powered")), columns, rows)


def _column(column: Mapping[str, Any], cells: list[CellView], rows: int) -> ColumnView:
    parts: list[CellView | int] = list(cells)
    if column["screen_after"] >= 0:
        parts.insert(column["screen_after"], max(1, rows - sum(cell.units for cell in cells)))
    return ColumnView(column["name"], tuple(parts))


def _printer(seen: Seen, torn_to: int) -> PrinterView:
    numbers = [int(slip["number"]) for slip in seen.get("slips", ())]
    heights = {int(slip["number"]): int(slip["height"]) for slip in seen.get("slips", ())}
    uncut = seen.get("paper", {"number": 0, "height": 0})
    hangs = numbers[-1] if numbers and numbers[-1] > torn_to else None
    is_uncut = uncut["height"] > 0
    return PrinterView(
        there=bool(seen),
        trouble=seen.get("trouble", ""),
        low="printer.paper_low" in seen.get("faults", ()),
        held=int(seen.get("held", 0)),
        slip=int(uncut["number"]) if is_uncut else hangs,
        height=int(uncut["height"]) if is_uncut else heights.get(hangs or 0, 0),
        cut=not is_uncut,
        earlier=tuple(number for number in reversed(numbers) if is_uncut or number != hangs)[:EARLIER_SLIPS],
    )


def _phone(seen: Seen, phone: str, phones: Mapping[str, str], known: Iterable[str], zone: ZoneInfo) -> PhoneView:
    messages = seen.get("messages", ())
    written = list(dict.fromkeys(message["phone"] for message in reversed(messages)))
    known = [number for number in known if number not in written]
    rest = [number for number in phones if number not in written and number not in known]
    chosen = phone or next(iter([*written, *known, *rest]), "")
    return PhoneView(
        there=bool(seen),
        phone=chosen,
        label=phones.get(chosen, chosen),
        messages=tuple(_message(message, zone) for message in messages if message["phone"] == chosen)[-MESSAGES:],
        with_messages=_choices(written, phones),
        known=_choices(known, phones),
        others=_choices(rest, phones),
    )


def _choices(numbers: Iterable[str], phones: Mapping[str, str]) -> tuple[PhoneChoice, ...]:
    return tuple(PhoneChoice(number, phones.get(number, number)) for number in numbers)


def _message(message: Mapping[str, Any], zone: ZoneInfo) -> MessageView:
    found = _CODE.search(message["text"])
    text = _CODE.sub(lambda code: code.group().replace(" ", NO_BREAK), message["text"])
    return MessageView(message["number"], text, _local(message["at"], zone), found.group() if found else "")


def _faults(seen: Mapping[str, Seen]) -> dict[str, tuple[FaultView, ...]]:
    """By kind of device, in the order of the menu."""
    groups: dict[str, list[FaultView]] = {kind: [] for kind in HOME_OF_FAULT}
    for fault in menu():
        home = HOME_OF_FAULT[fault.device]
        groups[fault.device].append(_fault(fault, home, seen.get(home, {})))
    return {kind: tuple(group) for kind, group in groups.items()}


def _fault(fault: Fault, home: str, seen: Seen) -> FaultView:
    """A device tells its faults by name, or (where they lie on slots) as name and slot."""
    marks = [mark if isinstance(mark, dict) else {"name": mark, "slot": ""} for mark in seen.get("faults", ())]
    slots = tuple(str(mark["slot"]) for mark in marks if mark["name"] == fault.name)
    everywhere = len(slots) == len(seen.get("cells", ()))
    return FaultView(fault, home, bool(slots), () if everywhere or "" in slots else slots)


def _journal(entries: Iterable[Mapping[str, Any]], zone: ZoneInfo) -> tuple[EntryView, ...]:
    latest = list(entries)[-JOURNAL_ROWS:]
    return tuple(
        EntryView(entry["seq"], entry["kind"], entry["subject"], _local(entry["at"], zone)) for entry in latest
    )


def _local(at: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(at).astimezone(zone)
