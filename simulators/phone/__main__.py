"""The residents' phones as a process of their own: `python -m simulators.phone --token-file FILE --keep FILE`.

Says in one line of JSON on its standard output where it can be found, then works until it is told to end (SIGTERM,
SIGINT).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from functools import partial
from pathlib import Path

from edge.clock import SystemClock
from simulators.control import control_port
from simulators.phone.adapters import PATH, http_phone
from simulators.phone.control import PhoneDevice
from simulators.phone.model import PhoneModel
from simulators.phone.store import keep, kept


def main() -> None:
    asyncio.run(_run(_options().parse_args()))


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(
        prog="python -m simulators.phone", description="A message gateway and its phones."
    )
    options.add_argument("--token-file", type=Path, required=True, help="holds the token that the box must show")
    options.add_argument("--keep", type=Path, help="file in which messages outlive this process")
    options.add_argument("--port", type=int, default=0, help="TCP port of 127.0.0.1 for the gateway (0: a free one)")
    options.add_argument("--control", type=int, default=0, help="TCP port of 127.0.0.1 for faults (0: a free one)")
    return options


async def _run(asked: argparse.Namespace) -> None:
    loop = asyncio.get_running_loop()
    end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end.set)
    model = _model(asked.token_file, asked.keep)
    async with control_port(PhoneDevice(model), asked.control) as control, http_phone(model, asked.port) as port:
        sys.stdout.write(json.dumps({"control": control, "port": port, "path": PATH}) + "\n")
        sys.stdout.flush()
        await end.wait()


def _model(token_file: Path, store: Path | None) -> PhoneModel:
    token = token_file.read_text(encoding="ascii").strip()
    if store is None:
        return PhoneModel(token, now=SystemClock().now)
    model = PhoneModel(token, now=SystemClock().now, keep=partial(keep, store))
    for shown in kept(store):
        model.remember(shown)
    return model


if __name__ == "__main__":
    main()
