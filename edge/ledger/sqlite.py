"""The one SQLite that the ledger runs on, and how its connections are set up.

`pysqlite3` brings its own SQLite. Versions before 3.51.3 can corrupt a WAL that two connections write or checkpoint
(the WAL-reset bug, https://sqlite.org/wal.html), and Debian 12's is older, so the system's module is never used.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3 as driver
    from sqlite3 import Connection, DatabaseError, Error, Row
else:
    from pysqlite3 import dbapi2 as driver
    from pysqlite3.dbapi2 import Connection, DatabaseError, Error, Row

__all__ = [
    "PAGE_BYTES",
    "Connection",
    "DatabaseError",
    "Error",
    "Row",
    "driver",
    "open_reader",
    "open_writer",
    "primary_code",
]

OLDEST_SAFE = (3, 51, 3)
BUSY_MS = 5_000  # another process may be taking a backup; the ledger's own writer is alone
STATEMENTS_KEPT = 512
PAGE_BYTES = 4096
WAL_FILE_BYTES = 64 << 20  # what a long reader made of the WAL is given back down to this


def open_writer(path: Path) -> Connection:
    """The connection that writes. Transactions are opened and ended by plain SQL, never by the driver."""
    db = _connect(f"{path.absolute().as_uri()}?mode=rwc")
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "secure_delete = ON",
        "foreign_keys = ON",
        "recursive_triggers = ON",  # or INSERT OR REPLACE would delete without firing the delete trigger
        "wal_autocheckpoint = 0",  # the writer does it, after its callers have their answer
        "cache_size = -8192",
        f"page_size = {PAGE_BYTES}",
        f"journal_size_limit = {WAL_FILE_BYTES}",
    ):
        db.execute(f"PRAGMA {pragma}")
    return db


def open_reader(path: Path) -> Connection:
    """A connection that cannot write."""
    db = _connect(f"{path.absolute().as_uri()}?mode=ro")
    db.execute("PRAGMA query_only = ON")
    return db


def _connect(uri: str) -> Connection:
    db = driver.connect(
        uri,
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=STATEMENTS_KEPT,
        timeout=BUSY_MS / 1000,
    )
    db.row_factory = Row
    db.execute("PRAGMA trusted_schema = OFF")
    db.execute("PRAGMA temp_store = MEMORY")
    return db


def primary_code(error: Error) -> int:
    """SQLite's result code without its extension bits; 0 where the driver raised by itself."""
    return int(getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
