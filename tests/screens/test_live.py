"""A live page: what it is sent, and when."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

from edge.ledger import Request
from kiosk_ui.live import BEAT_S, event, stream
from simulators.virtual_time import run_virtual
from tests.ledger.counter import count, open_ledger, total


def test_a_page_is_calm_again_at_once_after_a_burst(tmp_path: Path) -> None:
    """It is made anew from what is true now: once for all that came, not batch after batch."""

    async def story() -> None:
        with open_ledger(tmp_path, inline=True) as ledger:
            async with aclosing(stream(ledger, lambda: str(total(ledger)), asyncio.Queue())) as events:
                await heard(events, event("show", "0"))
                for _ in range(200):
                    await ledger.commit(Request(), count("a", 1))
                await heard(events, event("show", "200"))
                began = asyncio.get_running_loop().time()
                for _ in range(3):
                    await heard(events, event("beat", ""))
                assert asyncio.get_running_loop().time() - began >= 2 * BEAT_S

    run_virtual(story())


async def heard(events: AsyncIterator[bytes], wanted: bytes) -> None:
    async for one in events:
        if one == wanted:
            return
