"""What the routes of people take and give. Strict where they take: a field that is not asked for is refused."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt

from edge.people.access_facts import Orientation, ScreenKind
from edge.people.directory import Hit, Person
from edge.people.facts import Language, Standing
from edge.people.flows import FullRecord
from edge.people.import_flows import ImportReport
from edge.people.known import Screen, ViewRow
from edge.people.who import Role, Who


class Taken(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Given(BaseModel):
    model_config = ConfigDict(frozen=True)


Word = Annotated[str, Field(min_length=1, max_length=60)]
Number = Annotated[str, Field(min_length=1, max_length=40)]
Secret = Annotated[str, Field(min_length=1, max_length=40, json_schema_extra={"writeOnly": True})]
Reason = Annotated[str, Field(min_length=1, max_length=200)]
Day = Annotated[str, Field(max_length=20)]


# -- screens, sign-in, consent -----------------------------------------------------------------------------------------


class ScreenPlanned(Taken):
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,30}$")]
    kind: ScreenKind
    width_mm: Annotated[StrictInt, Field(ge=50, le=3000)]
    height_mm: Annotated[StrictInt, Field(ge=50, le=3000)]
    orientation: Orientation


class CodeEntered(Taken):
    code: Secret


class Reasoned(Taken):
    reason: Reason


class NumberAndPin(Taken):
    number: Number
    pin: Secret


class PinChosen(Taken):
    number: Number
    code: Secret
    pin: Secret


class PinChanged(Taken):
    old_pin: Secret
    new_pin: Secret


class SetupCodeWanted(Taken):
    whose: Word


class ConsentAsked(Taken):
    """`act` in stable words, as the use case that needs the consent documents it."""

    number: Number
    pin: Secret
    act: Reason


class CodeIssued(Given):
    """Told once: it is kept only as a keyed hash."""

    code: str
    life_s: int


class ScreenGiven(Given):
    screen: str
    kind: ScreenKind
    width_mm: int
    height_mm: int
    orientation: Orientation
    enrolled_at: str
    revoked_at: str | None

    @classmethod
    def of(cls, row: Screen) -> ScreenGiven:
        look = {"width_mm": row.width_mm, "height_mm": row.height_mm, "orientation": row.orientation}
        return cls(screen=row.name, kind=row.kind, enrolled_at=row.enrolled_at, revoked_at=row.revoked_at, **look)


class WhoGiven(Given):
    who: str
    name: str
    roles: list[Role]
    screen: str

    @classmethod
    def of(cls, who: Who, name: str) -> WhoGiven:
        return cls(who=who.id, name=name, roles=sorted(who.roles), screen=who.screen)


class ConsentGivenOut(Given):
    consent: str
    life_s: int


class Done(Given):
    done: bool = True


# -- people ------------------------------------------------------------------------------------------------------------


class ResidentWritten(Taken):
    """Written as people write it; read by the same rules as an imported file."""

    building: Word
    entrance: Annotated[str, Field(max_length=20)] = ""
    room: Word
    name: Word
    standing: Standing
    phone: Annotated[str, Field(max_length=40)] = ""
    document_kind: Annotated[str, Field(max_length=40)] | None = None
    document_number: Annotated[str, Field(max_length=40)] | None = None
    language: Language | None = None
    since: Day | None = None
    until: Day | None = None
    locker_consent: StrictBool | None = None


class StaffWritten(Taken):
    number: Number
    name: Word
    phone: Number
    roles: Annotated[list[Role], Field(min_length=1, max_length=5)]


class CourierWritten(Taken):
    number: Number
    name: Word
    phone: Number
    carrier: Word


class LockerConsentTold(Taken):
    """`how` the addressee said so: desk, phone, paper."""

    given: StrictBool
    how: Annotated[str, Field(pattern="^(desk|phone|paper)$")] = "desk"


class IdGiven(Given):
    id: str


class PersonMasked(Given):
    """Enough to tell people of a household apart; the rest is a look at the full record (H3)."""

    id: str
    kind: str
    name: str
    phone: str
    unit: str
    unit_label: str
    standing: Standing | None
    language: Language
    number: str
    carrier: str
    roles: list[Role]

    @classmethod
    def of(cls, person: Person) -> PersonMasked:
        return cls(
            id=person.id,
            kind=person.kind,
            name=person.masked,
            phone=person.masked_phone,
            unit=person.unit,
            unit_label=person.unit_label,
            standing=person.standing,
            language=person.language,
            number=person.number,
            carrier=person.carrier,
            roles=sorted(person.roles),
        )


class HitGiven(Given):
    kind: str
    id: str
    unit_label: str
    person: PersonMasked | None

    @classmethod
    def of(cls, hit: Hit) -> HitGiven:
        person = PersonMasked.of(hit.person) if hit.person else None
        return cls(kind=hit.kind, id=hit.id, unit_label=hit.unit_label, person=person)


class UnitGiven(Given):
    unit: str
    building: str
    entrance: str
    room: str
    label: str
    members: list[PersonMasked]


class FullRecordGiven(Given):
    person: str
    name: str
    phone: str
    unit_label: str
    household: str
    standing: Standing | None
    language: Language
    document_kind: str
    document_number: str
    since: str
    until: str
    registered_at: str
    here: bool
    locker_consent: bool

    @classmethod
    def of(cls, record: FullRecord) -> FullRecordGiven:
        person = record.person
        return cls(
            person=person.id,
            name=person.name,
            phone=person.phone,
            unit_label=person.unit_label,
            household=person.household,
            standing=person.standing,
            language=person.language,
            document_kind=record.document_kind,
            document_number=record.document_number,
            since=record.since,
            until=record.until,
            registered_at=record.registered_at,
            here=person.here,
            locker_consent=record.locker_consent,
        )


class ViewGiven(Given):
    entry: int
    who: str
    reason: str
    screen: str
    at: str

    @classmethod
    def of(cls, row: ViewRow, reason: str) -> ViewGiven:
        return cls(entry=row.seq, who=row.who, reason=reason, screen=row.screen, at=row.at)


class ProblemGiven(Given):
    row: int
    column: str
    code: str


class ImportGiven(Given):
    """`missing` are the ids of those who are known and not in the file. With problems nothing is done."""

    file_sha256: str
    applied: bool
    rows: int
    added: int
    changed: int
    unchanged: int
    missing: list[str]
    removed: int
    problems: list[ProblemGiven]

    @classmethod
    def of(cls, report: ImportReport, file_sha256: str, *, applied: bool) -> ImportGiven:
        problems = [ProblemGiven(row=one.row, column=one.column, code=one.code) for one in report.problems]
        return cls(
            file_sha256=file_sha256,
            applied=applied,
            rows=report.rows,
            added=report.added,
            changed=report.changed,
            unchanged=report.unchanged,
            missing=list(report.missing),
            removed=report.removed,
            problems=problems,
        )
