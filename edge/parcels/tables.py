"""Parcels and cells as they stand, folded from their facts, and the registers read from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlite_utils import Database, Migrations

from edge.ledger import Connection, Entry, Fact, Projection, Row
from edge.parcels.facts import (
    FACTS,
    CellBroughtBack,
    CellReleased,
    CellReserved,
    CellTakenOut,
    CodeIssued,
    ParcelCollected,
    ParcelDisputed,
    ParcelFound,
    ParcelPutInCell,
    ParcelPutOnShelf,
    ParcelRegistered,
    ParcelSentToDesk,
    ParcelTakenBack,
    ParcelUnsure,
)


class Where(StrEnum):
    """The one place of a parcel."""

    IN_HAND = "in_hand"
    IN_CELL = "in_cell"
    ON_SHELF = "on_shelf"
    TO_DESK = "to_desk"
    COLLECTED = "collected"
    TAKEN_BACK = "taken_back"
    UNSURE = "unsure"


IN_THE_HOUSE = (Where.IN_CELL, Where.ON_SHELF, Where.TO_DESK, Where.UNSURE)


@dataclass(frozen=True)
class ParcelRow:
    """One line of the register 邮件收发登记表. `device` and `cell` are its claim on a cell, `""` without one.

    `signature` is the deliverer's, `collected_signature` the taker's; `handed_by` is who was at the desk then, or the
    resident's own id at a cell.
    """

    parcel: str
    number: str
    carrier: str
    mail_class: str
    quantity: int
    unit: str
    addressee: str
    care: str
    deliverer: str
    signature: str
    channel: str
    registered_by: str
    registered_at: str
    state: Where
    why: str
    device: str
    cell: str
    shelf: str
    visit: str
    placed_at: str
    collected_at: str
    collected_by: str
    collected_signature: str
    handed_by: str
    dispute: str
    seq: int


_COLUMNS = {
    "parcel": str,
    "number": str,
    "carrier": str,
    "mail_class": str,
    "quantity": int,
    "unit": str,
    "addressee": str,
    "care": str,
    "deliverer": str,
    "signature": str,
    "channel": str,
    "registered_by": str,
    "registered_at": str,
    "state": str,
    "why": str,
    "device": str,
    "cell": str,
    "shelf": str,
    "visit": str,
    "placed_at": str,
    "collected_at": str,
    "collected_by": str,
    "collected_signature": str,
    "handed_by": str,
    "dispute": str,
    "seq": int,
}

migrations = Migrations("parcels")


@migrations()
def create(db: Database) -> None:
    db.table("parcels").create(_COLUMNS, pk="parcel")
    db.table("parcels").create_index(["seq"], unique=True)
    db.table("parcels").create_index(["number"])
    db.table("parcels").create_index(["addressee", "state"])
    db.table("parcels").create_index(["unit", "seq"])
    db.table("parcels").create_index(["state", "seq"])
    db.table("parcels").create_index(["visit"])
    db.execute("CREATE UNIQUE INDEX one_owner_a_cell ON parcels(device, cell) WHERE cell != ''")
    db.table("pickup_codes").create({"parcel": str, "code_hash": str, "token_hash": str}, pk="parcel")
    db.table("pickup_codes").create_index(["code_hash"])
    db.table("pickup_codes").create_index(["token_hash"])
    db.table("cells_out").create({"device": str, "cell": str, "reason": str, "since": str}, pk=("device", "cell"))


def _register(db: Connection, entry: Entry, fact: ParcelRegistered) -> None:
    care = " ".join(one.value for one in fact.care)
    given = (fact.parcel, fact.number, fact.carrier, fact.mail_class.value, fact.quantity, fact.unit, fact.addressee)
    how = (care, fact.deliverer, fact.signature.value, fact.channel, entry.actor, entry.at)
    db.execute(
        f"INSERT INTO parcels VALUES ({', '.join('?' * 13)}, 'in_hand', '', '', '', '', '', '', '', '', '', '', '', ?)",  # noqa: S608 - constant
        (*given, *how, entry.seq),
    )


def _reserve(db: Connection, _: Entry, fact: CellReserved) -> None:
    sql = "UPDATE parcels SET device = ?, cell = ?, visit = ? WHERE parcel = ?"
    db.execute(sql, (fact.device, fact.cell, fact.visit, fact.parcel))


def _release(db: Connection, _: Entry, fact: CellReleased) -> None:
    db.execute("UPDATE parcels SET device = '', cell = '' WHERE parcel = ?", (fact.parcel,))


def _put_in(db: Connection, entry: Entry, fact: ParcelPutInCell) -> None:
    sql = "UPDATE parcels SET state = 'in_cell', why = '', shelf = '', placed_at = ? WHERE parcel = ?"
    db.execute(sql, (entry.at, fact.parcel))


def _shelve(db: Connection, entry: Entry, fact: ParcelPutOnShelf) -> None:
    sql = (
        "UPDATE parcels SET state = 'on_shelf', why = ?, shelf = ?, placed_at = ?,"
        " collected_at = '', collected_by = '', collected_signature = '', handed_by = '', dispute = ''"
        " WHERE parcel = ?"
    )
    db.execute(sql, (fact.why, fact.shelf, entry.at, fact.parcel))


def _move(state: Where) -> Callable[[Connection, Entry, Any], None]:
    def fold_one(db: Connection, _: Entry, fact: ParcelSentToDesk | ParcelTakenBack | ParcelUnsure) -> None:
        sql = "UPDATE parcels SET state = ?, why = ? WHERE parcel = ?"
        db.execute(sql, (state.value, fact.why, fact.parcel))

    return fold_one


def _collect(db: Connection, entry: Entry, fact: ParcelCollected) -> None:
    db.execute(
        "UPDATE parcels SET state = 'collected', why = '', collected_at = ?, collected_by = ?,"
        " collected_signature = ?, handed_by = ?, visit = CASE ? WHEN '' THEN visit ELSE ? END WHERE parcel = ?",
        (entry.at, fact.by, fact.signature, entry.actor, fact.visit, fact.visit, fact.parcel),
    )
    db.execute("DELETE FROM pickup_codes WHERE parcel = ?", (fact.parcel,))


def _dispute(db: Connection, _: Entry, fact: ParcelDisputed) -> None:
    state = "unsure" if fact.what == "empty" else None
    sql = "UPDATE parcels SET dispute = ?, state = coalesce(?, state) WHERE parcel = ?"
    db.execute(sql, (fact.what, state, fact.parcel))


def _found(db: Connection, entry: Entry, fact: ParcelFound) -> None:
    at = entry.at if fact.where == Where.COLLECTED else ""
    sql = "UPDATE parcels SET state = ?, why = 'found', dispute = '', collected_at = ? WHERE parcel = ?"
    db.execute(sql, (fact.where, at, fact.parcel))


def _code(db: Connection, _: Entry, fact: CodeIssued) -> None:
    sql = "INSERT OR REPLACE INTO pickup_codes VALUES (?, ?, ?)"
    db.execute(sql, (fact.parcel, fact.code_hash, fact.token_hash))


def _take_out(db: Connection, entry: Entry, fact: CellTakenOut) -> None:
    sql = "INSERT OR REPLACE INTO cells_out VALUES (?, ?, ?, ?)"
    db.execute(sql, (fact.device, fact.cell, fact.reason, entry.at))


def _bring_back(db: Connection, _: Entry, fact: CellBroughtBack) -> None:
    db.execute("DELETE FROM cells_out WHERE device = ? AND cell = ?", (fact.device, fact.cell))


_FOLDS: Mapping[type[Fact], Callable[[Connection, Entry, Any], None]] = {
    ParcelRegistered: _register,
    CellReserved: _reserve,
    CellReleased: _release,
    ParcelPutInCell: _put_in,
    ParcelPutOnShelf: _shelve,
    ParcelSentToDesk: _move(Where.TO_DESK),
    ParcelTakenBack: _move(Where.TAKEN_BACK),
    ParcelUnsure: _move(Where.UNSURE),
    ParcelCollected: _collect,
    ParcelDisputed: _dispute,
    ParcelFound: _found,
    CodeIssued: _code,
    CellTakenOut: _take_out,
    CellBroughtBack: _bring_back,
}


def fold(db: Connection, entry: Entry, fact: Fact) -> None:
    """One fact into the tables; facts that only the journal needs (who opened a cell) change none."""
    if (fold_one := _FOLDS.get(type(fact))) is not None:
        fold_one(db, entry, fact)


PROJECTION = Projection(
    name="parcels",
    facts=FACTS,
    migrations=migrations,
    tables=("parcels", "pickup_codes", "cells_out"),
    fold=fold,
)


# -- queries ---------------------------------------------------------------------------------------------------


_STATE = list(_COLUMNS).index("state")


def _row(values: Row) -> ParcelRow:
    fields = list(values)  # the columns stand in the order of the fields
    fields[_STATE] = Where(fields[_STATE])
    return ParcelRow(*fields)


def _rows(db: Connection, tail: str, args: Sequence[object]) -> list[ParcelRow]:
    return [_row(values) for values in db.execute(f"SELECT * FROM parcels {tail}", args)]  # noqa: S608 - own constants


def parcel_row(db: Connection, parcel: str) -> ParcelRow | None:
    found = _rows(db, "WHERE parcel = ?", (parcel,))
    return found[0] if found else None


def parcels_of(db: Connection, addressee: str) -> list[ParcelRow]:
    """What waits in the house for one person, oldest first."""
    return _rows(db, "WHERE addressee = ? AND state IN ('in_cell', 'on_shelf', 'to_desk') ORDER BY seq", (addressee,))


def parcels_of_visit(db: Connection, visit: str) -> list[ParcelRow]:
    return _rows(db, "WHERE visit = ? ORDER BY seq", (visit,))


def live_with_number(db: Connection, number: str) -> ParcelRow | None:
    """The parcel that bears this tracking number and has not left again."""
    found = _rows(db, "WHERE number = ? AND state NOT IN ('collected', 'taken_back') ORDER BY seq DESC", (number,))
    return found[0] if found else None


def parcel_in_cell(db: Connection, device: str, cell: str) -> ParcelRow | None:
    found = _rows(db, "WHERE device = ? AND cell = ?", (device, cell))
    return found[0] if found else None


def waiting(db: Connection, limit: int = 200) -> list[ParcelRow]:
    """Everything in the house that nobody has collected, oldest first."""
    return _rows(db, "WHERE state IN ('in_cell', 'on_shelf', 'to_desk', 'unsure') ORDER BY seq LIMIT ?", (limit,))


def count_by_state(db: Connection) -> dict[str, int]:
    return dict(db.execute("SELECT state, count(*) FROM parcels GROUP BY state").fetchall())


@dataclass(frozen=True)
class RegisterFilter:
    """What the register shows: a state, a unit, a class, (part of) a tracking number, or a span of time.

    `since` and `until` are times as the journal spells them (from, and up to but not with); `before` is the page's
    cursor (seq).
    """

    state: str = ""
    unit: str = ""
    mail_class: str = ""
    number: str = ""
    since: str = ""
    until: str = ""
    before: int = 0


def register_page(db: Connection, wanted: RegisterFilter, limit: int = 50) -> list[ParcelRow]:
    """One page of the register, newest first."""
    clauses, args = ["1"], []
    for clause, value in (
        ("state = ?", wanted.state),
        ("unit = ?", wanted.unit),
        ("mail_class = ?", wanted.mail_class),
        ("number LIKE ?", f"%{wanted.number}%" if wanted.number else ""),
        ("registered_at >= ?", wanted.since),
        ("registered_at < ?", wanted.until),
        ("seq < ?", wanted.before or ""),
    ):
        if value:
            clauses.append(clause)
            args.append(value)
    return _rows(db, f"WHERE {' AND '.join(clauses)} ORDER BY seq DESC LIMIT ?", (*args, limit))


def claimed_cells(db: Connection, device: str) -> set[str]:
    return {cell for (cell,) in db.execute("SELECT cell FROM parcels WHERE device = ? AND cell != ''", (device,))}


def cells_out(db: Connection, device: str) -> dict[str, str]:
    """Cells out of service, with their reasons."""
    return dict(db.execute("SELECT cell, reason FROM cells_out WHERE device = ?", (device,)).fetchall())


def parcel_with_code(db: Connection, code_hash: str) -> ParcelRow | None:
    """The parcel that some digits belong to, by their keyed hash."""
    found = _rows(db, "WHERE parcel = (SELECT parcel FROM pickup_codes WHERE code_hash = ?)", (code_hash,))
    return found[0] if found else None


def parcel_with_token(db: Connection, token_hash: str) -> ParcelRow | None:
    """The parcel that a QR's token belongs to, by its keyed hash. Digits are no token: they could be guessed."""
    found = _rows(db, "WHERE parcel = (SELECT parcel FROM pickup_codes WHERE token_hash = ?)", (token_hash,))
    return found[0] if found else None


def has_code(db: Connection, parcel: str) -> bool:
    """Whether its addressee was ever promised a message with a code."""
    return db.execute("SELECT 1 FROM pickup_codes WHERE parcel = ?", (parcel,)).fetchone() is not None


def next_parcel_number(db: Connection) -> str:
    """The next register number, P000001 on."""
    last = db.execute("SELECT parcel FROM parcels ORDER BY seq DESC LIMIT 1").fetchone()
    return f"P{(int(last[0][1:]) if last else 0) + 1:06d}"
