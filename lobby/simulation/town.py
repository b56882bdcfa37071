"""The small town that the lobby serves, and where each thing truly is, whatever the register says."""

from __future__ import annotations

from dataclasses import dataclass, field

from edge.house import House
from edge.people import flows, worker_flows
from edge.people.facts import Language, Standing
from edge.people.who import BOX, Role, Who
from edge.people.writing import Place, Resident, Worker

FLATS = tuple(f"{floor:02}{door:02}" for floor in range(2, 8) for door in (1, 2))
CONSENT_PERCENT = 85


@dataclass
class Thing:
    """A parcel as a thing. `at` is `hand:<who>`, `cell:<name>`, `counter`, `shelf`, or `gone` (out of the building).

    `doubtful` is why nobody can hold the register to it any more: a sensor lied about it, or a person did.
    """

    number: str
    addressee: str
    at: str
    doubtful: str = ""


@dataclass
class Town:
    residents: list[str] = field(default_factory=list)
    units: dict[str, str] = field(default_factory=dict)
    couriers: list[Who] = field(default_factory=list)
    staff: list[Who] = field(default_factory=list)
    things: dict[str, Thing] = field(default_factory=dict)
    phones: dict[str, str] = field(default_factory=dict)
    lied: set[str] = field(default_factory=set)
    """Cells whose sensors did not tell the truth today."""
    read: set[str] = field(default_factory=set)
    """Messages that somebody has come with already."""

    def in_cell(self, cell: str) -> Thing | None:
        return next((thing for thing in self.things.values() if thing.at == f"cell:{cell}"), None)

    def doubt(self, cell: str, why: str) -> None:
        """Nothing that is said of this cell's parcel proves anything from here on."""
        thing = self.in_cell(cell)
        if thing is not None:
            thing.doubtful = thing.doubtful or why


async def settle(house: House, town: Town) -> None:
    """Register everybody: a family a flat, three couriers, two at the desk."""
    for number, flat in enumerate(FLATS):
        for who, standing in ((0, Standing.OWNER), (1, Standing.FAMILY)):
            index = 2 * number + who
            person = Resident(
                Place("3", "", flat),
                f"{'张王李赵'[index % 4]}{'一二三四五六七八九'[index % 9]}",
                standing,
                phone=f"199{index:08}",
                language=Language.EN if index % 5 == 0 else Language.ZH,
                locker_consent=index * 37 % 100 < CONSENT_PERCENT,
            )
            town.residents.append(await flows.register_resident(house, BOX, person))
    town.phones = {house.directory.person(person).phone: person for person in town.residents}
    town.units = {person: house.directory.person(person).unit for person in town.residents}
    for number in (1, 2, 3):
        worker = Worker(f"K0{number}", f"快递{number}", f"1980000000{number}", frozenset({Role.COURIER}), "顺丰")
        courier = await worker_flows.register_worker(house, BOX, worker)
        town.couriers.append(Who(courier, frozenset({Role.COURIER}), f"kiosk-{1 + number % 2}"))
    for number in (1, 2):
        worker = Worker(f"S0{number}", f"前台{number}", f"1970000000{number}", frozenset({Role.FRONT_DESK}))
        clerk = await worker_flows.register_worker(house, BOX, worker)
        town.staff.append(Who(clerk, frozenset({Role.FRONT_DESK}), "desk-1"))
