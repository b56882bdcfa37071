"""Times as people at a desk say them: 14:05, yesterday 14:05, 21 minutes, day 8."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from kiosk_ui.texts import Lang, Texts


@dataclass(frozen=True)
class Times:
    """`now` is aware; every `at` is a time as the journal spells it, and empty gives empty."""

    texts: Texts
    lang: Lang
    zone: ZoneInfo
    now: datetime

    def local(self, at: str) -> datetime:
        return datetime.fromisoformat(at).astimezone(self.zone)

    @property
    def here_and_now(self) -> datetime:
        return self.now.astimezone(self.zone)

    @property
    def today(self) -> str:
        """The head of the board: 11 月 22 日 星期日 14:26."""
        return self._spell(self.here_and_now, "desk.time.head")

    @property
    def day(self) -> str:
        """Today as people write it into a filter: 2026-11-22."""
        return self.here_and_now.date().isoformat()

    def date(self, at: str) -> str:
        return self._at(at, "desk.time.date")

    def clock(self, at: str) -> str:
        return self._at(at, "desk.time.clock")

    def stamp(self, at: str) -> str:
        """To the second, for the journal."""
        return self._at(at, "desk.time.stamp")

    def when(self, at: str) -> str:
        """Short, and longer the longer ago."""
        if not at:
            return ""
        days = (self.here_and_now.date() - self.local(at).date()).days
        key = {0: "desk.time.clock", 1: "desk.time.yesterday"}.get(days, "desk.time.before")
        return self._spell(self.local(at), key)

    def since(self, at: str) -> timedelta:
        return max(self.now - self.local(at), timedelta())

    def age(self, at: str) -> str:
        """How long something has been waiting: minutes, hours, then the day that it is in."""
        if not at:
            return ""
        minutes = int(self.since(at).total_seconds()) // 60
        if minutes < 60:
            return self.texts.plain(self.lang, "desk.age.minutes", minutes)
        if minutes < 24 * 60:
            return self.texts.plain(self.lang, "desk.age.hours", minutes // 60)
        days = (self.here_and_now.date() - self.local(at).date()).days + 1
        return self.texts.plain(self.lang, "desk.age.day", None, day=days)

    def day_start(self, written: str, *, after: int = 0) -> str:
        """The first moment of a local day (2026-11-22, 11-22 or 22), `after` days on, as the journal would spell it.

        Raises `ValueError` for what is no date.
        """
        parts = [int(part) for part in re.split(r"[-/.]", written)]
        today = self.here_and_now.date()
        year, month, day = (*(today.year, today.month, today.day)[: 3 - len(parts)], *parts)
        begins = datetime(year, month, day, tzinfo=self.zone) + timedelta(days=after)
        return begins.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")

    def _at(self, at: str, key: str) -> str:
        return self._spell(self.local(at), key) if at else ""

    def _spell(self, moment: datetime, key: str) -> str:
        return format_datetime(moment, self.texts.plain(self.lang, key), locale=self.lang.folder)
