"""The colours as they are written down: readable for everybody, before any page uses them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kiosk_ui.assets import Assets

TOKENS = Path(__file__).resolve().parents[2] / "kiosk_ui" / "static" / "tokens.css"
THEMES = ("light", "dark", "contrast")

TEXT = [  # WCAG 1.4.6, AAA: 7:1
    ("ink", "paper"), ("ink", "surface"), ("ink", "wash"), ("ink", "metal"),
    ("ink-2", "paper"), ("ink-2", "surface"), ("ink-2", "wash"), ("ink-2", "metal"),
    ("accent", "paper"), ("accent", "surface"), ("accent", "wash"), ("accent", "metal"),
    ("alert", "paper"), ("alert", "surface"), ("alert", "wash"), ("alert", "metal"),
    ("on-accent", "accent"), ("on-void", "void"), ("paper", "ink"),
]  # fmt: skip
SHAPES = [  # WCAG 1.4.11: 3:1 for what tells something, and is no text
    ("edge", "paper"), ("edge", "surface"),
    ("seam", "metal"), ("seam", "metal-2"), ("seam", "paper"),
    ("accent", "metal"), ("accent", "metal-2"), ("alert", "metal"),
    ("kraft", "void"), ("accent", "void"),
]  # fmt: skip
# A ring of dark jade around a dark opening: there it is the opening that is seen against the wall.
ALSO_BY_SHAPE = {("light", "accent", "void"), ("contrast", "accent", "void")}


def tokens(theme: str) -> dict[str, str]:
    """The colours of one theme, those of the root where it has none of its own."""
    css = re.sub(r"/\*.*?\*/", "", TOKENS.read_text(encoding="utf-8"), flags=re.DOTALL)
    found: dict[str, str] = {}
    for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", css):
        if selector.strip() in {":root", f'[data-theme="{theme}"]'}:
            found |= dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", body))
    return found


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it, of an sRGB colour."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_is_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_every_text_is_read_with_ease(theme: str, text: str, ground: str) -> None:
    colours = tokens(theme)
    assert contrast(colours[text], colours[ground]) >= 7


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_every_border_that_means_something_is_seen(theme: str, shape: str, ground: str) -> None:
    colours = tokens(theme)
    if (theme, shape, ground) in ALSO_BY_SHAPE:
        assert contrast(colours[ground], colours["metal"]) >= 3  # the opening itself is seen against the wall
    else:
        assert contrast(colours[shape], colours[ground]) >= 3


def test_no_page_loads_more_style_than_twenty_kilobytes() -> None:
    files = {name: len(asset.body) for name, asset in Assets().files.items()}
    start = files["tokens.css"] + files["kiosk.css"] + files["start.css"]
    other = files["tokens.css"] + files["kiosk.css"] + files["wall.css"]
    assert max(start, other) <= 20_000
