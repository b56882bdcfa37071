"""The devices as processes of their own, the page that shows them, and a real browser in front of it."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from drivers.gateway import HttpGateway, HttpTransport
from drivers.ports import Align, Document, OutgoingMessage, PrintOutcome, QrCode, Rule, Text
from drivers.printer.commissioning import commission
from drivers.printer.driver import EscPosPrinter
from drivers.printer.transports import TcpTransport
from edge.chance import SeededChance
from lobby.sample import sample_locker
from simulators.control import Peer

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT / "kiosk_ui" / "static"
CHROMIUM = os.environ.get("LOBBY_CHROMIUM", "/usr/bin/chromium")
TOKEN = "t0ken"
NOBODY_LISTENS = 1
"""A port at which there is no broker: the locker lives without one."""

SLIP = Document((Text("包裹存放凭条", Align.CENTRE, 2, bold=True), Rule(), Text("格口 B05"), QrCode("P000001")))


@dataclass
class Device:
    """One simulator as a process. What it said in its first line is where it can be found."""

    words: list[str]
    found: dict[str, Any] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", *self.words]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.found = json.loads(self.process.stdout.readline())

    def end(self) -> None:
        if self.process is not None and self.process.stdout is not None:
            self.process.terminate()
            self.process.wait(10)
            self.process.stdout.close()
            self.process = None


@dataclass
class Table:
    """The devices on a table, and the page."""

    locker: Device
    printer: Device
    phone: Device
    page: Device

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.page.found['port']}"

    def hands(self, device: Device, what: str, **args: object) -> dict[str, Any]:
        """What is done to a device beside the page."""
        return aside(Peer(device.found["control"]).do(what, **args))

    def see(self, device: Device) -> dict[str, Any]:
        return aside(Peer(device.found["control"]).see())

    def cell(self, name: str) -> dict[str, Any]:
        return next(cell for cell in self.see(self.locker)["cells"] if cell["name"] == name)

    def tidy(self) -> None:
        """As at first: no fault, every door shut, every cell empty, paper in."""

        async def whole() -> None:
            for device in (self.locker, self.printer, self.phone):
                hands = Peer(device.found["control"])
                for mark in (await hands.see())["faults"]:
                    await hands.do("clear", name=mark["name"] if isinstance(mark, dict) else mark)
            hands = Peer(self.locker.found["control"])
            await hands.do("power", on=1)
            for cell in (await hands.see())["cells"]:
                if cell["item"]:
                    await hands.do("pull", slot=cell["name"])
                    await hands.do("take", slot=cell["name"])
                if cell["item"] or cell["open"]:
                    await hands.do("close", slot=cell["name"])

        aside(whole())

    def send(self, ident: str, phone: str, text: str) -> None:
        address = f"http://127.0.0.1:{self.phone.found['port']}{self.phone.found['path']}"
        aside(HttpGateway("gateway", HttpTransport(address, TOKEN)).send(OutgoingMessage(ident, phone, text)))

    def print(self) -> PrintOutcome:
        async def whole() -> PrintOutcome:
            wire = TcpTransport("127.0.0.1", self.printer.found["port"])
            known = await commission("printer-1", wire, dots=576)
            return await EscPosPrinter("printer-1", wire, known, chance=SeededChance(1)).print(SLIP)

        return aside(whole())


def aside(work: Coroutine[Any, Any, T]) -> T:
    """Run something in a thread of its own: playwright's has a loop already."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Table]:
    folder = tmp_path_factory.mktemp("devices")
    token = folder / "token"
    token.write_text(TOKEN, encoding="ascii")
    config = folder / "locker.json"
    told = {"columns": sample_locker(), "broker": {"port": NOBODY_LISTENS}}
    config.write_text(json.dumps(told), encoding="utf-8")
    locker = Device(["simulators.locker", "--config", str(config)])
    printer = Device(["simulators.printer", "--port", "0"])
    phone = Device(["simulators.phone", "--token-file", str(token)])
    page = Device(["simulators.virtual_lobby", "--shared", str(SHARED)])
    try:
        for name, device in (("locker", locker), ("printer", printer), ("phone", phone)):
            device.start()
            page.words += [f"--{name}", str(device.found["control"])]
            device.words += ["--control", str(device.found["control"])] if name != "locker" else []
        config.write_text(json.dumps({**told, "control": locker.found["control"]}), encoding="utf-8")
        page.start()
        page.words += ["--port", str(page.found["port"])]
        yield Table(locker, printer, phone, page)
    finally:
        for device in (page, locker, printer, phone):
            device.end()


@pytest.fixture
def table(standing: Table) -> Iterator[Table]:
    yield standing
    standing.tidy()


@contextmanager
def looking(chromium: Browser, url: str, *, width: int = 1600, height: int = 1000) -> Iterator[Page]:
    """A page in a fresh browser. What its script complains of fails the test."""
    context = chromium.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    page, complaints = context.new_page(), list[str]()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        page.goto(url)
        yield page
    finally:
        context.close()
    assert complaints == []


@pytest.fixture
def page(table: Table, chromium: Browser) -> Iterator[Page]:
    with looking(chromium, f"{table.url}/") as opened:
        yield opened
