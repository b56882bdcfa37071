"""What the page says, in both languages (`locale/<language>/*.po`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from babel.messages.pofile import read_po

LOCALE = Path(__file__).parent / "locale"


class Lang(StrEnum):
    """The value is what HTML's `lang` says."""

    ZH = "zh-CN"
    EN = "en"

    @property
    def other(self) -> Lang:
        return Lang.EN if self is Lang.ZH else Lang.ZH


@dataclass(frozen=True)
class Texts:
    """The texts of one language. A key without a text raises `KeyError`: nobody shall read a key."""

    lang: Lang
    by_key: Mapping[str, str]

    @classmethod
    def load(cls, lang: Lang) -> Texts:
        folder = LOCALE / lang.replace("-", "_")
        return cls(lang, {key: text for file in sorted(folder.glob("*.po")) for key, text in _read(file)})

    def __call__(self, key: str, **values: object) -> str:
        return self.by_key[key].format(**values)

    def has(self, key: str) -> bool:
        return key in self.by_key


def _read(file: Path) -> list[tuple[str, str]]:
    with file.open("rb") as stream:
        return [(str(message.id), str(message.string)) for message in read_po(stream) if message.id]
