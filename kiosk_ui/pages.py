"""From a view to a page: the one Jinja environment, and the voice in which templates speak two languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from kiosk_ui import place
from kiosk_ui.assets import Assets
from kiosk_ui.look import Look
from kiosk_ui.texts import Lang, Texts

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Voice:
    """What templates call `t`: texts in the order of languages that this person reads.

    `t(key)` is the first language with the second one beneath, `t.first` and `t.sub` (or `t.beneath`) are the two
    alone, `t.plain` is the first one for an attribute. Values are escaped; one may be a mapping from language to
    text.
    """

    texts: Texts
    look: Look

    def __call__(self, key: str, n: int | None = None, **values: object) -> Markup:
        return self.first(key, n, **values) + self.sub(key, n, **values)

    def first(self, key: str, n: int | None = None, **values: object) -> Markup:
        return self.texts.markup(self.look.lang, key, n, **values)

    def sub(self, key: str, n: int | None = None, **values: object) -> Markup:
        return self._second("span", key, n, values)

    def beneath(self, key: str, n: int | None = None, **values: object) -> Markup:
        """The second language as a paragraph of its own, under a headline."""
        return self._second("p", key, n, values)

    def _second(self, tag: str, key: str, n: int | None, values: Mapping[str, object]) -> Markup:
        second = self.look.second
        if second is None:
            return Markup("")
        text = self.texts.markup(second, key, n, **values)
        if text == self.first(key, n, **values):
            return Markup("")
        return Markup('<{tag} class="sub" lang="{lang}">{text}</{tag}>').format(tag=tag, lang=second.value, text=text)

    def plain(self, key: str, n: int | None = None, **values: object) -> str:
        return self.texts.plain(self.look.lang, key, n, **values)

    def both(self, by_lang: Mapping[Lang, str]) -> Markup:
        """A value that is in several languages by itself, shown like a text."""
        first, second = Markup("{}").format(by_lang[self.look.lang]), self.look.second
        if second is None or by_lang[second] == by_lang[self.look.lang]:
            return first
        return first + Markup('<span class="sub" lang="{}">{}</span>').format(second.value, by_lang[second])

    def has(self, key: str) -> bool:
        return self.texts.has(key)


class Pages:
    """Renders templates. `html(name, look, view=…)` gives a page or, for a template without a frame, a fragment."""

    def __init__(self, texts: Texts, assets: Assets, folder: Path = TEMPLATES) -> None:
        self.texts = texts
        self.assets = assets
        self._env = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._env.globals.update(asset=assets.url, parts_of=place.parts_of, rows_of=place.rows_of)

    def html(self, template: str, look: Look, **context: object) -> str:
        voice = Voice(self.texts, look)
        return self._env.get_template(template).render(t=voice, look=look, **context)
