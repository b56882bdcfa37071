"""From a view to a page, in the language and light that the visitor asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from simulators.virtual_lobby.texts import Lang, Texts
from simulators.virtual_lobby.views import LobbyView

HERE = Path(__file__).parent
THIN_SPACE = "\u2009"


@dataclass(frozen=True)
class Look:
    """`path`: where the visitor is; `framed`: the page lies in a frame of the whole window."""

    lang: Lang = Lang.ZH
    theme: str = "light"
    path: str = "/"
    framed: bool = False

    @property
    def asked(self) -> dict[str, str]:
        """The look as an address says it."""
        return {"lang": self.lang.value, "theme": self.theme, "in": "window" if self.framed else ""}

    @property
    def toggled_theme(self) -> str:
        return f"/look?theme={'light' if self.theme == 'dark' else 'dark'}&back={self.path}"

    @property
    def toggled_lang(self) -> str:
        return f"/look?lang={self.lang.other}&back={self.path}"


class Pages:
    """`asset` gives the address of a file that a page loads."""

    def __init__(self, asset: Callable[[str], str]) -> None:
        self._texts = {lang: Texts.load(lang) for lang in Lang}
        self._env = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._env.globals["asset"] = asset
        self._env.filters["thousands"] = thousands

    def lobby(self, look: Look, view: LobbyView, stream: str) -> str:
        return self._env.get_template("lobby.html").render(
            t=self._texts[look.lang], look=look, view=view, stream=stream
        )

    def window(self, look: Look) -> str:
        return self._env.get_template("window.html").render(t=self._texts[look.lang], look=look)

    def moment(self, look: Look, reason: str) -> str:
        """Something is not there yet; the page asks again by itself."""
        return self._env.get_template("moment.html").render(
            t=self._texts[look.lang], look=look, text=self.refusal(look.lang, reason)
        )

    def refusal(self, lang: Lang, reason: str) -> str:
        """What a person reads when something cannot be done."""
        texts = self._texts[lang]
        key = f"refused.{reason}"
        return texts(key) if texts.has(key) else texts("refused.other", reason=reason)


def thousands(number: int) -> str:
    return f"{number:,}".replace(",", THIN_SPACE)
