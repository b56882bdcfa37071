"""The locker as the desk sees it: each cell's state, drawn, counted, and said in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from drivers.ports import Door, Occupied, SlotState
from edge import eyes
from edge.acts import ActRow
from edge.acts.tables import last_act_on
from edge.ledger import Connection
from edge.parcels.flows.placing import board_now
from edge.parcels.tables import ParcelRow, Where, cells_out, parcel_in_cell, waiting
from edge.wall import Cell
from kiosk_ui.desk.context import Here

STATES = ("free", "taken", "late", "open", "look", "off")
MOST = 500  # cells of a wall, and then some


@dataclass(frozen=True)
class WallPicture:
    """`states` is what each cell is drawn as; free cells are not in it. `counts` has every state that is there."""

    states: Mapping[str, str]
    counts: Mapping[str, int]
    cells: int

    @property
    def legend(self) -> list[tuple[str, int]]:
        shown = ("free", "taken", "late", "off")
        return [(state, self.counts.get(state, 0)) for state in STATES if state in shown or self.counts.get(state)]


def wall_picture(here: Here, db: Connection) -> WallPicture:
    """What the box knows of every cell: closures and claims from the ledger, doors from the board's last word."""
    house = here.house
    board = board_now(house)
    looked_for = {row.slot for row in eyes.waiting(db) if row.device == board.device}
    out = cells_out(db, board.device)
    parcels = {row.cell: row for row in waiting(db, MOST) if row.cell and row.device == board.device}
    states = {}
    for cell in house.wall:
        state = _state(here, cell.name, out, looked_for, board.slots.get(cell.name), parcels.get(cell.name))
        if state != "free":
            states[cell.name] = state
    counts = Counter(states.values())
    total = sum(1 for _ in house.wall)
    return WallPicture(states, {**counts, "free": total - len(states)}, total)


def _state(
    here: Here,
    name: str,
    out: Mapping[str, str],
    looked_for: set[str],
    slot: SlotState | None,
    parcel: ParcelRow | None,
) -> str:
    if name in out:
        return "off"
    if name in looked_for:
        return "look"
    if slot is not None and slot.door is Door.OPEN:
        return "open"
    if parcel is not None:
        return "late" if is_late(here, parcel) else "taken"
    return "taken" if slot is not None and slot.occupied is Occupied.YES else "free"


def is_late(here: Here, row: ParcelRow) -> bool:
    """It has been lying here for longer than the house promises."""
    lain_since = row.placed_at or row.registered_at
    return here.times.since(lain_since) > timedelta(hours=here.house.settings.policy.free_hours)


@dataclass(frozen=True)
class CellPicture:
    """One cell with everything that is known of it."""

    cell: Cell
    state: str
    out_reason: str
    parcel: ParcelRow | None
    act: ActRow | None
    slot: SlotState | None
    eyes: tuple[eyes.EyesRow, ...]


def cell_picture(here: Here, db: Connection, cell: Cell) -> CellPicture:
    house = here.house
    board = board_now(house)
    out = cells_out(db, board.device)
    entries = tuple(row for row in eyes.waiting(db) if (row.device, row.slot) == (board.device, cell.name))
    parcel = parcel_in_cell(db, board.device, cell.name)
    slot = board.slots.get(cell.name)
    looked_for = {row.slot for row in entries}
    waits = parcel if parcel is not None and parcel.state is not Where.COLLECTED else None
    return CellPicture(
        cell=cell,
        state=_state(here, cell.name, out, looked_for, slot, waits),
        out_reason=out.get(cell.name, ""),
        parcel=waits,
        act=last_act_on(db, board.device, cell.name),
        slot=slot,
        eyes=entries,
    )
