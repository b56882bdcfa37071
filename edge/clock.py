"""The only reader of time.

Wall time (`now`) is for people and the journal and may be wrong or jump; `mono_s` is for timeouts, lockouts and
deadlines. Waiting is `asyncio.sleep`: under the virtual loop of the tests it costs nothing, and `mono_s` follows it.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Protocol


class Trust(StrEnum):
    """Whether the wall clock was known to be right (`synced`) or not (`unsynced`: no RTC, no NTP yet)."""

    SYNCED = "synced"
    UNSYNCED = "unsynced"


class Clock(Protocol):
    def now(self) -> datetime:
        """Aware UTC wall time."""

    def mono_s(self) -> float:
        """Seconds on a clock that never goes back; no meaning across restarts."""

    def trust(self) -> Trust: ...


TRUST_KEPT_S = 1.0  # a clock is set once in days, and asked of with every batch of facts


class SystemClock:
    """The machine's own clocks; the wall is trusted once NTP has set it (see `timedatectl`)."""

    def __init__(self) -> None:
        self._trust = Trust.UNSYNCED
        self._trust_until_s = float("-inf")

    def now(self) -> datetime:
        return datetime.now(UTC)

    def mono_s(self) -> float:
        return time.monotonic()

    def trust(self) -> Trust:
        mono_s = self.mono_s()
        if mono_s >= self._trust_until_s:
            self._trust = Trust.SYNCED if _kernel_clock_synced() else Trust.UNSYNCED
            self._trust_until_s = mono_s + TRUST_KEPT_S
        return self._trust


class LoopClock:
    """Time as the event loop tells it: virtual under a virtual loop. `start` is the wall time at loop time 0."""

    def __init__(self, start: datetime, loop: asyncio.AbstractEventLoop) -> None:
        self._start = start
        self._loop = loop

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._loop.time())

    def mono_s(self) -> float:
        return self._loop.time()

    def trust(self) -> Trust:
        return Trust.SYNCED


def _kernel_clock_synced() -> bool:
    """systemd-timesyncd leaves this mark once the clock was set; without it the wall clock is not proven."""
    return Path("/run/systemd/timesync/synchronized").exists()
