"""A real browser (Debian's Chromium), pages in every look, and whole lobbies to play in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("LOBBY_CHROMIUM", "/usr/bin/chromium")
SIZES = {"kiosk-portrait": (1080, 1920), "kiosk-landscape": (1920, 1080), "kiosk-small": (1280, 800)}
KIOSKS = {"kiosk-1": "kiosk-portrait", "kiosk-2": "kiosk-landscape", "kiosk-3": "kiosk-small"}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser a file of tests; `--no-sandbox` because tests may run as root."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def process(*words: str) -> Iterator[str]:
    """A module of ours as a process; what it prints in its first line. Ended by its own id."""
    command = [sys.executable, "-m", *words]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        try:
            yield running.stdout.readline().strip()
        finally:
            running.terminate()
            running.wait(10)


@pytest.fixture(scope="module")
def gallery() -> Iterator[str]:
    """The address of every example page in every look."""
    with process("tests.screens.gallery") as address:
        yield address


@contextmanager
def screen(browser: Browser, shape: str, **more: Any) -> Iterator[Page]:
    """A page as wide and high as that screen. What its script complains of fails the test."""
    width, height = SIZES[shape]
    context: BrowserContext = browser.new_context(viewport={"width": width, "height": height}, **more)
    page, complaints = context.new_page(), list[str]()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        yield page
    finally:
        context.close()
    assert complaints == []


@dataclass
class Lobby:
    """A lobby that is being played in, and the browser that stands in it."""

    address: str
    told: dict[str, Any]
    browser: Browser
    end: Callable[[], None]
    begin_again: Callable[[], dict[str, Any]]

    def hands(self, do: str, cell: str = "", **more: object) -> dict[str, Any]:
        answer = httpx.post(f"{self.address}/hands", json={"do": do, "cell": cell, **more}, timeout=10)
        answer.raise_for_status()
        return dict(answer.json())

    def code_of(self, parcel: int) -> str:
        """The digits in the message about the n-th parcel."""
        texts = [text for text in self.hands("see")["messages"] if "取件码" in text]
        told = texts[parcel].split("取件码")[1].split("，")[0]
        return "".join(ch for ch in told if ch.isdigit())

    @contextmanager
    def at(self, kiosk: str = "kiosk-1", **more: Any) -> Iterator[Page]:
        """A browser that has just become this kiosk."""
        with screen(self.browser, KIOSKS[kiosk], **more) as page:
            page.goto(f"{self.address}/enrol")
            type_on_pad(page, self.told["codes"][kiosk])
            page.get_by_role("button", name="登记本屏").click()
            page.wait_for_url("**/kiosk/")
            yield page


def type_on_pad(page: Page, text: str) -> None:
    page.locator("[data-press]").first.wait_for()
    page.wait_for_load_state()  # a test is faster than any finger: the keys are there before they listen
    for key in text:
        page.locator(f'[data-press="{key}"]').click()


@pytest.fixture
def lobby(chromium: Browser, tmp_path: Path) -> Iterator[Callable[..., Lobby]]:
    """`lobby(parcels=2)` begins a day: a courier with a PIN, a building, and parcels that wait for flat 1204."""
    folder = str(tmp_path / "day")
    with ExitStack() as running:

        def start(parcels: int, port: int) -> dict[str, Any]:
            first_line = running.enter_context(process("tests.screens.stage", folder, str(parcels), str(port)))
            return dict(json.loads(first_line))

        def begin(parcels: int = 2) -> Lobby:
            told = start(parcels, 0)
            again = partial(start, parcels, int(told["address"].rsplit(":", 1)[1]))
            return Lobby(told["address"], told, chromium, running.close, again)

        yield begin
