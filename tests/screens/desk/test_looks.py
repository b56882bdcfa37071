"""Every page of the desk in both languages, three themes and three sizes: accessible, whole, and light."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.screens.desk.conftest import Desk

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
STYLE_LIMIT = 20 * 1024
SIZES = ((1920, 1080), (1440, 900), (1280, 800))
LANGUAGES = ["", "en"]


def paths(desk: Desk, page: Page) -> dict[str, str]:
    """Name -> path of every page for who is signed in, with something on each."""
    desk.go(page, "/eyes")
    keys = page.locator(".rows .key")
    eyes = [str(keys.nth(at).get_attribute("href")).removeprefix("/desk") for at in range(keys.count())]
    person = desk.told["known"]["张小三"]
    return {
        "today": "/",
        "receive": "/receive",
        "parcels": "/parcels",
        "on a shelf": "/parcels/P000006",
        "in a cell": "/parcels/P000008",
        "collected": "/parcels/P000003",
        "undo": "/parcels/P000003?do=found",
        "eyes": "/eyes",
        "look at paper": eyes[0],
        "look at a door": eyes[-1],
        "building": "/units",
        "unit": f"/units/{unit_of(desk, page)}",
        "person": f"/people/{person}",
        "register": "/register",
        "register, nothing": "/register?unit=9-9999",
        "export": "/register/export?state=on_shelf",
        "devices": "/devices",
        "cell": "/cells/A08?do=open",
        "cell out": "/cells/E05?do=bring_back",
        "screens": "/screens",
        "people who work here": "/staff",
        "found": "/find?q=1204",
        "nothing found": "/find?q=qqqq",
        "switch": "/switch",
        "own pin": "/me",
        "no such parcel": "/parcels/P999999",
    }


def unit_of(desk: Desk, page: Page) -> str:
    desk.go(page, f"/people/{desk.told['known']['张小三']}")
    return str(page.locator(".today a").first.get_attribute("href")).rsplit("/", 1)[-1]


AXE = Axe().axe_script
RUN = "(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})"


def findings(page: Page) -> list[str]:
    """What axe finds in each theme; a theme changes nothing but tokens, so the page is not loaded anew."""
    page.evaluate(AXE)
    found: list[str] = []
    for theme in ("light", "dark", "contrast"):
        page.evaluate("(theme) => { document.documentElement.dataset.theme = theme }", theme)
        for one in page.evaluate(RUN, TAGS)["violations"]:
            found += [f"{theme}, {one['id']}: {node['target']} {node['failureSummary'][:200]}" for node in one["nodes"]]
    return found


@pytest.mark.timeout(900)  # some thirty pages, each looked at three times
@pytest.mark.parametrize("look", LANGUAGES)
def test_every_page_is_accessible_in_every_theme(week: Desk, look: str) -> None:
    page = week.sign_in("m01", look)
    found: list[str] = []
    for name, path in paths(week, page).items():
        week.go(page, path)
        found += [f"{name}: {one}" for one in findings(page)]
    found += [f"asked: {one}" for one in asked(week, page)]
    assert found == [], "\n".join(found)


def asked(desk: Desk, page: Page) -> list[str]:
    """The same with something open: shortcuts, results under the box, a refusal in a form, a full record, a pad."""
    desk.go(page, "/")
    page.keyboard.press("?")
    found = findings(page)
    page.keyboard.press("Escape")
    page.locator("#find").fill("1204")
    page.locator("#found [role=option]").first.wait_for()
    found += findings(page)
    desk.go(page, "/receive")
    page.locator("[name=to]").fill("1204")
    page.locator("[name=addressee]").first.wait_for()
    page.locator("[name=signature]").nth(1).check()
    page.evaluate("document.querySelector('#receive').noValidate = true")
    page.locator(".f-go").click()
    page.locator(".problem").wait_for()
    found += findings(page)
    desk.go(page, f"/people/{desk.told['known']['张小三']}")
    page.locator("[name=reason]").fill("axe")
    page.keyboard.press("Enter")
    page.locator(".full").wait_for()
    return found + findings(page)


@pytest.mark.parametrize("look", LANGUAGES)
def test_the_pages_before_the_desk_are_accessible(week: Desk, look: str) -> None:
    page = week.browse(look)
    stays = "text/javascript"  # with its own script "one moment" would go back to where it came from
    page.route("**/moment*.js", lambda route: route.fulfill(body="", content_type=stays))
    found: list[str] = []
    for path in ("/sign-in", "/sign-in?why=session_over", "/pin", "/moment"):
        week.go(page, path)
        found += [f"{path}: {one}" for one in findings(page)]
    assert found == []


CUT_OFF = """() => {
  const wide = document.documentElement.scrollWidth > innerWidth;
  const out = [...document.querySelectorAll("body *")].filter((e) => {
    if (!e.getClientRects().length || e.closest("svg,.skip,dialog,.sheet,.frozen,[data-pad]")) return false;
    const box = e.getBoundingClientRect();
    return box.right > innerWidth + 1 || box.left < -1;
  }).map((e) => e.tagName + "." + e.className);
  const tight = (e) => e.getClientRects().length && e.scrollWidth > e.clientWidth + 1;
  const keys = [...document.querySelectorAll(".key")].filter(tight).map((e) => "key " + e.textContent.trim());
  return {wide, out: [...out, ...keys]};
}"""


@pytest.mark.parametrize("look", LANGUAGES)
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_no_page_is_wider_than_its_screen(week: Desk, width: int, height: int, look: str) -> None:
    page = week.sign_in("m01", look, viewport={"width": width, "height": height})
    found: list[Any] = []
    for name, path in paths(week, page).items():
        week.go(page, path)
        seen = page.evaluate(CUT_OFF)
        found += [f"{name}: {one}" for one in seen["out"]] + [f"{name} is too wide"] * bool(seen["wide"])
    assert found == []


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_receiving_needs_no_scrolling(week: Desk, width: int, height: int) -> None:
    page = week.sign_in(viewport={"width": width, "height": height})
    week.go(page, "/receive")
    page.locator("[name=to]").fill("1204")
    page.locator("[name=addressee]").first.wait_for()
    key = page.locator(".f-go").bounding_box()
    assert key is not None
    assert key["y"] + key["height"] < height


def test_no_page_loads_more_style_than_is_allowed(week: Desk) -> None:
    page = week.sign_in("m01")
    heavy: dict[str, int] = {}
    sheets = "[...document.querySelectorAll('link[rel=stylesheet]')].map((link) => link.href)"
    for name, path in paths(week, page).items():
        week.go(page, path)
        total = sum(len(page.request.get(url).body()) for url in page.evaluate(sheets))
        if total > STYLE_LIMIT:
            heavy[name] = total
    assert heavy == {}


def test_everything_is_in_the_language_that_was_asked_for(week: Desk) -> None:
    page = week.sign_in("m01", "en")
    names = "[...new Set(document.querySelector('main').innerText.match(/[\\u4e00-\\u9fff]{4,}/g) ?? [])]"
    left: dict[str, list[str]] = {}
    for name, path in paths(week, page).items():
        week.go(page, path)
        chinese = [word for word in page.evaluate(names) if word != "门铰链松"]  # what a colleague typed
        if chinese:
            left[name] = chinese
    assert left == {}
