"""Today's board: what needs a person, what waits to be collected, what works."""

from __future__ import annotations

from dataclasses import dataclass

from edge import eyes
from edge.parcels.tables import Where, count_by_state, waiting
from kiosk_ui.desk.context import Here
from kiosk_ui.desk.devices_view import DeviceLine, device_lines, journal_lines
from kiosk_ui.desk.lines import Line, eyes_lines, parcel_line
from kiosk_ui.desk.walls import WallPicture, is_late, wall_picture

LINES = 8  # of uncollected parcels on the board; the list of all is one key away


@dataclass(frozen=True)
class Today:
    """`to_do` is what should not wait: devices that are away, eyes, parcels brought to the desk, parcels that lie too
    long."""

    to_do: int
    away: list[DeviceLine]
    eyes: list[Line]
    parcels: list[Line]
    in_cell: int
    on_shelf: int
    to_desk: int
    wall: WallPicture
    devices: list[DeviceLine]
    journal: list[DeviceLine]

    @property
    def uncollected(self) -> int:
        return self.in_cell + self.on_shelf + self.to_desk


def today(here: Here) -> Today:
    devices = device_lines(here)
    away = [line for line in devices if line.away]
    with here.house.ledger.reading() as db:
        entries = eyes.waiting(db)
        rows = [row for row in waiting(db) if row.state is not Where.UNSURE]
        states = count_by_state(db)
        brought = [row for row in rows if row.state is Where.TO_DESK]
        first = brought + [row for row in rows if row.state is not Where.TO_DESK]
        late = sum(1 for row in rows if row.state is not Where.TO_DESK and is_late(here, row))
        return Today(
            to_do=len(away) + len(entries) + len(brought) + late,
            away=away,
            eyes=eyes_lines(here, db, entries),
            parcels=[parcel_line(here, db, row) for row in first[:LINES]],
            in_cell=states.get(Where.IN_CELL, 0),
            on_shelf=states.get(Where.ON_SHELF, 0),
            to_desk=states.get(Where.TO_DESK, 0),
            wall=wall_picture(here, db),
            devices=devices,
            journal=journal_lines(here),
        )
