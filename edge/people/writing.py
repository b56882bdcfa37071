"""How people are written: the same steps for one person at the desk and for a file of hundreds.

Called inside decisions. What can be known about a person in the lobby goes into the vault; a fact holds its commitment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from edge.chance import new_id
from edge.ledger import Tx
from edge.people import tables
from edge.people.facts import (
    CourierBarred,
    CourierChanged,
    CourierRegistered,
    HouseholdEnded,
    HouseholdFormed,
    Language,
    LockerConsentGiven,
    LockerConsentWithdrawn,
    PersonChanged,
    PersonMovedOut,
    PersonRegistered,
    StaffChanged,
    StaffLeft,
    StaffRegistered,
    Standing,
    UnitRegistered,
)
from edge.people.known import PersonRow, WorkerRow
from edge.people.pins import SEALED_AS
from edge.people.pinyin import Spelling, spell
from edge.people.plain import plain_number
from edge.people.who import Role

ID_CHARS = 10
_PLAIN_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9-]{0,19}")


@dataclass(frozen=True)
class Place:
    """A unit as people write it. `entrance` is empty where the building has but one."""

    building: str
    entrance: str
    room: str

    @property
    def label(self) -> str:
        return "-".join(part for part in (self.building, self.entrance, self.room) if part)


@dataclass(frozen=True)
class Resident:
    """An occupant as an office knows them. None: the file or form does not say, so what is known stays.

    A long list brings its names `spelled`, so that this is not left to the ledger's writer.
    """

    place: Place
    name: str
    standing: Standing
    phone: str = ""
    document_kind: str | None = None
    document_number: str | None = None
    language: Language | None = None
    since: str | None = None
    until: str | None = None
    locker_consent: bool | None = None
    spelled: Spelling | None = None


@dataclass(frozen=True)
class Worker:
    """Staff (with roles) or a courier (with a carrier), as an office knows them."""

    number: str
    name: str
    phone: str
    roles: frozenset[Role] = frozenset({Role.COURIER})
    carrier: str = ""


# -- occupants ---------------------------------------------------------------------------------------------------------


def register_unit(tx: Tx, place: Place) -> str:
    """The unit's id; new where nobody spoke of it before."""
    known = tables.unit_at(tx.db, place.building, place.entrance, place.room)
    if known is not None:
        return known
    unit = new_id(tx.chance, ID_CHARS)
    tx.append(UnitRegistered(unit, place.building, place.entrance, place.room, place.label))
    return unit


def register_resident(tx: Tx, resident: Resident, by: str, how: str) -> str:
    """A new occupant, in the household that lives there or a new one; the person's id."""
    unit = register_unit(tx, resident.place)
    household = tables.household_of(tx.db, unit)
    if household is None:
        household = new_id(tx.chance, ID_CHARS)
        tx.append(HouseholdFormed(household, unit))
    person = new_id(tx.chance, ID_CHARS)
    commitment = _seal(tx, person, resident_record(resident, {}))
    language = resident.language or Language.ZH
    since, until = resident.since or "", resident.until or ""
    tx.append(PersonRegistered(person, unit, household, resident.standing, language, since, until, commitment))
    set_locker_consent(tx, person, resident.locker_consent, how=how, by=by)
    return person


def change_resident(tx: Tx, known: PersonRow, resident: Resident, by: str, how: str) -> bool:
    """Write what is new about an occupant; False when nothing is."""
    old = tx.vault.open(known.person) or {}
    record = resident_record(resident, old)
    fact = PersonChanged(
        known.person,
        resident.standing,
        resident.language or known.language,
        known.since if resident.since is None else resident.since,
        known.until if resident.until is None else resident.until,
        "",
    )
    same = (known.standing, known.language, known.since, known.until)
    changed = record != old or same != (fact.standing, fact.language, fact.since, fact.until)
    if changed:
        commitment = _seal(tx, known.person, record)
        tx.append(PersonChanged(fact.person, fact.standing, fact.language, fact.since, fact.until, commitment))
    return set_locker_consent(tx, known.person, resident.locker_consent, how=how, by=by) or changed


def resident_record(resident: Resident, old: dict[str, str]) -> dict[str, str]:
    """What is sealed of an occupant: what is not said anew is kept."""
    record = dict(old)
    if resident.name != old.get("name"):
        spelling = resident.spelled or spell(resident.name)
        record.update(name=resident.name, initials=spelling.initials, spelling=spelling.full)
    record["phone"] = resident.phone
    record["language"] = resident.language or old.get("language", Language.ZH.value)
    if resident.document_number is not None:
        record.update(document_kind=resident.document_kind or "", document_number=resident.document_number)
    return record


def move_out(tx: Tx, known: PersonRow, reason: str) -> None:
    """No longer an occupant; the household ends with its last one."""
    tx.append(PersonMovedOut(known.person, reason))
    if tables.occupants_left(tx.db, known.household) == 0:
        tx.append(HouseholdEnded(known.household))


def set_locker_consent(tx: Tx, person: str, given: bool | None, *, how: str, by: str) -> bool:
    """Once per person, revocable (P8); None says nothing. False when it stands so already."""
    if given is None or given == tables.has_locker_consent(tx.db, person):
        return False
    tx.append((LockerConsentGiven if given else LockerConsentWithdrawn)(person, how, by))
    return True


# -- staff and couriers ------------------------------------------------------------------------------------------------


def register_worker(tx: Tx, worker: Worker) -> str:
    """A new member of staff or courier; the id that their acts carry."""
    courier = Role.COURIER in worker.roles
    who = _free_id(tx, "courier" if courier else "staff", worker.number)
    commitment = _seal(tx, who, worker_record(worker, {}))
    if courier:
        tx.append(CourierRegistered(who, worker.number, worker.carrier, commitment))
    else:
        tx.append(StaffRegistered(who, worker.number, tuple(sorted(worker.roles)), commitment))
    return who


def change_worker(tx: Tx, known: WorkerRow, worker: Worker) -> bool:
    """Write what is new about a worker; False when nothing is."""
    old = tx.vault.open(known.id) or {}
    record = worker_record(worker, old)
    if record == old and (known.roles, known.carrier) == (worker.roles, worker.carrier):
        return False
    commitment = _seal(tx, known.id, record)
    if Role.COURIER in known.roles:
        tx.append(CourierChanged(known.id, worker.carrier, commitment))
    else:
        tx.append(StaffChanged(known.id, tuple(sorted(worker.roles)), commitment))
    return True


def end_worker(tx: Tx, known: WorkerRow, reason: str) -> None:
    """They left or were barred: the PIN is gone with this decision. Sessions are ended by the flow that calls."""
    tx.vault.drop_secret(known.id, SEALED_AS)
    courier = Role.COURIER in known.roles
    tx.append(CourierBarred(known.id, reason) if courier else StaffLeft(known.id, reason))


def worker_record(worker: Worker, old: dict[str, str]) -> dict[str, str]:
    record = dict(old)
    if worker.name != old.get("name"):
        spelling = spell(worker.name)
        record.update(name=worker.name, initials=spelling.initials, spelling=spelling.full)
    record["phone"] = worker.phone
    return record


def _free_id(tx: Tx, kind: str, number: str) -> str:
    """`staff:s01` from the number S01, which people then find again in the journal; never an id that somebody had."""
    number = plain_number(number)
    base = f"{kind}:{number.lower() if _PLAIN_NUMBER.fullmatch(number) else new_id(tx.chance, 6)}"
    taken = 1
    who = base
    while tables.worker(tx.db, who) is not None:
        taken += 1
        who = f"{base}.{taken}"
    return who


def _seal(tx: Tx, person: str, record: dict[str, str]) -> str:
    tx.vault.put(person, record)
    return tx.vault.commitment(person, record)
