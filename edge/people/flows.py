"""Residents: moving in, changing, moving out, the locker consent, and a look at a full record."""

from __future__ import annotations

from dataclasses import dataclass

from edge import remarks
from edge.ledger import Connection, Request, Tx
from edge.people import rules, tables, writing
from edge.people.directory import Person
from edge.people.facts import PersonViewed
from edge.people.known import PersonRow
from edge.people.parts import PeopleParts
from edge.people.who import Role, Who, require
from edge.people.writing import Resident
from edge.refusal import Refusal

DESK = "desk"


@dataclass(frozen=True)
class FullRecord:
    """Everything that is kept of an occupant. Made only by `look_up_full`, which writes down that it was."""

    person: Person
    document_kind: str
    document_number: str
    since: str
    until: str
    registered_at: str
    locker_consent: bool


async def register_resident(parts: PeopleParts, who: Who, resident: Resident, request: Request | None = None) -> str:
    """Somebody moves in; the person's id. Raises Refusal `already_registered`, `not_allowed`."""
    require(who, *rules.DESK_ROLES, rule="H1")

    def decide(tx: Tx) -> str:
        _refuse_twin(tx, resident)
        return writing.register_resident(tx, resident, by=who.id, how=DESK)

    person = await parts.ledger.commit(_asked(who, request), decide)
    parts.directory.refresh(parts.ledger, person)
    return person


async def change_resident(
    parts: PeopleParts, who: Who, person: str, resident: Resident, request: Request | None = None
) -> None:
    """Another phone, name or role in the household. Who moves to another flat moves out and in."""
    require(who, *rules.DESK_ROLES, rule="H1")

    def decide(tx: Tx) -> None:
        known = _occupant(tx.db, person)
        if tables.unit_at(tx.db, *_key(resident)) != known.unit:
            raise Refusal("other_unit")
        writing.change_resident(tx, known, resident, by=who.id, how=DESK)

    await parts.ledger.commit(_asked(who, request), decide)
    parts.directory.refresh(parts.ledger, person)


async def move_out(parts: PeopleParts, who: Who, person: str, reason: str, request: Request | None = None) -> None:
    """No longer a registered occupant. What is open in their name stays open and theirs."""
    require(who, *rules.DESK_ROLES, rule="H2")
    if not reason.strip():
        raise Refusal("reason_missing", "H2")
    await parts.ledger.commit(
        _asked(who, request), lambda tx: writing.move_out(tx, _occupant(tx.db, person), remarks.keep(tx, reason))
    )
    parts.directory.refresh(parts.ledger, person)


async def set_locker_consent(
    parts: PeopleParts, who: Who, person: str, *, given: bool, how: str = DESK, request: Request | None = None
) -> None:
    """The addressee agrees, or no longer agrees, that parcels go into a locker (P8). Saying it twice is one fact.

    The desk writes down what it was told; a resident says it for themselves.
    """
    if who.id != f"resident:{person}":
        require(who, *rules.DESK_ROLES, Role.SECURITY, rule="P8")

    def decide(tx: Tx) -> None:
        writing.set_locker_consent(tx, _occupant(tx.db, person).person, given, how=how, by=who.id)

    await parts.ledger.commit(_asked(who, request), decide)


async def look_up_full(
    parts: PeopleParts, who: Who, person: str, reason: str, request: Request | None = None
) -> FullRecord:
    """One occupant's full record. That `who` looked, and why, is in the journal before the answer is given (H3)."""
    rules.check_may_look_up(who, reason)

    def decide(tx: Tx) -> None:
        row = tables.person_row(tx.db, person)
        tx.append(PersonViewed(row.person, remarks.keep(tx, reason), who.screen))

    await parts.ledger.commit(_asked(who, request), decide)
    with parts.ledger.reading() as db:
        row = tables.person_row(db, person)
        record = parts.ledger.vault.open(db, person) or {}
        consent = tables.has_locker_consent(db, person)
    return FullRecord(
        person=parts.directory.person(person),
        document_kind=record.get("document_kind", ""),
        document_number=record.get("document_number", ""),
        since=row.since,
        until=row.until,
        registered_at=row.registered_at,
        locker_consent=consent,
    )


def _asked(who: Who, request: Request | None) -> Request:
    return (request or Request())._replace(actor=who.id)


def _key(resident: Resident) -> tuple[str, str, str]:
    place = resident.place
    return place.building, place.entrance, place.room


def _occupant(db: Connection, person: str) -> PersonRow:
    row = tables.person_row(db, person)
    if row.left_at is not None:
        raise Refusal("no_longer_here")
    return row


def _refuse_twin(tx: Tx, resident: Resident) -> None:
    """The same name and phone in the same unit is the same person."""
    unit = tables.unit_at(tx.db, *_key(resident))
    for row in tables.occupants(tx.db, unit) if unit else ():
        record = tx.vault.open(row.person) or {}
        if (record.get("name"), record.get("phone")) == (resident.name, resident.phone):
            raise Refusal("already_registered")
