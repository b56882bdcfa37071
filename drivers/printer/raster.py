"""A line of text as a picture, for what the printer's own font does not have.

Pillow is loaded with the first such line only: on most days a box prints none, and its memory stays small.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from drivers.printer.commands import harmless_raster
from drivers.printer.layout import BAND_ROWS, COLUMN_DOTS, Paper, width

if TYPE_CHECKING:
    from PIL import ImageDraw, ImageFont

PLACEHOLDER = "〓"  # U+3013, the printers' old sign for a character that is not in the case

GLYPH_DOTS = 24
LINE_DOTS = 30  # the default line spacing of ESC/POS, so that pictures and text keep one rhythm

_ASCENT = 0.88  # of the em: where the Chinese fonts put the baseline

_NOT_A_CHARACTER = "\U0010ffff"  # every font draws it as its "missing" box


@dataclass(frozen=True)
class FontFile:
    """A file with fixed-width Chinese: full width one em, half width half an em. `index` within a collection."""

    path: Path
    index: int


FONT_FILES = (
    FontFile(Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"), 7),  # Noto Sans Mono CJK SC
    FontFile(Path("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"), 1),  # WenQuanYi Micro Hei Mono
    FontFile(Path("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc"), 1),
)


@dataclass(frozen=True)
class Drawn:
    """`data`: one or more GS v 0. `substituted`: the font lacked a character and shows the placeholder for it."""

    data: bytes
    substituted: bool


class Painter:
    """Draws the lines of one document, on the grid of the text mode: each character in its own columns."""

    def __init__(self, paper: Paper, files: Sequence[FontFile]) -> None:
        self._paper = paper
        self._files = files
        self._faces: dict[int, ImageFont.FreeTypeFont] = {}

    def draw(self, text: str, *, size: int = 1, bold: bool = False) -> Drawn | None:
        """One line; None where this machine has none of the fonts."""
        face = self._face(size)
        if face is None:
            return None
        from PIL import Image, ImageDraw

        shown = _with_placeholders(text, face)
        rows = LINE_DOTS * size  # more than the 24 of the text mode: this font's descenders hang lower
        image = Image.new("1", (self._paper.dots, rows), 0)
        _draw(ImageDraw.Draw(image), shown, face, size=size, bold=bold)
        return Drawn(_bands(image.tobytes(), row_bytes=self._paper.row_bytes, rows=rows), shown != text)

    def _face(self, size: int) -> ImageFont.FreeTypeFont | None:
        if size not in self._faces and (found := _load(self._files, size)) is not None:
            self._faces[size] = found
        return self._faces.get(size)


def _load(files: Sequence[FontFile], size: int) -> ImageFont.FreeTypeFont | None:
    """The first font that can be used."""
    from PIL import ImageFont

    for file in files:
        with suppress(OSError):  # not there, or damaged
            return ImageFont.truetype(str(file.path), GLYPH_DOTS * size, index=file.index)
    return None


def _with_placeholders(text: str, face: ImageFont.FreeTypeFont) -> str:
    missing = bytes(face.getmask(_NOT_A_CHARACTER))
    lost = {char for char in set(text) if not char.isascii() and bytes(face.getmask(char)) == missing}
    return "".join(PLACEHOLDER if char in lost else char for char in text)


def _draw(pen: ImageDraw.ImageDraw, text: str, face: ImageFont.FreeTypeFont, *, size: int, bold: bool) -> None:
    column_dots = COLUMN_DOTS * size
    baseline = round(GLYPH_DOTS * size * _ASCENT)
    x = 0
    for char in text:
        at = x if width(char) else max(0, x - column_dots)  # a mark goes over the character before it
        for shift in (0, size) if bold else (0,):
            pen.text((at + shift, baseline), char, fill=1, font=face, anchor="ls")
        x += width(char) * column_dots


def _bands(picture: bytes, *, row_bytes: int, rows: int) -> bytes:
    out = bytearray()
    for top in range(0, rows, BAND_ROWS):
        height = min(BAND_ROWS, rows - top)
        band = picture[top * row_bytes : (top + height) * row_bytes]
        out += b"\x1dv0\x00" + row_bytes.to_bytes(2, "little") + height.to_bytes(2, "little") + harmless_raster(band)
    return bytes(out)
