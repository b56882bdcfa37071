"""The web side over a real ledger, spoken to as a browser does: cookies, headers, no short cuts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import httpx
from fastapi import APIRouter, FastAPI

from drivers.ports import DeviceStatus, Document, Health, OutgoingMessage, PrintOutcome, PrintResult, SlotBoard
from edge.api import ApiOptions, create_app
from edge.api.health import LoopState
from edge.house import House
from edge.people.access_facts import ScreenKind
from edge.people.routes import router as people
from edge.people.who import Role
from tests.people.desk import OTHER_PIN, PIN, THIRD_PIN, Desk, HandClock, desk_at

BASE = "http://127.0.0.1"


@dataclass
class Paper:
    """A printer and a gateway that are only asked how they are."""

    name: str
    health: Health = Health.ONLINE
    reason: str = ""

    def status(self) -> DeviceStatus:
        return DeviceStatus(self.name, self.health, self.reason)

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def print(self, document: Document) -> PrintOutcome:  # noqa: ARG002 - the port's signature
        return PrintOutcome(PrintResult.PRINTED)

    async def send(self, message: OutgoingMessage) -> None:  # noqa: ARG002 - the port's signature
        return None


@dataclass(frozen=True)
class FrontParts(Desk):
    """What the API reads of a house, over the parts that the flows of people need."""

    printer: Paper = field(default_factory=lambda: Paper("printer-1"))
    gateway: Paper = field(default_factory=lambda: Paper("gateway"))
    boards: Mapping[str, SlotBoard] = field(default_factory=dict)


class Browser:
    """One browser with its cookies. Each POST has a new Idempotency-Key unless the test gives one."""

    def __init__(self, app: FastAPI) -> None:
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE)
        self._posts = 0

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.client.get(_full(path), **more)

    async def post(self, path: str, json: object = None, *, key: str = "", **more: Any) -> httpx.Response:
        self._posts += 1
        headers = {"Idempotency-Key": key or f"browser-{id(self)}-{self._posts}"} | more.pop("headers", {})
        if "content" not in more:
            more["json"] = {} if json is None else json
        return await self.client.post(_full(path), headers=headers, **more)


@dataclass
class Front:
    desk: FrontParts
    app: FastAPI
    clock: HandClock
    browsers: list[Browser] = field(default_factory=list)

    def browser(self) -> Browser:
        self.browsers.append(Browser(self.app))
        return self.browsers[-1]

    async def seniors(self) -> None:
        """S01 of the front desk, S05 the supervisor, S09 the manager."""
        await self.desk.staff("S01", Role.FRONT_DESK)
        await self.desk.staff("S05", Role.SUPERVISOR, pin=OTHER_PIN)
        await self.desk.staff("S09", Role.MANAGER, pin=THIRD_PIN)

    async def screen(self, name: str = "desk-1", kind: ScreenKind = ScreenKind.DESK) -> Browser:
        """A browser that was enrolled as this screen."""
        _, token = await self.desk.screen(name, kind)
        browser = self.browser()
        browser.client.cookies.set(f"lobby_{kind}", token, domain="127.0.0.1")
        return browser

    async def signed_in(self, number: str = "S01", pin: str = PIN, name: str = "desk-1") -> Browser:
        """A desk at which this member of staff sits."""
        browser = await self.screen(name)
        answer = await browser.post("/sessions/desk", {"number": number, "pin": pin})
        assert answer.status_code == 200, answer.text
        return browser


def _full(path: str) -> str:
    return path if path.startswith(("/healthz", "/readyz", "/metrics", "/api/", "/x/")) else f"/api/v1{path}"


def play(
    folder: Path,
    scene: Callable[[Front], Awaitable[None]],
    *,
    options: ApiOptions | None = None,
    routers: tuple[APIRouter, ...] = (),
    loops: Callable[[], tuple[LoopState, ...]] = tuple,
    clock: HandClock | None = None,
    seed: int = 1,
) -> None:
    """One run of the service with its web side, and a scene before it."""
    clock = clock or HandClock()
    with desk_at(folder, clock, seed) as plain:
        parts = FrontParts(plain.clock, plain.chance, plain.ledger, plain.directory, plain.credentials)
        app = create_app(cast(House, parts), [people, *routers], options=options, loops=loops)

        async def whole() -> None:
            front = Front(parts, app, clock)
            try:
                await scene(front)
            finally:
                for browser in front.browsers:
                    await browser.client.aclose()

        asyncio.run(whole())
