"""`lobby serve`: the service itself, from an opened ledger to a clean end."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import Sequence
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from edge.chance import SystemChance
from edge.clock import SystemClock
from edge.house import House
from edge.ledger import Ledger, Request
from edge.people.credentials import Credentials
from edge.people.policy import AccessPolicy
from edge.settings import HttpSettings, Settings, SettingsUnusable
from edge.slips import any_printing
from lobby.connections import Limits, guarded, log_seldom
from lobby.devices import real_devices
from lobby.memory import give_back_large_blocks, keep_what_is_loaded
from lobby.notify import notify, watchdog_interval_s
from lobby.site import create_site, words
from lobby.supervision import Supervisor
from lobby.wiring import Devices, build_house, loops_of, open_ledger, settle_at_start

BACKLOG = 128  # connections that wait to be taken; as many are taken at a time
CLOSE_STREAMS_AFTER_S = 2  # live views never end by themselves
WRITER_ANSWERS_WITHIN_S = 20.0

log = logging.getLogger("lobby")


async def serve(settings: Settings, state: Path) -> None:
    """Run the box until SIGTERM or SIGINT. Raises `LedgerUnusable` where the ledger cannot be trusted."""
    give_back_large_blocks()
    clock, chance = SystemClock(), SystemChance()
    log_seldom(clock)
    ledger = open_ledger(settings, state, clock, chance)
    credentials = Credentials(clock, chance, policy=AccessPolicy(**settings.access.model_dump()))
    try:
        with ledger.reading() as db:
            torso = any_printing(db)
        devices = real_devices(settings, state, clock, chance, torso=torso)
        house = build_house(settings, ledger, devices, words(settings), clock, chance, credentials)
        supervisor = Supervisor(chance)
        await settle_at_start(house)
        await _run(house, devices, supervisor, create_site(house, supervisor))
    finally:
        credentials.close()
        await asyncio.to_thread(ledger.close)


async def _run(house: House, devices: Devices, supervisor: Supervisor, site: FastAPI) -> None:
    server = _Server(_config(site, Limits()))
    listening = _listen(house.settings.http)
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with asyncio.TaskGroup() as tasks:
        kept = [
            tasks.create_task(supervisor.keep(name, run), name=name) for name, run in loops_of(house, devices).items()
        ]
        kept.append(tasks.create_task(_watchdog(house.ledger), name="watchdog"))
        serving = tasks.create_task(server.serve([listening]), name="http")
        await _first(server.ready, serving)
        notify("READY=1")
        keep_what_is_loaded()
        log.info("ready on http://%s:%s", house.settings.http.host, house.settings.http.port)
        await _first(ended, serving)
        notify("STOPPING=1")
        server.should_exit = True
        await serving
        for task in kept:
            task.cancel()


def _config(site: FastAPI, limits: Limits) -> uvicorn.Config:
    return uvicorn.Config(
        site,
        http=guarded(limits),
        ws="none",
        log_config=None,  # as everything of ours
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=CLOSE_STREAMS_AFTER_S,
    )


def _listen(http: HttpSettings) -> socket.socket:
    """Take the port before anything runs. Raises `SettingsUnusable` where another program has it."""
    try:
        return socket.create_server((http.host, http.port), backlog=BACKLOG)
    except OSError as error:
        raise SettingsUnusable(
            f"http.port: {http.host}:{http.port} cannot be listened on ({error.strerror}).\n"
            "Nothing was changed, and no door was touched.\n"
            "End the program that has this port, or give the service another one in lobby.toml."
        ) from None


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers, and with a sign that it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: Sequence[object] | None = None) -> None:
        await super().startup(sockets)  # type: ignore[arg-type]  # uvicorn's own list of sockets, handed through
        self.ready.set()

    async def serve(self, sockets: Sequence[object] | None = None) -> None:
        await self._serve(sockets)  # type: ignore[arg-type]  # the same, without capturing signals


async def _first(event: asyncio.Event, serving: asyncio.Task[None]) -> None:
    """Wait for an event, or for the web server to end before it (a busy port, say)."""
    waiting = asyncio.create_task(event.wait())
    await asyncio.wait({waiting, serving}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()


async def _watchdog(ledger: Ledger) -> None:
    """Tell systemd that the loop turns and the writer answers; when either does not, systemd begins us again."""
    interval_s = watchdog_interval_s()
    while interval_s is not None:
        async with asyncio.timeout(WRITER_ANSWERS_WITHIN_S):
            await ledger.commit(Request(reserve=True), lambda _: None)
        notify("WATCHDOG=1")
        await asyncio.sleep(interval_s)
