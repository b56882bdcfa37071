"""A full disk alarms and refuses; it never drops, and it never keeps the ledger from going on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edge.ledger import Ledger, LedgerClosed, Policy, Request, Tx
from edge.ledger.sqlite import DatabaseError
from edge.refusal import Refusal

from .counter import Counted, StillClock, committed, count, hold, open_ledger, total

NOTHING_IS_ENOUGH = Policy(floor_bytes=1 << 60)


@contextmanager
def no_room(ledger: Ledger) -> Iterator[None]:
    """SQLite finds the disk full: its file may not grow by a page."""
    db = ledger._opened.db
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count = {pages}")
    try:
        yield
    finally:
        db.execute("PRAGMA max_page_count = 1000000")


def large(tx: Tx) -> int:
    return tx.append(Counted("a", 1, "x" * 60_000)).seq


def test_below_the_floor_only_the_closing_of_acts_is_written(tmp_path: Path) -> None:
    with open_ledger(tmp_path, policy=NOTHING_IS_ENOUGH) as ledger:
        with pytest.raises(Refusal, match="disk_full"):
            committed(ledger, count("a", 1))
        assert committed(ledger, count("a", 2), Request(reserve=True)) == 1
        assert total(ledger) == 2
        status = ledger.guard_status()
        assert (status.reason, status.alarm) == ("disk_full", True)
        assert status.free_bytes < status.floor_bytes


def test_with_room_nothing_is_alarmed(tmp_path: Path) -> None:
    with open_ledger(tmp_path, policy=Policy(floor_bytes=0)) as ledger:
        committed(ledger, count("a", 1))
        assert (ledger.guard_status().reason, ledger.guard_status().alarm) == ("", False)


@pytest.mark.parametrize("inline", [True, False])
def test_a_full_disk_rolls_the_whole_batch_back_and_the_ledger_goes_on(tmp_path: Path, inline: bool) -> None:
    async def main(ledger: Ledger) -> list[object]:
        calls = [ledger.commit(Request(), count("a", 1)), ledger.commit(Request(), large)]
        return await asyncio.gather(*calls, return_exceptions=True)

    with open_ledger(tmp_path, inline=inline) as ledger:
        committed(ledger, count("a", 1))
        with no_room(ledger):
            outcomes = asyncio.run(main(ledger))
            assert isinstance(outcomes[1], Refusal)
            assert outcomes[1].code == "disk_full"
            assert ledger.guard_status().reason == "disk_full"
        assert total(ledger) == ledger.head.seq
        assert committed(ledger, large) == ledger.head.seq
        assert ledger.guard_status().reason == ""
        assert ledger.compare() == {}


def test_those_who_shared_the_lost_batch_are_all_told(tmp_path: Path) -> None:
    async def main(ledger: Ledger) -> None:
        gate, held = await hold(ledger)
        decisions = [count("a", 1), count("a", 1), large, count("a", 1)]
        waiting = [asyncio.create_task(ledger.commit(Request(), one)) for one in decisions]
        await asyncio.sleep(0)
        gate.opened.set()
        assert await held == 1
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(one) for one in outcomes] == [Refusal] * 4
        assert total(ledger) == ledger.head.seq == 1
        assert await ledger.commit(Request(), count("a", 1)) == 2

    with open_ledger(tmp_path) as ledger, no_room(ledger):
        asyncio.run(main(ledger))


def test_the_wal_is_moved_into_the_database_when_it_has_grown(tmp_path: Path) -> None:
    with open_ledger(tmp_path, inline=True, policy=Policy(floor_bytes=0, wal_tidy_bytes=1 << 20)) as ledger:
        for _ in range(100):
            committed(ledger, large)
        assert ledger.guard_status().wal_bytes < 2 << 20
        assert (tmp_path / "ledger.db-wal").stat().st_size < 3 << 20


def test_a_reader_that_keeps_the_wal_growing_is_alarmed_and_the_alarm_ends_with_it(tmp_path: Path) -> None:
    policy = Policy(floor_bytes=0, wal_tidy_bytes=1 << 18, wal_alarm_bytes=1 << 20)
    with open_ledger(tmp_path, inline=True, policy=policy) as ledger:
        with ledger.reading() as db:
            db.execute("SELECT count(*) FROM entry").fetchone()
            for _ in range(30):
                committed(ledger, large)
            assert ledger.guard_status().reason == "wal_growing"
        committed(ledger, large)
        assert ledger.guard_status().reason == ""


def test_a_reader_sees_one_moment_and_cannot_write(tmp_path: Path) -> None:
    with open_ledger(tmp_path, inline=True) as ledger:
        committed(ledger, count("a", 1))
        with ledger.reading() as db:
            assert db.execute("SELECT total FROM counter").fetchone()["total"] == 1
            committed(ledger, count("a", 1))
            assert db.execute("SELECT total FROM counter").fetchone()["total"] == 1
            with pytest.raises(DatabaseError):
                db.execute("DELETE FROM counter")
        assert total(ledger) == 2


def test_a_reader_that_takes_too_long_is_interrupted(tmp_path: Path) -> None:
    clock = StillClock()
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    with open_ledger(tmp_path, clock=clock) as ledger:
        with ledger.reading() as db:
            clock.passed_s += Policy().reading_s + 1
            with pytest.raises(DatabaseError, match="interrupted"):
                db.execute(endless).fetchone()
        assert total(ledger) == 0


def test_nobody_reads_from_a_closed_ledger(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.close()
    with pytest.raises(LedgerClosed), ledger.reading():
        raise AssertionError("a closed ledger was read")
