"""What goes wrong with devices, wires, power and clocks; each is over after a while."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from edge.chance import SeededChance
from edge.clock import Trust
from lobby.simulation.lobby import Lobby
from lobby.simulation.plan import between, likely
from simulators.locker.faults import FAULTS as LOCKER
from simulators.locker.faults import SENSORS
from simulators.printer.faults import FAULTS as PRINTER

LASTS_S = (5, 90)
OUTAGE_S = (1, 25)
CLOCK_MOVES_S = 6 * 3600


async def locker(lobby: Lobby, chance: SeededChance) -> None:
    steel = lobby.steel
    fault = LOCKER[chance.below(len(LOCKER))]
    slot = _slot(lobby, chance) if fault.per_slot else ""
    if fault in SENSORS:
        lobby.town.lied.add(slot)
    steel.set_fault(fault.name, slot=slot)
    await asyncio.sleep(between(chance, LASTS_S))
    steel.set_fault(fault.name, on=False, slot=slot)
    steel.power_on()


def _slot(lobby: Lobby, chance: SeededChance) -> str:
    steel = lobby.steel
    return steel.slots()[chance.below(len(steel.slots()))]


async def printer(lobby: Lobby, chance: SeededChance) -> None:
    fault = PRINTER[chance.below(len(PRINTER))]
    lobby.world.printer.lay(fault.name, at_dot=chance.below(400), at_byte=chance.below(600))
    await asyncio.sleep(between(chance, LASTS_S))
    lobby.world.printer.clear(fault.name)
    if likely(chance, 30):
        lobby.world.printer.power_cycle()


async def gateway(lobby: Lobby, chance: SeededChance) -> None:
    lobby.world.pocket.down = True
    await asyncio.sleep(between(chance, LASTS_S))
    lobby.world.pocket.down = False


async def broker(lobby: Lobby, chance: SeededChance) -> None:
    lobby.world.broker.stop(lose_retained=likely(chance, 40))
    await asyncio.sleep(between(chance, OUTAGE_S))
    lobby.world.broker.start()


async def board_power(lobby: Lobby, chance: SeededChance) -> None:
    steel = lobby.steel
    steel.power_off()
    await asyncio.sleep(between(chance, OUTAGE_S))
    steel.power_on()


async def clock(lobby: Lobby, chance: SeededChance) -> None:
    """The wall clock is set: wrongly for a while, and right again."""
    calendar = lobby.world.calendar
    moved = timedelta(seconds=chance.below(2 * CLOCK_MOVES_S) - CLOCK_MOVES_S)
    calendar.ahead += moved
    calendar.trust = Trust.UNSYNCED
    await asyncio.sleep(between(chance, LASTS_S))
    calendar.ahead -= moved
    calendar.trust = Trust.SYNCED
