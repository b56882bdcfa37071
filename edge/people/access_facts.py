"""What can have happened at the house's own doors: PINs, sign-ins, a second person's consent, budgets, screens.

Codes and tokens stand here only as hashes. `boot` and `up_ms` are a `Moment`: lengths run on the service's own clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class ScreenKind(StrEnum):
    KIOSK = "kiosk"
    DESK = "desk"


class Orientation(StrEnum):
    PORTRAIT = "portrait"
    LANDSCAPE = "landscape"


@dataclass(frozen=True)
class SetupCodeIssued:
    """A code with which `who` sets a first or a forgotten PIN, once. A new one voids the one before."""

    kind: ClassVar[str] = "pin.setup_code_issued"
    who: str
    code_hash: str
    life_ms: int
    boot: str
    up_ms: int

    @property
    def subject(self) -> str:
        return self.who


@dataclass(frozen=True)
class PinSet:
    """`how`: setup_code, own, cli. The hash is sealed in the vault; whoever had the old PIN has nothing any more."""

    kind: ClassVar[str] = "pin.set"
    who: str
    how: str

    @property
    def subject(self) -> str:
        return self.who


@dataclass(frozen=True)
class SessionOpened:
    """Somebody signed in at a screen. The session lives in this run of the service and at this screen only."""

    kind: ClassVar[str] = "session.opened"
    session: str
    who: str
    screen: str
    token_hash: str
    boot: str
    up_ms: int

    @property
    def subject(self) -> str:
        return f"session:{self.session}"


@dataclass(frozen=True)
class SessionEnded:
    """`reason`: signed_out, switched, pin_changed, left, screen_revoked. One that ran out ends with the next one."""

    kind: ClassVar[str] = "session.ended"
    session: str
    reason: str

    @property
    def subject(self) -> str:
        return f"session:{self.session}"


@dataclass(frozen=True)
class BudgetSpent:
    """One more wrong try. From `boot`/`up_ms` on, `wait_ms` must pass before the next is looked at."""

    kind: ClassVar[str] = "budget.spent"
    budget: str
    failures: int
    wait_ms: int
    boot: str
    up_ms: int

    @property
    def subject(self) -> str:
        return f"budget:{self.budget}"


@dataclass(frozen=True)
class BudgetCleared:
    """The right person came: earlier failures are forgotten."""

    kind: ClassVar[str] = "budget.cleared"
    budget: str

    @property
    def subject(self) -> str:
        return f"budget:{self.budget}"


@dataclass(frozen=True)
class ConsentGiven:
    """A second person agreed to one act, described in `act`, that `asked_by` wants to do."""

    kind: ClassVar[str] = "consent.given"
    consent: str
    act: str
    asked_by: str
    given_by: str
    roles: tuple[str, ...]
    screen: str
    life_ms: int
    boot: str
    up_ms: int

    @property
    def subject(self) -> str:
        return f"consent:{self.consent}"


@dataclass(frozen=True)
class ConsentUsed:
    kind: ClassVar[str] = "consent.used"
    consent: str

    @property
    def subject(self) -> str:
        return f"consent:{self.consent}"


@dataclass(frozen=True)
class ScreenCodeIssued:
    """A code that makes one browser the screen of this name. Sizes are of the lit area, in millimetres."""

    kind: ClassVar[str] = "screen.code_issued"
    screen: str
    screen_kind: ScreenKind
    width_mm: int
    height_mm: int
    orientation: Orientation
    code_hash: str
    life_ms: int
    boot: str
    up_ms: int

    @property
    def subject(self) -> str:
        return f"screen:{self.screen}"


@dataclass(frozen=True)
class ScreenEnrolled:
    """A browser entered the code. An earlier browser of the same name is shut out by it."""

    kind: ClassVar[str] = "screen.enrolled"
    screen: str
    token_hash: str

    @property
    def subject(self) -> str:
        return f"screen:{self.screen}"


@dataclass(frozen=True)
class ScreenRevoked:
    kind: ClassVar[str] = "screen.revoked"
    screen: str
    reason: str

    @property
    def subject(self) -> str:
        return f"screen:{self.screen}"


ACCESS_FACTS = (
    SetupCodeIssued,
    PinSet,
    SessionOpened,
    SessionEnded,
    BudgetSpent,
    BudgetCleared,
    ConsentGiven,
    ConsentUsed,
    ScreenCodeIssued,
    ScreenEnrolled,
    ScreenRevoked,
)
