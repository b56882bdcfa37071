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
from edge.ledger.checkpoint import Checkpoint, origin_of, parse_note, verify
from edge.ledger.entry import Head, chained, encode, genesis
from edge.ledger.errors import LedgerUnusable, Unusable
from edge.ledger.failures import as_unusable
from edge.ledger.files import Places, sync_folder
from edge.ledger.keys import Keys
from edge.ledger.merkle import Peaks, root, unpack
from edge.ledger.schema import APPLICATION_ID, SCHEMA, SCHEMA_VERSION
from edge.ledger.sqlite import OLDEST_SAFE, Connection, driver, open_reader, open_writer

BOX_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")

_TEXTS = ("at", "clock_trust", "kind", "subject", "actor")


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


def open_store(folder: Path, box: str, chance: Chance, *, new_epoch: bool = False) -> Opened:
    """Open or make the ledger in `folder`. `new_epoch` accepts a journal that is not what this box signed.

    Raises `LedgerUnusable`, and `ValueError` for a box name that is none.
    """
    if not BOX_NAME.fullmatch(box):
        raise ValueError(f"{box!r} is no box name: lower-case letters, digits and hyphens, at most 63")
    if driver.sqlite_version_info < OLDEST_SAFE:
        raise RuntimeError(
            f"SQLite {driver.sqlite_version} can corrupt a WAL; pysqlite3 with 3.51.3 or later is needed"
        )
    places = Places(folder)
    with as_unusable():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = _lock(places.lock)
        try:
            return _open_locked(places, box, chance, lock, new_epoch=new_epoch)
        except BaseException:
            os.close(lock)
            raise


@contextmanager
def inspecting(folder: Path) -> Iterator[tuple[Connection, Places, str]]:
    """A look at a ledger without owning it, while the service runs or not: a reading connection and the box's name.

    Raises `LedgerUnusable`, also for what SQLite raises inside.
    """
    places = Places(folder)
    with as_unusable():
        if not places.database.exists():
            raise LedgerUnusable(Unusable.DAMAGED, f"there is no {places.database.name} in {folder}")
        db = open_reader(places.database)
        try:
            yield db, places, _check_identity(db)
        finally:
            db.close()


def _open_locked(places: Places, box: str, chance: Chance, lock: int, *, new_epoch: bool) -> Opened:
    if not places.database.exists() and key_files.present(places.keys):
        raise LedgerUnusable(Unusable.DAMAGED, "the keys are there but ledger.db is gone")
    db = open_writer(places.database)
    try:
        _make_or_check(db, box)
        head, peaks = _read_head(db, box)
        keys = _keys(db, places, head, chance)
        if not new_epoch:
            _check_checkpoint(places, origin_of(box), keys.public(), head, peaks)
        return Opened(box, places, db, head, peaks, keys, lock)
    except BaseException:
        db.close()
        raise


def _make_or_check(db: Connection, box: str) -> None:
    application = db.execute("PRAGMA application_id").fetchone()[0]
    tables = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if application == 0 and tables == 0:
        _make(db, box)
        return
    owner = _check_identity(db)
    if owner != box:
        raise LedgerUnusable(Unusable.FOREIGN, f"ledger.db belongs to the box {owner!r}, not to {box!r}")
    db.execute("UPDATE identity SET id = id WHERE false")  # changes nothing, but says where the file cannot be written


def _check_identity(db: Connection) -> str:
    """The name of the box that the database belongs to, once it is clear that this program can read it."""
    if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise LedgerUnusable(Unusable.FOREIGN, "ledger.db is another program's database")
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise LedgerUnusable(
            Unusable.TOO_NEW, f"ledger.db has schema version {version}; this program knows {SCHEMA_VERSION} and older"
        )
    owner = db.execute("SELECT box FROM identity").fetchone()
    if owner is None:
        raise LedgerUnusable(Unusable.DAMAGED, "ledger.db does not say whose it is")
    return str(owner[0])


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
        sync_folder(places.folder)
        return made
    keys = key_files.load(places.keys)
    if keys.public() != known:
        raise LedgerUnusable(Unusable.FOREIGN, "the keys in keys/ do not belong to this ledger.db")
    return keys


def last_checkpoint(places: Places, origin: str, public_key: bytes) -> Checkpoint | None:
    """The last checkpoint that this box signed and kept. Raises `LedgerUnusable` when it is not by its key."""
    if not places.checkpoint.exists():
        return None
    try:
        return verify(parse_note(places.checkpoint.read_text("utf-8")), origin, public_key)
    except ValueError as error:
        raise LedgerUnusable(
            Unusable.DAMAGED, f"{places.checkpoint.name} is not what this box signed: {error}"
        ) from error


def _check_checkpoint(places: Places, origin: str, public_key: bytes, head: Head, peaks: Peaks) -> None:
    """An older database under the same keys, or a cut tail, shows itself here."""
    kept = last_checkpoint(places, origin, public_key)
    if kept is None or kept.size < head.seq:
        return
    if kept.size > head.seq:
        raise LedgerUnusable(
            Unusable.DAMAGED, f"the journal ends at entry {head.seq}, but this box signed a checkpoint at {kept.size}"
        )
    if kept.root != root(peaks):
        raise LedgerUnusable(Unusable.DAMAGED, f"the first {kept.size} entries are not those that this box signed")


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
