"""Folding the journal into the projections' tables anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

from edge.ledger.entry import Entry
from edge.ledger.errors import LedgerUnusable, NotCanonical, UnknownFact, Unusable
from edge.ledger.facts import Fact, Vocabulary
from edge.ledger.projection import Folder, Projection
from edge.ledger.sqlite import Connection, Row, driver

Progress = Callable[[int, int], None]  # done, of how many
ENTRIES_A_COMMIT = 5_000

_ENTRIES = (
    "SELECT seq, epoch, at, clock_trust, kind, subject, actor, cause, data, hash"
    " FROM entry WHERE seq > ? ORDER BY seq LIMIT ?"
)


def quiet(done: int, total: int) -> None:
    """Progress that nobody watches."""


def entries(db: Connection, after: int = 0, limit: int = -1) -> Iterator[Entry]:
    """Entries in order, after the seq given."""
    return (Entry(*row) for row in db.execute(_ENTRIES, (after, limit)))


def stale(db: Connection, projections: Sequence[Projection]) -> list[Projection]:
    """Those whose tables were never folded, folded by another version, or left half-folded by a crash."""
    rows = db.execute("SELECT name, shape FROM projection WHERE folded = 1")
    folded = {row[0]: row[1] for row in rows}
    return [one for one in projections if folded.get(one.name) != one.shape()]


def compare(db: Connection, vocabulary: Vocabulary, projections: Sequence[Projection]) -> dict[str, int]:
    """Fold the journal into a fresh database in memory and hold the live tables against it.

    Names of tables that differ, with the number of rows that only one side has. `db` is one consistent snapshot.
    """
    with closing(driver.connect(":memory:", isolation_level=None)) as fresh:
        fresh.row_factory = Row
        for projection in projections:
            projection.create(fresh)
        folder = Folder(projections)
        for entry in entries(db):
            folder.fold(fresh, entry, decoded(vocabulary, entry))
        tables = [table for projection in projections for table in projection.tables]
        differences = {table: len(_rows(db, table) ^ _rows(fresh, table)) for table in tables}
    return {table: count for table, count in differences.items() if count}


def _rows(db: Connection, table: str) -> set[tuple[object, ...]]:
    """All rows, each with how many like it came before, as a table without a key may hold equal rows."""
    rows = Counter(tuple(row) for row in db.execute(f'SELECT * FROM "{table}"'))  # noqa: S608 - a projection's own table
    return {(*row, number) for row, count in rows.items() for number in range(count)}


def fold_again(
    db: Connection, vocabulary: Vocabulary, projections: Sequence[Projection], progress: Progress = quiet
) -> int:
    """Drop these projections' tables and fold the whole journal into them; how many entries.

    Committed piece by piece, with a mark that stays until the last one: a crash in between means once more.
    """
    db.execute("PRAGMA foreign_keys = OFF")  # tables are dropped in any order; the folds bring every row back
    try:
        _begin_again(db, projections)
        total = _fold_all(db, vocabulary, Folder(projections), progress)
        _in_transaction(db, lambda: _mark(db, projections, folded=1))
    finally:
        db.execute("PRAGMA foreign_keys = ON")
    return total


def _begin_again(db: Connection, projections: Sequence[Projection]) -> None:
    def drop() -> None:
        _mark(db, projections, folded=0)
        for projection in projections:
            projection.drop(db)

    _in_transaction(db, drop)
    for projection in projections:
        projection.create(db)


def _fold_all(db: Connection, vocabulary: Vocabulary, folder: Folder, progress: Progress) -> int:
    total = db.execute("SELECT seq FROM head").fetchone()[0]
    done = 0
    while done < total:
        piece = list(entries(db, done, ENTRIES_A_COMMIT))

        def fold_piece(piece: list[Entry] = piece) -> None:
            for entry in piece:
                folder.fold(db, entry, decoded(vocabulary, entry))

        _in_transaction(db, fold_piece)
        done = piece[-1].seq
        progress(done, total)
        db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return int(total)


def decoded(vocabulary: Vocabulary, entry: Entry) -> Fact:
    """The entry's fact. Raises `LedgerUnusable` where this program does not know it: a newer one wrote it."""
    try:
        return vocabulary.decode(entry.kind, entry.data)
    except (UnknownFact, NotCanonical) as error:
        raise LedgerUnusable(Unusable.TOO_NEW, f"entry {entry.seq} is not known to this program: {error}") from error


def _mark(db: Connection, projections: Sequence[Projection], folded: int) -> None:
    for projection in projections:
        db.execute(
            "INSERT INTO projection (name, shape, folded) VALUES (?, ?, ?)"
            " ON CONFLICT (name) DO UPDATE SET shape = excluded.shape, folded = excluded.folded",
            (projection.name, projection.shape(), folded),
        )


def _in_transaction(db: Connection, work: Callable[[], None]) -> None:
    db.execute("BEGIN IMMEDIATE")
    try:
        work()
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")
