"""A resident's request until the lock pulsed, durable before and after, beside bare paho: `python -m bench.collect`.

The house is the real one: flow, rules, ledger on disk with its writer thread, board driver, mosquitto, and the
simulated board as a process of its own. The reference is a bare paho request and answer through such a broker.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import ClassVar

from bench.bare_paho import Asker
from bench.locker import (
    AT_ONCE,
    BOX,
    COLUMNS,
    DEVICE,
    SLOTS,
    Pulser,
    Took,
    broker_in,
    child,
    rounds,
    simulator,
)
from bench.report import heading, report
from drivers.board.driver import MqttBoard
from drivers.mqtt.broker import Broker
from drivers.mqtt.line import Line
from drivers.ports import Health
from edge.acts import ActRow, ActState
from edge.chance import SystemChance
from edge.clock import SystemClock
from edge.house import House
from edge.ledger import Request, Tx
from edge.parcels import flows
from edge.parcels.facts import CellReserved, ParcelPutInCell, Signature
from edge.parcels.flows.placing import placing_of
from edge.parcels.rules import Draft
from edge.people import flows as people_flows
from edge.people.credentials import Credentials
from edge.people.facts import Standing
from edge.people.who import BOX as THE_BOX
from edge.people.who import Who, kiosk_itself
from edge.people.writing import Place, Resident
from edge.settings import Settings
from lobby.gateways import NoGateway
from lobby.memory import keep_what_is_loaded
from lobby.printers import NoPrinter
from lobby.site import words
from lobby.wiring import Devices, build_house, open_ledger

KIOSK: Who = kiosk_itself("kiosk-1")


REQUESTED = ActRow("", DEVICE, "", "", "", "", ActState.REQUESTED, "", (), "", "", "")
"""What is known of each act before it is looked at, so that the measuring itself looks up nothing."""


class NotedBoard(MqttBoard):
    """Notes when the board's word that it pulsed has come: what follows is for the journal, not for the resident."""

    pulsed_at: ClassVar[dict[str, float]] = {}

    async def pulse(self, act: str, slot: str) -> None:
        await super().pulse(act, slot)
        self.pulsed_at[act] = perf_counter()


@asynccontextmanager
async def house_on(folder: Path, broker: Broker) -> AsyncIterator[House]:
    """The whole house over the real broker, its locker board online."""
    clock, chance = SystemClock(), SystemChance()
    settings = Settings.model_validate({"box": {"id": BOX}, "locker": {"device": DEVICE, "columns": COLUMNS}})
    ledger = open_ledger(settings, folder, clock, chance)
    line = Line(broker.wire(), "bench-edge", chance)
    board = NotedBoard(DEVICE, BOX, line, clock)
    devices = Devices(line, {DEVICE: board}, NoPrinter("printer-1"), NoGateway())
    credentials = Credentials(clock, chance)
    house = build_house(settings, ledger, devices, words(settings), clock, chance, credentials)
    tasks = [asyncio.create_task(run) for run in (line.run(), board.run(), house.acts.run())]
    async with asyncio.timeout(20):
        while board.status().health is not Health.ONLINE:  # noqa: ASYNC110 - a status is asked, nobody tells it
            await asyncio.sleep(0.05)
    try:
        yield house
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        credentials.close()
        ledger.close()


async def fill(house: House) -> tuple[str, list[str]]:
    """A parcel of one resident in each cell, and that resident at the kiosk: the visit and the parcels."""
    resident = Resident(Place("1", "", "101"), "张三", Standing.OWNER, phone="19900000001", locker_consent=True)
    person = await people_flows.register_resident(house, THE_BOX, resident)
    unit = house.directory.person(person).unit

    def decide(tx: Tx) -> list[str]:
        parcels = []
        for number, cell in enumerate(SLOTS):
            draft = Draft(f"B{number}", "顺丰", unit, person, deliverer_name="王", signature=Signature.SLIP)
            row = placing_of(house).register(tx, draft, "desk")
            tx.append(CellReserved(row.parcel, DEVICE, cell, ""))
            tx.append(ParcelPutInCell(row.parcel, DEVICE, cell, "both"))
            parcels.append(row.parcel)
        return parcels

    parcels = await house.ledger.commit(Request(), decide)

    def arrive(tx: Tx) -> str:
        return house.visits.open(tx, screen=KIOSK.screen, purpose="collect", who=person, by="code")

    return await house.ledger.commit(Request(), arrive), parcels


@dataclass
class Collector(Pulser):
    """Asks for one cell after the other as the kiosk does, and waits for each pulse to be in the journal."""

    house: House = field(kw_only=True)
    visit: str = field(kw_only=True)
    parcels: list[str] = field(kw_only=True)
    durable: list[float] = field(default_factory=list)

    async def pulse(self) -> None:
        await self.collect()

    async def collect(self) -> str:
        """One cell opened, and the pulse in the journal; the act."""
        self.number += 1
        request = Request(KIOSK.id, f"bench:{self.number}")
        parcel = self.parcels[self.number % len(self.parcels)]
        opened = await flows.collect_next(self.house, KIOSK, request, self.visit, parcel)
        await self.house.acts.until(opened["act"], lambda row: row.state != "requested", known=REQUESTED)
        return opened["act"]

    async def one_at_a_time_s(self, times: int) -> list[float]:
        """Seconds until the board pulsed; `durable` has them until that is in the journal, too."""
        took = []
        for _ in range(times):
            began = perf_counter()
            act = await self.collect()
            self.durable.append(perf_counter() - began)
            took.append(NotedBoard.pulsed_at[act] - began)
        return took


async def measure(folder: Path, times: int) -> tuple[Took, Took, float]:
    async with AsyncExitStack() as stack:
        bare_broker = stack.enter_context(broker_in(folder / "bare"))
        broker = stack.enter_context(broker_in(folder / "box"))
        stack.enter_context(child(["bench.bare_paho", str(bare_broker.port)], bare_broker.password_of(DEVICE)))
        hands = stack.enter_context(simulator(folder, broker))
        asker = Asker(bare_broker.port, bare_broker.password_of("box"))
        stack.callback(asker.close)
        house = await stack.enter_async_context(house_on(folder / "state", broker))
        visit, parcels = await fill(house)
        keep_what_is_loaded()  # as the service does when it is ready
        board = house.boards[DEVICE]
        collector = Collector(board, hands, house=house, visit=visit, parcels=parcels)  # type: ignore[arg-type]  # a port
        bare, ours = await rounds(asker, collector, times)
        return bare, ours, median(collector.durable) * 1000


def goals(bare: Took, ours: Took, durable_ms: float) -> list[bool]:
    heading()
    p50, per_s = (ours.p50_ms, bare.p50_ms), (ours.per_s, bare.per_s)
    return [
        report("collect request until pulsed, one at a time, p50", p50[0], "ms", p50[1], "<= 3x", p50[0] <= 3 * p50[1]),
        report("  until the pulse is durable, too", durable_ms, "ms", p50[1], "(no goal)", ok=True),
        report(f"collect requests, {AT_ONCE} at once", per_s[0], "/s", per_s[1], ">= 0.5x", per_s[0] >= per_s[1] / 2),
    ]


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench.collect", description=__doc__)
    options.add_argument("--times", type=int, default=300, help="how many collections, one at a time")
    with tempfile.TemporaryDirectory() as folder:
        measured = asyncio.run(measure(Path(folder), options.parse_args().times))
    sys.exit(0 if all(goals(*measured)) else 1)


if __name__ == "__main__":
    main()
