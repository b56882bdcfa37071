"""The building taken apart: entrances, floors and flats, for pickers and for its drawing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from edge.people import tables
from edge.people.known import UnitRow
from kiosk_ui.kiosk.here import Here
from kiosk_ui.kiosk.views import Facade

STEPS = ("building", "entrance", "floor", "unit")


@dataclass(frozen=True)
class Flat:
    """A unit as the picker takes it apart. A room without a floor in its number stands on the floor `""`."""

    row: UnitRow

    @property
    def floor(self) -> str:
        room = self.row.room
        return str(int(room[:-2])) if room.isdigit() and len(room) > 2 else ""

    def step(self, name: str) -> str:
        if name == "floor":
            return self.floor
        return {"building": self.row.building, "entrance": self.row.entrance, "unit": self.row.unit}[name]


def flats_of(here: Here, chosen: Mapping[str, str]) -> list[Flat]:
    """The flats that agree with what was chosen so far."""
    with here.house.ledger.reading() as db:
        flats = [Flat(row) for row in tables.units(db)]
    return [flat for flat in flats if all(flat.step(step) == value for step, value in chosen.items())]


def counted(name: str) -> tuple[int, str]:
    """The order in which people count: 2 before 10."""
    return (int(name) if name.isdigit() else 10**6, name)


def facade(here: Here, building: str, floor: str = "", unit: str = "") -> Facade | None:
    """The drawing of a building, where its rooms tell their floors; none before it is known which one."""
    flats = [flat for flat in flats_of(here, {}) if flat.floor and building in {"", flat.row.building}]
    if not flats or len({flat.row.building for flat in flats}) > 1:
        return None
    rooms: dict[int, list[str]] = {}
    for flat in sorted(flats, key=lambda flat: counted(flat.row.room)):
        rooms.setdefault(int(flat.floor), []).append(flat.row.unit)
    at = next((number for number, units in rooms.items() if unit in units), int(floor or 0))
    place = rooms[at].index(unit) + 1 if unit in rooms.get(at, []) else 0
    return Facade(max(rooms), max(len(units) for units in rooms.values()), at, place)
