"""A slip as a picture, 1 dot a pixel, as it looks when it comes out: white paper, black where the head was hot."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from simulators.printer.paper import BarMark, DotsMark, Glyph, Mark, QrMark, Slip, TextMark

WHITE, BLACK = 255, 0
TOP_EDGE = 32  # dots of white above the first line: what lay between head and cutter, made shorter
EM = 24
ASCENT = 0.88  # of the em
DESCENT = 0.25  # of the em; hangs into the space between the lines


@dataclass(frozen=True)
class _Face:
    path: Path
    index: int


_REGULAR = (
    _Face(Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"), 7),  # Noto Sans Mono CJK SC
    _Face(Path("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"), 1),
)
_BOLD = (_Face(Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"), 7), *_REGULAR)


def png(slip: Slip) -> bytes:
    """The slip as PNG, `slip.dots` wide."""
    out = BytesIO()
    picture(slip).save(out, "PNG", optimize=True)
    return out.getvalue()


def picture(slip: Slip) -> Image.Image:
    paper = Image.new("L", (slip.dots, TOP_EDGE + max(1, slip.height)), WHITE)
    for mark in slip.marks:
        _put(paper, mark)
    return paper


def _put(paper: Image.Image, mark: Mark) -> None:
    """Darken the paper where the mark is; two marks on one another stay readable."""
    match mark:
        case TextMark():
            _text(paper, mark)
        case DotsMark():
            _dots(paper, mark)
        case QrMark():
            _modules(paper, mark)
        case BarMark():
            _bars(paper, mark)


def _text(paper: Image.Image, mark: TextMark) -> None:
    x = mark.left
    for glyph in mark.glyphs:
        if not glyph.char.isspace():
            cell = _cell(glyph)
            paper.paste(BLACK, (x, TOP_EDGE + mark.top + mark.height - EM * glyph.tall), cell)
        x += glyph.across


@lru_cache(maxsize=512)
def _cell(glyph: Glyph) -> Image.Image:
    """The ink of one character; drawn in the larger direction and pressed together in the other."""
    scale = max(glyph.wide, glyph.tall)
    natural = glyph.across // glyph.wide
    ink = Image.new("L", (natural * scale, round(EM * (ASCENT + DESCENT)) * scale), 0)
    ImageDraw.Draw(ink).text(
        (0, round(EM * scale * ASCENT)), glyph.char, fill=255, font=_font(scale, glyph.bold), anchor="ls"
    )
    return ink if glyph.wide == glyph.tall else ink.resize((glyph.across, ink.height * glyph.tall // scale))


@lru_cache(maxsize=16)
def _font(scale: int, bold: bool) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    for face in _BOLD if bold else _REGULAR:
        if face.path.is_file():
            return ImageFont.truetype(str(face.path), EM * scale, index=face.index)
    return ImageFont.load_default(EM * scale)


def _dots(paper: Image.Image, mark: DotsMark) -> None:
    ink = Image.frombytes("1", (mark.across, mark.height), mark.rows)
    paper.paste(BLACK, (mark.left, TOP_EDGE + mark.top), ink)


def _modules(paper: Image.Image, mark: QrMark) -> None:
    side = len(mark.modules)
    ink = Image.frombytes("L", (side, side), b"".join(mark.modules)).point(lambda module: 255 * module)
    ink = ink.resize((side * mark.scale, side * mark.scale), Image.Resampling.NEAREST)
    paper.paste(BLACK, (mark.left, TOP_EDGE + mark.top), ink)


def _bars(paper: Image.Image, mark: BarMark) -> None:
    ink = Image.frombytes("L", (len(mark.modules), 1), mark.modules).point(lambda module: 255 * module)
    ink = ink.resize((len(mark.modules) * mark.scale, mark.height), Image.Resampling.NEAREST)
    paper.paste(BLACK, (mark.left, TOP_EDGE + mark.top), ink)
