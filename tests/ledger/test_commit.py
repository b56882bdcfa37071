"""Decisions become durable facts, once, in order, or not at all."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from edge.clock import Trust
from edge.ledger import Connection, Entry, Fact, Ledger, LedgerClosed, NotCanonical, Policy, Request, Tx, UnknownFact
from edge.ledger.sqlite import DatabaseError
from edge.refusal import Refusal

from .counter import COUNTER, UNFOLDABLE, Counted, StillClock, committed, count, hold, open_ledger, total


@pytest.mark.parametrize("inline", [True, False])
def test_a_committed_fact_is_in_the_journal_and_in_the_tables(tmp_path: Path, inline: bool) -> None:
    with open_ledger(tmp_path, inline=inline) as ledger:
        assert committed(ledger, count("a", 3), Request(actor="staff:s01")) == 1
        assert total(ledger) == 3
        with ledger.reading() as db:
            entry = Entry(*db.execute("SELECT * FROM entry").fetchone())
        assert entry[:8] == (
            1, 1, "2026-11-22T06:26:10.123Z", "synced", "counter.counted", "counter:a", "staff:s01", None,
        )  # fmt: skip
        assert entry.data == b'{"by":3,"name":"a","note":""}'
        assert ledger.head == (1, 1, entry.hash)
        assert ledger.decode(entry) == Counted("a", 3)


def test_a_decision_sees_its_own_facts_folded(tmp_path: Path) -> None:
    def decide(tx: Tx) -> int:
        tx.append(Counted("a", 2))
        tx.append(Counted("a", 3))
        return int(tx.db.execute("SELECT total FROM counter").fetchone()["total"])

    with open_ledger(tmp_path) as ledger:
        assert committed(ledger, decide) == 5


def test_a_fact_names_the_entry_that_led_to_it(tmp_path: Path) -> None:
    def decide(tx: Tx) -> list[int | None]:
        first = tx.append(Counted("a", 1))
        return [first.cause, tx.append(Counted("b", 1), cause=first.seq).cause]

    with open_ledger(tmp_path) as ledger:
        committed(ledger, count("z", 1))
        assert committed(ledger, decide, Request(cause=1)) == [1, 2]
        with pytest.raises(ValueError, match="cannot be caused by entry 9"):
            committed(ledger, count("a", 1), Request(cause=9))


@pytest.mark.parametrize("inline", [True, False])
def test_a_refused_decision_leaves_nothing_behind(tmp_path: Path, inline: bool) -> None:
    def decide(tx: Tx) -> None:
        tx.append(Counted("a", 3))
        tx.vault.put("p1", {"name": "x"})
        raise Refusal("no_room", "P8")

    with open_ledger(tmp_path, inline=inline) as ledger:
        with pytest.raises(Refusal, match="no_room"):
            committed(ledger, decide)
        assert (ledger.head.seq, total(ledger)) == (0, 0)
        with ledger.reading() as db:
            assert ledger.vault.open(db, "p1") is None
        assert committed(ledger, count("a", 1)) == 1


def test_decisions_at_once_all_get_their_own_outcome(tmp_path: Path) -> None:
    def decide(number: int, tx: Tx) -> int:
        tx.append(Counted("before", 1))
        if number % 5 == 0:
            raise Refusal("five")
        if number % 7 == 0:
            raise ZeroDivisionError
        return tx.append(Counted("a", number)).seq

    async def main(ledger: Ledger) -> list[object]:
        calls = (ledger.commit(Request(), lambda tx, n=n: decide(n, tx)) for n in range(100))  # type: ignore[misc]
        return await asyncio.gather(*calls, return_exceptions=True)

    with open_ledger(tmp_path) as ledger:
        outcomes = asyncio.run(main(ledger))
        kept = [n for n in range(100) if n % 5 and n % 7 and n != UNFOLDABLE]
        assert [type(outcomes[n]) for n in (5, 7, UNFOLDABLE)] == [Refusal, ZeroDivisionError, ArithmeticError]
        assert sorted(one for one in outcomes if isinstance(one, int)) == list(range(2, 2 * len(kept) + 1, 2))
        assert total(ledger) == sum(kept) + len(kept)
        assert ledger.compare() == {}


def test_all_that_waits_shares_one_commit(tmp_path: Path) -> None:
    async def main(ledger: Ledger, commits: list[str]) -> None:
        gate, held = await hold(ledger)
        waiting = [asyncio.create_task(ledger.commit(Request(), count("a", 1))) for _ in range(100)]
        await asyncio.sleep(0)
        gate.opened.set()
        await asyncio.gather(held, *waiting)
        assert len(commits) == 2

    with open_ledger(tmp_path) as ledger:
        commits: list[str] = []
        trace = lambda text: commits.append(text) if text.startswith("COMMIT") else None  # noqa: E731
        ledger._opened.db.set_trace_callback(trace)
        asyncio.run(main(ledger, commits))
        ledger._opened.db.set_trace_callback(None)
        assert total(ledger) == 101


def test_nobody_waits_long_for_what_others_decide(tmp_path: Path) -> None:
    """A transaction in which enough time went into deciding is made durable; what waits has its turn, in order."""

    async def main(ledger: Ledger, commits: list[str]) -> None:
        gate, held = await hold(ledger)
        waiting = [asyncio.create_task(ledger.commit(Request(), count("a", 1))) for _ in range(10)]
        await asyncio.sleep(0)
        gate.opened.set()
        assert await asyncio.gather(held, *waiting) == list(range(1, 12))
        assert len(commits) == 11

    with open_ledger(tmp_path, policy=Policy(deciding_s=0)) as ledger:
        commits: list[str] = []
        trace = lambda text: commits.append(text) if text.startswith("COMMIT") else None  # noqa: E731
        ledger._opened.db.set_trace_callback(trace)
        asyncio.run(main(ledger, commits))
        ledger._opened.db.set_trace_callback(None)
        assert total(ledger) == 11


def test_what_is_committed_is_synced_before_it_is_answered(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        db = ledger._opened.db
        full = 2
        assert db.execute("PRAGMA synchronous").fetchone()[0] == full
        assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_a_caller_who_leaves_before_the_decision_has_decided_nothing(tmp_path: Path) -> None:
    async def main(ledger: Ledger) -> None:
        gate, held = await hold(ledger)
        leaving = asyncio.create_task(ledger.commit(Request(), count("a", 7)))
        await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.sleep(0)
        gate.opened.set()
        assert await held == 1
        assert await ledger.commit(Request(), count("b", 1)) == 2

    with open_ledger(tmp_path) as ledger:
        asyncio.run(main(ledger))
        assert total(ledger) == 2


def test_a_caller_who_leaves_during_the_decision_harms_nobody(tmp_path: Path) -> None:
    async def main(ledger: Ledger) -> None:
        gate, held = await hold(ledger)
        held.cancel()
        await asyncio.sleep(0)
        gate.opened.set()
        assert await ledger.commit(Request(), count("b", 1)) == 2

    with open_ledger(tmp_path) as ledger:
        asyncio.run(main(ledger))
        assert total(ledger) == 2


def test_closing_writes_and_answers_what_waits(tmp_path: Path) -> None:
    async def main(ledger: Ledger) -> None:
        gate, held = await hold(ledger)
        waiting = [asyncio.create_task(ledger.commit(Request(), count("a", 1))) for _ in range(10)]
        await asyncio.sleep(0)
        closing = asyncio.create_task(asyncio.to_thread(ledger.close))
        gate.opened.set()
        assert await asyncio.gather(held, *waiting) == list(range(1, 12))
        await closing
        with pytest.raises(LedgerClosed):
            await ledger.commit(Request(), count("a", 1))

    asyncio.run(main(open_ledger(tmp_path)))


def test_a_clock_that_fails_fails_its_callers_and_not_the_writer(tmp_path: Path) -> None:
    class Stopping(StillClock):
        stopped = False

        def now(self) -> datetime:
            if self.stopped:
                raise OSError("no clock")
            return super().now()

    clock = Stopping()
    with open_ledger(tmp_path, clock=clock) as ledger:
        clock.stopped = True
        with pytest.raises(OSError, match="no clock"):
            committed(ledger, count("a", 1))
        clock.stopped = False
        assert committed(ledger, count("a", 1)) == 1


def test_a_fact_that_no_projection_declares_is_not_written(tmp_path: Path) -> None:
    with open_ledger(tmp_path, projections=()) as ledger, pytest.raises(UnknownFact):
        committed(ledger, count("a", 1))


def test_a_decision_cannot_carry_on_over_a_fact_that_was_lost(tmp_path: Path) -> None:
    def decide(tx: Tx) -> str:
        try:
            tx.append(Counted("a", UNFOLDABLE))
        except ArithmeticError:
            return "fine"
        return "better"

    with open_ledger(tmp_path) as ledger:
        with pytest.raises(ArithmeticError):
            committed(ledger, decide)
        assert (ledger.head.seq, total(ledger)) == (0, 0)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM counter",
        "UPDATE head SET seq = 9",
        "ROLLBACK",
        "COMMIT",
        "DROP TABLE counter",
        "PRAGMA user_version = 9",
    ],
)
def test_a_decision_cannot_write_past_the_journal(tmp_path: Path, statement: str) -> None:
    def decide(tx: Tx) -> None:
        tx.append(Counted("a", 1))
        tx.db.execute(statement)

    with open_ledger(tmp_path) as ledger:
        committed(ledger, count("a", 1))
        with pytest.raises(DatabaseError, match="not authorized"):
            committed(ledger, decide)
        assert committed(ledger, count("a", 1)) == 2
        assert ledger.compare() == {}


@pytest.mark.parametrize("statement", ["SELECT seq FROM entry", "SELECT seq FROM head", "SELECT count(*) FROM entry"])
def test_a_decision_reads_tables_and_never_the_journal(tmp_path: Path, statement: str) -> None:
    with open_ledger(tmp_path) as ledger, pytest.raises(DatabaseError, match=r"prohibited|not authorized"):
        committed(ledger, lambda tx: tx.db.execute(statement).fetchall())


@pytest.mark.parametrize(
    "statement", ["SELECT max(seq) FROM entry", "DROP TABLE counter", "COMMIT", "PRAGMA user_version"]
)
def test_a_fold_writes_tables_and_nothing_else(tmp_path: Path, statement: str) -> None:
    def straying(db: Connection, entry: Entry, fact: Fact) -> None:
        db.execute(statement)

    with open_ledger(tmp_path, projections=(replace(COUNTER, fold=straying),)) as ledger:
        with pytest.raises(DatabaseError, match=r"prohibited|not authorized"):
            committed(ledger, count("a", 1))
        assert ledger.head.seq == 0


def test_nothing_can_be_appended_once_the_decision_is_over(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        kept = committed(ledger, lambda tx: tx)
        with pytest.raises(RuntimeError, match="this decision is over"):
            kept.append(Counted("a", 1))


def test_a_repeat_gets_the_first_answer_and_writes_nothing(tmp_path: Path) -> None:
    def decide(tx: Tx) -> dict[str, int]:
        return {"seq": tx.append(Counted("a", 1)).seq}

    request = Request(key="count:staff:s01:k1", fingerprint="f")
    with open_ledger(tmp_path) as ledger:
        assert committed(ledger, decide, request) == {"seq": 1}
        assert committed(ledger, decide, request) == {"seq": 1}
    with open_ledger(tmp_path) as ledger:  # a restart later
        assert committed(ledger, decide, request) == {"seq": 1}
        assert total(ledger) == 1


def test_repeats_in_one_batch_get_one_answer(tmp_path: Path) -> None:
    async def main(ledger: Ledger) -> None:
        gate, held = await hold(ledger)
        request = Request(key="k", fingerprint="f")
        waiting = [asyncio.create_task(ledger.commit(request, count("a", 1))) for _ in range(5)]
        await asyncio.sleep(0)
        gate.opened.set()
        assert await asyncio.gather(held, *waiting) == [1, 2, 2, 2, 2, 2]

    with open_ledger(tmp_path) as ledger:
        asyncio.run(main(ledger))


def test_a_key_that_meant_something_else_is_refused(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        committed(ledger, count("a", 1), Request(key="k", fingerprint="f"))
        with pytest.raises(Refusal, match="key_reused"):
            committed(ledger, count("a", 2), Request(key="k", fingerprint="g"))
        assert total(ledger) == 1


def test_a_refused_request_may_be_made_again_with_its_key(tmp_path: Path) -> None:
    def refuse(tx: Tx) -> int:
        raise Refusal("no_room")

    with open_ledger(tmp_path) as ledger:
        with pytest.raises(Refusal):
            committed(ledger, refuse, Request(key="k"))
        assert committed(ledger, count("a", 1), Request(key="k")) == 1


def test_an_answer_that_is_no_plain_json_is_the_callers_mistake(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        with pytest.raises(NotCanonical):
            committed(ledger, lambda tx: (tx.append(Counted("a", 1)).seq, 1.5), Request(key="k"))
        assert ledger.head.seq == 0


def test_answers_are_forgotten_after_their_time_by_a_clock_that_is_right(tmp_path: Path) -> None:
    clock = StillClock()
    with open_ledger(tmp_path, clock=clock) as ledger:
        committed(ledger, count("a", 1), Request(key="k"))
        clock.wall += timedelta(days=31)
        clock.passed_s += 3600
        clock.trusted = Trust.UNSYNCED
        assert committed(ledger, count("a", 1), Request(key="k")) == 1
        clock.trusted = Trust.SYNCED
        assert committed(ledger, count("a", 1), Request(key="k")) == 2


def test_an_entry_says_whether_the_clock_was_trusted(tmp_path: Path) -> None:
    clock = StillClock()
    clock.trusted = Trust.UNSYNCED
    with open_ledger(tmp_path, clock=clock) as ledger:
        entry = committed(ledger, lambda tx: tx.append(Counted("a", 1)))
        assert entry.clock_trust == "unsynced"


def test_the_journal_goes_on_after_it_was_closed(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        committed(ledger, count("a", 2))
        head = ledger.head
    with open_ledger(tmp_path) as ledger:
        assert ledger.head == head
        assert committed(ledger, count("a", 2)) == 2
        assert total(ledger) == 4


def test_the_same_seed_gives_the_same_journal(tmp_path: Path) -> None:
    heads = []
    for name in ("one", "two"):
        with open_ledger(tmp_path / name, inline=True) as ledger:
            committed(ledger, lambda tx: tx.append(Counted(tx.chance.bytes(4).hex(), 1)))
            heads.append((ledger.head, ledger.public_key))
    assert heads[0] == heads[1]


def test_a_code_hash_needs_this_boxs_key_and_its_purpose(tmp_path: Path) -> None:
    from edge.chance import SeededChance

    with open_ledger(tmp_path / "1") as one, open_ledger(tmp_path / "2", chance=SeededChance(8)) as two:
        hashes = {one.hmac("a", b"bc"), one.hmac("ab", b"c"), two.hmac("a", b"bc")}
        assert len(hashes) == 3
        assert one.hmac("a", b"bc") in hashes
