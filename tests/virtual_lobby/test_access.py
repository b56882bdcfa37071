"""axe finds nothing, everything that can be pressed is large enough, and the page fits the windows it is made for."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.virtual_lobby.conftest import Table, looking

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LOOKS = [("zh-CN", "light"), ("zh-CN", "dark"), ("en", "light"), ("en", "dark")]
SMALLEST_PX = 24

SMALL = """(least) => [...document.querySelectorAll('button, a[href], select')]
  .filter((key) => key.getClientRects().length && !key.closest('.earlier, dialog'))
  .map((key) => [key.outerHTML.slice(0, 90), key.getBoundingClientRect()])
  .filter(([, box]) => box.width < least || box.height < least).map(([what]) => what)"""


def findings(page: Page) -> list[str]:
    answer = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}}).response
    return [f"{one['id']}: {node['html'][:120]}" for one in answer["violations"] for node in one["nodes"]]


def dress(table: Table) -> None:
    """Every picture that the page can show, at once."""
    for slot in ("A02", "B05", "E07"):
        table.hands(table.locker, "pull", slot=slot)
        table.hands(table.locker, "put", slot=slot, item="parcel")
    table.hands(table.locker, "close", slot="A02")
    table.hands(table.locker, "pull", slot="D10")
    table.hands(table.locker, "fault", name="locker.jam", slot="D03")
    table.hands(table.locker, "fault", name="locker.out_of_service", slot="E05")
    table.hands(table.printer, "fault", name="printer.paper_low")
    table.print()
    table.send("m9", "19900001204", "取件码 408 216 34。")


@pytest.mark.parametrize(("lang", "theme"), LOOKS)
def test_axe_finds_nothing(table: Table, chromium: Browser, lang: str, theme: str) -> None:
    dress(table)
    with looking(chromium, f"{table.url}/?lang={lang}&theme={theme}") as page:
        expect(page.locator(".slip img")).to_be_visible()
        expect(page.locator(".said").first).to_be_visible()
        assert findings(page) == []
        page.locator("[data-opens=badges]").click()
        assert findings(page) == []
        page.goto(f"{table.url}/window?lang={lang}&theme={theme}")
        assert [one for one in findings(page) if "iframe" not in one] == []


@pytest.mark.parametrize(("width", "height"), [(1600, 1000), (1280, 800)])
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_the_page_fits_its_window_and_its_keys_fit_a_finger(
    table: Table, chromium: Browser, lang: str, width: int, height: int
) -> None:
    dress(table)
    with looking(chromium, f"{table.url}/?lang={lang}", width=width, height=height) as page:
        expect(page.locator(".slip img")).to_be_visible()
        size = page.evaluate("() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        assert size == [width, height]
        assert page.evaluate(SMALL, SMALLEST_PX) == []
