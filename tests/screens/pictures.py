"""Pictures of every example page, to be looked at: `python -m tests.screens.pictures <folder> [page …]`.

Each page in three shapes and two languages, and the portrait one in every theme, with large text and in low reach.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

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
        for shape, lang, theme, wishes in looks():
            with screen(browser, shape) as page:
                for name in names:
                    page.goto(f"{address}/page/{name}?screen={shape}&lang={lang}&theme={theme}&wishes={wishes}")
                    file = "-".join(part for part in (name, shape, lang, theme, wishes) if part)
                    page.screenshot(path=folder / f"{file}.png")
        browser.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]), sys.argv[2:] or list(examples.pages(Texts.load())))
