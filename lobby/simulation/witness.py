"""The invariants, watched from outside: at the steel, on the wire, on the disk. It believes nothing it is told.

The numbers are those of docs/architecture.md.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import orjson

from drivers.mqtt.link import Message
from edge.house import House
from edge.ledger import Connection
from edge.ledger.sqlite import open_reader
from edge.ledger.verify import verify
from edge.parcels.tables import Where
from lobby.rehearsal import World
from lobby.simulation.town import Thing, Town

LOCKER_TRUSTED_S = 3.0 + 0.001
"""So long after its sending a command may still move something: its own lifetime, and one hop."""


class Violated(AssertionError):
    """An invariant does not hold."""

    def __init__(self, invariant: int, what: str) -> None:
        super().__init__(f"invariant {invariant}: {what}")
        self.invariant = invariant


@dataclass
class _Command:
    """One pulse command that the broker took: it justifies one pulse, before its deadline."""

    act: str
    slot: str
    boot: str
    deadline_up_ms: int
    used: bool = False


class Witness:
    """Looks on through a connection of its own, which sees only what is committed."""

    def __init__(self, world: World, town: Town, state: Path) -> None:
        self._world = world
        self._town = town
        self._file = state / "ledger" / "ledger.db"
        self._commands: list[_Command] = []
        self._known: dict[str, str] = {}
        self.violations: list[Violated] = []
        self.checks = 0

    def begin(self) -> None:
        self._world.broker.taps.append(self._heard)
        self._world.steel.on_pulse(self._pulsed)

    def note(self, invariant: int, what: str) -> None:
        """Kept, not raised: it is seen from inside of devices, whose loops must not break."""
        self.violations.append(Violated(invariant, what))

    # -- 1: doors ------------------------------------------------------------------------------------------------

    def _heard(self, message: Message) -> None:
        operation = message.topic.rpartition("/cmd/")[2] if "/cmd/" in message.topic else ""
        if not operation:
            return
        self.checks += 1
        if message.retain:
            self.note(1, f"a command was sent retained: {operation}")
        body = orjson.loads(message.payload)
        if operation == "pulse":
            self._commanded(body)
        elif operation == "ack":
            self._acknowledged(body)

    def _commanded(self, body: dict[str, object]) -> None:
        act, slot = str(body["id"]), str(body["slot"])
        with closing(self._read()) as db:
            found = db.execute("SELECT state FROM acts WHERE act = ? AND slot = ?", (act, slot)).fetchone()
        if found is None:
            self.note(1, f"a command for {slot} was sent before its request was durable")
        if any(command.act == act for command in self._commands):
            self.note(1, f"the command for {slot} was sent twice")
        self._commands.append(_Command(act, slot, str(body["boot"]), int(str(body["deadline_up_ms"]))))

    def _pulsed(self, slot: str) -> None:
        self.checks += 1
        steel = self._world.steel
        up_ms = steel.snapshot()["up_ms"]
        fit = [one for one in self._commands if one.slot == slot and not one.used and one.boot == steel.boot]
        if not fit:
            self.note(1, f"{slot} was pulsed without a command that had not been used")
            return
        fit[-1].used = True
        if isinstance(up_ms, int) and up_ms > fit[-1].deadline_up_ms:
            self.note(1, f"{slot} was pulsed {up_ms - fit[-1].deadline_up_ms} ms after its deadline")

    # -- 6: what is acknowledged ---------------------------------------------------------------------------------

    def _acknowledged(self, body: dict[str, object]) -> None:
        """An event that a board may forget must be in the journal. Acknowledging 0 only asks for all there is."""
        boot, seq = str(body["boot"]), int(str(body["seq"]))
        if seq == 0:
            return
        sql = "SELECT max(event_seq) FROM board_outboxes WHERE boot = ?"
        with closing(self._read()) as db:
            (known,) = db.execute(sql, (boot,)).fetchone()
        if known is None or known < seq:
            self.note(6, f"event {seq} of the board was acknowledged before it was durable")

    def answered(self, house: House, answer: object) -> None:
        """A person was told something: what it names is on the disk, and one cell has one owner (3)."""
        self.checks += 1
        with closing(self._read()) as db:
            if isinstance(answer, dict) and "parcel" in answer:
                self._told(db, str(answer["parcel"]), str(answer.get("act", "")))
            self._one_owner(db)
            head = db.execute("SELECT seq FROM head").fetchone()[0]
        if head < house.ledger.head.seq:
            self.note(6, f"the head is {house.ledger.head.seq}, the disk has {head}")

    def _told(self, db: Connection, parcel: str, act: str) -> None:
        if db.execute("SELECT 1 FROM parcels WHERE parcel = ?", (parcel,)).fetchone() is None:
            self.note(6, f"{parcel} was named to a person and is not on the disk")
        if act and db.execute("SELECT 1 FROM acts WHERE act = ?", (act,)).fetchone() is None:
            self.note(6, f"an act for {parcel} was named to a person and is not on the disk")
        self._known[parcel] = act

    def _one_owner(self, db: Connection) -> None:
        sql = "SELECT device, cell, count(*) FROM parcels WHERE cell <> '' GROUP BY device, cell HAVING count(*) > 1"
        for _, cell, owners in db.execute(sql):
            self.note(3, f"{cell} has {owners} owners")

    # -- at the end of a day, and after each start ---------------------------------------------------------------

    def came_back(self) -> None:
        """6: after a crash everything is there that a person was told."""
        with closing(self._read()) as db:
            for parcel, act in self._known.items():
                self._told(db, parcel, act)
            self._one_owner(db)

    def day_is_over(self, house: House) -> None:
        """2: everything is somewhere known, or waits for eyes. 5: the tables are the fold, the chain verifies."""
        self.checks += 1
        different = house.ledger.compare()
        if different:
            self.note(5, f"tables differ from the fold of the journal: {different}")
        with closing(self._read()) as db:
            verify(db, self._world.settings.box.id)
            self._places(db)
            self._papers(db)

    def _places(self, db: Connection) -> None:
        listed = {about for (about,) in db.execute("SELECT about FROM needs_eyes WHERE settled_at IS NULL")}
        sql = "SELECT parcel, number, state, cell FROM parcels ORDER BY seq"
        last = {number: (parcel, state, cell) for parcel, number, state, cell in db.execute(sql)}
        for number, (parcel, state, cell) in last.items():
            if f"parcel:{parcel}" in listed:
                continue
            thing = self._town.things[number]
            if thing.doubtful or _is_there(thing, Where(state), cell):
                continue
            if self._town.lied & self._cells_of(db, parcel):
                thing.doubtful = "a sensor lied"
            else:
                self.note(2, f"{parcel} ({number}) is {state} {cell} in the register, and truly {thing.at}")
        self._town.lied.clear()

    @staticmethod
    def _cells_of(db: Connection, parcel: str) -> set[str]:
        return {slot for (slot,) in db.execute("SELECT slot FROM acts WHERE about = ?", (f"parcel:{parcel}",))}

    def _papers(self, db: Connection) -> None:
        """Numbers of slips that nobody knows the fate of and nobody is asked about."""
        sql = (
            "SELECT slip, state FROM slips WHERE state IN ('stalled', 'unknown') AND NOT EXISTS"
            " (SELECT 1 FROM needs_eyes WHERE about = 'slip:' || slips.slip AND settled_at IS NULL)"
        )
        for slip, state in db.execute(sql):
            self.note(2, f"slip {slip} is {state} and on no list")

    def _read(self) -> Connection:
        return open_reader(self._file)


def _is_there(thing: Thing, state: Where, cell: str) -> bool:
    place, _, name = thing.at.partition(":")
    match state:
        case Where.IN_CELL:
            return place == "cell" and name == cell
        case Where.ON_SHELF:
            return place == "shelf"
        case Where.TO_DESK:
            return place in ("counter", "shelf")
        case Where.COLLECTED:
            return place == "with"
        case Where.TAKEN_BACK:
            return place == "hand"
        case _:
            return False
