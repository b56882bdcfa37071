"""Who is who, in memory while the service runs: the one place where names and phones lie open.

It is read from the tables and the vault at start and kept up by the flows that change people. Screens in the lobby show
`masked` names; a full record with its documents is `look_up_full` and is written down (H3).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from edge.ledger import Connection, Ledger
from edge.people import tables
from edge.people.facts import Language, Standing
from edge.people.finding import Question, spoken_label
from edge.people.known import PersonRow, UnitRow, WorkerRow
from edge.people.masking import mask_name, mask_phone
from edge.people.who import Role
from edge.refusal import Refusal


class Kind(StrEnum):
    UNIT = "unit"
    RESIDENT = "resident"
    STAFF = "staff"
    COURIER = "courier"


@dataclass(frozen=True, slots=True)
class Person:
    """Anybody the house knows. `standing`, `unit`, `household` are a resident's, `roles` and `carrier` a worker's.

    `here` is False for who moved out, left or was barred; `name` is empty for who was forgotten.
    """

    id: str
    kind: Kind
    name: str
    phone: str
    language: Language = Language.ZH
    here: bool = True
    unit: str = ""
    unit_label: str = ""
    household: str = ""
    standing: Standing | None = None
    number: str = ""
    roles: frozenset[Role] = frozenset()
    carrier: str = ""
    initials: str = ""
    spelling: str = ""

    @property
    def masked(self) -> str:
        return mask_name(self.name)

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone)


@dataclass(frozen=True, slots=True)
class Hit:
    """One line under the search box. `person` is None where a unit itself was found."""

    kind: Kind
    id: str
    unit_label: str
    person: Person | None
    rank: int


class Directory:
    """An index of some hundreds to some thousands of people; a search looks at each of them."""

    def __init__(self) -> None:
        self._units: dict[str, UnitRow] = {}
        self._labels: dict[str, str] = {}
        self._people: dict[str, Person] = {}
        self._members: dict[str, tuple[str, ...]] = {}

    @classmethod
    def read(cls, ledger: Ledger) -> Directory:
        directory = cls()
        directory.refresh(ledger)
        return directory

    def refresh(self, ledger: Ledger, *changed: str) -> None:
        """Read those who changed again; without names, everybody (some tens of microseconds a person)."""
        with ledger.reading() as db:
            units = {row.unit: row for row in tables.units(db)}
            rows = _rows(db, changed)
            people = {row.id: _worker(ledger, db, row) for row in rows if isinstance(row, WorkerRow)}
            homes = [row for row in rows if isinstance(row, PersonRow)]
            people |= {row.person: _resident(ledger, db, row, units[row.unit]) for row in homes}
        self._units = units
        self._labels = {spoken_label(row.label): row.unit for row in units.values()}
        self._people = self._people | people if changed else people
        self._members = _by_unit(self._people.values())

    def unit(self, unit: str) -> UnitRow:
        """Raises Refusal `no_such_unit`."""
        if unit not in self._units:
            raise Refusal("no_such_unit")
        return self._units[unit]

    def label_of(self, unit: str) -> str:
        """How a unit is called, or its id where it is not known: a register that is read never stops at one line."""
        found = self._units.get(unit)
        return found.label if found else unit

    def person(self, person: str) -> Person:
        """Anybody by id, also who is no longer here. Raises Refusal `no_such_person`."""
        found = self.find(person)
        if found is None:
            raise Refusal("no_such_person")
        return found

    def find(self, person: str) -> Person | None:
        return self._people.get(person.removeprefix("resident:"))

    def name_of(self, who: str) -> str:
        """What to show for an actor of the journal: the name, or the id itself (`box`, `kiosk:…`)."""
        found = self.find(who)
        return found.name if found is not None and found.name else who

    def members(self, unit: str) -> tuple[Person, ...]:
        """The registered occupants of a unit, owners first."""
        return tuple(self._people[person] for person in self._members.get(unit, ()))

    def unit_by_label(self, text: str) -> UnitRow | None:
        """The unit that is said like this: 3-1204, 3栋1204, 3-2-1204 (exactly one, or None)."""
        unit = self._labels.get(spoken_label(text))
        if unit is not None:
            return self._units[unit]
        asked = Question.of(text)
        found = [row for row in self._units.values() if asked.says_unit(row)]
        return found[0] if len(found) == 1 else None

    def residents_by_phone(self, phone: str) -> tuple[Person, ...]:
        """Everybody here with exactly this phone; a family may share one."""
        asked = Question.of(phone)
        residents = (p for p in self._people.values() if p.kind is Kind.RESIDENT and p.here)
        return tuple(p for p in residents if asked.says_phone(p.phone))

    def courier_by_phone(self, phone: str) -> Person | None:
        asked = Question.of(phone)
        couriers = (p for p in self._people.values() if p.kind is Kind.COURIER and p.here)
        return next((p for p in couriers if asked.says_phone(p.phone)), None)

    def everybody(self, *kinds: Kind) -> tuple[Person, ...]:
        return tuple(p for p in self._people.values() if p.here and p.kind in kinds)

    def search(self, text: str, limit: int = 20, *, kinds: Iterable[Kind] = (Kind.UNIT, Kind.RESIDENT)) -> list[Hit]:
        """Units and people, best first, by unit, name, its pinyin or initials, phone or its last four."""
        asked, kinds = Question.of(text), frozenset(kinds)
        if asked.is_empty:
            return []
        hits = [*self._units_like(asked)] if Kind.UNIT in kinds else []
        for person in self._people.values():
            if person.here and person.kind in kinds:
                rank = asked.rank_person(person.name, person.initials, person.spelling, person.phone, person.number)
                if rank is not None:
                    hits.append(Hit(person.kind, person.id, person.unit_label, person, rank))
        return sorted(hits, key=lambda hit: (hit.rank, hit.unit_label))[:limit]

    def _units_like(self, asked: Question) -> Iterable[Hit]:
        for row in self._units.values():
            rank = asked.rank_unit(row)
            if rank is not None:
                yield Hit(Kind.UNIT, row.unit, row.label, None, rank)


def _rows(db: Connection, changed: tuple[str, ...]) -> list[PersonRow | WorkerRow]:
    if not changed:
        return [*tables.persons(db), *tables.staff(db), *tables.couriers(db)]
    return [tables.worker(db, who) or tables.person_row(db, who) for who in changed]


_ORDER = {Standing.OWNER: 0, Standing.FAMILY: 1, Standing.TENANT: 2, None: 3}


def _by_unit(people: Iterable[Person]) -> dict[str, tuple[str, ...]]:
    members: dict[str, list[Person]] = {}
    for person in people:
        if person.kind is Kind.RESIDENT and person.here:
            members.setdefault(person.unit, []).append(person)
    return {unit: tuple(p.id for p in sorted(some, key=lambda p: _ORDER[p.standing])) for unit, some in members.items()}


def _resident(ledger: Ledger, db: Connection, row: PersonRow, unit: UnitRow) -> Person:
    record = ledger.vault.open(db, row.person) or {}
    return Person(
        id=row.person,
        kind=Kind.RESIDENT,
        name=record.get("name", ""),
        phone=record.get("phone", ""),
        language=row.language,
        here=row.left_at is None,
        unit=row.unit,
        unit_label=unit.label,
        household=row.household,
        standing=row.standing,
        initials=record.get("initials", ""),
        spelling=record.get("spelling", ""),
    )


def _worker(ledger: Ledger, db: Connection, row: WorkerRow) -> Person:
    record = ledger.vault.open(db, row.id) or {}
    return Person(
        id=row.id,
        kind=Kind.COURIER if Role.COURIER in row.roles else Kind.STAFF,
        name=record.get("name", ""),
        phone=record.get("phone", ""),
        here=row.left_at is None,
        number=row.number,
        roles=row.roles,
        carrier=row.carrier,
        initials=record.get("initials", ""),
        spelling=record.get("spelling", ""),
    )
