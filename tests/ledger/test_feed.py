"""Live views follow the journal, and know when they have fallen behind."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from edge.ledger import Ledger, Request
from edge.ledger.feed import BATCHES_HELD

from .counter import Counted, count, open_ledger


@pytest.mark.parametrize("inline", [True, False])
def test_a_subscriber_sees_what_was_committed_in_order(tmp_path: Path, inline: bool) -> None:
    async def main(ledger: Ledger) -> None:
        subscription = ledger.subscribe()
        for number in (1, 2, 3):
            await ledger.commit(Request(), count("a", number))
        seen = [ledger.decode(entry) for _ in range(3) for entry in await anext(subscription)]
        assert seen == [Counted("a", 1), Counted("a", 2), Counted("a", 3)]
        subscription.close()
        assert [batch async for batch in subscription] == []

    with open_ledger(tmp_path, inline=inline) as ledger:
        asyncio.run(main(ledger))


def test_a_slow_subscriber_loses_the_oldest_and_is_told(tmp_path: Path) -> None:
    async def main(ledger: Ledger) -> None:
        subscription = ledger.subscribe()
        for _ in range(BATCHES_HELD + 2):
            await ledger.commit(Request(), count("a", 1))
        await asyncio.sleep(0)
        batch = await anext(subscription)
        assert batch[0].seq == 3
        assert (subscription.take_lagged(), subscription.take_lagged()) == (True, False)
        subscription.close()

    with open_ledger(tmp_path, inline=True) as ledger:
        asyncio.run(main(ledger))


def test_closing_the_ledger_ends_its_live_views(tmp_path: Path) -> None:
    async def main(ledger: Ledger) -> None:
        subscription = ledger.subscribe()
        reading = asyncio.create_task(anext(subscription, None))
        await asyncio.sleep(0)
        await asyncio.to_thread(ledger.close)
        assert await reading is None

    asyncio.run(main(open_ledger(tmp_path)))
