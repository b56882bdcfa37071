"""A service under load that tells on standard output what it has acknowledged, until it is killed.

`python -m tests.lobby.crash_child STATE SEED`: staff receive and hand over at the desk, eight at a time, while couriers
drop off and residents collect at the locker. Each line is one acknowledgement: a person was told that it is so.
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress
from pathlib import Path

from edge.parcels import flows
from edge.parcels.facts import Signature
from edge.refusal import Refusal
from lobby.rehearsal import World, devices_running
from simulators.locker.flash import Flash
from tests.parcels.rig import SETTINGS, Rig, running

AT_ONCE = 8


def acknowledge(what: str, parcel: str) -> None:
    sys.stdout.write(f"{what} {parcel}\n")
    sys.stdout.flush()


async def desk(rig: Rig, clerk: int, life: str) -> None:
    """Receive and hand over, as fast as the ledger answers."""
    number = 0
    while True:
        number += 1
        draft = rig.draft(f"D{life}{clerk}X{number}", deliverer="", deliverer_name="王", signature=Signature.SLIP)
        got = await flows.register(rig.house, rig.staff, rig.ask(rig.staff), draft, shelf="1")
        acknowledge("registered", got["parcel"])
        if number % 2:
            parcels = (got["parcel"],)
            await flows.hand_over(rig.house, rig.staff, rig.ask(rig.staff), parcels, taker=rig.family, signature="slip")
            acknowledge("collected", got["parcel"])


async def locker(rig: Rig, life: str) -> None:
    """Drop off and collect at the doors, one after the other."""
    number = 0
    while True:
        number += 1
        with suppress(Refusal):
            await round_trip(rig, f"L{life}X{number}")


async def round_trip(rig: Rig, number: str) -> None:
    visit = await rig.begin_drop()
    opened = await flows.drop_off(
        rig.house,
        rig.courier,
        rig.ask(),
        visit,
        rig.draft(number),
        size=next(iter(rig.house.wall)).size,
        statement=True,
    )
    await until_open(rig, opened["act"])
    rig.stage.locker.put(opened["cell"], "box")
    rig.stage.locker.close(opened["cell"])
    await asyncio.sleep(0.05)
    await flows.put_in(rig.house, rig.courier, rig.ask(), visit, opened["parcel"], insists=True)
    acknowledge("in_cell", opened["parcel"])


async def until_open(rig: Rig, act: str) -> None:
    async with asyncio.timeout(10):
        await rig.house.acts.until(act, lambda row: row.opened)


async def main() -> None:
    state, life = Path(sys.argv[1]), sys.argv[2]
    world = World(SETTINGS, seed=int(life), heartbeat_s=0.1, flash=Flash(state / "flash").load())
    people = state / "people.json"
    if people.exists():
        world.lives, world.people = 1, json.loads(people.read_text())  # type: ignore[attr-defined]
    async with devices_running(world), running(world, state, real=True) as rig:
        people.write_text(json.dumps(world.people))  # type: ignore[attr-defined]
        rig.life = int(life) + 1000
        while not rig.all_known():  # noqa: ASYNC110 - the board tells its doors one by one, and this is a real clock
            await asyncio.sleep(0.01)
        async with asyncio.TaskGroup() as tasks:
            for clerk in range(AT_ONCE):
                tasks.create_task(desk(rig, clerk, life))
            tasks.create_task(locker(rig, life))


if __name__ == "__main__":
    asyncio.run(main())
