"""A courier's round: they know what they carry, are in a hurry, and do not read."""

from __future__ import annotations

import asyncio

from edge.chance import SeededChance
from edge.parcels import flows
from edge.parcels.facts import Signature
from edge.parcels.rules import Draft
from edge.people.who import Who
from edge.refusal import Refusal
from edge.wall import Size
from lobby.simulation.lobby import Frozen, Lobby
from lobby.simulation.plan import between, likely, weighted
from lobby.simulation.town import Thing

PARCELS_A_ROUND = (1, 4)
SIZES = ((Size.S, 5), (Size.M, 4), (Size.L, 2), (Size.XL, 1))
NOT_FOR_LOCKER = frozenset({"locker_full", "no_consent", "locker_offline", "not_for_locker", "no_bigger_cell"})
BEFORE_DOOR = (
    ("puts_in", 74),
    ("puts_in_and_goes", 8),
    ("leaves_it_open", 4),
    ("does_not_fit", 6),
    ("keeps_it", 4),
    ("walks_away", 4),
)


class Courier:
    """One round. Whoever crosses them ends it: they are gone, with what they still have in hand."""

    def __init__(self, lobby: Lobby, who: Who, chance: SeededChance) -> None:
        self.lobby, self.who, self.chance = lobby, who, chance
        self.visit = ""

    async def comes(self) -> None:
        self.visit = await self.lobby.ask(self.who, lambda house, ask: flows.begin(house, self.who, ask), self.chance)
        for _ in range(between(self.chance, PARCELS_A_ROUND)):
            await self._drop(self._next_thing())
        if likely(self.chance, 70):
            await self._signs_out()

    def _next_thing(self) -> Thing:
        things = self.lobby.town.things
        if things and likely(self.chance, 6):  # the same number once more
            return things[sorted(things)[self.chance.below(len(things))]]
        addressee = self.lobby.town.residents[self.chance.below(len(self.lobby.town.residents))]
        thing = Thing(f"SF{self.chance.below(10**10):010}", addressee, f"hand:{self.who.id}")
        return things.setdefault(thing.number, thing)

    def _draft(self, thing: Thing) -> Draft:
        unit = self.lobby.town.units[thing.addressee]
        return Draft(thing.number, "顺丰", unit, thing.addressee, deliverer=self.who.id, signature=Signature.PIN)

    async def _drop(self, thing: Thing) -> None:
        draft = self._draft(thing)
        size = Size(weighted(self.chance, SIZES))
        try:
            opened = await self.lobby.ask(
                self.who,
                lambda house, ask: flows.drop_off(house, self.who, ask, self.visit, draft, size=size, statement=True),
                self.chance,
            )
        except Refusal as refusal:
            if refusal.code in NOT_FOR_LOCKER:
                await self._to_the_desk(thing, draft)
            return
        if thing.at != f"hand:{self.who.id}":  # a number that came back: somebody sends another thing under it
            thing.doubtful = "sent twice"
        await self._at_the_door(thing, opened["parcel"], opened["cell"], size)

    async def _to_the_desk(self, thing: Thing, draft: Draft) -> None:
        await self.lobby.ask(
            self.who,
            lambda house, ask: flows.drop_at_desk(house, self.who, ask, self.visit, draft, "no_consent"),
            self.chance,
        )
        thing.at = "counter"

    async def _at_the_door(self, thing: Thing, parcel: str, cell: str, size: Size) -> None:
        if not await self.lobby.opens(cell):
            await self._door_stays_shut(thing, parcel, size)
            return
        await asyncio.sleep(between(self.chance, (1, 12)))
        await getattr(self, f"_{weighted(self.chance, BEFORE_DOOR)}")(thing, parcel, cell, size)

    async def _door_stays_shut(self, thing: Thing, parcel: str, size: Size) -> None:
        """Try once more, take another door, or bring it to the desk."""
        way = weighted(self.chance, (("again", 4), ("other", 4), ("desk", 2), ("gone", 1)))
        if way == "gone":
            return
        if way == "desk":
            await self.lobby.ask(
                self.who, lambda house, ask: flows.to_desk(house, self.who, ask, self.visit, parcel), self.chance
            )
            thing.at = "counter"
            return
        try:
            opened = await self.lobby.ask(
                self.who,
                lambda house, ask: (
                    flows.try_again(house, self.who, ask, self.visit, parcel)
                    if way == "again"
                    else flows.door_did_not_open(house, self.who, ask, self.visit, parcel, size)
                ),
                self.chance,
            )
        except Refusal:
            return
        if await self.lobby.opens(opened["cell"]):
            await self._puts_in(thing, parcel, opened["cell"], size)

    # -- what they do with an open door --------------------------------------------------------------------------

    async def _puts_in(self, thing: Thing, parcel: str, cell: str, _size: Size) -> None:
        if not self._put(thing, cell):
            return
        await asyncio.sleep(between(self.chance, (1, 6)))
        self._shut(cell)
        await asyncio.sleep(1)
        try:
            await self.lobby.ask(
                self.who, lambda house, ask: flows.put_in(house, self.who, ask, self.visit, parcel), self.chance
            )
        except Refusal:
            await self._insists(parcel)

    async def _insists(self, parcel: str) -> None:
        """The screen says that the door is open, and they see that it is shut."""
        if likely(self.chance, 50):
            await self.lobby.ask(
                self.who,
                lambda house, ask: flows.put_in(house, self.who, ask, self.visit, parcel, insists=True),
                self.chance,
            )

    async def _puts_in_and_goes(self, thing: Thing, _parcel: str, cell: str, _size: Size) -> None:
        if self._put(thing, cell):
            await asyncio.sleep(2)
            self._shut(cell)

    async def _leaves_it_open(self, thing: Thing, _parcel: str, cell: str, _size: Size) -> None:
        self._put(thing, cell)

    async def _does_not_fit(self, thing: Thing, parcel: str, cell: str, size: Size) -> None:
        self._shut(cell)
        try:
            opened = await self.lobby.ask(
                self.who,
                lambda house, ask: flows.does_not_fit(house, self.who, ask, self.visit, parcel, size),
                self.chance,
            )
        except Refusal:
            await self._keeps_it(thing, parcel, cell, size)
            return
        if await self.lobby.opens(opened["cell"]):
            await self._puts_in(thing, parcel, opened["cell"], size)

    async def _keeps_it(self, _thing: Thing, parcel: str, cell: str, _size: Size) -> None:
        await self.lobby.ask(
            self.who, lambda house, ask: flows.not_put_in(house, self.who, ask, self.visit, parcel), self.chance
        )
        self._shut(cell)

    async def _walks_away(self, _thing: Thing, _parcel: str, cell: str, _size: Size) -> None:
        if likely(self.chance, 50):
            self._shut(cell)

    # -- hands -------------------------------------------------------------------------------------------------

    def _put(self, thing: Thing, cell: str) -> bool:
        """What lies there already, or what they do not have any more, they cannot put in."""
        if thing.at != f"hand:{self.who.id}" or not self.lobby.is_open(cell) or self.lobby.town.in_cell(cell):
            return False
        self.lobby.steel.put(cell, thing.number)
        thing.at = f"cell:{cell}"
        return True

    def _shut(self, cell: str) -> None:
        self.lobby.steel.close(cell)

    async def _signs_out(self) -> None:
        await self.lobby.ask(
            self.who,
            lambda house, ask: house.visits.close(ask, self.visit, screen=self.who.screen),
            self.chance,
        )


async def round_of(lobby: Lobby, chance: SeededChance) -> None:
    who = lobby.town.couriers[chance.below(len(lobby.town.couriers))]
    courier = Courier(lobby, who, chance)
    try:
        await courier.comes()
    except Refusal:
        return  # the screen said why, and they have no time
    except Frozen:
        return
