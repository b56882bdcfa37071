"""Every page as people meet it: three shapes, two languages, three themes, large text, low reach."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from kiosk_ui.texts import Texts
from tests.screens import examples
from tests.screens.conftest import SIZES, screen

NAMES = tuple(examples.pages(Texts.load()))
SHAPES = tuple(SIZES)
# One page of each kind: a door has the same places in every stage, so not all sixteen are laid out in every look.
DOORS = ("collect-requested", "collect-open", "drop-not_opened")
KINDS = tuple(name for name in NAMES if name in DOORS or name.split("-")[0] not in {"collect", "drop"})
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTHS_MM = {"kiosk-portrait": 268, "kiosk-landscape": 477, "kiosk-small": 218}

KEY_MM = {"kiosk-portrait": 20, "kiosk-landscape": 20, "kiosk-small": 15}
MAIN_MM = 20
TEXT_MM = 6.6  # capitals of 4.84 mm

MEASURE = """(mm) => {
  const shown = (e) => e.getClientRects().length && getComputedStyle(e).clipPath === "none" && !e.closest("dialog,svg");
  const box = (e) => { const r = e.getBoundingClientRect(); return {
    what: (e.tagName + "." + e.className + " " + e.textContent.trim().slice(0, 12)).replace(/\\s+/g, " "),
    w: r.width / mm, h: r.height / mm, left: r.left, top: r.top, right: r.right, bottom: r.bottom,
    go: e.classList.contains("go") }; };
  const covered = (e) => {  // by something that is not clear, where its last line ends
    const line = [...e.getClientRects()].at(-1);
    const there = document.elementsFromPoint(line.left + Math.min(line.width / 2, 20), line.bottom - line.height / 4);
    const above = there.slice(0, Math.max(0, there.findIndex((one) => e.contains(one) || one.contains(e))));
    return above.some((one) => getComputedStyle(one).backgroundColor !== "rgba(0, 0, 0, 0)");
  };
  const lines = [];  // each line of text, without the air above and below its letters
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode());) {
    const e = node.parentElement;
    if (!node.data.trim() || !shown(e) || e.closest(".cell,.frozen,.lists")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const r of range.getClientRects()) {
      lines.push({node, text: node.data.trim().slice(0, 12), left: r.left, right: r.right,
        top: r.top + r.height * .28, bottom: r.bottom - r.height * .28});
    }
  }
  const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;
  const texts = [...document.querySelectorAll("body *")].filter((e) =>
    shown(e) && !e.closest(".cell,.frozen") && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()));
  return {
    keys: [...document.querySelectorAll("button,a[href]")].filter(shown).map(box),
    texts: texts.map((e) => ({...box(e), size: parseFloat(getComputedStyle(e).fontSize) / mm,
      list: Boolean(e.closest(".lists")), covered: covered(e)})),
    overlaps: lines.flatMap((a, at) => lines.slice(at + 1).filter((b) => a.node !== b.node && over(a, b))
      .map((b) => `${a.text} / ${b.text}`)),
    high: innerHeight, wide: innerWidth, scrolls: document.documentElement.scrollHeight > innerHeight + 1,
  };
}"""


def address(base: str, name: str, shape: str, **look: str) -> str:
    return f"{base}/page/{name}?screen={shape}&" + "&".join(f"{key}={value}" for key, value in look.items())


Seen = dict[str, Any]
Measured = Callable[[str, str, str], dict[str, Seen]]


@pytest.fixture(scope="module")
def measured(chromium: Browser, gallery: str) -> Measured:
    """`measured(shape, wishes, lang)`: each page's texts and keys as the browser laid them out, looked at once."""

    @cache
    def measure(shape: str, wishes: str, lang: str) -> dict[str, Seen]:
        seen: dict[str, Seen] = {}
        with screen(chromium, shape) as page:
            for name in KINDS if "." in wishes else NAMES:
                page.goto(address(gallery, name, shape, wishes=wishes, lang=lang))
                seen[name] = dict(page.evaluate(MEASURE, SIZES[shape][0] / WIDTHS_MM[shape]))
        return seen

    return measure


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
@pytest.mark.parametrize("wishes", ["", "large", "low", "large.low"])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_page_fits_its_screen_and_every_text_is_large_enough(
    measured: Measured, shape: str, wishes: str, lang: str
) -> None:
    found: list[str] = []
    for name, seen in measured(shape, wishes, lang).items():
        found += [f"{name} scrolls"] * seen["scrolls"]
        found += [f"{name}: {two} overlap" for two in seen["overlaps"]]
        for text in seen["texts"]:
            if text["size"] < TEXT_MM - 0.01:
                found.append(f"{name}: {text['what']} is {text['size']:.1f} mm")
            if not text["list"] and not inside(text, seen):
                found.append(f"{name}: {text['what']} is cut off")
            if not text["list"] and text["covered"]:
                found.append(f"{name}: {text['what']} is covered")
    assert found == []


def inside(box: Seen, seen: Seen) -> bool:
    across = box["left"] >= -1 and box["right"] <= seen["wide"] + 1
    return bool(across and box["top"] >= -1 and box["bottom"] <= seen["high"] + 1)


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
@pytest.mark.parametrize("wishes", ["", "large", "low", "large.low"])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_key_can_be_hit_with_a_thumb(measured: Measured, shape: str, wishes: str, lang: str) -> None:
    found: list[str] = []
    for name, seen in measured(shape, wishes, lang).items():
        for key in seen["keys"]:
            least = MAIN_MM if key["go"] else KEY_MM[shape]
            if min(key["w"], key["h"]) < least - 0.05:
                found.append(f"{name}: {key['what']} is {key['w']:.1f} x {key['h']:.1f} mm")
            if not inside(key, seen):
                found.append(f"{name}: {key['what']} is cut off")
    assert found == []


# A 10-inch panel is 136 mm high: four rows of letters, or thirty-three floors, with keys that a thumb hits do not fit
# into 68 mm. There these two pages begin higher; every other page keeps to the lower half.
HIGHER = {("kiosk-small", "number"): 0.30, ("kiosk-small", "floor"): 0.22}


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
@pytest.mark.parametrize("shape", SHAPES)
def test_in_low_reach_everything_that_is_pressed_lies_in_the_lower_half(
    measured: Measured, shape: str, lang: str
) -> None:
    found: list[str] = []
    for name, seen in measured(shape, "low", lang).items():
        line = seen["high"] * HIGHER.get((shape, name), 0.5)
        found += [f"{name}: {key['what']} at {key['top']:.0f}" for key in seen["keys"] if key["top"] < line - 1]
    assert found == []


# Themes change colours only, and shapes change places only: each is looked at in full once.
LOOKS = [
    *((SHAPES[0], theme, lang) for theme in ("light", "dark", "contrast") for lang in ("zh-CN", "en")),
    *((shape, "light", lang) for shape in SHAPES[1:] for lang in ("zh-CN", "en")),
]


@pytest.mark.parametrize(("shape", "theme", "lang"), LOOKS)
def test_axe_finds_nothing_on_any_page(chromium: Browser, gallery: str, shape: str, theme: str, lang: str) -> None:
    options = {"runOnly": TAGS, "resultTypes": ["violations"]}
    found: list[str] = []
    with screen(chromium, shape) as page:
        for name in NAMES if shape == SHAPES[0] else KINDS:
            page.goto(address(gallery, name, shape, theme=theme, lang=lang))
            findings = Axe().run(page, options=options).response["violations"]
            found += [f"{name}: {one['id']} {one['nodes'][0]['html'][:120]}" for one in findings]
    assert found == []
