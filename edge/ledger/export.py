"""The journal as lines: one JSON object an entry for machines, one line an entry for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import orjson

from edge.ledger.entry import Entry
from edge.ledger.rebuild import Progress, entries, quiet
from edge.ledger.sqlite import Connection

ENTRIES_A_PIECE = 2_000  # read in pieces, so that no read transaction is long


def json_line(entry: Entry) -> bytes:
    """The entry as JSON with a newline; `data` is spliced in as it is stored, `hash` is hex."""
    fields = entry._asdict() | {"data": orjson.Fragment(entry.data), "hash": entry.hash.hex()}
    return orjson.dumps(fields, option=orjson.OPT_APPEND_NEWLINE)


def text_line(entry: Entry) -> str:
    """The entry on one line, as `lobby ledger show` prints it."""
    trust = "" if entry.clock_trust == "synced" else " (clock not trusted)"
    cause = "" if entry.cause is None else f" because of {entry.cause}"
    words = f"{entry.seq:>8}  {entry.at}{trust}  {entry.kind}  {entry.subject}  by {entry.actor}{cause}"
    return f"{words}  {entry.data.decode()}"


def export(db: Connection, out: BinaryIO, progress: Progress = quiet) -> int:
    """Write every entry up to the head of this moment as a JSON line; how many."""
    total: int = db.execute("SELECT seq FROM head").fetchone()[0]
    for piece in pieces(db, total):
        out.writelines(json_line(entry) for entry in piece)
        progress(piece[-1].seq, total)
    return total


def pieces(db: Connection, total: int) -> Iterator[list[Entry]]:
    """The entries up to `total`, some at a time."""
    done = 0
    while done < total:
        piece = list(entries(db, done, min(ENTRIES_A_PIECE, total - done)))
        yield piece
        done = piece[-1].seq


def latest(db: Connection, count: int, subject: str = "") -> list[Entry]:
    """The last entries, oldest first; only those about `subject` where it is given."""
    rows = db.execute(
        "SELECT seq, epoch, at, clock_trust, kind, subject, actor, cause, data, hash FROM entry"
        " WHERE ?1 = '' OR subject = ?1 ORDER BY seq DESC LIMIT ?2",
        (subject, count),
    )
    return [Entry(*row) for row in rows][::-1]


def count_of(db: Connection, subject: str = "") -> int:
    """How many entries there are; only those about `subject` where it is given."""
    count: int = db.execute("SELECT count(*) FROM entry WHERE ?1 = '' OR subject = ?1", (subject,)).fetchone()[0]
    return count
