"""What is known of people and of the house's own doors: the rows that the tables answer with."""

from __future__ import annotations

from dataclasses import dataclass

from edge.people.access_facts import Orientation, ScreenKind
from edge.people.facts import Language, Standing
from edge.people.moment import Moment
from edge.people.who import Role


@dataclass(frozen=True, slots=True)
class UnitRow:
    unit: str
    building: str
    entrance: str
    room: str
    label: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """An occupant as the journal knows them. `left_at` is None while they live here."""

    person: str
    unit: str
    household: str
    standing: Standing
    language: Language
    since: str
    until: str
    registered_at: str
    left_at: str | None


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """Somebody who signs in with a number: staff (with roles) or a courier (with a carrier)."""

    id: str
    number: str
    roles: frozenset[Role]
    carrier: str
    registered_at: str
    left_at: str | None


@dataclass(frozen=True, slots=True)
class ViewRow:
    seq: int
    person: str
    who: str
    reason: str
    screen: str
    at: str


@dataclass(frozen=True, slots=True)
class Coded:
    """A one-time code as it is kept: hashed, with its length of life and the moment from which that runs."""

    owner: str
    code_hash: str
    life_ms: int
    since: Moment


@dataclass(frozen=True, slots=True)
class SessionRow:
    session: str
    who: str
    screen: str
    since: Moment


@dataclass(frozen=True, slots=True)
class BudgetRow:
    failures: int
    wait_ms: int
    since: Moment


@dataclass(frozen=True, slots=True)
class ConsentRow:
    consent: str
    act: str
    asked_by: str
    given_by: str
    roles: frozenset[str]
    screen: str
    life_ms: int
    since: Moment
    used_at: str | None


@dataclass(frozen=True, slots=True)
class Screen:
    """An enrolled screen: what it is for and how big its lit area is, in millimetres."""

    name: str
    kind: ScreenKind
    width_mm: int
    height_mm: int
    orientation: Orientation
    enrolled_at: str
    revoked_at: str | None
