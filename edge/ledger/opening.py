"""Opening a ledger: made where there is none, checked where there is one, refused where anything does not fit.

Nothing is repaired here. What is refused stays as it was found, for a person to look at.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from edge.chance import Chance
from edge.ledger import keys as key_files
from edge.ledger.entry import Head, chained, encode, genesis
from edge.ledger.errors import LedgerUnusable, Unusable
from edge.ledger.keys import Keys
from edge.ledger.merkle import Peaks, unpack
from edge.ledger.schema import APPLICATION_ID, SCHEMA, SCHEMA_VERSION
from edge.ledger.sqlite import OLDEST_SAFE, Connection, Error, driver, open_writer, primary_code

BOX_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")

_TEXTS = ("at", "clock_trust", "kind", "subject", "actor")


@dataclass(frozen=True)
class Places:
    """Where the parts of a ledger lie in its folder."""

    folder: Path

    @property
    def database(self) -> Path:
        return self.folder / "ledger.db"

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    @property
    def lock(self) -> Path:
        return self.folder / "ledger.lock"


@dataclass(frozen=True)
class Opened:
    """A ledger that fits: its writing connection, the end of its chain, its keys and the lock that makes it ours."""

    box: str
    places: Places
    db: Connection
    head: Head
    peaks: Peaks
    keys: Keys
    lock: int

    def close(self) -> None:
        self.db.close()
        os.close(self.lock)


def open_store(folder: Path, box: str, chance: Chance) -> Opened:
    """Open or make the ledger in `folder`. Raises `LedgerUnusable`, `ValueError` for a box name that is none."""
    if not BOX_NAME.fullmatch(box):
        raise ValueError(f"{box!r} is no box name: lower-case letters, digits and hyphens, at most 63")
    if driver.sqlite_version_info < OLDEST_SAFE:
        raise RuntimeError(
            f"SQLite {driver.sqlite_version} can corrupt a WAL; pysqlite3 with 3.51.3 or later is needed"
        )
    places = Places(folder)
    with _as_unusable():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = _lock(places.lock)
        try:
            return _open_locked(places, box, chance, lock)
        except BaseException:
            os.close(lock)
            raise


def _open_locked(places: Places, box: str, chance: Chance, lock: int) -> Opened:
    if not places.database.exists() and key_files.present(places.keys):
        raise LedgerUnusable(Unusable.DAMAGED, "the keys are there but ledger.db is gone")
    db = open_writer(places.database)
    try:
        _make_or_check(db, box)
        head, peaks = _read_head(db, box)
        return Opened(box, places, db, head, peaks, _keys(db, places, head, chance), lock)
    except BaseException:
        db.close()
        raise


def _make_or_check(db: Connection, box: str) -> None:
    application = db.execute("PRAGMA application_id").fetchone()[0]
    tables = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if application == 0 and tables == 0:
        _make(db, box)
        return
    if application != APPLICATION_ID:
        raise LedgerUnusable(Unusable.FOREIGN, "ledger.db is another program's database")
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise LedgerUnusable(
            Unusable.TOO_NEW, f"ledger.db has schema version {version}; this program knows {SCHEMA_VERSION} and older"
        )
    owner = db.execute("SELECT box FROM identity").fetchone()
    if owner is None:
        raise LedgerUnusable(Unusable.DAMAGED, "ledger.db does not say whose it is")
    if owner[0] != box:
        raise LedgerUnusable(Unusable.FOREIGN, f"ledger.db belongs to the box {owner[0]!r}, not to {box!r}")


def _make(db: Connection, box: str) -> None:
    """All in one transaction: a first opening that is cut off leaves an empty file, which is made again."""
    database = Database(db)
    with database.atomic():
        SCHEMA.apply(database)
        db.execute("INSERT INTO identity (id, box) VALUES (1, ?)", (box,))
        db.execute("INSERT INTO head (id, seq, epoch, hash, frontier) VALUES (1, 0, 1, ?, x'')", (genesis(box),))
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def _read_head(db: Connection, box: str) -> tuple[Head, Peaks]:
    """The end of the chain, after a quick check that head, frontier and last entry belong together."""
    head = db.execute("SELECT seq, epoch, hash, frontier FROM head").fetchone()
    if head is None:
        raise LedgerUnusable(Unusable.DAMAGED, "the head of the journal is missing")
    last = db.execute("SELECT coalesce(max(seq), 0) FROM entry").fetchone()[0]
    if head["seq"] != last:
        raise LedgerUnusable(Unusable.DAMAGED, f"the head stands at entry {head['seq']}, the journal ends at {last}")
    if hash_at(db, box, last) != head["hash"]:
        raise LedgerUnusable(Unusable.DAMAGED, f"entry {last} does not have the hash that the head remembers")
    try:
        peaks = unpack(last, head["frontier"])
    except ValueError as error:
        raise LedgerUnusable(Unusable.DAMAGED, f"the Merkle frontier does not fit {last} entries") from error
    return Head(last, head["epoch"], head["hash"]), peaks


def hash_at(db: Connection, box: str, seq: int) -> bytes:
    """The chain's hash at `seq`, computed from that entry's bytes and the stored hash before it."""
    if seq == 0:
        return genesis(box)
    row = db.execute("SELECT * FROM entry WHERE seq = ?", (seq,)).fetchone()
    before = db.execute("SELECT hash FROM entry WHERE seq = ?", (seq - 1,)).fetchone()
    at, trust, kind, subject, actor = (row[name].encode() for name in _TEXTS)
    encoded = encode(seq, row["epoch"], row["cause"], (at, trust, kind, subject, actor, row["data"]))
    return chained(before[0] if before else genesis(box), encoded)


def _keys(db: Connection, places: Places, head: Head, chance: Chance) -> Keys:
    """The keys that belong to this database; made when it is still empty."""
    known = db.execute("SELECT public_key FROM identity").fetchone()[0]
    if known is None and head.seq == 0:
        made = key_files.make(places.keys, chance)
        db.execute("UPDATE identity SET public_key = ?", (made.public(),))
        key_files.sync_folder(places.folder)
        return made
    keys = key_files.load(places.keys)
    if keys.public() != known:
        raise LedgerUnusable(Unusable.FOREIGN, "the keys in keys/ do not belong to this ledger.db")
    return keys


def _lock(path: Path) -> int:
    """Take the folder for this process; the lock goes by itself when the process ends, however it ends."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        owner = os.read(handle, 20).decode("ascii", "replace").strip() or "unknown"
        os.close(handle)
        raise LedgerUnusable(Unusable.BUSY, f"the process {owner} has this ledger open") from error
    os.ftruncate(handle, 0)
    os.write(handle, f"{os.getpid()}\n".encode())
    return handle


@contextmanager
def _as_unusable() -> Iterator[None]:
    """Errors of the file system and of SQLite in the ledger's words."""
    try:
        yield
    except Error as error:
        code = _SQLITE.get(primary_code(error))
        if code is None:
            raise
        raise LedgerUnusable(code, f"SQLite says: {error}") from error
    except OSError as error:
        code = _SYSTEM.get(error.errno or 0)
        if code is None:
            raise
        raise LedgerUnusable(code, f"{error.strerror}: {error.filename}") from error


_SQLITE = {
    driver.SQLITE_CORRUPT: Unusable.DAMAGED,
    driver.SQLITE_NOTADB: Unusable.DAMAGED,
    driver.SQLITE_READONLY: Unusable.READ_ONLY,
    driver.SQLITE_CANTOPEN: Unusable.READ_ONLY,
    driver.SQLITE_PERM: Unusable.READ_ONLY,
    driver.SQLITE_FULL: Unusable.DISK_FULL,
    driver.SQLITE_BUSY: Unusable.BUSY,
    driver.SQLITE_LOCKED: Unusable.BUSY,
    driver.SQLITE_IOERR: Unusable.DAMAGED,
}
_SYSTEM = {
    13: Unusable.READ_ONLY,  # EACCES
    1: Unusable.READ_ONLY,  # EPERM
    30: Unusable.READ_ONLY,  # EROFS
    28: Unusable.DISK_FULL,  # ENOSPC
    122: Unusable.DISK_FULL,  # EDQUOT
    5: Unusable.DAMAGED,  # EIO
}
