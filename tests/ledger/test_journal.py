"""The journal is only ever added to, and a change behind its back is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.ledger import LedgerUnusable, Unusable
from edge.ledger.opening import inspecting
from edge.ledger.sqlite import DatabaseError, driver
from edge.ledger.verify import Verified, verify

from .counter import filled, open_ledger, tamper

COLUMNS = "seq, epoch, at, clock_trust, kind, subject, actor, cause, data, hash"
ROW = "1, '2026-01-01T00:00:00.000Z', 'synced', 'k.k', 's', 'box', NULL, x'7b7d', x'00'"


@pytest.mark.parametrize(
    ("statement", "saying"),
    [
        ("UPDATE entry SET actor = 'nobody' WHERE seq = 2", "never changed"),
        ("UPDATE entry SET seq = 9 WHERE seq = 3", "never changed"),
        ("DELETE FROM entry WHERE seq = 3", "never deleted"),
        ("DELETE FROM entry", "never deleted"),
        (f"INSERT INTO entry ({COLUMNS}) VALUES (5, {ROW})", "must follow the last one"),
        (f"INSERT INTO entry ({COLUMNS}) VALUES (0, {ROW})", "must follow the last one"),
        (f"INSERT INTO entry ({COLUMNS}) VALUES (NULL, {ROW})", "must follow the last one"),
        (f"INSERT OR REPLACE INTO entry ({COLUMNS}) VALUES (2, {ROW})", "must follow the last one"),
        (f"INSERT OR IGNORE INTO entry ({COLUMNS}) VALUES (2, {ROW})", "must follow the last one"),
        (f"REPLACE INTO entry ({COLUMNS}) VALUES (3, {ROW})", "must follow the last one"),
        (
            f"INSERT INTO entry ({COLUMNS}) VALUES (3, {ROW}) ON CONFLICT (seq) DO UPDATE SET actor = 'x'",
            "must follow the last one",
        ),
    ],
)
@pytest.mark.parametrize("recursive", ["ON", "OFF"])
def test_no_statement_changes_what_is_written(tmp_path: Path, statement: str, saying: str, recursive: str) -> None:
    filled(tmp_path, 3)
    db = driver.connect(str(tmp_path / "ledger.db"), isolation_level=None)
    try:
        db.execute(f"PRAGMA recursive_triggers = {recursive}")
        before = db.execute("SELECT * FROM entry").fetchall()
        with pytest.raises(DatabaseError, match=saying):
            db.execute(statement)
        assert db.execute("SELECT * FROM entry").fetchall() == before
    finally:
        db.close()


def check(folder: Path) -> Verified:
    with inspecting(folder) as (db, _, box):
        return verify(db, box)


@pytest.mark.parametrize("entries", [0, 1, 255, 256, 257, 3_000])
def test_a_whole_journal_is_found_whole(tmp_path: Path, entries: int) -> None:
    filled(tmp_path, entries)
    with open_ledger(tmp_path) as ledger:
        found = check(tmp_path)
        assert (found.seq, found.epoch, found.hash) == ledger.head


@pytest.mark.parametrize(
    ("statement", "saying"),
    [
        ("UPDATE entry SET data = cast(replace(data, 'c', 'd') AS BLOB) WHERE seq = 1201", "entry 1201 was changed"),
        ("UPDATE entry SET at = '2026-11-22T06:26:10.124Z' WHERE seq = 7", "entry 7 was changed"),
        ("UPDATE entry SET clock_trust = 'unsynced' WHERE seq = 7", "entry 7 was changed"),
        ("UPDATE entry SET cause = 3 WHERE seq = 7", "entry 7 was changed"),
        ("UPDATE entry SET actor = 'boy', subject = subject || 'x' WHERE seq = 7", "entry 7 was changed"),
        ("UPDATE entry SET hash = x'00' WHERE seq = 1024", "entry 1024 was changed"),
        ("UPDATE entry SET epoch = 2 WHERE seq = 9", "entry 9 was changed"),
        ("DELETE FROM entry WHERE seq = 2", "entry 2 is missing"),
        ("DELETE FROM entry WHERE seq = 1024", "entry 1024 is missing"),
        ("UPDATE merkle_block SET hash = x'00' WHERE number = 3", "Merkle block 3"),
        ("DELETE FROM merkle_block WHERE number = 0", "Merkle block 0"),
        ("UPDATE head SET frontier = zeroblob(length(frontier))", "frontier is not that of the entries"),
        ("UPDATE head SET epoch = 2", "another epoch"),
        ("UPDATE identity SET box = 'box-2'", "entry 1 was changed"),
    ],
)
def test_whatever_was_changed_is_found_and_named(tmp_path: Path, statement: str, saying: str) -> None:
    filled(tmp_path, 2_000)
    tamper(tmp_path, statement)
    with pytest.raises(LedgerUnusable, match=saying) as error:
        check(tmp_path)
    assert error.value.code is Unusable.DAMAGED


def test_two_entries_that_changed_places_are_found(tmp_path: Path) -> None:
    filled(tmp_path, 20)
    move = "UPDATE entry SET seq = {} WHERE seq = {}"
    tamper(tmp_path, move.format(99, 5), move.format(5, 6), move.format(6, 99))
    with pytest.raises(LedgerUnusable, match="entry 5 was changed"):
        check(tmp_path)


def test_every_single_byte_of_the_journals_pages_counts(tmp_path: Path) -> None:
    """A flipped byte anywhere in an entry's data is seen, by the hash or by SQLite."""
    filled(tmp_path, 60)
    path = tmp_path / "ledger.db"
    whole = path.read_bytes()
    places = [at for at in range(len(whole)) if whole.startswith(b'{"by":', at)]
    assert len(places) == 60
    for at in places[::7]:
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(LedgerUnusable, match="was changed"):
            check(tmp_path)
