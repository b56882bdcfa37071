"""A desk in a real browser, with a real house behind it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.screens.conftest import process

SIZE = {"width": 1440, "height": 900}


@dataclass
class Desk:
    """A lobby, and browsers that are its desk. `complaints` is what their scripts said went wrong."""

    address: str
    told: dict[str, Any]
    browser: Browser
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def hands(self, do: str, cell: str = "", **more: object) -> dict[str, Any]:
        """What hands do to the hardware; answers what an eye would see."""
        answer = httpx.post(f"{self.address}/hands", json={"do": do, "cell": cell, **more}, timeout=10)
        answer.raise_for_status()
        return dict(answer.json())

    def kinds(self) -> list[str]:
        return list(self.hands("see")["kinds"])

    def browse(self, look: str = "", *, enrolled: bool = True, **more: Any) -> Page:
        """A browser window; an enrolled one is the desk."""
        context = self.browser.new_context(**{"viewport": SIZE, "locale": "zh-CN", **more})
        self.contexts.append(context)
        cookies = {"lobby_desk": self.told["token"] if enrolled else "", "lobby_desk_look": look}
        context.add_cookies([{"name": k, "value": v, "url": self.address} for k, v in cookies.items() if v])
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def sign_in(self, number: str = "s01", look: str = "", **more: Any) -> Page:
        """Signed in by keyboard, on today's board."""
        page = self.browse(look, **more)
        page.goto(f"{self.address}/desk/")
        page.keyboard.type(number)
        page.keyboard.press("Tab")
        page.keyboard.type(self.told["pins"][number])
        page.keyboard.press("Enter")
        page.wait_for_url("**/desk/")
        return page

    def go(self, page: Page, path: str) -> None:
        page.goto(f"{self.address}/desk{path}")

    def close(self) -> None:
        for context in self.contexts:
            context.close()
        self.contexts.clear()


def _begun(folder: Path, days: int, browser: Browser, house: ExitStack) -> Desk:
    told = json.loads(house.enter_context(process("tests.screens.desk.stage", str(folder), str(days))))
    return Desk(told["address"], told, browser)


@pytest.fixture(scope="module")
def week(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk after a week: parcels of every age, paper and a door that need eyes. Shared by the tests of one file."""
    yield from _shared(tmp_path_factory.mktemp("week"), 8, chromium)


@pytest.fixture(scope="module")
def morning(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk with nothing on it yet. Shared by the tests of one file: each brings its own parcels."""
    yield from _shared(tmp_path_factory.mktemp("morning"), 0, chromium)


def _shared(folder: Path, days: int, browser: Browser) -> Iterator[Desk]:
    with ExitStack() as house:
        desk = _begun(folder, days, browser, house)
        yield desk
        desk.close()


@pytest.fixture(autouse=True)
def nothing_complained(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a page's script complains of fails the test that it happened in; its windows are closed."""
    yield
    for name in ("week", "morning"):
        if name in request.fixturenames:
            desk: Desk = request.getfixturevalue(name)
            desk.close()
            complaints, desk.complaints = desk.complaints, []
            assert complaints == []
