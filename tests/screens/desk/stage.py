"""A whole lobby with its desk in a process of its own: the real house over HTTP, simulators behind wires in memory.

`python -m tests.screens.desk.stage <folder> [days]` prints one line of JSON: where it is, the desk's token, who is who.
With `days` it begins so many days earlier and lives through them: parcels of every age, and things that need eyes.
What people's hands do to the hardware is asked for at `POST /hands`.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.routing import Mount

from edge import eyes
from edge.api.app import create_app
from edge.api.options import ApiOptions
from edge.house import House
from edge.ledger import Request, Tx
from edge.parcels.flows.slip_data import bring_forms
from edge.people import flows as residents
from edge.people import pin_flows, screens, worker_flows, writing
from edge.people.access_facts import Orientation, ScreenKind
from edge.people.facts import Language, Standing
from edge.people.screens import ScreenPlan
from edge.people.who import BOX, Role
from edge.people.writing import Place, Resident, Worker
from kiosk_ui.assets import static_app
from kiosk_ui.desk import create_desk_router
from kiosk_ui.papers import SlipPapers
from kiosk_ui.texts import Texts
from kiosk_ui.wording import PhoneWording
from lobby.rehearsal import Stage, World, devices_running, service_running
from lobby.wiring import Words
from tests.screens.desk import history
from tests.screens.stage import SETTINGS, all_known

NOW = datetime(2026, 11, 22, 6, 26, tzinfo=UTC)  # 14:26 in Shanghai, as in the drawings
PINS = {"s01": "482913", "s02": "593024", "m01": "604135"}
STAFF = (
    ("s01", "陈敏", Role.FRONT_DESK),
    ("s02", "林嘉树", Role.FRONT_DESK),
    ("m01", "苏若溪", Role.SUPERVISOR),
)
COURIERS = (("c01", "唐俊杰", "顺丰"), ("c03", "曹鹏", "中通"), ("c07", "蒋志远", "京东"))
KNOWN = (
    ("1204", "张小三", Standing.OWNER, Language.ZH, True),
    ("1204", "李䶮", Standing.FAMILY, Language.ZH, True),
    ("2201", "欧阳晴雪", Standing.OWNER, Language.ZH, True),
    ("0602", "赵磊", Standing.OWNER, Language.ZH, True),
    ("1102", "周以宁", Standing.OWNER, Language.ZH, False),
    ("0707", "何川", Standing.TENANT, Language.ZH, True),
    ("1806", "Maria Costa", Standing.TENANT, Language.EN, True),
)


async def people(house: House) -> dict[str, str]:
    """Staff with PINs, couriers, and a building of thirty floors in which the known ones live."""
    known: dict[str, str] = {}
    for number, name, role in STAFF:
        worker = Worker(number, name, f"1990000900{number[-1]}", frozenset({role}))
        known[number] = await worker_flows.register_worker(house, BOX, worker)
        await pin_flows.set_pin(house, known[number], PINS[number], BOX)
    for number, name, carrier in COURIERS:
        worker = Worker(number, name, f"1990000910{number[-1]}", frozenset({Role.COURIER}), carrier)
        known[number] = await worker_flows.register_worker(house, BOX, worker)
    for at, (room, name, standing, language, consents) in enumerate(KNOWN):
        phone = f"199000{at:01d}{room}"
        resident = Resident(
            Place("3", "", room), name, standing, phone=phone, language=language, locker_consent=consents
        )
        known[name] = await residents.register_resident(house, BOX, resident)
    return known


async def neighbours(house: House) -> None:
    """Somebody in every other flat, so that the building is drawn as it is; all in one go, as an import does it."""
    taken = {room for room, *_ in KNOWN}
    rooms = [(floor, flat) for floor in range(1, 31) for flat in range(1, 9) if f"{floor:02d}{flat:02d}" not in taken]

    def decide(tx: Tx) -> None:
        for floor, flat in rooms:
            room, name = f"{floor:02d}{flat:02d}", f"{'王李刘陈杨黄吴徐'[flat - 1]}{'安宁和平'[floor % 4]}"
            resident = Resident(Place("3", "", room), name, Standing.OWNER, phone=f"1991{floor:03d}{room}")
            writing.register_resident(tx, resident, by=BOX.id, how="import")

    await house.ledger.commit(Request(), decide)
    house.directory.refresh(house.ledger)
    await all_known(house)


def turn_clock(stage: Stage, to: datetime) -> None:
    """Set the wall clock; lengths of time run on a clock of their own."""
    stage.clock._start += to - stage.clock.now()


async def lived(stage: Stage, known: dict[str, str], days: int) -> None:
    """Some days at this desk, up to now."""
    await neighbours(stage.house)
    await history.live(stage, known, lambda ago: turn_clock(stage, NOW - ago), days)


def site(stage: Stage) -> FastAPI:
    options = ApiOptions(open_paths=("/static", "/hands"))
    app = create_app(stage.house, [create_desk_router(stage.house)], options=options)
    app.routes.append(Mount("/static", static_app()))

    @app.post("/hands")
    async def hands(asked: dict[str, Any]) -> dict[str, Any]:
        """`{"do": "put", "cell": "B05"}`: what a hand does; `see` answers what an eye would see."""
        cell, do, on = str(asked.get("cell", "")), asked["do"], bool(asked.get("on", True))
        name = str(asked.get("name", ""))
        if do == "call":
            await stage.house.ledger.commit(Request(), lambda tx: eyes.raise_(tx, f"screen:{name}", "called"))
        _hand(stage, do, cell, name, on=on)
        texts = [message.text for message in stage.pocket.messages]
        papers = [[mark.text for mark in slip.marks] for slip in stage.printer.slips]
        with stage.house.ledger.reading() as db:
            kinds = [kind for (kind,) in db.execute("SELECT kind FROM entry ORDER BY seq")]
        doors = [one.name for one in stage.house.wall if stage.locker.is_open(one.name)]
        return {"open": doors, "messages": texts, "papers": papers, "kinds": kinds}

    return app


def _hand(stage: Stage, do: str, cell: str, name: str, *, on: bool) -> None:
    match do:
        case "put":
            stage.locker.put(cell, "box")
        case "take":
            stage.locker.take(cell)
        case "close":
            stage.locker.close(cell)
        case "fault":
            stage.locker.set_fault(name, on=on, slot=cell)
        case "printer":
            (stage.printer.lay if on else stage.printer.clear)(name)
        case "gateway":
            stage.pocket.down = not on


@asynccontextmanager
async def playing(folder: Path, days: int) -> AsyncIterator[tuple[Stage, dict[str, Any]]]:
    texts = Texts.load()
    words = Words(SlipPapers(texts, SETTINGS.box), PhoneWording(texts, SETTINGS.box))
    world = World(SETTINGS)
    async with devices_running(world), service_running(world, folder, words) as stage:
        turn_clock(stage, NOW - timedelta(days=days))
        house = stage.house
        bring_forms(house)
        known = await people(house)
        await all_known(house)
        plan = ScreenPlan("desk-1", ScreenKind.DESK, 510, 290, Orientation.LANDSCAPE)
        enrolled = await screens.enrol_screen(house, (await screens.issue_screen_code(house, BOX, plan)).code)
        if days:
            await lived(stage, known, days)
        turn_clock(stage, NOW)
        yield stage, {"token": enrolled.token, "known": known, "pins": PINS}


async def main(folder: Path, days: int) -> None:
    async with playing(folder, days) as (stage, told):
        with socket.create_server(("127.0.0.1", 0)) as listening:
            address = f"http://127.0.0.1:{listening.getsockname()[1]}"
            print(json.dumps({"address": address, **told}), flush=True)  # noqa: T201 - read by the test that started it
            config = uvicorn.Config(site(stage), log_level="warning", timeout_graceful_shutdown=1)
            await uvicorn.Server(config).serve(sockets=[listening])


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0))
