"""The virtual lobby as a process of its own: `python -m simulators.virtual_lobby --shared FOLDER --locker PORT …`.

Says in one line of JSON on its standard output where it can be found, then works until it is told to end (SIGTERM,
SIGINT).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import socket
import sys
from pathlib import Path

import uvicorn

from simulators.control import Peer
from simulators.virtual_lobby.room import Room
from simulators.virtual_lobby.server import create_app

DEVICES = ("locker", "printer", "phone", "house")
CLOSE_STREAMS_AFTER_S = 1  # live pages never end by themselves


def main() -> None:
    asyncio.run(_run(_options().parse_args()))


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="python -m simulators.virtual_lobby", description="The page of the devices.")
    options.add_argument("--port", type=int, default=0, help="TCP port of 127.0.0.1 (0: a free one)")
    options.add_argument("--shared", type=Path, required=True, help="folder with the screens' tokens.css and mark.svg")
    options.add_argument(
        "--service", default="", help="address of the box, whose screens may lie in frames of the page"
    )
    for device in DEVICES:
        options.add_argument(f"--{device}", type=int, help=f"control port of the {device}")
    return options


async def _run(asked: argparse.Namespace) -> None:
    room = Room({name: Peer(port) for name in DEVICES if (port := getattr(asked, name)) is not None})
    app = create_app(room, asked.shared, asked.service)
    with socket.create_server(("127.0.0.1", asked.port), reuse_port=False) as listening:
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, timeout_graceful_shutdown=CLOSE_STREAMS_AFTER_S
        )
        server = _Server(config)
        sys.stdout.write(json.dumps({"port": listening.getsockname()[1]}) + "\n")
        sys.stdout.flush()
        await _until_ended(room, server, listening)


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers, which end the process before its tasks."""

    async def run_until(self, end: asyncio.Event, listening: socket.socket) -> None:
        serving = asyncio.create_task(self._serve([listening]), name="http")
        await end.wait()
        self.should_exit = True
        await serving


async def _until_ended(room: Room, server: _Server, listening: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end.set)
    watching = asyncio.create_task(room.run(), name="room")
    try:
        await server.run_until(end, listening)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


if __name__ == "__main__":
    main()
