"""The page's stream: the page whole at each connection and after each change; the browser puts in place what differs.

Events: `show` (the page), `beat` (alive). Silence is told apart from calm by the beat.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from simulators.virtual_lobby.room import Room

BEAT_S = 2.0
CALM_S = 0.05
"""What comes in a burst is shown at most twenty times a second."""


async def stream(room: Room, page: Callable[[], str]) -> AsyncIterator[bytes]:
    news = asyncio.Event()
    silence = room.listen(news.set)
    shown = ""
    try:
        while True:
            news.clear()
            if (now := page()) != shown:
                yield event("show", now)
                shown = now
            else:
                yield event("beat", "")
            await asyncio.sleep(CALM_S)
            await _until(news, BEAT_S)
    finally:
        silence()


def event(name: str, data: str) -> bytes:
    lines = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    return f"event: {name}\n{lines}\n".encode()


async def _until(news: asyncio.Event, within_s: float) -> None:
    try:
        async with asyncio.timeout(within_s):
            await news.wait()
    except TimeoutError:
        return
