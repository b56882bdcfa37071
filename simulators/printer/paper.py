"""What is on the paper, dot by dot from the top: marks, and the slips that the cutter makes of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Glyph:
    """One character in its cell. `across`: dots wide; `wide`, `tall`: how many times its natural size."""

    char: str
    across: int
    wide: int = 1
    tall: int = 1
    bold: bool = False


@dataclass(frozen=True)
class TextMark:
    """A printed line."""

    top: int
    height: int
    left: int
    glyphs: tuple[Glyph, ...]

    @property
    def text(self) -> str:
        return "".join(glyph.char for glyph in self.glyphs)


@dataclass(frozen=True)
class DotsMark:
    """A picture: rows of `-(-across // 8)` bytes, most significant bit first, 1 is black."""

    top: int
    height: int
    left: int
    across: int
    rows: bytes

    @property
    def text(self) -> str:
        return f"[picture {self.across}x{self.height}]"


@dataclass(frozen=True)
class QrMark:
    """A QR code; `modules` are its rows without quiet zone, each side of a module `scale` dots."""

    top: int
    height: int
    left: int
    scale: int
    modules: tuple[bytes, ...]
    data: str

    @property
    def text(self) -> str:
        return f"[QR {self.data}]"


@dataclass(frozen=True)
class BarMark:
    """A bar code; `modules` are 1 for black, each `scale` dots wide."""

    top: int
    height: int
    left: int
    scale: int
    modules: bytes
    data: str

    @property
    def text(self) -> str:
        return f"[CODE128 {self.data}]"


Mark = TextMark | DotsMark | QrMark | BarMark


@dataclass(frozen=True)
class Slip:
    """One piece of paper. `height` in dots; a mark that reaches beyond was under the head when the paper ended."""

    number: int
    dots: int
    height: int
    marks: tuple[Mark, ...]

    @property
    def text(self) -> str:
        """What a person would read, a line a mark."""
        return "\n".join(mark.text for mark in self.marks)
