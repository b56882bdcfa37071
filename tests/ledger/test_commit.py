"""Decisions become durable facts, once, in order, or not at all."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from edge.ledger import Ledger, LedgerClosed, NotCanonical, Request, Tx
from edge.refusal import Refusal

from .counter import Counted, open_ledger


def count(ledger: Ledger) -> int:
    with ledger.reading() as db:
        return int(db.execute("SELECT coalesce(sum(total), 0) FROM counter").fetchone()[0])


@pytest.mark.parametrize("inline", [True, False])
def test_a_committed_fact_is_in_the_journal_and_in_the_tables(tmp_path: Path, inline: bool) -> None:
    def decide(tx: Tx) -> int:
        return tx.append(Counted("a", 3)).seq

    async def main(ledger: Ledger) -> None:
        assert await ledger.commit(Request(actor="staff:s01"), decide) == 1
        assert count(ledger) == 3
        assert ledger.head.seq == 1

    with open_ledger(tmp_path, inline=inline) as ledger:
        asyncio.run(main(ledger))


@pytest.mark.parametrize("inline", [True, False])
def test_a_refused_decision_leaves_nothing_behind(tmp_path: Path, inline: bool) -> None:
    def decide(tx: Tx) -> None:
        tx.append(Counted("a", 3))
        tx.vault.put("p1", {"name": "x"})
        raise Refusal("no_room", "P8")

    async def main(ledger: Ledger) -> None:
        with pytest.raises(Refusal, match="no_room"):
            await ledger.commit(Request(), decide)
        assert ledger.head.seq == 0
        assert count(ledger) == 0
        with ledger.reading() as db:
            assert ledger.vault.open(db, "p1") is None

    with open_ledger(tmp_path, inline=inline) as ledger:
        asyncio.run(main(ledger))


def test_decisions_at_once_all_get_their_own_outcome(tmp_path: Path) -> None:
    def decide(number: int, tx: Tx) -> int:
        if number % 5 == 0:  # and 13 is refused by the fold
            raise Refusal("five")
        if number % 7 == 0:
            raise ZeroDivisionError
        return tx.append(Counted("a", number)).seq

    async def main(ledger: Ledger) -> list[object]:
        calls = (ledger.commit(Request(), lambda tx, n=n: decide(n, tx)) for n in range(100))
        return await asyncio.gather(*calls, return_exceptions=True)

    with open_ledger(tmp_path) as ledger:
        outcomes = asyncio.run(main(ledger))
        kept = [n for n in range(100) if n % 5 and n % 7 and n != 13]
        assert [type(one) for n, one in enumerate(outcomes) if n % 5 == 0] == [Refusal] * 20
        assert sorted(one for one in outcomes if isinstance(one, int)) == list(range(1, len(kept) + 1))
        assert count(ledger) == sum(kept)


def test_a_repeat_gets_the_first_answer_and_writes_nothing(tmp_path: Path) -> None:
    def decide(tx: Tx) -> dict[str, int]:
        return {"seq": tx.append(Counted("a", 1)).seq}

    async def main(ledger: Ledger) -> None:
        request = Request(key="count:staff:s01:k1", fingerprint="f")
        assert await ledger.commit(request, decide) == {"seq": 1}
        assert await ledger.commit(request, decide) == {"seq": 1}
        assert ledger.head.seq == 1
        with pytest.raises(Refusal, match="key_reused"):
            await ledger.commit(Request(key=request.key, fingerprint="g"), decide)

    with open_ledger(tmp_path) as ledger:
        asyncio.run(main(ledger))


def test_an_answer_that_is_no_plain_json_is_the_callers_mistake(tmp_path: Path) -> None:
    async def main(ledger: Ledger) -> None:
        with pytest.raises(NotCanonical):
            await ledger.commit(Request(key="k"), lambda tx: (tx.append(Counted("a", 1)), 1.5))
        assert ledger.head.seq == 0

    with open_ledger(tmp_path) as ledger:
        asyncio.run(main(ledger))


def test_the_journal_goes_on_after_it_was_closed(tmp_path: Path) -> None:
    async def one(ledger: Ledger) -> int:
        return await ledger.commit(Request(), lambda tx: tx.append(Counted("a", 2)).seq)

    with open_ledger(tmp_path) as ledger:
        assert asyncio.run(one(ledger)) == 1
    with pytest.raises(LedgerClosed):
        asyncio.run(one(ledger))
    with open_ledger(tmp_path) as ledger:
        assert asyncio.run(one(ledger)) == 2
        assert count(ledger) == 4


def test_a_subscriber_sees_what_was_committed(tmp_path: Path) -> None:
    async def main(ledger: Ledger) -> None:
        subscription = ledger.subscribe()
        await ledger.commit(Request(), lambda tx: tx.append(Counted("a", 2)))
        batch = await anext(subscription)
        assert [ledger.decode(entry) for entry in batch] == [Counted("a", 2)]
        subscription.close()
        assert [batch async for batch in subscription] == []

    with open_ledger(tmp_path) as ledger:
        asyncio.run(main(ledger))


def test_the_vault_keeps_and_forgets(tmp_path: Path) -> None:
    record = {"name": "陈大文", "phone": "13800000000"}

    def keep(tx: Tx) -> str:
        tx.vault.put("p1", record)
        tx.vault.put_secret("staff:s01", "pin", b"argon2")
        return tx.vault.commitment("p1", record)

    async def main(ledger: Ledger) -> None:
        await ledger.commit(Request(), keep)
        with ledger.reading() as db:
            assert ledger.vault.open(db, "p1") == record
            assert ledger.vault.secret(db, "staff:s01", "pin") == b"argon2"
        assert await ledger.commit(Request(), lambda tx: tx.vault.forget("p1"))
        with ledger.reading() as db:
            assert ledger.vault.open(db, "p1") is None

    with open_ledger(tmp_path) as ledger:
        asyncio.run(main(ledger))
