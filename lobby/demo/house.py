"""What the demo itself shows and lets people do, behind a control port: power, broker, journal, screens.

| do | with | answer |
| --- | --- | --- |
| `see`, `watch` | | `seen`: see `DemoHouse.seen` |
| `power` (of the service: kill -9, or start) | `on` | |
| `fault`, `clear` (of the broker) | `name` | |
| `enrol` | `screen`: kiosk or desk; `cookie`: what the browser shows | `url`, `cookies` |
| `phones` | | `phones`: whose each phone is |
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from drivers.mqtt.broker import Broker, BrokerUnusable
from edge.settings import Settings
from lobby.demo.children import Child, ChildState
from lobby.demo.doorkeeper import Doorkeeper
from lobby.demo.journal import Journal
from lobby.demo.notes import Notes
from simulators.broker_faults import FAULTS
from simulators.control import Refused

LOOK_EVERY_S = 0.25
PLUG_PULLED, FORGETS = (fault.name for fault in FAULTS)


class DemoHouse:
    """A `simulators.control.Device`."""

    def __init__(
        self, settings: Settings, notes: Notes, service: Child, broker: Broker, journal: Journal, keeper: Doorkeeper
    ) -> None:
        self._settings = settings
        self._notes = notes
        self._service = service
        self._broker = broker
        self._journal = journal
        self.keeper = keeper
        self._plugged = True
        self._turn = asyncio.Lock()
        self._listeners: list[Callable[[], None]] = []
        service.on_change = self._tell

    def seen(self) -> dict[str, object]:
        box = self._settings.box
        return {
            "place": {"zh-CN": box.name_zh, "en": box.name_en},
            "zone": box.timezone,
            "seed": self._notes.seed,
            "service": {"state": self._service.state.value},
            "broker": "on" if self._plugged else "off",
            "faults": [] if self._plugged else [PLUG_PULLED],
            "journal": {"entries": self._journal.latest},
            "people": self._notes.people,
            "known": self._notes.known,
        }

    async def do(self, what: str, args: Mapping[str, Any]) -> dict[str, object]:
        """Raises `Refused`: `unknown_act`, `unknown_fault`, `already`, and the doorkeeper's."""
        match what:
            case "power":
                return self._power(on=bool(args["on"]))
            case "fault" | "clear":
                return await self._fault(str(args["name"]), on=what == "fault")
            case "enrol":
                return await self._enrol(str(args["screen"]), str(args.get("cookie", "")))
            case "phones":
                return {"phones": self._notes.phones}
        raise Refused("unknown_act")

    def listen(self, changed: Callable[[], None]) -> Callable[[], None]:
        self._listeners.append(changed)
        return lambda: self._listeners.remove(changed)

    async def run(self) -> None:
        """Notice what is written into the journal, until cancelled."""
        while True:
            if self._journal.look():
                self._tell()
            await asyncio.sleep(LOOK_EVERY_S)

    def _power(self, *, on: bool) -> dict[str, object]:
        if not (self._service.power_on() if on else self._service.power_off()):
            raise Refused("already")
        return {}

    async def _fault(self, name: str, *, on: bool) -> dict[str, object]:
        if name not in {PLUG_PULLED, FORGETS}:
            raise Refused("unknown_fault")
        async with self._turn:
            try:
                await asyncio.to_thread(self._lay, name, on=on)
            except BrokerUnusable:
                raise Refused("gone") from None
        self._tell()
        return {}

    def _lay(self, name: str, *, on: bool) -> None:
        if name == FORGETS:
            if on and self._plugged:
                self._broker.restart(forget=True)
        elif on:
            self._plugged = False
            self._broker.kill()
        else:
            self._broker.start()
            self._plugged = True

    async def _enrol(self, screen: str, cookie: str) -> dict[str, object]:
        if self._service.state is not ChildState.RUNNING:
            raise Refused("not_ready")
        return await self.keeper.admit(screen, cookie)

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()
