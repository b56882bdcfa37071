"""How one screen shows itself, and how one person asked it to: both end up as attributes of the root element."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from kiosk_ui.texts import Lang

COOKIE = "lobby_look"


class Theme(StrEnum):
    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"


class Shape(StrEnum):
    """The screens that the pages are drawn for. A screen of another size is one of these with its own `mm`."""

    PORTRAIT = "kiosk-portrait"
    LANDSCAPE = "kiosk-landscape"
    SMALL = "kiosk-small"
    DESK = "desk"


WIDTH_MM: Mapping[Shape, int] = {
    Shape.PORTRAIT: 268,  # 21.5 inch, 1080 px across
    Shape.LANDSCAPE: 477,  # the same panel turned
    Shape.SMALL: 218,  # 10.1 inch, 1280 px across
    Shape.DESK: 0,  # whatever monitor the desk has: the browser's own millimetre
}
HEIGHT_MM: Mapping[Shape, int] = {Shape.PORTRAIT: 477, Shape.LANDSCAPE: 268, Shape.SMALL: 136, Shape.DESK: 0}
SMALL_BELOW_MM = 200  # a lit area lower than this is laid out as the 10-inch screen


@dataclass(frozen=True)
class Screen:
    """What a screen was told at its enrolment. `width_mm` and `height_mm` are its lit area, from which every size on it
    follows."""

    name: str = ""
    shape: Shape = Shape.PORTRAIT
    width_mm: int = 0
    height_mm: int = 0
    theme: Theme = Theme.LIGHT
    volume: int = 60

    @property
    def mm(self) -> str:
        """A millimetre on this glass in CSS, empty where the browser's own will do. In a window of another shape than
        the screen's the page is drawn smaller: all of it must fit."""
        if self.shape is Shape.DESK:
            return ""
        shape = self.shape if self.name else Shape.SMALL  # before its enrolment nobody knows its size
        return f"min(100vw / {self.width_mm or WIDTH_MM[shape]}, 100vh / {self.height_mm or HEIGHT_MM[shape]})"


def kiosk_shape(width_mm: int, height_mm: int) -> Shape:
    """Which of the kiosk's layouts a panel of this size gets."""
    if height_mm > width_mm:
        return Shape.PORTRAIT
    return Shape.SMALL if height_mm < SMALL_BELOW_MM else Shape.LANDSCAPE


@dataclass(frozen=True)
class Look:
    """A screen as one person wants it. What differs from the screen's own way lasts for that person only."""

    screen: Screen = Screen()
    lang: Lang = Lang.ZH
    theme: Theme = Theme.LIGHT
    large: bool = False
    low: bool = False
    sound: bool = False

    @property
    def second(self) -> Lang | None:
        """The language beneath. Large text leaves it out: twice the size in the same room."""
        return None if self.large else self.lang.other

    @property
    def on_kiosk(self) -> bool:
        return self.screen.shape is not Shape.DESK

    @property
    def kinds(self) -> str:
        """What the style sheet goes by, as class names."""
        kinds = {
            "lying": self.screen.shape in {Shape.LANDSCAPE, Shape.SMALL},
            "small": self.screen.shape is Shape.SMALL,
            "large": self.large,
            "low": self.low,
        }
        return " ".join(name for name, given in kinds.items() if given)

    def cookie(self) -> str:
        """The wishes in one short word; empty when there are none."""
        wishes = {
            "en": self.lang is Lang.EN,
            "contrast": self.theme is not self.screen.theme,
            "large": self.large,
            "low": self.low,
            "sound": self.sound,
        }
        return ".".join(name for name, wished in wishes.items() if wished)

    def toggled(self, wish: str) -> Look:
        """The look after one press on the comfort bar. An unknown wish changes nothing."""
        mine = {word for word in self.cookie().split(".") if word}
        return look_of(self.screen, ".".join(mine ^ ({wish} & WISHES)))


WISHES = frozenset({"en", "contrast", "large", "low", "sound"})


def look_of(screen: Screen, cookie: str) -> Look:
    """The screen's own look with the wishes of the person in front of it."""
    wishes = set(cookie.split(".")) & WISHES
    own = Look(screen=screen, theme=screen.theme)
    return replace(
        own,
        lang=Lang.EN if "en" in wishes else Lang.ZH,
        theme=Theme.CONTRAST if "contrast" in wishes else own.theme,
        large="large" in wishes,
        low="low" in wishes,
        sound="sound" in wishes,
    )
