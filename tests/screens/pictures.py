"""Pictures of every example page, to be looked at: `python -m tests.screens.pictures <folder> [page …]`.

Each page in three shapes and two languages, and the portrait one in every theme, with large text and in low reach.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from kiosk_ui.texts import Texts
from tests.screens import examples
from tests.screens.conftest import CHROMIUM, SIZES, process, screen

LANGS = ("zh-CN", "en")
LOOKS = (("dark", ""), ("contrast", ""), ("light", "large"), ("light", "low"))


def looks() -> Iterator[tuple[str, str, str, str]]:
    """Shape, language, theme, wishes."""
    for lang in LANGS:
        yield from ((shape, lang, "light", "") for shape in SIZES)
        yield from (("kiosk-portrait", lang, theme, wishes) for theme, wishes in LOOKS)


def take(folder: Path, names: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with process("tests.screens.gallery") as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for shape, *look in looks():
            with screen(browser, shape) as page:
                _take(page, address, folder, names, (shape, *look))
        browser.close()


def _take(page: Page, address: str, folder: Path, names: list[str], look: tuple[str, ...]) -> None:
    shape, lang, theme, wishes = look
    for name in names:
        page.goto(f"{address}/page/{name}?screen={shape}&lang={lang}&theme={theme}&wishes={wishes}")
        page.screenshot(path=folder / f"{'-'.join(part for part in (name, *look) if part)}.png")


if __name__ == "__main__":
    take(Path(sys.argv[1]), sys.argv[2:] or list(examples.pages(Texts.load())))
