"""Puts the house together: which ledger, which clock, which devices, and which loops keep it alive."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drivers.mqtt.line import Line
from drivers.ports import MessageGateway, Printer, SlotBoard
from edge import acts, eyes, notices, slips, visits
from edge.acts import Acts
from edge.chance import Chance
from edge.clock import Clock
from edge.house import House
from edge.ledger import Ledger, Policy, Projection
from edge.notices import Notices, Wording
from edge.parcels import tables as parcels
from edge.parcels.flows import Placing, Settling
from edge.people import tables as people
from edge.people.credentials import Credentials
from edge.people.directory import Directory
from edge.settings import Settings
from edge.slips import Papers, Slips
from edge.visits import Visits
from edge.wall import wall_from

PROJECTIONS: tuple[Projection, ...] = (
    people.PROJECTION,
    visits.PROJECTION,
    eyes.PROJECTION,
    acts.PROJECTION,
    slips.PROJECTION,
    notices.PROJECTION,
    parcels.PROJECTION,
)


@dataclass(frozen=True)
class Devices:
    """What the house is wired to: real drivers over real wires, or the same drivers over wires in memory."""

    line: Line
    boards: Mapping[str, SlotBoard]
    printer: Printer
    gateway: MessageGateway


@dataclass(frozen=True)
class Words:
    """Who knows the words on paper and in messages."""

    papers: Papers
    wording: Wording


def open_ledger(settings: Settings, state: Path, clock: Clock, chance: Chance, *, inline: bool = False) -> Ledger:
    """The box's ledger in its state folder. Raises `LedgerUnusable` with what is wrong and what to do."""
    return Ledger.open(
        state / "ledger",
        box=settings.box.id,
        projections=PROJECTIONS,
        clock=clock,
        chance=chance,
        inline=inline,
        policy=Policy(floor_bytes=settings.policy.reserve_mb << 20),
    )


def build_house(
    settings: Settings,
    ledger: Ledger,
    devices: Devices,
    words: Words,
    clock: Clock,
    chance: Chance,
    credentials: Credentials,
) -> House:
    """Tie the parts together; nothing runs yet."""
    policy = settings.policy
    directory = Directory.read(ledger)
    house_slips = Slips(ledger, devices.printer, words.papers)
    house_notices = Notices(ledger, devices.gateway, words.wording, tries=policy.notice_tries)
    settling = Settling(Placing(ledger, house_slips, house_notices, directory, policy))
    return House(
        settings=settings,
        wall=wall_from(settings.locker.device, [column.model_dump() for column in settings.locker.columns]),
        clock=clock,
        chance=chance,
        ledger=ledger,
        directory=directory,
        credentials=credentials,
        acts=Acts(
            ledger,
            devices.boards,
            clock,
            watch_s=policy.open_watch_s,
            reactions=[settling.seen],
            looks=[settling.looked],
        ),
        visits=Visits(ledger, clock, idle_s=policy.visit_idle_s, on_close=(settling.visit_closed,)),
        slips=house_slips,
        notices=house_notices,
        boards=devices.boards,
        printer=devices.printer,
        gateway=devices.gateway,
    )


async def settle_at_start(house: House) -> None:
    """What an earlier life left open becomes known, or unknown and a person's to see, before anyone is served."""
    await house.acts.settle_at_start()
    await house.visits.settle_at_start()
    await house.slips.settle_at_start()


def loops_of(house: House, devices: Devices) -> dict[str, Callable[[], Coroutine[Any, Any, None]]]:
    """The loops that keep the house alive, by name."""
    return {
        "broker": devices.line.run,
        **{name: board.run for name, board in devices.boards.items()},
        devices.printer.name: devices.printer.run,
        "acts": house.acts.run,
        "visits": house.visits.run,
        "slips": house.slips.run,
        "notices": house.notices.run,
    }
