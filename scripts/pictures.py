"""Play the demo in a real browser, in both languages, and keep what it looks like under docs/pictures.

One window a language: a courier drops a parcel off (picture with the door open), the resident is told and collects it,
and the desk looks at its day. Whatever does not go as the README says stops the script.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Error, FrameLocator, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
STATE = ROOT / "var" / "pictures"
SIZE = {"width": 1920, "height": 1200}
COLOURS = 96  # the pages have few; a picture of 1920 x 1200 stays under 200 KB
PATIENCE_MS = 30_000


@dataclass(frozen=True)
class Words:
    """What stands on the keys in one language, and for whom the parcel is: floor, room, masked name."""

    drop_off: str
    size: str
    collect: str
    leave: str
    open_: str
    number: str
    addressee: tuple[str, ...]
    phone: str


WORDS = {
    "zh": Words("投件", "中", "取件", "退出", "打开", "SF20261101", ("12", "1204", "张*三"), "19900001204"),
    "en": Words("Drop off", "Medium", "Collect", "Leave", "Open", "SF20261102", ("18", "1806", "M*"), "19900001806"),
}


@contextmanager
def demo() -> Iterator[dict[str, str]]:
    """A fresh demo; gives its address and the PINs by number. Ended as a person would, with Ctrl-C."""
    command = [sys.executable, "-m", "lobby", "demo", "--fresh", "--state", str(STATE)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None  # noqa: S101 - for the type checker: it was asked for above
        try:
            yield _told(running.stdout)
        finally:
            running.send_signal(signal.SIGINT)
            running.stdout.read()


def _told(lines: Iterable[str]) -> dict[str, str]:
    told: dict[str, str] = {}
    for line in lines:
        words = line.split()
        if words and words[-1].endswith("/window"):
            return told | {"url": words[-1]}
        if len(words) > 1 and words[1].isdigit():
            told[words[0]] = words[1]
    raise SystemExit("The demo did not start; run scripts/demo to see why.")


def main() -> int:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with demo() as told, sync_playwright() as playwright:
        program = os.environ.get("LOBBY_CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for language in WORDS:
            play = Play(browser, told, language)
            try:
                play.through()
            except Error:
                play.leave_a_trace()
                raise
        browser.close()
    return 0


class Play:
    """One language's walk through the window."""

    def __init__(self, browser: Browser, told: dict[str, str], language: str) -> None:
        self._told = told
        self._language = language
        self._words = WORDS[language]
        self._page: Page = browser.new_page(viewport=SIZE)  # type: ignore[arg-type]  # a plain dict is one
        self._page.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)

    @property
    def kiosk(self) -> FrameLocator:
        return self._page.frame_locator(".pane-kiosk iframe")

    @property
    def lobby(self) -> FrameLocator:
        return self._page.frame_locator(".pane-lobby iframe")

    @property
    def desk(self) -> FrameLocator:
        return self._page.frame_locator(".pane-desk iframe")

    def through(self) -> None:
        base = self._told["url"].removesuffix("/window")
        self._page.goto(f"{base}/look?lang={self._language}&back=/window")
        self._sign_in_at_the_desk()
        self._drop_off()
        self._collect()
        self._page.context.close()

    def _sign_in_at_the_desk(self) -> None:
        self.desk.locator("[name=number]").fill("S01")
        self.desk.locator("[name=pin]").fill(self._told["S01"])
        self.desk.locator(".key--go").click()
        if self._language == "en":
            self.desk.locator("[name=wish][value=en]").click()

    def _drop_off(self) -> None:
        words, kiosk = self._words, self.kiosk
        self.lobby.locator("#whose").select_option(words.phone)
        self._choose_language()
        kiosk.get_by_role("link", name=words.drop_off).click()
        self._press("601")
        kiosk.locator("[name=pin]").click()
        self._press(self._told["601"])
        kiosk.locator(".go").click()
        self._press(words.number)
        kiosk.locator(".go").click()
        for answer in words.addressee:
            kiosk.get_by_role("button", name=answer).first.click()
        kiosk.get_by_role("button", name=words.size).click()
        expect(self.lobby.locator(".cell[data-state=open]")).to_have_count(1)
        expect(kiosk.locator(".cell[data-state=open]")).to_have_count(1)
        self._keep("lobby")
        self._use_the_door()

    def _collect(self) -> None:
        """The resident's side: the message, its code, the door."""
        kiosk = self.kiosk
        code = self.lobby.locator("[data-code]").last.get_attribute("data-code") or ""
        expect(kiosk.locator(".paper")).to_be_visible()  # the courier's receipt: the drop-off is done
        kiosk.get_by_role("button", name=self._words.leave).first.click()
        self._choose_language()
        kiosk.get_by_role("link", name=self._words.collect).click()
        self._press(code.replace(" ", ""))
        kiosk.locator(".go").click()
        kiosk.get_by_role("button", name=self._words.open_).click()
        expect(kiosk.locator(".cell[data-state=open]")).to_have_count(1)
        self._keep("collect")
        self._use_the_door()

    def _choose_language(self) -> None:
        """Each person chooses anew: the kiosk forgets with the one who leaves."""
        if self._language == "en":
            self.kiosk.get_by_role("button", name="English").click()

    def _use_the_door(self) -> None:
        """Put in or take out, and shut it."""
        door = self.lobby.locator(".cell[data-state=open]")
        door.locator(".inside").click()
        door.locator(".door").click()
        expect(door).to_have_count(0)

    def leave_a_trace(self) -> None:
        """Where it went another way than the README says."""
        self._page.screenshot(path=STATE.with_suffix(".stopped.png"))

    def _press(self, text: str) -> None:
        for key in text:
            self.kiosk.locator(f'[data-press="{key}"]').click()

    def _keep(self, name: str) -> None:
        """Few colours, so that the repository stays small."""
        image = Image.open(BytesIO(self._page.screenshot(animations="disabled")))
        small = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        small.save(PICTURES / f"{name}-{self._language}.png", optimize=True)


if __name__ == "__main__":
    raise SystemExit(main())
