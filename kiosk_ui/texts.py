"""What the screens say: every text has a stable key and stands in each language's catalogue (`locale/<lang>/*.po`).

The `.po` files are what people edit; they are compiled in memory once, at start. A key that is missing, or a value
that its text does not know, is an error of ours and raises: nobody at a lobby desk shall read a key.
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from markupsafe import Markup, escape

_LOCALE = Path(__file__).parent / "locale"


class Lang(StrEnum):
    """The languages of the house. The value is what HTML's `lang` says."""

    ZH = "zh-CN"
    EN = "en"

    @property
    def other(self) -> Lang:
        return Lang.EN if self is Lang.ZH else Lang.ZH

    @property
    def folder(self) -> str:
        return self.value.replace("-", "_")


class TextMissing(LookupError):
    """A key without a text in a language."""


@dataclass(frozen=True)
class Texts:
    """All texts in all languages."""

    catalogues: Mapping[Lang, gettext.GNUTranslations]

    @classmethod
    def load(cls, folder: Path = _LOCALE) -> Texts:
        return cls({lang: _compiled(folder / lang.folder, lang) for lang in Lang})

    def has(self, key: str) -> bool:
        return all(key in _keys_of(catalogue) for catalogue in self.catalogues.values())

    def plain(self, lang: Lang, key: str, n: int | None = None, **values: object) -> str:
        """One text, not escaped: for speech, titles and attributes that the template escapes."""
        text = self._find(lang, key, n)
        return text.format(n=n, **{name: _in(lang, value) for name, value in values.items()})

    def markup(self, lang: Lang, key: str, n: int | None = None, **values: object) -> Markup:
        """One text as HTML; the values are escaped, the text itself is ours."""
        text = escape(self._find(lang, key, n))
        return text.format(n=n, **{name: _in(lang, value) for name, value in values.items()})

    def _find(self, lang: Lang, key: str, n: int | None) -> str:
        catalogue = self.catalogues[lang]
        found = key if n is None else catalogue.ngettext(key, key, n)
        if found == key:
            found = catalogue.gettext(key)
        if found == key:
            raise TextMissing(f"{key} has no text in {lang}")
        return found


def _in(lang: Lang, value: object) -> object:
    """A value that is itself in several languages (a place's name) shows the one asked for."""
    return value[lang] if isinstance(value, Mapping) else value


def _keys_of(catalogue: gettext.GNUTranslations) -> frozenset[str]:
    found = catalogue._catalog  # type: ignore[attr-defined]  # noqa: SLF001 - gettext offers no way to ask
    return frozenset(key[0] if isinstance(key, tuple) else key for key in found)


def read_catalogue(folder: Path, lang: Lang) -> Catalog:
    """The `.po` files of one language as one catalogue. Raises `ValueError` for a key that stands in two files."""
    whole = Catalog(locale=lang.folder)
    for file in sorted(folder.glob("*.po")):
        with file.open("rb") as stream:
            part = read_po(stream, locale=lang.folder, abort_invalid=True)
        for message in part:
            if message.id and message.id in whole:
                raise ValueError(f"{message.id} stands twice in the {lang} texts (again in {file.name})")
            if message.id:
                whole[message.id] = message
    return whole


def _compiled(folder: Path, lang: Lang) -> gettext.GNUTranslations:
    binary = BytesIO()
    write_mo(binary, read_catalogue(folder, lang))
    binary.seek(0)
    return gettext.GNUTranslations(binary)
