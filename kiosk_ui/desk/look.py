"""How one desk shows itself: one language at a time, a theme, and whether single keys do something."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kiosk_ui.look import Look, Screen, Shape, Theme
from kiosk_ui.texts import Lang

COOKIE = "lobby_desk_look"
_WISHES = frozenset({"en", "dark", "contrast", "nokeys"})
_THEMES = {"light": Theme.LIGHT, "dark": Theme.DARK, "contrast": Theme.CONTRAST}


@dataclass(frozen=True)
class DeskLook(Look):
    """`single_keys`: `/`, `?` and the letters work as shortcuts (who dictates to their computer turns them off)."""

    single_keys: bool = True

    @property
    def second(self) -> Lang | None:
        """Staff read one language; the other is one key away."""
        return None

    def cookie(self) -> str:
        themes = {Theme.LIGHT: "", Theme.DARK: "dark", Theme.CONTRAST: "contrast"}
        words = ("en" if self.lang is Lang.EN else "", themes[self.theme], "" if self.single_keys else "nokeys")
        return ".".join(word for word in words if word)

    def changed(self, wish: str) -> DeskLook:
        """The look after one choice: zh, en, light, dark, contrast, keys, nokeys. Anything else changes nothing."""
        if wish in ("zh", "en"):
            return replace(self, lang=Lang.EN if wish == "en" else Lang.ZH)
        if wish in ("keys", "nokeys"):
            return replace(self, single_keys=wish == "keys")
        return replace(self, theme=_THEMES.get(wish, self.theme))


def desk_look(screen: str, cookie: str) -> DeskLook:
    """The look of a desk from its cookie; what is not understood is left out."""
    wishes = set(cookie.split(".")) & _WISHES
    theme = Theme.CONTRAST if "contrast" in wishes else Theme.DARK if "dark" in wishes else Theme.LIGHT
    return DeskLook(
        screen=Screen(screen, Shape.DESK, theme=theme),
        lang=Lang.EN if "en" in wishes else Lang.ZH,
        theme=theme,
        single_keys="nokeys" not in wishes,
    )
