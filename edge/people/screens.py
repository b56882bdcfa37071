"""The house's screens: a browser enters a code once and is this kiosk or that desk from then on, until revoked."""

from __future__ import annotations

import re
from dataclasses import dataclass

from edge import remarks
from edge.ledger import Connection, Request, Tx
from edge.people import access_tables, rules
from edge.people.access_facts import Orientation, ScreenCodeIssued, ScreenEnrolled, ScreenKind, ScreenRevoked
from edge.people.known import Screen
from edge.people.moment import whole_seconds
from edge.people.parts import PeopleParts
from edge.people.signing_in import end_sessions
from edge.people.tokens import SCREEN_CODE_DIGITS, code_fits, code_hash, new_code, new_token, token_hash
from edge.people.who import Who, require
from edge.refusal import Refusal

PURPOSE = "screen code"
_NAME = re.compile(r"[a-z][a-z0-9-]{1,30}")


@dataclass(frozen=True)
class ScreenPlan:
    """What the screen is going to be. The size is of its lit area: lengths on the page are millimetres on the glass."""

    name: str
    kind: ScreenKind
    width_mm: int
    height_mm: int
    orientation: Orientation


@dataclass(frozen=True)
class IssuedCode:
    """Told once, to the one who asked."""

    code: str
    life_s: int


@dataclass(frozen=True)
class Enrolled:
    screen: Screen
    token: str


async def issue_screen_code(parts: PeopleParts, who: Who, plan: ScreenPlan) -> IssuedCode:
    """A code with which one browser becomes this screen. It voids an earlier code, and not yet an earlier browser."""
    require(who, *rules.SENIORS)
    if not _NAME.fullmatch(plan.name):
        raise Refusal("screen_name")
    if not (50 <= plan.width_mm <= 3000 and 50 <= plan.height_mm <= 3000):
        raise Refusal("screen_size")
    code = new_code(parts.chance, SCREEN_CODE_DIGITS)
    now, life_ms = parts.credentials.moment(), parts.credentials.policy.screen_code_life_s * 1000
    look = (plan.name, plan.kind, plan.width_mm, plan.height_mm, plan.orientation)
    fact = ScreenCodeIssued(*look, code_hash(parts.ledger, PURPOSE, code), life_ms, now.boot, now.up_ms)
    await parts.ledger.commit(Request(actor=who.id), lambda tx: tx.append(fact))
    return IssuedCode(code, whole_seconds(life_ms))


async def enrol_screen(parts: PeopleParts, code: str) -> Enrolled:
    """The browser that enters a living code becomes that screen; one that was it before is shut out.

    Twelve digits for ten minutes need no budget, and so nobody on the network can lock enrolment. Raises Refusal
    `screen_code_wrong`.
    """
    token = new_token(parts.chance)
    with parts.ledger.reading() as db:
        _screen_of_code(parts, db, code)  # whoever guesses does not keep the writer busy

    def decide(tx: Tx) -> str:
        name = _screen_of_code(parts, tx.db, code)
        end_sessions(parts, tx, access_tables.sessions_at(tx.db, name), "screen_revoked")
        tx.append(ScreenEnrolled(name, token_hash(token)))
        return name

    name = await parts.ledger.commit(Request(actor="box"), decide)
    with parts.ledger.reading() as db:
        screen = access_tables.screen_row(db, name)
    if screen is None:
        raise Refusal("screen_code_wrong")
    return Enrolled(screen, token)


def _screen_of_code(parts: PeopleParts, db: Connection, code: str) -> str:
    now = parts.credentials.moment()
    codes = access_tables.screen_codes(db)
    found = next((coded for coded in codes if code_fits(parts.ledger, PURPOSE, coded, code, now)), None)
    if found is None:
        raise Refusal("screen_code_wrong")
    return found.owner


async def revoke_screen(parts: PeopleParts, who: Who, name: str, reason: str, request: Request | None = None) -> None:
    """The browser of this name gets nothing any more, from this moment on. Raises Refusal `no_such_screen`."""
    require(who, *rules.SENIORS)

    def decide(tx: Tx) -> None:
        screen = access_tables.screen_row(tx.db, name)
        if screen is None or screen.revoked_at is not None:
            raise Refusal("no_such_screen")
        end_sessions(parts, tx, access_tables.sessions_at(tx.db, name), "screen_revoked")
        tx.append(ScreenRevoked(name, remarks.keep(tx, reason)))

    await parts.ledger.commit((request or Request())._replace(actor=who.id), decide)


def screen_of(db: Connection, token: str) -> Screen:
    """The screen whose browser shows this token. Raises Refusal `not_enrolled`."""
    screen = access_tables.screen_by_token(db, token_hash(token)) if token else None
    if screen is None:
        raise Refusal("not_enrolled")
    return screen
