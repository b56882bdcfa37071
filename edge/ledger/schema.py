"""The ledger's own tables. What is folded from the journal belongs to the projections, not here."""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from edge.ledger.sqlite import driver

APPLICATION_ID = 0x4C424F58  # "LBOX"
SCHEMA_VERSION = 1  # raised with every migration below; an older program refuses a newer file

SCHEMA = Migrations("ledger")

_JOURNAL = """
CREATE TABLE entry (
    seq INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    at TEXT NOT NULL,
    clock_trust TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    actor TEXT NOT NULL,
    cause INTEGER,
    data BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT;

CREATE TRIGGER entry_follows BEFORE INSERT ON entry BEGIN
    SELECT RAISE(ABORT, 'an entry must follow the last one')
    WHERE NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entry);
END;
CREATE TRIGGER entry_stays BEFORE UPDATE ON entry BEGIN
    SELECT RAISE(ABORT, 'an entry is never changed');
END;
CREATE TRIGGER entry_remains BEFORE DELETE ON entry BEGIN
    SELECT RAISE(ABORT, 'an entry is never deleted');
END;

CREATE TABLE head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    hash BLOB NOT NULL,
    frontier BLOB NOT NULL
) STRICT;

CREATE TABLE merkle_block (number INTEGER PRIMARY KEY, hash BLOB NOT NULL) STRICT;

CREATE TABLE identity (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    box TEXT NOT NULL,
    public_key BLOB
) STRICT;
"""

_BESIDE_THE_JOURNAL = """
CREATE TABLE answer (
    key TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    body BLOB NOT NULL,
    at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE vault_person (
    person TEXT PRIMARY KEY,
    wrapped_key BLOB NOT NULL,
    version INTEGER NOT NULL,
    sealed BLOB
) STRICT, WITHOUT ROWID;

CREATE TABLE vault_secret (
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (owner, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE projection (
    name TEXT PRIMARY KEY,
    shape TEXT NOT NULL,
    folded INTEGER NOT NULL CHECK (folded IN (0, 1))
) STRICT, WITHOUT ROWID;
"""


@SCHEMA()
def journal(db: Database) -> None:
    _run(db, _JOURNAL)


@SCHEMA()
def beside_the_journal(db: Database) -> None:
    _run(db, _BESIDE_THE_JOURNAL)


def _run(db: Database, script: str) -> None:
    """Statement by statement: `executescript` would commit the migration's transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if _complete(statement):
            db.execute(statement)
            statement = ""


def _complete(statement: str) -> bool:
    return bool(statement.strip()) and driver.complete_statement(statement)
