"""Live views: what was just committed, for whoever looks on."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable

from edge.ledger.entry import Entry

BATCHES_HELD = 256  # a live view that is further behind reads its tables again


class Subscription(AsyncIterator[tuple[Entry, ...]]):
    """Batches of entries after their commit, oldest first. A slow subscriber loses the oldest and sees `lagged`."""

    def __init__(self, loop: asyncio.AbstractEventLoop, leave: Callable[[Subscription], object]) -> None:
        self._loop = loop
        self._leave = leave
        self._held: deque[tuple[Entry, ...]] = deque()
        self._news = asyncio.Event()
        self._closed = False
        self.lagged = False

    def __aiter__(self) -> Subscription:
        return self

    async def __anext__(self) -> tuple[Entry, ...]:
        while not self._held:
            if self._closed:
                raise StopAsyncIteration
            self._news.clear()
            await self._news.wait()
        return self._held.popleft()

    def pass_over(self) -> None:
        """Drop what is held: for a view that is about to read its tables anew, and so sees all of it."""
        self._held.clear()

    def take_lagged(self) -> bool:
        """Whether batches were lost since the last time this was asked."""
        lagged, self.lagged = self.lagged, False
        return lagged

    def close(self) -> None:
        self._leave(self)
        self._closed = True
        self._news.set()

    def offer(self, batch: tuple[Entry, ...]) -> None:
        """Called by the ledger in the subscriber's loop."""
        if self._closed:
            return
        if len(self._held) >= BATCHES_HELD:
            self._held.popleft()
            self.lagged = True
        self._held.append(batch)
        self._news.set()

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        return self._loop
