"""Who may hold a connection to the web side, and how long without asking for anything.

A connection costs a file descriptor, of which the service has 4096 (systemd/lobby-edge.service) and its ledger needs
some. So another host gets a few, all other hosts together get no more than this machine's own screens, and whoever
says nothing is hung up on.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from dataclasses import dataclass

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from edge.clock import Clock

LOG_AGAIN_AFTER_S = 60.0
_ANSWERING = (h11.SEND_RESPONSE, h11.SEND_BODY)


@dataclass(frozen=True)
class Limits:
    """`most` holds for this machine's own connections, and once more for those of all other hosts together."""

    most: int = 512
    most_each: int = 64  # of one other host: a browser takes six, and a live view for each of its windows
    head_within_s: float = 10.0
    own: str = "127."  # how this machine's own addresses begin


def guarded(limits: Limits) -> type[H11Protocol]:
    """uvicorn's protocol with these limits, as `uvicorn.Config(http=…)` takes it."""

    class Guarded(_Guarded):
        _limits = limits
        _held = Counter()  # noqa: RUF012 - all connections of one server share it

    return Guarded


class _Guarded(H11Protocol):
    _limits: Limits
    _held: Counter[str]
    """Connections by host, this machine's own under `own`."""

    _host = ""
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        host = self.client[0] if self.client else ""
        self._host = self._limits.own if host.startswith(self._limits.own) else host
        self._held[self._host] += 1
        if self._is_one_too_many():
            transport.abort()
        else:
            self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._stop_watching()
        self._held -= Counter({self._host: 1})

    def _is_one_too_many(self) -> bool:
        own = self._limits.own
        if self._host == own:
            return self._held[own] > self._limits.most
        others = self._held.total() - self._held[own]
        return self._held[self._host] > self._limits.most_each or others > self._limits.most

    def _watch(self) -> None:
        """A request has its time to arrive from its first byte on, however it drips in; an answer may take any."""
        if self.conn.our_state in _ANSWERING:
            self._stop_watching()
        elif self._late is None:
            self._late = self.loop.call_later(self._limits.head_within_s, self.transport.abort)

    def _stop_watching(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


class Seldom(logging.Filter):
    """Lets one line of a kind pass in a minute; its kind is that of the exception it tells of, if it does.

    What a caller can bring about thousands of times a second fills no disk so: no descriptor is left to accept with,
    or what was sent is no HTTP.
    """

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._passed_s: dict[type[BaseException] | None, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        kind, now_s = type(error) if error else None, self._clock.mono_s()
        if now_s - self._passed_s.get(kind, -LOG_AGAIN_AFTER_S) < LOG_AGAIN_AFTER_S:
            return False
        self._passed_s[kind] = now_s
        if isinstance(error, OSError):  # nothing of ours broke: its name says all that a traceback would
            record.msg, record.args = f"{record.getMessage().splitlines()[0]}: {error}", ()
            record.exc_info = record.exc_text = None
        return True


def log_seldom(clock: Clock) -> None:
    """Of what asyncio and uvicorn say about connections, a line a minute."""
    for name in ("asyncio", "uvicorn.error"):
        logging.getLogger(name).addFilter(Seldom(clock))
