"""The one table from error code to HTTP status and words (`answers.toml`), read once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("answers.toml")
UNLISTED = "internal_error"


@dataclass(frozen=True)
class Words:
    """What happened, what is safe, what to do now: one line each."""

    title: str
    what_is_safe: str
    what_to_do: str

    def filled(self, detail: Mapping[str, str | int]) -> Words:
        known = _Known(detail)
        return Words(*(text.format_map(known) for text in (self.title, self.what_is_safe, self.what_to_do)))


@dataclass(frozen=True)
class Answer:
    status: int
    words: Mapping[str, Words]  # by language, zh and en


class _Known(dict[str, str | int]):
    def __missing__(self, name: str) -> str:
        return "…"


@cache
def answers() -> Mapping[str, Answer]:
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return {
        code: Answer(row["status"], {language: Words(*row[language]) for language in ("zh", "en")})
        for code, row in table.items()
    }


def answer_to(code: str) -> Answer:
    """The row of a code. One that is missing is an error of ours, and answered as such."""
    table = answers()
    return table.get(code, table[UNLISTED])
