"""The tables of people: units, households, occupants, staff, couriers, and what is asked of them.

They hold ids and public words only; names and phones are in the vault, and in the directory while the service runs.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from edge.ledger import Connection, Entry, Fact, Projection
from edge.people import access_tables
from edge.people.access_facts import ACCESS_FACTS
from edge.people.access_tables import insert, put
from edge.people.facts import (
    RESIDENT_FACTS,
    WORKER_FACTS,
    CourierBarred,
    CourierChanged,
    CourierRegistered,
    DirectoryImported,
    HouseholdEnded,
    HouseholdFormed,
    Language,
    LockerConsentGiven,
    LockerConsentWithdrawn,
    PersonChanged,
    PersonMovedOut,
    PersonRegistered,
    PersonViewed,
    StaffChanged,
    StaffLeft,
    StaffRegistered,
    Standing,
    UnitRegistered,
)
from edge.people.known import PersonRow, UnitRow, ViewRow, WorkerRow
from edge.people.who import Role
from edge.refusal import Refusal

migrations = Migrations("people")


@migrations()
def create_directory(db: Database) -> None:
    db.table("units").create({"unit": str, "building": str, "entrance": str, "room": str, "label": str}, pk="unit")
    db.table("units").create_index(["building", "entrance", "room"], unique=True)
    db.table("households").create({"household": str, "unit": str, "formed_at": str, "ended_at": str}, pk="household")
    db.table("households").create_index(["unit", "ended_at"])
    occupant = {"person": str, "unit": str, "household": str, "standing": str, "language": str}
    db.table("persons").create(
        {**occupant, "since": str, "until": str, "registered_at": str, "left_at": str}, pk="person"
    )
    db.table("persons").create_index(["unit", "left_at"])
    db.table("locker_consents").create({"person": str, "given": int, "how": str, "by": str, "at": str}, pk="person")
    db.table("person_views").create(
        {"seq": int, "person": str, "who": str, "reason": str, "screen": str, "at": str}, pk="seq"
    )
    db.table("person_views").create_index(["person"])
    counts = dict.fromkeys(("rows", "added", "changed", "unchanged", "missing", "removed"), int)
    db.table("imports").create({"batch": str, "what": str, **counts, "by": str, "at": str}, pk="batch")
    db.table("staff").create(
        {"staff": str, "number": str, "roles": str, "registered_at": str, "left_at": str}, pk="staff"
    )
    db.table("staff").create_index(["number", "left_at"])
    courier = {"courier": str, "number": str, "carrier": str, "registered_at": str, "left_at": str}
    db.table("couriers").create(courier, pk="courier")
    db.table("couriers").create_index(["number", "left_at"])


@migrations()
def create_access(db: Database) -> None:
    access_tables.create(db)


def fold(db: Connection, entry: Entry, fact: Fact) -> None:
    if isinstance(fact, RESIDENT_FACTS):
        _fold_resident(db, entry, fact)
    elif isinstance(fact, WORKER_FACTS):
        _fold_worker(db, entry, fact)
    else:
        access_tables.fold(db, entry, fact)


def _fold_resident(db: Connection, entry: Entry, fact: Fact) -> None:
    match fact:
        case PersonRegistered():
            home = (fact.person, fact.unit, fact.household, fact.standing, fact.language)
            insert(db, "persons", *home, fact.since, fact.until, entry.at, None)
        case PersonChanged():
            sql = "UPDATE persons SET standing = ?, language = ?, since = ?, until = ? WHERE person = ?"
            db.execute(sql, (fact.standing, fact.language, fact.since, fact.until, fact.person))
        case PersonMovedOut():
            db.execute("UPDATE persons SET left_at = ? WHERE person = ?", (entry.at, fact.person))
        case PersonViewed():
            insert(db, "person_views", entry.seq, fact.person, entry.actor, fact.reason, fact.screen, entry.at)
        case LockerConsentGiven() | LockerConsentWithdrawn():
            given = int(isinstance(fact, LockerConsentGiven))
            put(db, "locker_consents", fact.person, given, fact.how, fact.by, entry.at)
        case _:
            _fold_place(db, entry, fact)


def _fold_place(db: Connection, entry: Entry, fact: Fact) -> None:
    match fact:
        case UnitRegistered():
            insert(db, "units", fact.unit, fact.building, fact.entrance, fact.room, fact.label)
        case HouseholdFormed():
            insert(db, "households", fact.household, fact.unit, entry.at, None)
        case HouseholdEnded():
            db.execute("UPDATE households SET ended_at = ? WHERE household = ?", (entry.at, fact.household))
        case DirectoryImported():
            counts = (fact.rows, fact.added, fact.changed, fact.unchanged, fact.missing, fact.removed)
            insert(db, "imports", fact.batch, fact.what, *counts, entry.actor, entry.at)


def _fold_worker(db: Connection, entry: Entry, fact: Fact) -> None:
    match fact:
        case StaffRegistered():
            insert(db, "staff", fact.staff, fact.number, ",".join(fact.roles), entry.at, None)
        case StaffChanged():
            db.execute("UPDATE staff SET roles = ? WHERE staff = ?", (",".join(fact.roles), fact.staff))
        case StaffLeft():
            db.execute("UPDATE staff SET left_at = ? WHERE staff = ?", (entry.at, fact.staff))
        case CourierRegistered():
            insert(db, "couriers", fact.courier, fact.number, fact.carrier, entry.at, None)
        case CourierChanged():
            db.execute("UPDATE couriers SET carrier = ? WHERE courier = ?", (fact.carrier, fact.courier))
        case CourierBarred():
            db.execute("UPDATE couriers SET left_at = ? WHERE courier = ?", (entry.at, fact.courier))


PROJECTION = Projection(
    name="people",
    facts=(*RESIDENT_FACTS, *WORKER_FACTS, *ACCESS_FACTS),
    migrations=migrations,
    tables=(
        "units",
        "households",
        "persons",
        "locker_consents",
        "person_views",
        "imports",
        "staff",
        "couriers",
        *access_tables.TABLES,
    ),
    fold=fold,
)

# -- what is asked of them ---------------------------------------------------------------------------------------------


_PERSON = "person, unit, household, standing, language, since, until, registered_at, left_at"


def units(db: Connection) -> list[UnitRow]:
    return [UnitRow(*row) for row in db.execute("SELECT unit, building, entrance, room, label FROM units")]


def unit_at(db: Connection, building: str, entrance: str, room: str) -> str | None:
    sql = "SELECT unit FROM units WHERE building = ? AND entrance = ? AND room = ?"
    row = db.execute(sql, (building, entrance, room)).fetchone()
    return None if row is None else str(row[0])


def persons(db: Connection) -> list[PersonRow]:
    """Everybody who ever lived here, in the order in which they were registered."""
    return [_person(row) for row in db.execute(f"SELECT {_PERSON} FROM persons ORDER BY rowid")]  # noqa: S608 - constant


def occupants(db: Connection, unit: str) -> list[PersonRow]:
    """Who is registered in a unit now."""
    sql = f"SELECT {_PERSON} FROM persons WHERE unit = ? AND left_at IS NULL ORDER BY rowid"  # noqa: S608 - constant
    return [_person(row) for row in db.execute(sql, (unit,))]


def person_row(db: Connection, person: str) -> PersonRow:
    """One occupant, former ones too. Raises Refusal `no_such_person`."""
    row = db.execute(f"SELECT {_PERSON} FROM persons WHERE person = ?", (person,)).fetchone()  # noqa: S608 - constant
    if row is None:
        raise Refusal("no_such_person")
    return _person(row)


def _person(row: tuple[str, str, str, str, str, str, str, str, str | None]) -> PersonRow:
    person, unit, household, standing, language, since, until, registered_at, left_at = row
    places = (person, unit, household)
    return PersonRow(*places, Standing(standing), Language(language), since, until, registered_at, left_at)


def household_of(db: Connection, unit: str) -> str | None:
    """The household that lives in a unit now."""
    row = db.execute("SELECT household FROM households WHERE unit = ? AND ended_at IS NULL", (unit,)).fetchone()
    return None if row is None else str(row[0])


def occupants_left(db: Connection, household: str) -> int:
    sql = "SELECT count(*) FROM persons WHERE household = ? AND left_at IS NULL"
    return int(db.execute(sql, (household,)).fetchone()[0])


def has_locker_consent(db: Connection, person: str) -> bool:
    """Whether this addressee agreed that parcels go into a locker, and has not withdrawn it (P8)."""
    row = db.execute("SELECT given FROM locker_consents WHERE person = ?", (person,)).fetchone()
    return row is not None and bool(row[0])


def views_of(db: Connection, person: str) -> list[ViewRow]:
    """Who looked at a full record, latest first (H3)."""
    sql = "SELECT seq, person, who, reason, screen, at FROM person_views WHERE person = ? ORDER BY seq DESC"
    return [ViewRow(*row) for row in db.execute(sql, (person,))]


_STAFF = "SELECT staff, number, roles, '', registered_at, left_at FROM staff"
_COURIER = "SELECT courier, number, 'courier', carrier, registered_at, left_at FROM couriers"


def staff(db: Connection) -> list[WorkerRow]:
    return [_worker(row) for row in db.execute(f"{_STAFF} ORDER BY rowid")]


def couriers(db: Connection) -> list[WorkerRow]:
    return [_worker(row) for row in db.execute(f"{_COURIER} ORDER BY rowid")]


def worker(db: Connection, who: str) -> WorkerRow | None:
    """One member of staff or courier by id, whether still here or not."""
    sql = f"{_STAFF} WHERE staff = :who UNION ALL {_COURIER} WHERE courier = :who"
    row = db.execute(sql, {"who": who}).fetchone()
    return None if row is None else _worker(row)


def staff_by_number(db: Connection, number: str) -> WorkerRow | None:
    row = db.execute(f"{_STAFF} WHERE number = ? AND left_at IS NULL", (number,)).fetchone()
    return None if row is None else _worker(row)


def courier_by_number(db: Connection, number: str) -> WorkerRow | None:
    row = db.execute(f"{_COURIER} WHERE number = ? AND left_at IS NULL", (number,)).fetchone()
    return None if row is None else _worker(row)


def _worker(row: tuple[str, str, str, str, str, str | None]) -> WorkerRow:
    roles = frozenset(Role(role) for role in row[2].split(",") if role)
    return WorkerRow(row[0], row[1], roles, row[3], row[4], row[5])
