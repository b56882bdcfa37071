"""What can have happened to people: who lives, works and delivers here, and who may use the house's screens.

No name, phone or document stands in a fact. A person is an id; `commitment` binds the fact to the sealed record under
the person's own key, so that a record that was swapped in the vault shows, and a forgotten one tells nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from edge.people.who import Role


class Standing(StrEnum):
    """What an occupant is in the household."""

    OWNER = "owner"
    FAMILY = "family"
    TENANT = "tenant"


class Language(StrEnum):
    ZH = "zh"
    EN = "en"


class _OfPerson:
    person: str

    @property
    def subject(self) -> str:
        return f"person:{self.person}"


class _OfStaff:
    staff: str

    @property
    def subject(self) -> str:
        return self.staff


class _OfCourier:
    courier: str

    @property
    def subject(self) -> str:
        return self.courier


# -- units and those who live in them ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class UnitRegistered:
    """A flat: 3 栋 2 单元 1204. `entrance` is empty where there is but one; `label` is how it is said: 3-2-1204."""

    kind: ClassVar[str] = "unit.registered"
    unit: str
    building: str
    entrance: str
    room: str
    label: str

    @property
    def subject(self) -> str:
        return f"unit:{self.unit}"


@dataclass(frozen=True)
class HouseholdFormed:
    """Somebody lives in the flat again: its occupants are one household until the last has moved out."""

    kind: ClassVar[str] = "household.formed"
    household: str
    unit: str

    @property
    def subject(self) -> str:
        return f"household:{self.household}"


@dataclass(frozen=True)
class HouseholdEnded:
    kind: ClassVar[str] = "household.ended"
    household: str

    @property
    def subject(self) -> str:
        return f"household:{self.household}"


@dataclass(frozen=True)
class PersonRegistered(_OfPerson):
    """An occupant moved in or was first heard of. `since` and `until` are ISO dates or empty."""

    kind: ClassVar[str] = "person.registered"
    person: str
    unit: str
    household: str
    standing: Standing
    language: Language
    since: str
    until: str
    commitment: str


@dataclass(frozen=True)
class PersonChanged(_OfPerson):
    kind: ClassVar[str] = "person.changed"
    person: str
    standing: Standing
    language: Language
    since: str
    until: str
    commitment: str


@dataclass(frozen=True)
class PersonMovedOut(_OfPerson):
    """No longer a registered occupant; what is open in their name stays open."""

    kind: ClassVar[str] = "person.moved_out"
    person: str
    reason: str


@dataclass(frozen=True)
class PersonViewed(_OfPerson):
    """Somebody looked at a full record (H3). The entry's actor did; `screen` is where."""

    kind: ClassVar[str] = "person.viewed"
    person: str
    reason: str
    screen: str


@dataclass(frozen=True)
class LockerConsentGiven(_OfPerson):
    """The addressee agrees that parcels go into a locker (P8). `how`: desk, import, kiosk, phone, paper."""

    kind: ClassVar[str] = "person.locker_consent_given"
    person: str
    how: str
    by: str


@dataclass(frozen=True)
class LockerConsentWithdrawn(_OfPerson):
    kind: ClassVar[str] = "person.locker_consent_withdrawn"
    person: str
    how: str
    by: str


@dataclass(frozen=True)
class DirectoryImported:
    """One file came in, whole. `file_sha256` says which; the counts say what it did."""

    kind: ClassVar[str] = "directory.imported"
    batch: str
    what: str
    file_sha256: str
    rows: int
    added: int
    changed: int
    unchanged: int
    missing: int
    removed: int

    @property
    def subject(self) -> str:
        return f"import:{self.batch}"


# -- those who work and deliver here -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class StaffRegistered(_OfStaff):
    """`staff` is the id that acts carry from now on, such as `staff:s01`; `number` what the person signs in with."""

    kind: ClassVar[str] = "staff.registered"
    staff: str
    number: str
    roles: tuple[Role, ...]
    commitment: str


@dataclass(frozen=True)
class StaffChanged(_OfStaff):
    kind: ClassVar[str] = "staff.changed"
    staff: str
    roles: tuple[Role, ...]
    commitment: str


@dataclass(frozen=True)
class StaffLeft(_OfStaff):
    """Their sessions end and their PIN dies with this fact."""

    kind: ClassVar[str] = "staff.left"
    staff: str
    reason: str


@dataclass(frozen=True)
class CourierRegistered(_OfCourier):
    kind: ClassVar[str] = "courier.registered"
    courier: str
    number: str
    carrier: str
    commitment: str


@dataclass(frozen=True)
class CourierChanged(_OfCourier):
    kind: ClassVar[str] = "courier.changed"
    courier: str
    carrier: str
    commitment: str


@dataclass(frozen=True)
class CourierBarred(_OfCourier):
    """May not sign in any more."""

    kind: ClassVar[str] = "courier.barred"
    courier: str
    reason: str


RESIDENT_FACTS = (
    UnitRegistered,
    HouseholdFormed,
    HouseholdEnded,
    PersonRegistered,
    PersonChanged,
    PersonMovedOut,
    PersonViewed,
    LockerConsentGiven,
    LockerConsentWithdrawn,
    DirectoryImported,
)
WORKER_FACTS = (StaffRegistered, StaffChanged, StaffLeft, CourierRegistered, CourierChanged, CourierBarred)
