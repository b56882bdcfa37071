"""What can have happened to a parcel and to the cell that it claims."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class MailClass(StrEnum):
    """The kinds of mail that the register tells apart (P1)."""

    EXPRESS = "express"
    REGISTERED = "registered"
    AIRMAIL = "airmail"
    PARCEL_NOTICE = "parcel_notice"
    REMITTANCE = "remittance"


class Care(StrEnum):
    """Why an item must not go into a locker (P8)."""

    DAMAGED = "damaged"
    FRESH = "fresh"
    VALUABLE = "valuable"


class Signature(StrEnum):
    """How the one who brought an item, or took it, stands for it: signed in with PIN, on the slip, on the screen."""

    PIN = "pin"
    SLIP = "slip"
    SCREEN = "screen"


class _OfParcel:
    parcel: str

    @property
    def subject(self) -> str:
        return f"parcel:{self.parcel}"


@dataclass(frozen=True)
class ParcelRegistered(_OfParcel):
    """An item came in (P1). It is in the deliverer's hands until it is placed.

    `deliverer` is a courier's id, or the name sealed in the vault under `deliverer:<parcel>`. `mark` commits to the
    signature that was drawn on a screen, sealed under `signature:<parcel>:in`; empty without one.
    """

    kind: ClassVar[str] = "parcel.registered"
    parcel: str
    number: str
    carrier: str
    mail_class: MailClass
    quantity: int
    unit: str
    addressee: str
    care: tuple[Care, ...]
    deliverer: str
    signature: Signature
    channel: str
    mark: str = ""


@dataclass(frozen=True)
class CellReserved(_OfParcel):
    """A cell is kept for one parcel until it lies there, or the cell is released."""

    kind: ClassVar[str] = "parcel.cell_reserved"
    parcel: str
    device: str
    cell: str
    visit: str


@dataclass(frozen=True)
class CellReleased(_OfParcel):
    """The parcel has no claim on the cell any more. `why`: does_not_fit, not_put_in, did_not_open, collected, moved."""

    kind: ClassVar[str] = "parcel.cell_released"
    parcel: str
    device: str
    cell: str
    why: str


@dataclass(frozen=True)
class ParcelPutInCell(_OfParcel):
    """It lies in its reserved cell. `seen`: sensor (door closed, cell occupied), person (they said so), both."""

    kind: ClassVar[str] = "parcel.put_in_cell"
    parcel: str
    device: str
    cell: str
    seen: str


@dataclass(frozen=True)
class ParcelPutOnShelf(_OfParcel):
    """It lies on the desk's shelf. `why`: received, no_consent, not_for_locker, cell_failed, locker_full, moved."""

    kind: ClassVar[str] = "parcel.put_on_shelf"
    parcel: str
    shelf: str
    why: str


@dataclass(frozen=True)
class ParcelSentToDesk(_OfParcel):
    """A cell failed or none was free: the deliverer carries it to the desk, under the same number (P9)."""

    kind: ClassVar[str] = "parcel.sent_to_desk"
    parcel: str
    why: str


@dataclass(frozen=True)
class ParcelTakenBack(_OfParcel):
    """The deliverer kept it: it never was in the house's care."""

    kind: ClassVar[str] = "parcel.taken_back"
    parcel: str
    why: str


@dataclass(frozen=True)
class CodeIssued(_OfParcel):
    """A pickup code for one parcel: only keyed hashes (HMAC-SHA-256, hex) of the digits and of the QR's token."""

    kind: ClassVar[str] = "parcel.code_issued"
    parcel: str
    code_hash: str
    token_hash: str


@dataclass(frozen=True)
class ParcelCollected(_OfParcel):
    """It left with the addressee or a registered family member (P3).

    `seen`: sensor, person, both, desk; `by` is the person's id; `visit` is empty at the desk. `signature` is what
    they stand for it with: code, token, slip, screen; `mark` commits to what was drawn on a screen, sealed under
    `signature:<parcel>:out`.
    """

    kind: ClassVar[str] = "parcel.collected"
    parcel: str
    by: str
    visit: str
    seen: str
    signature: str
    mark: str = ""


@dataclass(frozen=True)
class ParcelDisputed(_OfParcel):
    """A person at the open door says that something is wrong. `what`: empty, not_mine, damaged, did_not_open."""

    kind: ClassVar[str] = "parcel.disputed"
    parcel: str
    what: str
    visit: str


@dataclass(frozen=True)
class ParcelUnsure(_OfParcel):
    """Where it is is not known: it was on its way into or out of a cell when sight was lost. On the needs-eyes list."""

    kind: ClassVar[str] = "parcel.unsure"
    parcel: str
    why: str


@dataclass(frozen=True)
class ParcelFound(_OfParcel):
    """A person looked and says where it is: `in_cell`, `on_shelf`, `collected`, `taken_back`. Ends a dispute or doubt.

    Also how a wrong move is undone: a counter-fact with its reason in `note`.
    """

    kind: ClassVar[str] = "parcel.found"
    parcel: str
    where: str
    note: str


class _OfCell:
    device: str
    cell: str

    @property
    def subject(self) -> str:
        return f"slot:{self.device}/{self.cell}"


@dataclass(frozen=True)
class CellTakenOut(_OfCell):
    """A cell is out of service, with its reason."""

    kind: ClassVar[str] = "cell.taken_out"
    device: str
    cell: str
    reason: str


@dataclass(frozen=True)
class CellBroughtBack(_OfCell):
    kind: ClassVar[str] = "cell.brought_back"
    device: str
    cell: str


@dataclass(frozen=True)
class CellOpenedByStaff(_OfCell):
    """A door opened from the desk. `consent` names the second person's consent where policy asks for one."""

    kind: ClassVar[str] = "cell.opened_by_staff"
    device: str
    cell: str
    reason: str
    consent: str
    act: str


@dataclass(frozen=True)
class RegisterExported:
    """The register left the box as a file with names in it (H3). `wanted` is the filter, `consent` the approval."""

    kind: ClassVar[str] = "parcel.register_exported"
    file_kind: str
    wanted: str
    rows: int
    consent: str
    screen: str

    @property
    def subject(self) -> str:
        return "register:parcels"


FACTS = (
    ParcelRegistered,
    CellReserved,
    CellReleased,
    ParcelPutInCell,
    ParcelPutOnShelf,
    ParcelSentToDesk,
    ParcelTakenBack,
    CodeIssued,
    ParcelCollected,
    ParcelDisputed,
    ParcelUnsure,
    ParcelFound,
    CellTakenOut,
    CellBroughtBack,
    CellOpenedByStaff,
    RegisterExported,
)
