"""Who asks: an id, the roles that go with it, and the screen at which they stand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from edge.refusal import Refusal


class Role(StrEnum):
    FRONT_DESK = "front_desk"
    KEY_KEEPER = "key_keeper"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    SECURITY = "security"
    COURIER = "courier"


STAFF_ROLES = frozenset(Role) - {Role.COURIER}
SENIOR_ROLES = frozenset({Role.SUPERVISOR, Role.MANAGER})


@dataclass(frozen=True)
class Who:
    """`id` is `staff:s01`, `courier:c03`, `kiosk:<screen>`, `resident:<person>` or `box`; `screen` may be empty."""

    id: str
    roles: frozenset[Role] = frozenset()
    screen: str = ""

    @property
    def is_box(self) -> bool:
        """The box itself, or whoever has a shell on it: a command of `lobby` acts as the box."""
        return self.id == BOX_ID


BOX_ID = "box"
BOX = Who(BOX_ID)


def require(who: Who, *roles: Role, rule: str = "") -> None:
    """Pass only who has one of `roles`. Raises Refusal `not_allowed` with the roles that would do."""
    if who.is_box or who.roles.intersection(roles):
        return
    raise Refusal("not_allowed", rule, needed=", ".join(sorted(roles)))


def kiosk_itself(screen: str) -> Who:
    """A kiosk at which nobody signed in: a resident with a code, say."""
    return Who(f"kiosk:{screen}", frozenset(), screen)
