"""What every page on the kiosk needs besides its own view: where things are, and how this house is called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_date

from kiosk_ui.kiosk.views import Words
from kiosk_ui.look import Look
from kiosk_ui.texts import Texts

ROOT = "/kiosk"
_TASKS = {"collect": f"{ROOT}/collect", "drop": f"{ROOT}/drop"}


@dataclass(frozen=True)
class Site:
    """The addresses that pages use, and the page's own stream (`""` on pages that are not live)."""

    place: Words
    look: Look
    texts: Texts
    stream: str = ""
    worker: str = f"{ROOT}/worker.js"
    home: str = f"{ROOT}/"
    leave: str = f"{ROOT}/leave"
    desk: str = f"{ROOT}/desk"
    comfort: str = f"{ROOT}/comfort"
    scan: str = f"{ROOT}/scan"
    cleaning: str = f"{ROOT}/cleaning"

    @property
    def other_language(self) -> Words:
        """The key that changes the language: in the language that it leads to first, then what that is called here."""
        here, there = self.look.lang, self.look.lang.other
        return {here: self.texts.plain(here, "comfort.to_other"), there: self.texts.plain(here, "comfort.is_other")}

    def task(self, name: str) -> str:
        return _TASKS[name]

    def date(self, day: datetime) -> str:
        """The day in full, in the first language."""
        return self._format(day, "date.full")

    def day(self, day: datetime) -> str:
        return self._format(day, "date.short")

    def _format(self, day: datetime, key: str) -> str:
        lang = self.look.lang
        return format_date(day, self.texts.plain(lang, key), locale=lang.folder)
