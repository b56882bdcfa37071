"""Staff at the desk: they take in and hand over, and go to see what no device could settle. What they see is true."""

from __future__ import annotations

import asyncio

from edge import eyes
from edge.chance import SeededChance
from edge.eyes import EyesRow
from edge.parcels import flows
from edge.parcels.facts import Signature
from edge.parcels.rules import Draft
from edge.parcels.tables import ParcelRow, Where, cells_out, parcel_row
from edge.people.who import Who
from edge.refusal import Refusal
from lobby.simulation.lobby import Frozen, Lobby
from lobby.simulation.plan import likely, weighted
from lobby.simulation.town import Thing

LOOKED = "looked"
WORK = (("look_after", 6), ("receive", 3), ("hand_over", 3), ("shelve", 4), ("refill", 2), ("open_one", 1))


class Clerk:
    def __init__(self, lobby: Lobby, who: Who, chance: SeededChance) -> None:
        self.lobby, self.who, self.chance = lobby, who, chance

    async def works(self) -> None:
        await getattr(self, f"_{weighted(self.chance, WORK)}")()

    async def closes_the_day(self) -> None:
        """Everything that waits for somebody's eyes is looked at, until nothing more is found out."""
        await self._refill()
        for _ in range(4):
            await self._shut_doors()
            await self._shelve()
            await self._look_after()
            await asyncio.sleep(20)

    # -- parcels -------------------------------------------------------------------------------------------------

    async def _receive(self) -> None:
        addressee = self.lobby.town.residents[self.chance.below(len(self.lobby.town.residents))]
        number = f"YT{self.chance.below(10**10):010}"
        unit = self.lobby.town.units[addressee]
        draft = Draft(number, "圆通", unit, addressee, deliverer_name="送货人", signature=Signature.SLIP)
        await self._ask(lambda house, ask: flows.register(house, self.who, ask, draft, shelf="1"))
        self.lobby.town.things[number] = Thing(number, addressee, "shelf")

    async def _shelve(self) -> None:
        """What a courier left on the counter goes onto the shelf."""
        for row in self._rows(Where.TO_DESK):
            thing = self.lobby.town.things[row.number]
            if thing.at == "counter":
                await self._ask(lambda house, ask, row=row: flows.shelve(house, self.who, ask, row.parcel, shelf="2"))
                thing.at = "shelf"

    async def _hand_over(self) -> None:
        rows = [row for row in self._rows(Where.ON_SHELF) if self.lobby.town.things[row.number].at == "shelf"]
        for row in rows[:2]:
            await self._ask(
                lambda house, ask, row=row: flows.hand_over(
                    house, self.who, ask, (row.parcel,), taker=row.addressee, signature=Signature.SLIP
                )
            )
            self.lobby.town.things[row.number].at = f"with:{row.addressee}"

    async def _open_one(self) -> None:
        """A resident asks for a parcel that the locker does not give."""
        rows = self._rows(Where.IN_CELL)
        if not rows:
            return
        row = rows[self.chance.below(len(rows))]
        cell = row.cell
        await self._ask(lambda house, ask: flows.staff_open(house, self.who, ask, cell, reason="住户要求"))
        if not await self.lobby.opens(cell):
            return
        await self._empty(cell)

    async def _empty(self, cell: str) -> None:
        """Take out what lies there, put it onto the shelf under its own number, and shut the door."""
        thing = self.lobby.town.in_cell(cell)
        if thing is not None:
            row = self._row_of(thing)
            self.lobby.steel.take(cell)
            thing.at = "counter"
            if row is not None:
                await self._ask(
                    lambda house, ask: flows.found(
                        house, self.who, ask, row.parcel, where=Where.ON_SHELF, note=LOOKED, shelf="3"
                    )
                )
                thing.at = "shelf"
        self.lobby.steel.close(cell)

    # -- what needs eyes -----------------------------------------------------------------------------------------

    async def _look_after(self) -> None:
        with self.lobby.house.ledger.reading() as db:
            rows = eyes.waiting(db)
        for row in rows[:12]:
            await self._see(row)
        await self._try_cells()

    async def _see(self, row: EyesRow) -> None:
        kind, _, name = row.about.partition(":")
        try:
            if kind == "parcel":
                await self._find(name)
            elif kind == "slip":
                await self._ask(lambda house, ask: house.slips.judge(ask, name, good=likely(self.chance, 50)))
                return
            finding = self._finding(kind, row)
            await self._ask(
                lambda house, ask: flows.settle_eyes(house, self.who, ask, row.number, finding=finding, note=LOOKED)
            )
        except Refusal:
            return  # somebody else has, or a parcel must be found first

    def _finding(self, kind: str, row: EyesRow) -> str:
        if kind == "act":
            return "opened" if self.lobby.is_open(row.slot) else "not_opened"
        if kind == "slot" and self.lobby.is_open(row.slot):
            self.lobby.steel.close(row.slot)
        return "looked"

    async def _find(self, parcel: str) -> None:
        """Go and look where it truly is, and say so."""
        with self.lobby.house.ledger.reading() as db:
            row = parcel_row(db, parcel)
        thing = self.lobby.town.things.get(row.number) if row is not None else None
        if row is None or thing is None:
            return
        where, shelf = self._where(row, thing)
        if where is None:
            return
        await self._ask(
            lambda house, ask: flows.found(house, self.who, ask, parcel, where=where, note=LOOKED, shelf=shelf)
        )
        thing.doubtful = ""

    def _where(self, row: ParcelRow, thing: Thing) -> tuple[Where | None, str]:
        place, _, name = thing.at.partition(":")
        if place == "cell" and name == row.cell:
            return Where.IN_CELL, ""
        if place in ("shelf", "counter"):
            thing.at = "shelf"
            return Where.ON_SHELF, "3"
        if place == "with":
            return Where.COLLECTED, ""
        return (Where.TAKEN_BACK, "") if place == "hand" else (None, "")

    async def _try_cells(self) -> None:
        """Cells out of service are opened, looked into, emptied and brought back."""
        with self.lobby.house.ledger.reading() as db:
            out = sorted(cells_out(db, self.lobby.house.wall.device))
        for cell in out[:3]:
            try:
                await self._ask(
                    lambda house, ask, cell=cell: flows.staff_open(house, self.who, ask, cell, reason=LOOKED)
                )
            except Refusal:
                continue
            if await self.lobby.opens(cell):
                await self._empty(cell)
                await self._ask(lambda house, ask, cell=cell: flows.bring_back(house, self.who, ask, cell, note=LOOKED))

    # -- the room ------------------------------------------------------------------------------------------------

    async def _refill(self) -> None:
        self.lobby.world.printer.refill()
        for name in self.lobby.world.printer.laid:
            self.lobby.world.printer.clear(name)

    async def _shut_doors(self) -> None:
        for cell in self.lobby.house.wall:
            if self.lobby.is_open(cell.name):
                self.lobby.steel.close(cell.name)

    async def _ask(self, flow: object) -> None:
        await self.lobby.ask(self.who, flow, self.chance)  # type: ignore[arg-type]  # any flow; its answer is not looked at

    def _rows(self, state: Where) -> list[ParcelRow]:
        sql = "SELECT parcel FROM parcels WHERE state = ? ORDER BY seq"
        with self.lobby.house.ledger.reading() as db:
            found = [parcel_row(db, parcel) for (parcel,) in db.execute(sql, (state.value,)).fetchall()]
        return [row for row in found if row is not None]

    def _row_of(self, thing: Thing) -> ParcelRow | None:
        sql = "SELECT parcel FROM parcels WHERE number = ? ORDER BY seq DESC LIMIT 1"
        with self.lobby.house.ledger.reading() as db:
            found = db.execute(sql, (thing.number,)).fetchone()
            return parcel_row(db, found[0]) if found else None


async def work_of(lobby: Lobby, chance: SeededChance) -> None:
    clerk = Clerk(lobby, lobby.town.staff[chance.below(len(lobby.town.staff))], chance)
    try:
        await clerk.works()
    except (Refusal, Frozen):
        return
