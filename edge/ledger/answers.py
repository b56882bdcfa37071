"""The first answers to requests with an idempotency key, kept so that a repeat gets the same and writes nothing."""

from __future__ import annotations

from datetime import timedelta

from edge.ledger.canonical import Plain, read
from edge.ledger.journal import Stamp
from edge.ledger.sqlite import Connection
from edge.ledger.times import spell
from edge.ledger.tx import Request
from edge.refusal import Refusal


def recall(db: Connection, request: Request) -> tuple[Plain] | None:
    """The answer that this key was given before, in a tuple of one. Refuses a key that meant something else."""
    row = db.execute("SELECT fingerprint, body FROM answer WHERE key = ?", (request.key,)).fetchone()
    if row is None:
        return None
    if row[0] != request.fingerprint:
        raise Refusal("key_reused")
    return (read(row[1]),)


def keep(db: Connection, request: Request, body: bytes, stamp: Stamp) -> None:
    db.execute(
        "INSERT INTO answer (key, fingerprint, body, at) VALUES (?, ?, ?, ?)",
        (request.key, request.fingerprint, body, stamp.at),
    )


def prune(db: Connection, stamp: Stamp, age: timedelta) -> int:
    """Drop answers older than `age`; how many."""
    return db.execute("DELETE FROM answer WHERE at < ?", (spell(stamp.now - age),)).rowcount
