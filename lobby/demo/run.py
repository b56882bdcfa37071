"""From an empty folder to a lobby that can be played with, and back to nothing running."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from drivers.errors import DeviceError
from drivers.mqtt.broker import Broker, BrokerUnusable, start_broker
from edge.chance import SystemChance
from edge.ledger import LedgerUnusable
from edge.settings import Settings
from lobby.demo.cast import Cast
from lobby.demo.children import Child, ChildFailed, Pids
from lobby.demo.doorkeeper import Doorkeeper
from lobby.demo.house import DemoHouse
from lobby.demo.journal import Journal
from lobby.demo.notes import Notes
from lobby.demo.places import DemoUnusable, Places, lock, read_json, write_json
from lobby.demo.ports import LOBBY_PORT, SERVICE_PORT, Claims
from lobby.demo.settings import BOX, LOCKER, Ports, as_toml, demo_settings
from lobby.demo.steel import Steel
from lobby.printers import commission_printer, learnt_file
from simulators.control import Peer, Refused, control_port

TOKEN_BYTES = 24


async def run_demo(state: Path, *, fresh: bool = False, port: int | None = None) -> int:
    """Run the demo until Ctrl-C or SIGTERM; its exit status. A second start says where the first one is."""
    places = Places(state.absolute())  # noqa: ASYNC240 - before anything runs
    try:
        places.check()
        places.make()
        held = lock(places)
        if held is None:
            return _already_running(places, fresh=fresh)
        with held:
            return await _until_ended(Demo(places, port).play(fresh=fresh))
    except (DemoUnusable, ChildFailed, BrokerUnusable, LedgerUnusable, DeviceError, Refused) as error:
        say(f"The demo cannot run: {error}")
        return 1


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _already_running(places: Places, *, fresh: bool) -> int:
    say(f"A demo runs here already: {read_json(places.running).get('url', 'it is just being started')}")
    if fresh:
        say("To begin afresh, end it first (Ctrl-C where it was started). Nothing was changed.")
    return int(fresh)


async def _until_ended(play: Coroutine[Any, Any, None]) -> int:
    """Play until a signal says to end. The ending itself is not disturbed by further signals."""
    end = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, end.set)
    playing, ending = asyncio.create_task(play, name="demo"), asyncio.create_task(end.wait(), name="end")
    await asyncio.wait({playing, ending}, return_when=asyncio.FIRST_COMPLETED)
    ending.cancel()
    if end.is_set():
        say("Ending the lobby …")
        playing.cancel()
    try:
        await playing
    except asyncio.CancelledError:
        say("Ended. All is kept; the next start goes on from here.")
    return 0


class Demo:
    """One run in one state folder."""

    def __init__(self, places: Places, port: int | None) -> None:
        self._places = places
        self._port = port
        self._pids = Pids(places.pids)

    async def play(self, *, fresh: bool) -> None:
        """Start everything and keep it running until cancelled; then end it in the opposite order."""
        await self._tidy(fresh=fresh)
        at = Ports.choose()
        cast = Cast(self._places, at, self._pids, say)
        async with AsyncExitStack() as stack:
            broker = self._start_broker(stack, at, fresh=fresh)
            devices = [cast.locker(), cast.printer(), cast.phone()]
            await _start(stack, devices)
            steel = Steel(self._places.devices / "steel.json", Peer(at.locker_hands))
            await steel.put_back()
            notes, code = await self._prepare(demo_settings(self._places, at))
            at = self._choose_doors(at, stack.enter_context(Claims()))
            settings = self._write_settings(at)
            cast = Cast(self._places, at, self._pids, say)
            service, page = cast.service(), cast.page()
            house = await self._open_house(stack, at, settings, notes, service, broker)
            await _start(stack, [service, page])
            if code:
                await house.keeper.take_post(code)
            self._announce(stack, at, notes)
            await _keep([*devices, service, page], broker, house, steel)

    async def _tidy(self, *, fresh: bool) -> None:
        """What a killed run left running is ended before anything is started or removed."""
        if left := await asyncio.to_thread(self._pids.end_leftovers):
            say(f"The last demo was killed; ended what it left running: {', '.join(left)}.")
        if fresh:
            self._places.clear()
            self._places.make()

    def _choose_doors(self, devices: Ports, claims: Claims) -> Ports:
        last = read_json(self._places.doors)
        page, service = last.get("page", LOBBY_PORT), last.get("service", SERVICE_PORT)
        at = devices.with_doors(claims, self._port or page, service)
        write_json(self._places.doors, {"page": at.page, "service": at.service})
        if self._port and at.page != self._port:
            say(f"Port {self._port} is taken by another program; the virtual lobby gets {at.page} instead.")
        return at

    def _start_broker(self, stack: AsyncExitStack, at: Ports, *, fresh: bool) -> Broker:
        """Some tens of milliseconds that nothing interrupts: a broker that nobody knows of could not be ended."""
        broker = start_broker(self._places.broker, at.broker, box=BOX.id, devices=[LOCKER.device], dice=SystemChance())
        stack.callback(broker.stop)
        if fresh:
            broker.restart(forget=True)
        if not self._places.token.exists():
            self._places.token.touch(mode=0o600)
            self._places.token.write_text(SystemChance().bytes(TOKEN_BYTES).hex() + "\n", encoding="ascii")
        return broker

    def _write_settings(self, at: Ports) -> Settings:
        settings = demo_settings(self._places, at)
        self._places.settings.write_text(as_toml(settings), encoding="utf-8")
        return settings

    async def _prepare(self, settings: Settings) -> tuple[Notes, str]:
        """What only the first start needs; and a code for the doorkeeper, "" where it has its screen."""
        state = self._places.state
        if not learnt_file(state, settings.printer.device).exists():
            await commission_printer(settings.printer, state)
        notes = Notes(self._places)
        if notes.complete and notes.token:
            return notes, ""
        from lobby.demo.building import doorkeepers_code, move_in

        if not notes.complete:
            say("First start: moving the sample building in")
            await move_in(settings, self._places, notes, say)
        return notes, await doorkeepers_code(settings, self._places)

    async def _open_house(
        self, stack: AsyncExitStack, at: Ports, settings: Settings, notes: Notes, service: Child, broker: Broker
    ) -> DemoHouse:
        journal = Journal(self._places.state / "ledger")
        stack.callback(journal.close)
        house = DemoHouse(settings, notes, service, broker, journal, Doorkeeper(at.service, notes))
        await stack.enter_async_context(control_port(house, at.house_hands))
        return house

    def _announce(self, stack: AsyncExitStack, at: Ports, notes: Notes) -> None:
        url = f"{at.page_url}/window"
        write_json(self._places.running, {"url": url, "pid": os.getpid()})
        stack.callback(self._places.running.unlink, missing_ok=True)
        say("")
        say("PINs, made for this demo alone:")
        for person in notes.people:
            say(f"  {person['number']:<4} {person['pin']}  {person['role'].replace('_', ' ')}, {person['name']}")
        say("")
        say(f"The whole lobby in one window:  {url}")
        say(f"The devices alone:              {at.page_url}/")
        say(f"Logs and state:                 {self._places.state}")
        say("Ctrl-C ends all of it.")


async def _start(stack: AsyncExitStack, children: list[Child]) -> None:
    """All at once. Each of them is ended with the demo, however far it came."""
    for child in children:
        stack.push_async_callback(child.end)
    for failure in await asyncio.gather(*(child.start() for child in children), return_exceptions=True):
        if failure is not None:
            raise failure


async def _keep(children: list[Child], broker: Broker, house: DemoHouse, steel: Steel) -> None:
    async with asyncio.TaskGroup() as tasks:
        for child in children:
            tasks.create_task(child.watch(), name=f"watch-{child.name}")
        tasks.create_task(broker.supervise(), name="watch-broker")
        tasks.create_task(house.run(), name="journal")
        tasks.create_task(steel.keep(), name="steel")
