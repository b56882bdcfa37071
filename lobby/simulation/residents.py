"""Residents who come for their parcels, and a stranger who has no business here."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import cast

import orjson

from edge.chance import SeededChance, digits
from edge.parcels import flows
from edge.people.who import Who
from edge.refusal import Refusal
from lobby.simulation.lobby import Frozen, Lobby
from lobby.simulation.plan import between, likely, weighted

GUESSES = (1, 8)
BEHIND_DOOR = (
    ("takes_it", 78),
    ("takes_and_goes", 8),
    ("leaves_it_open", 4),
    ("takes_nothing", 4),
    ("says_it_is_empty", 3),
    ("takes_and_says_it_is_empty", 3),
)


class Resident:
    def __init__(self, lobby: Lobby, person: str, kiosk: Who, chance: SeededChance) -> None:
        self.lobby, self.person, self.kiosk, self.chance = lobby, person, kiosk, chance
        self.visit = ""

    async def comes(self, given: str) -> None:
        found = await self.lobby.ask(
            self.kiosk, lambda house, ask: flows.identify(house, self.kiosk, ask, given), self.chance
        )
        self.visit = str(found["visit"])
        for parcel in cast(list[str], found["parcels"]):
            await self._fetch(parcel)
        if likely(self.chance, 75):
            await self.lobby.ask(
                self.kiosk,
                lambda house, ask: house.visits.close(ask, self.visit, screen=self.kiosk.screen),
                self.chance,
            )

    async def _fetch(self, parcel: str) -> None:
        try:
            opened = await self.lobby.ask(
                self.kiosk,
                lambda house, ask: flows.collect_next(house, self.kiosk, ask, self.visit, parcel),
                self.chance,
            )
        except Refusal:
            return  # it is at the desk, or the locker is away
        for _ in range(4):
            if await self.lobby.opens(opened["cell"]):
                await asyncio.sleep(between(self.chance, (1, 10)))
                await getattr(self, f"_{weighted(self.chance, BEHIND_DOOR)}")(parcel, opened["cell"])
                return
            if not await self._tries_again(parcel):
                return

    async def _tries_again(self, parcel: str) -> bool:
        answer = await self.lobby.ask(
            self.kiosk, lambda house, ask: flows.did_not_open(house, self.kiosk, ask, self.visit, parcel), self.chance
        )
        if not answer["again"]:
            return False
        await self.lobby.ask(
            self.kiosk, lambda house, ask: flows.collect_next(house, self.kiosk, ask, self.visit, parcel), self.chance
        )
        return True

    # -- what they do behind an open door ------------------------------------------------------------------------

    async def _takes_it(self, parcel: str, cell: str) -> None:
        if not self._take(cell):
            await self._says_it_is_empty(parcel, cell)
            return
        await asyncio.sleep(between(self.chance, (1, 5)))
        self._shut(cell)
        await asyncio.sleep(1)
        if likely(self.chance, 60):
            await self._says(flows.took_it, parcel)
        if likely(self.chance, 8):
            await self._forgot_something(parcel, cell)

    async def _forgot_something(self, parcel: str, cell: str) -> None:
        try:
            await self.lobby.ask(
                self.kiosk, lambda house, ask: flows.open_again(house, self.kiosk, ask, self.visit, parcel), self.chance
            )
        except Refusal:
            return
        if await self.lobby.opens(cell):
            self._shut(cell)

    async def _takes_and_goes(self, _parcel: str, cell: str) -> None:
        self._take(cell)
        self._shut(cell)

    async def _leaves_it_open(self, parcel: str, cell: str) -> None:
        if self._take(cell):
            await self._says(flows.took_it, parcel)

    async def _takes_nothing(self, _parcel: str, cell: str) -> None:
        self._shut(cell)

    async def _says_it_is_empty(self, parcel: str, cell: str) -> None:
        """True or not: whoever says so is believed until somebody has looked."""
        await self.lobby.ask(
            self.kiosk,
            lambda house, ask: flows.dispute(house, self.kiosk, ask, self.visit, parcel, "empty"),
            self.chance,
        )
        self._shut(cell)

    async def _takes_and_says_it_is_empty(self, parcel: str, cell: str) -> None:
        self.lobby.town.doubt(cell, "a resident lied")
        self._take(cell)
        await self._says_it_is_empty(parcel, cell)

    async def _says(self, flow: object, parcel: str) -> None:
        try:
            await self.lobby.ask(
                self.kiosk,
                lambda house, ask: flow(house, self.kiosk, ask, self.visit, parcel),  # type: ignore[operator]
                self.chance,
            )
        except Refusal:
            return

    def _take(self, cell: str) -> bool:
        """Take what lies there, if it bears their name; most read the label."""
        thing = self.lobby.town.in_cell(cell)
        if thing is None or not self.lobby.is_open(cell) or thing.addressee != self.person:
            return False
        self.lobby.steel.take(cell)
        thing.at = f"with:{self.person}"
        return True

    def _shut(self, cell: str) -> None:
        self.lobby.steel.close(cell)


def _kiosk(chance: SeededChance) -> Who:
    screen = f"kiosk-{1 + chance.below(2)}"
    return Who(f"kiosk:{screen}", frozenset(), screen)


async def visit_of(lobby: Lobby, chance: SeededChance) -> None:
    """Somebody with a message on the phone that they have not come for yet; sometimes with an old one."""
    messages = lobby.world.pocket.messages
    fresh = [one for one in messages if one.id not in lobby.town.read]
    chosen = fresh if fresh and not likely(chance, 8) else messages
    if not chosen:
        return
    message = chosen[chance.below(len(chosen))]
    lobby.town.read.add(message.id)
    said = orjson.loads(message.text)
    resident = Resident(lobby, lobby.town.phones[message.phone], _kiosk(chance), chance)
    try:
        await resident.comes(said["token"] if likely(chance, 40) else said["code"])
    except (Refusal, Frozen):
        return


async def stranger(lobby: Lobby, chance: SeededChance) -> None:
    """Guesses codes, or pulls at a door."""
    if likely(chance, 40):
        cells = [cell.name for column in lobby.house.wall.columns for cell in column.cells]
        lobby.steel.pull(cells[chance.below(len(cells))])
        return
    kiosk = _kiosk(chance)
    try:
        for _ in range(between(chance, GUESSES)):
            await _guess(lobby, kiosk, digits(chance, 8), chance)
    except Frozen:
        return


async def _guess(lobby: Lobby, kiosk: Who, code: str, chance: SeededChance) -> None:
    with suppress(Refusal):
        await lobby.ask(kiosk, lambda house, ask: flows.identify(house, kiosk, ask, code), chance)
