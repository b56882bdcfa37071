"""A small building on virtual time: one courier, two flats, a real ledger on disk, simulated devices in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from drivers.ports import Door, Health
from edge import eyes
from edge.acts import ActRow
from edge.acts.tables import acts_about
from edge.house import House
from edge.ledger import Request
from edge.parcels import flows
from edge.parcels.facts import Signature
from edge.parcels.flows.placing import FORMS
from edge.parcels.rules import Draft
from edge.parcels.tables import ParcelRow, parcel_row
from edge.people import flows as people_flows
from edge.people import worker_flows
from edge.people.facts import Language, Standing
from edge.people.who import BOX, Role, Who
from edge.people.writing import Place, Resident, Worker
from edge.settings import Settings
from edge.wall import Size
from lobby.rehearsal import PlainWords, Stage, World, devices_running, service_running
from lobby.wiring import Words
from simulators.virtual_time import run_virtual

SETTINGS = Settings.model_validate(
    {
        "box": {"id": "wutong-3"},
        "locker": {
            "columns": [
                {"name": "A", "cells": "s s m l", "low": [3, 4]},
                {"name": "B", "cells": "s m xl", "low": [2, 3], "screen_after": 1},
            ]
        },
    }
)


@dataclass
class Rig:
    stage: Stage
    state: Path
    courier: Who
    kiosk: Who
    staff: Who
    resident: str
    family: str
    neighbour: str
    unit: str
    life: int = 1
    keys: int = 0

    @property
    def house(self) -> House:
        return self.stage.house

    def ask(self, who: Who | None = None, key: str = "") -> Request:
        self.keys += 1
        return Request(actor=(who or self.courier).id, key=key or f"life-{self.life}-{self.keys}")

    def draft(self, number: str = "SF0000000001", **more: Any) -> Draft:
        given = {
            "number": number,
            "carrier": "顺丰",
            "unit": self.unit,
            "addressee": self.resident,
            "deliverer": self.courier.id,
            "signature": Signature.PIN,
        }
        return Draft(**{**given, **more})

    def row(self, parcel: str) -> ParcelRow:
        with self.house.ledger.reading() as db:
            row = parcel_row(db, parcel)
        assert row is not None
        return row

    def acts(self, parcel: str) -> list[ActRow]:
        with self.house.ledger.reading() as db:
            return acts_about(db, f"parcel:{parcel}")

    def eyes(self) -> list[tuple[str, str]]:
        with self.house.ledger.reading() as db:
            return [(row.about, row.reason) for row in eyes.waiting(db)]

    def messages(self) -> list[dict[str, str]]:
        return [orjson.loads(message.text) for message in self.stage.pocket.messages]

    def kinds(self) -> list[str]:
        with self.house.ledger.reading() as db:
            return [kind for (kind,) in db.execute("SELECT kind FROM entry ORDER BY seq")]

    async def settled(self, seconds: float = 10.0) -> None:
        """Let everybody finish what they are at; costs no time."""
        await asyncio.sleep(seconds)

    async def online(self) -> None:
        """Give the board the time to tell every door."""
        await self.settled(30)
        assert self.all_known()

    async def board_goes_offline(self) -> None:
        """Wait for the moment at which nothing is heard of the locker."""
        async with asyncio.timeout(60):
            while self.house.boards[self.house.wall.device].status().health is not Health.OFFLINE:
                await self.settled(0.05)

    def all_known(self) -> bool:
        slots = self.house.boards[self.house.wall.device].slots()
        return len(slots) == len(list(self.house.wall)) and all(s.door is not Door.UNKNOWN for s in slots.values())

    # -- people doing things -----------------------------------------------------------------------------------

    async def begin_drop(self) -> str:
        return await flows.begin(self.house, self.courier, self.ask())

    async def drop(self, visit: str, number: str = "SF0000000001", size: Size = Size.S, **more: Any) -> dict[str, str]:
        """Register and open; returns once the door's fate is known."""
        opened = await flows.drop_off(
            self.house, self.courier, self.ask(), visit, self.draft(number, **more), size=size, statement=True
        )
        await self.settled()
        return opened

    async def put_in_and_close(self, cell: str, item: str = "box") -> None:
        self.stage.locker.put(cell, item)
        await self.settled(1)
        self.stage.locker.close(cell)

    async def stored(self, number: str = "SF0000000001", **more: Any) -> tuple[str, str, str]:
        """A parcel lies in a cell and its addressee knows: parcel, cell, code."""
        visit = await self.begin_drop()
        opened = await self.drop(visit, number, **more)
        await self.put_in_and_close(opened["cell"])
        await self.settled()
        await self.house.visits.close(self.ask(), visit, screen=self.courier.screen)
        await self.settled()
        code = next(m["code"] for m in reversed(self.messages()) if m["parcel"] == opened["parcel"])
        return opened["parcel"], opened["cell"], code

    async def identify(self, code: str) -> str:
        found = await flows.identify(self.house, self.kiosk, self.ask(self.kiosk), code)
        return str(found["visit"])

    async def collect(self, visit: str, parcel: str) -> dict[str, str]:
        opened = await flows.collect_next(self.house, self.kiosk, self.ask(self.kiosk), visit, parcel)
        await self.settled()
        return opened


def _resident(room: str, name: str, standing: Standing, phone: str, *, consents: bool, zh: bool = True) -> Resident:
    language = Language.ZH if zh else Language.EN
    return Resident(Place("3", "", room), name, standing, phone=phone, language=language, locker_consent=consents)


async def _people(house: House) -> dict[str, str]:
    register, worker = people_flows.register_resident, worker_flows.register_worker
    return {
        "owner": await register(house, BOX, _resident("1204", "张建三", Standing.OWNER, "19900001234", consents=True)),
        "family": await register(
            house, BOX, _resident("1204", "张小妹", Standing.FAMILY, "19900001235", consents=False)
        ),
        "neighbour": await register(
            house, BOX, _resident("0602", "Ann Lee", Standing.OWNER, "19900009999", consents=True, zh=False)
        ),
        "courier": await worker(house, BOX, Worker("K01", "李师傅", "19900008888", frozenset({Role.COURIER}), "顺丰")),
        "staff": await worker(house, BOX, Worker("S01", "陈敏", "19900007777", frozenset({Role.FRONT_DESK}))),
    }


@asynccontextmanager
async def running(world: World, state: Path, *, real: bool = False) -> AsyncIterator[Rig]:
    """One life of the service. The first one registers the people. `real`: on the real clock, with real threads."""
    words = PlainWords()
    async with service_running(world, state, Words(words, words), inline=not real) as stage:
        house = stage.house
        for form in FORMS:
            house.slips.form(form, lambda slip: {"about": slip.about})
        if world.lives == 1:
            world.people = await _people(house)  # type: ignore[attr-defined]
        ids: dict[str, str] = world.people  # type: ignore[attr-defined]
        rig = Rig(
            stage,
            state,
            courier=Who(ids["courier"], frozenset({Role.COURIER}), "kiosk-1"),
            kiosk=Who("kiosk:kiosk-1", frozenset(), "kiosk-1"),
            staff=Who(ids["staff"], frozenset({Role.FRONT_DESK}), "desk-1"),
            resident=ids["owner"],
            family=ids["family"],
            neighbour=ids["neighbour"],
            unit=house.directory.person(ids["owner"]).unit,
            life=world.lives,
        )
        if not real:
            await rig.online()
        yield rig


def play(state: Path, scene: Callable[[Rig], Awaitable[None]], settings: Settings = SETTINGS) -> None:
    """Play one scene in one life of the service."""

    async def whole() -> None:
        world = World(settings)
        async with devices_running(world), running(world, state) as rig:
            await scene(rig)

    run_virtual(whole())
