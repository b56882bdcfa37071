"""The needs-eyes list: what no device could settle, so that a person goes and looks.

An entry is about one subject (an act, a slot, a parcel, a slip) and stays open until an observation or a person
settles it. Raising the same thing twice is one entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sqlite_utils import Database, Migrations

from edge.ledger import LARGEST_INT, Connection, Entry, Fact, Projection, Tx
from edge.refusal import Refusal


@dataclass(frozen=True)
class EyesRaised:
    """`reason`: outcome_unknown, jammed, forced, empty, not_mine, damaged, sensor_disagrees, left_open, …"""

    kind: ClassVar[str] = "eyes.raised"
    about: str
    reason: str
    device: str
    slot: str

    @property
    def subject(self) -> str:
        return self.about


@dataclass(frozen=True)
class EyesSettled:
    """`finding` is what was found (a person's or a sensor's word), `note` what the person added."""

    kind: ClassVar[str] = "eyes.settled"
    about: str
    reason: str
    finding: str
    note: str

    @property
    def subject(self) -> str:
        return self.about


@dataclass(frozen=True)
class EyesRow:
    number: int
    about: str
    reason: str
    device: str
    slot: str
    since: str


@dataclass(frozen=True)
class EyesEnd:
    """How an entry left the list; `by` is a person or a sensor's act."""

    row: EyesRow
    at: str
    by: str
    finding: str


migrations = Migrations("eyes")


@migrations()
def create(db: Database) -> None:
    db.table("needs_eyes").create(
        {
            "number": int,
            "about": str,
            "reason": str,
            "device": str,
            "slot": str,
            "since": str,
            "settled_at": str,
            "settled_by": str,
            "finding": str,
            "note": str,
        },
        pk="number",
    )
    db.table("needs_eyes").create_index(["settled_at", "about"])


def fold(db: Connection, entry: Entry, fact: Fact) -> None:
    match fact:
        case EyesRaised():
            db.execute(
                "INSERT INTO needs_eyes (number, about, reason, device, slot, since) VALUES (?, ?, ?, ?, ?, ?)",
                (entry.seq, fact.about, fact.reason, fact.device, fact.slot, entry.at),
            )
        case EyesSettled():
            db.execute(
                "UPDATE needs_eyes SET settled_at = ?, settled_by = ?, finding = ?, note = ?"
                " WHERE about = ? AND reason = ? AND settled_at IS NULL",
                (entry.at, entry.actor, fact.finding, fact.note, fact.about, fact.reason),
            )


PROJECTION = Projection(
    name="eyes", facts=(EyesRaised, EyesSettled), migrations=migrations, tables=("needs_eyes",), fold=fold
)

_COLUMNS = "number, about, reason, device, slot, since"


def raise_(tx: Tx, about: str, reason: str, device: str = "", slot: str = "") -> None:
    """Put a subject on the list, unless it stands there for this reason already."""
    sql = "SELECT 1 FROM needs_eyes WHERE about = ? AND reason = ? AND settled_at IS NULL"
    if tx.db.execute(sql, (about, reason)).fetchone() is None:
        tx.append(EyesRaised(about=about, reason=reason, device=device, slot=slot))


def settle(tx: Tx, about: str, *, finding: str, note: str = "", reason: str = "") -> None:
    """Take a subject off the list: everything about it, or what stands there for one `reason`."""
    sql = "SELECT reason FROM needs_eyes WHERE about = ? AND settled_at IS NULL ORDER BY number"
    for (open_reason,) in tx.db.execute(sql, (about,)).fetchall():
        if reason in ("", open_reason):
            tx.append(EyesSettled(about=about, reason=open_reason, finding=finding, note=note))


def open_row(db: Connection, number: int) -> EyesRow:
    """One open entry. Raises Refusal `already_settled`."""
    sql = f"SELECT {_COLUMNS} FROM needs_eyes WHERE number = ? AND settled_at IS NULL"  # noqa: S608 - constant
    values = db.execute(sql, (number,)).fetchone() if 0 < number <= LARGEST_INT else None
    if values is None:
        raise Refusal("already_settled")
    return EyesRow(*values)


def end_of(db: Connection, number: int) -> EyesEnd | None:
    """How one entry was settled; None while it is open, and where there is none."""
    sql = (
        f"SELECT {_COLUMNS}, settled_at, settled_by, finding FROM needs_eyes"  # noqa: S608 - constant
        " WHERE number = ? AND settled_at IS NOT NULL"
    )
    values = db.execute(sql, (number,)).fetchone() if 0 < number <= LARGEST_INT else None
    return None if values is None else EyesEnd(EyesRow(*values[:6]), *values[6:])


def waiting(db: Connection) -> list[EyesRow]:
    """The open list, oldest first."""
    sql = f"SELECT {_COLUMNS} FROM needs_eyes WHERE settled_at IS NULL ORDER BY number"  # noqa: S608 - constant
    return [EyesRow(*values) for values in db.execute(sql)]
