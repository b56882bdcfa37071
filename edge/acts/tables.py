"""Acts as they stand, folded from their facts, and the latest word of each board."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlite_utils import Database, Migrations

from edge.acts.facts import (
    FACTS,
    ActActuated,
    ActConfirmed,
    ActObserved,
    ActRefused,
    ActRequested,
    ActSettled,
    ActUnknown,
    BoardEventSeen,
    DeviceStatusSeen,
)
from edge.acts.state import UNSETTLED, ActRow, ActState
from edge.ledger import Connection, Entry, Fact, Projection

migrations = Migrations("acts")


@migrations()
def create(db: Database) -> None:
    db.table("acts").create(
        {
            "act": str,
            "device": str,
            "slot": str,
            "purpose": str,
            "about": str,
            "actor": str,
            "state": str,
            "reason": str,
            "seen": str,
            "said": str,
            "requested_at": str,
            "changed_at": str,
            "seq": int,
        },
        pk="act",
    )
    db.table("acts").create_index(["device", "slot", "seq"])
    db.table("acts").create_index(["state"])
    db.table("acts").create_index(["about"])
    db.table("board_outboxes").create({"device": str, "boot": str, "event_seq": int}, pk=("device", "boot"))
    db.table("device_statuses").create({"device": str, "health": str, "reason": str, "since": str}, pk="device")


def _request(db: Connection, entry: Entry, fact: ActRequested) -> None:
    values = (fact.act, fact.device, fact.slot, fact.purpose, fact.about, entry.actor)
    db.execute(
        "INSERT INTO acts VALUES (?, ?, ?, ?, ?, ?, 'requested', '', '', '', ?, ?, ?)",
        (*values, entry.at, entry.at, entry.seq),
    )


def _advance(db: Connection, entry: Entry, act: str, state: ActState, reason: str = "") -> None:
    sql = "UPDATE acts SET state = ?, reason = ?, changed_at = ? WHERE act = ?"
    db.execute(sql, (state.value, reason, entry.at, act))


_SEEN_AS = {"opened": ActState.OPEN, "closed": ActState.CLOSED, "jammed": ActState.JAMMED}


def _observe(db: Connection, entry: Entry, fact: ActObserved) -> None:
    state = _SEEN_AS.get(fact.what)
    db.execute(
        "UPDATE acts SET state = coalesce(?, state), seen = trim(seen || ' ' || ?), changed_at = ? WHERE act = ?",
        (state.value if state else None, fact.what, entry.at, fact.act),
    )


def _confirm(db: Connection, entry: Entry, fact: ActConfirmed) -> None:
    db.execute("UPDATE acts SET said = ?, changed_at = ? WHERE act = ?", (fact.what, entry.at, fact.act))


def _event(db: Connection, _: Entry, fact: BoardEventSeen) -> None:
    sql = "INSERT INTO board_outboxes VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET event_seq = excluded.event_seq"
    db.execute(sql, (fact.device, fact.boot, fact.event_seq))


def _status(db: Connection, entry: Entry, fact: DeviceStatusSeen) -> None:
    sql = "INSERT OR REPLACE INTO device_statuses VALUES (?, ?, ?, ?)"
    db.execute(sql, (fact.device, fact.health, fact.reason, entry.at))


_FOLDS: Mapping[type[Fact], Callable[[Connection, Entry, Any], None]] = {
    ActRequested: _request,
    ActActuated: lambda db, entry, fact: _advance(db, entry, fact.act, ActState.ACTUATED),
    ActObserved: _observe,
    ActConfirmed: _confirm,
    ActRefused: lambda db, entry, fact: _advance(db, entry, fact.act, ActState.REFUSED, fact.reason),
    ActUnknown: lambda db, entry, fact: _advance(db, entry, fact.act, ActState.UNKNOWN, fact.reason),
    ActSettled: lambda db, entry, fact: _advance(db, entry, fact.act, ActState.SETTLED, fact.finding),
    BoardEventSeen: _event,
    DeviceStatusSeen: _status,
}


def fold(db: Connection, entry: Entry, fact: Fact) -> None:
    _FOLDS[type(fact)](db, entry, fact)


PROJECTION = Projection(
    name="acts",
    facts=FACTS,
    migrations=migrations,
    tables=("acts", "board_outboxes", "device_statuses"),
    fold=fold,
)


# -- queries ---------------------------------------------------------------------------------------------------

_COLUMNS = "act, device, slot, purpose, about, actor, state, reason, seen, said, requested_at, changed_at"


def _row(values: Sequence[str] | None) -> ActRow | None:
    if values is None:
        return None
    act, device, slot, purpose, about, actor, state, reason, seen, said, requested_at, changed_at = values
    where = (act, device, slot, purpose, about, actor)
    return ActRow(*where, ActState(state), reason, tuple(seen.split()), said, requested_at, changed_at)


def act_row(db: Connection, act: str) -> ActRow | None:
    return _row(db.execute(f"SELECT {_COLUMNS} FROM acts WHERE act = ?", (act,)).fetchone())  # noqa: S608 - constant


def acts_about(db: Connection, about: str) -> list[ActRow]:
    """Every act that served this subject, oldest first."""
    sql = f"SELECT {_COLUMNS} FROM acts WHERE about = ? ORDER BY seq"  # noqa: S608 - constant
    return [row for values in db.execute(sql, (about,)) if (row := _row(values))]


def last_act_on(db: Connection, device: str, slot: str) -> ActRow | None:
    sql = f"SELECT {_COLUMNS} FROM acts WHERE device = ? AND slot = ? ORDER BY seq DESC LIMIT 1"  # noqa: S608 - constant
    return _row(db.execute(sql, (device, slot)).fetchone())


def last_act_about(db: Connection, about: str, device: str, slot: str) -> ActRow | None:
    """The last act on this door that served this subject; `+` keeps to the subject's few acts, not the door's many."""
    where = "about = ? AND +device = ? AND +slot = ?"
    sql = f"SELECT {_COLUMNS} FROM acts WHERE {where} ORDER BY seq DESC LIMIT 1"  # noqa: S608 - constants
    return _row(db.execute(sql, (about, device, slot)).fetchone())


def unsettled_act_on(db: Connection, device: str, slot: str) -> ActRow | None:
    """The act on this door that may still have an effect nobody knows of, if there is one."""
    row = last_act_on(db, device, slot)
    return row if row is not None and row.state in UNSETTLED else None


def unfinished_acts(db: Connection) -> list[ActRow]:
    sql = f"SELECT {_COLUMNS} FROM acts WHERE state IN ('requested', 'actuated') ORDER BY seq"  # noqa: S608 - constant
    return [row for values in db.execute(sql) if (row := _row(values))]


def last_event_seq(db: Connection, device: str, boot: str) -> int:
    sql = "SELECT event_seq FROM board_outboxes WHERE device = ? AND boot = ?"
    found = db.execute(sql, (device, boot)).fetchone()
    return int(found[0]) if found else -1


def unsettled_slots(db: Connection, device: str) -> set[str]:
    """Doors of which nobody knows what an act will still do, or has done."""
    sql = "SELECT slot FROM acts WHERE device = ? AND state IN ('requested', 'actuated', 'unknown')"
    return {slot for (slot,) in db.execute(sql, (device,))}
