"""The locker as a process of its own: `python -m simulators.locker --config locker.json`.

Says in one line of JSON on its standard output where its control port is, then works until it is told to end (SIGTERM,
SIGINT). Killed instead, it comes back like a board after a loss of power: the flash is all that it remembers.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from contextlib import suppress
from pathlib import Path

from drivers.mqtt.paho_wire import PahoWire
from edge.chance import SeededChance, SystemChance
from edge.clock import SystemClock
from simulators.control import control_port
from simulators.locker.config import ConfigUnusable, LockerConfig, load
from simulators.locker.control import LockerDevice
from simulators.locker.flash import Flash
from simulators.locker.locker import Label, Locker
from simulators.locker.peer import Peer


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m simulators.locker", description="A parcel locker at its wire.")
    options.add_argument("--config", type=Path, required=True, help="a JSON file, see simulators/locker/config.py")
    try:
        config = load(options.parse_args().config)
        wire = _wire(config)
    except (ConfigUnusable, OSError) as error:
        sys.exit(str(error))
    asyncio.run(_run(config, wire))


def _wire(config: LockerConfig) -> PahoWire:
    broker = config.broker
    password = broker.password_file.read_text(encoding="ascii").strip() if broker.password_file else ""
    return PahoWire(broker.host, broker.port, config.device, password, broker.ca_file)


async def _run(config: LockerConfig, wire: PahoWire) -> None:
    loop = asyncio.get_running_loop()
    end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end.set)
    clock = SystemClock()
    chance = SystemChance() if config.seed is None else SeededChance(config.seed)
    label = Label(config.box, config.device, config.heartbeat_s, config.coil_wait_s)
    locker = Locker(label, config.wall(), Flash(config.flash).load(), clock, chance)
    async with control_port(LockerDevice(locker), config.control) as port:
        peer = asyncio.create_task(Peer(locker, wire, clock, chance).run(), name="locker")
        locker.power_on()
        sys.stdout.write(json.dumps({"control": port}) + "\n")
        sys.stdout.flush()
        ending = asyncio.create_task(end.wait(), name="end")
        await asyncio.wait({peer, ending}, return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        peer.cancel()
        with suppress(asyncio.CancelledError):
            await peer  # raises what broke it, if it broke


if __name__ == "__main__":
    main()
