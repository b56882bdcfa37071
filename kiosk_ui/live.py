"""Live pages: one stream a page, on which the service sends it anew whenever something was written down.

Every connection begins with a whole snapshot, so a restart needs no replay. Events: `show` (the page again; its
`[data-live]` sections are put in place), `beat` (a frozen service is seen by its absence), `go` (be at this address).
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.responses import Response

from edge.ledger import Ledger

BEAT_S = 2.0
CALM_S = 0.05  # what comes in a burst is shown at most twenty times a second
RETRY_MS = 1000
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
MEDIA_TYPE = "text/event-stream"


class Go(Exception):
    """The page is not to be shown any more; `url` is."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


Snapshot = Callable[[], str]
"""The page as it is now. Raises `Go`."""


@dataclass
class Bells:
    """How the service reaches the pages that a screen shows now (a scan, a call), whatever has the focus there."""

    _queues: dict[str, set[asyncio.Queue[str]]] = field(default_factory=lambda: defaultdict(set))

    def send(self, screen: str, url: str) -> bool:
        """Have a screen go somewhere; False when it shows no live page."""
        for queue in self._queues[screen]:
            queue.put_nowait(url)
        return bool(self._queues[screen])

    @contextmanager
    def listening(self, screen: str) -> Iterator[asyncio.Queue[str]]:
        queue: asyncio.Queue[str] = asyncio.Queue()
        self._queues[screen].add(queue)
        try:
            yield queue
        finally:
            self._queues[screen].discard(queue)


async def stream(ledger: Ledger, snapshot: Snapshot, sent: asyncio.Queue[str]) -> AsyncGenerator[bytes, None]:
    """The events of one page, until the browser leaves or the service ends."""
    news = ledger.subscribe()
    wakers = _Wakers(news.__anext__, sent.get)
    shown = ("", "")
    try:
        yield f"retry: {RETRY_MS}\n\n".encode()
        while True:
            news.pass_over()
            name, data = _look(snapshot)
            if (name, data) != shown:
                yield event(name, data)
            shown = (name, data)
            yield event("beat", "")
            await asyncio.sleep(CALM_S)
            if url := await wakers.next(BEAT_S):
                yield event("go", url)
    finally:
        await wakers.close()
        news.close()


def elsewhere(url: str) -> Response:
    """The whole stream of a page that this browser may not see: be at `url`. Anything but a stream is never read."""
    return Response(event("go", url), media_type=MEDIA_TYPE, headers=HEADERS)


def _look(snapshot: Snapshot) -> tuple[str, str]:
    try:
        return "show", snapshot()
    except Go as there:
        return "go", there.url


def event(name: str, data: str) -> bytes:
    lines = "".join(f"data: {line}\n" for line in data.split("\n"))
    return f"event: {name}\n{lines}\n".encode()


class _Wakers:
    """Waits for a batch of the ledger or an address from a bell, whichever comes first; loses neither."""

    def __init__(self, batch: Callable[[], Awaitable[object]], bell: Callable[[], Awaitable[str]]) -> None:
        self._make: tuple[Callable[[], Awaitable[object]], ...] = (batch, bell)
        self._tasks: list[asyncio.Future[object]] = [asyncio.ensure_future(make()) for make in self._make]

    async def next(self, within_s: float) -> str:
        """The address that came, or `""` when it was a batch or nothing."""
        done, _ = await asyncio.wait(self._tasks, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
        url = ""
        for at, task in enumerate(self._tasks):
            if task in done:
                got = task.result()
                url = got if isinstance(got, str) else url
                self._tasks[at] = asyncio.ensure_future(self._make[at]())
        return url

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
