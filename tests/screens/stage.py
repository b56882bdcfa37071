"""A whole lobby in a process of its own: the real house and kiosk over HTTP, simulators behind wires in memory.

`python -m tests.screens.stage <folder>` prints one line of JSON: where it is, the screens' codes, who is who. What
people's hands do to the hardware is asked for at `POST /hands`.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from drivers.ports import Door
from edge import eyes
from edge.api.app import create_app
from edge.api.options import ApiOptions
from edge.house import House
from edge.ledger import Request
from edge.parcels import flows
from edge.parcels.facts import Signature
from edge.parcels.flows.slip_data import bring_forms
from edge.parcels.rules import Draft
from edge.people import flows as residents
from edge.people import pin_flows, screens, worker_flows
from edge.people.access_facts import Orientation, ScreenKind
from edge.people.facts import Language, Standing
from edge.people.screens import ScreenPlan
from edge.people.who import BOX, Role, Who
from edge.people.writing import Place, Resident, Worker
from edge.settings import Settings
from edge.wall import Size
from kiosk_ui.assets import Assets, static_app
from kiosk_ui.kiosk.kiosk import Kiosk
from kiosk_ui.papers import SlipPapers
from kiosk_ui.texts import Texts
from kiosk_ui.wording import PhoneWording
from lobby.rehearsal import Stage, World, devices_running, service_running
from lobby.wiring import Words

PIN = "482913"
SETTINGS = Settings.model_validate(
    {
        "box": {"id": "wutong-3", "name_zh": "梧桐里 3 栋", "name_en": "Wutong Lane 3", "desk_phone": "8801"},
        "policy": {"open_watch_s": 2},
        "locker": {
            "columns": [
                {"name": "A", "cells": "s s s s s s m m m", "low": [7, 8, 9]},
                {"name": "B", "cells": "s s s s m m s s m", "low": [7, 8, 9]},
                {"name": "C", "cells": "s s s s s m", "low": [4, 5, 6], "screen_after": 2},
                {"name": "D", "cells": "s s s s s s s s m m", "low": [9, 10]},
                {"name": "E", "cells": "s s s s m s m l", "low": [7, 8]},
                {"name": "F", "cells": "m m s s m xl", "low": [6]},
            ]
        },
    }
)
SCREENS = {
    "kiosk-1": (ScreenKind.KIOSK, 268, 476, Orientation.PORTRAIT),
    "kiosk-2": (ScreenKind.KIOSK, 477, 268, Orientation.LANDSCAPE),
    "kiosk-3": (ScreenKind.KIOSK, 218, 136, Orientation.LANDSCAPE),
}


async def people(house: House) -> dict[str, str]:
    """Twelve flats, one of them with a family, one whose owner wants no locker; a courier with a PIN."""
    for floor in range(1, 7):
        for flat in (1, 2):
            room = f"{floor:02d}{flat:02d}"
            await _moves_in(house, room, f"王{room}", f"1990000{room}", consents=room != "0602")
    await _moves_in(house, "1203", "何川", "19900001203", consents=True)
    owner = await _moves_in(house, "1204", "张小三", "19900001204", consents=True)
    await _moves_in(house, "1204", "李䶮", "19900001205", consents=True, standing=Standing.FAMILY)
    worker = Worker("c01", "唐俊杰", "19900009100", frozenset({Role.COURIER}), "顺丰")
    courier = await worker_flows.register_worker(house, BOX, worker)
    await pin_flows.set_pin(house, courier, PIN, BOX)
    return {"owner": owner, "courier": courier}


async def _moves_in(
    house: House, room: str, name: str, phone: str, *, consents: bool, standing: Standing = Standing.OWNER
) -> str:
    resident = Resident(
        Place("3", "", room), name, standing, phone=phone, language=Language.ZH, locker_consent=consents
    )
    return await residents.register_resident(house, BOX, resident)


async def parcels(stage: Stage, known: dict[str, str], count: int = 2) -> list[dict[str, str]]:
    """Parcels for the owner of 1204, each in its cell, with the code that reached the phone."""
    house, courier = stage.house, Who(known["courier"], frozenset({Role.COURIER}), "kiosk-9")
    visit = await flows.begin(house, courier, Request(actor=courier.id, key="sample-begin"))
    made: list[dict[str, str]] = []
    for at, size in zip(range(count), (Size.M, Size.S, Size.L), strict=False):
        draft = Draft(
            number=f"SF10000000{4471 + at}",
            carrier="顺丰",
            unit=house.directory.person(known["owner"]).unit,
            addressee=known["owner"],
            deliverer=courier.id,
            signature=Signature.PIN,
        )
        asked = Request(actor=courier.id, key=f"sample-{at}")
        opened = await flows.drop_off(house, courier, asked, visit, draft, size=size, statement=True)
        await house.acts.until(opened["act"], lambda act: act.opened)
        stage.locker.put(opened["cell"], f"parcel-{at}")
        stage.locker.close(opened["cell"])
        await house.acts.until(opened["act"], lambda act: {"closed", "occupied"} <= set(act.seen))
        made.append(opened)
    await house.visits.close(Request(actor=courier.id, key="sample-end"), visit, screen=courier.screen)
    return made


async def all_known(house: House) -> None:
    """Until the board has told of every door."""
    async with asyncio.timeout(30):
        while not known_doors(house):  # noqa: ASYNC110 - the board tells the engine, which has one reader
            await asyncio.sleep(0.05)


def known_doors(house: House) -> bool:
    slots = house.boards[house.wall.device].slots().values()
    return sum(slot.door is not Door.UNKNOWN for slot in slots) == len(list(house.wall))


def site(stage: Stage, kiosk: Kiosk) -> FastAPI:
    app = create_app(stage.house, [kiosk.router()], options=ApiOptions(open_paths=("/enrol", "/static/", "/hands")))
    app.mount("/static", static_app())

    @app.post("/hands")
    async def hands(asked: dict[str, Any]) -> dict[str, Any]:
        """`{"do": "put", "cell": "B05"}`: what a hand does; `see` answers what an eye would see."""
        cell, do = str(asked.get("cell", "")), asked["do"]
        match do:
            case "put":
                stage.locker.put(cell, "box")
            case "take":
                stage.locker.take(cell)
            case "close":
                stage.locker.close(cell)
            case "fault":
                stage.locker.set_fault(str(asked["name"]), on=bool(asked.get("on", True)), slot=cell)
            case "scan":
                await kiosk.scanned(str(asked["screen"]), str(asked["text"]))
        return seen(stage)

    return app


def seen(stage: Stage) -> dict[str, Any]:
    """What an eye sees in the lobby, and what stands in the journal about doors."""
    with stage.house.ledger.reading() as db:
        (acts,) = db.execute("SELECT count(*) FROM acts").fetchone()
        waiting = [row.reason for row in eyes.waiting(db)]
    return {
        "open": [cell.name for cell in stage.house.wall if stage.locker.is_open(cell.name)],
        "messages": [message.text for message in stage.pocket.messages],
        "acts": acts,
        "eyes": waiting,
    }


@asynccontextmanager
async def playing(folder: Path, parcels_wanted: int) -> AsyncIterator[tuple[Stage, Kiosk, dict[str, Any]]]:
    texts = Texts.load()
    words = Words(SlipPapers(texts, SETTINGS.box), PhoneWording(texts, SETTINGS.box))
    world = World(SETTINGS)
    fresh = await asyncio.to_thread(lambda: not folder.exists())
    async with devices_running(world), service_running(world, folder, words) as stage:
        house = stage.house
        bring_forms(house)
        known = await people(house) if fresh else {}
        await all_known(house)
        made = await parcels(stage, known, parcels_wanted) if fresh else []
        codes = {}
        for name, (kind, width, height, orientation) in SCREENS.items():
            plan = ScreenPlan(name, kind, width, height, orientation)
            codes[name] = (await screens.issue_screen_code(house, BOX, plan)).code
        yield (
            stage,
            Kiosk(house, texts, Assets(), scanner=True),
            {"codes": codes, "parcels": made, "known": known, "pin": PIN},
        )


async def main(folder: Path, parcels_wanted: int, port: int) -> None:
    async with playing(folder, parcels_wanted) as (stage, kiosk, told):
        with socket.create_server(("127.0.0.1", port)) as listening:
            address = f"http://127.0.0.1:{listening.getsockname()[1]}"
            print(json.dumps({"address": address, "pid": os.getpid(), **told}), flush=True)  # noqa: T201 - read by the test that started it
            config = uvicorn.Config(site(stage, kiosk), log_level="warning", timeout_graceful_shutdown=1)
            await uvicorn.Server(config).serve(sockets=[listening])


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
