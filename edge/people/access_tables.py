"""The tables behind the house's own doors: PIN codes, sessions, budgets, consents, screens."""

from __future__ import annotations

from sqlite_utils import Database

from edge.ledger import Connection, Entry, Fact
from edge.people.access_facts import (
    BudgetCleared,
    BudgetSpent,
    ConsentGiven,
    ConsentUsed,
    Orientation,
    PinSet,
    ScreenCodeIssued,
    ScreenEnrolled,
    ScreenKind,
    ScreenRevoked,
    SessionEnded,
    SessionOpened,
    SetupCodeIssued,
)
from edge.people.known import BudgetRow, Coded, ConsentRow, Screen, SessionRow
from edge.people.moment import Moment

TABLES = ("setup_codes", "pins", "sessions", "budgets", "consents", "screen_codes", "screens")

_MOMENT = {"life_ms": int, "boot": str, "up_ms": int}
_SCREEN = {"screen": str, "kind": str, "width_mm": int, "height_mm": int, "orientation": str}


def create(db: Database) -> None:
    db.table("setup_codes").create({"who": str, "code_hash": str, **_MOMENT}, pk="who")
    db.table("pins").create({"who": str, "how": str, "set_at": str}, pk="who")
    session = {"session": str, "who": str, "screen": str, "token_hash": str, "boot": str, "up_ms": int}
    db.table("sessions").create({**session, "opened_at": str}, pk="session")
    db.table("sessions").create_index(["token_hash"], unique=True)
    db.table("budgets").create({"budget": str, "failures": int, "wait_ms": int, "boot": str, "up_ms": int}, pk="budget")
    consent = {"consent": str, "act": str, "asked_by": str, "given_by": str, "roles": str, "screen": str}
    db.table("consents").create({**consent, **_MOMENT, "used_at": str}, pk="consent")
    db.table("screen_codes").create({**_SCREEN, "code_hash": str, **_MOMENT}, pk="screen")
    db.table("screens").create({**_SCREEN, "token_hash": str, "enrolled_at": str, "revoked_at": str}, pk="screen")
    db.table("screens").create_index(["token_hash"])


def fold(db: Connection, entry: Entry, fact: Fact) -> None:
    match fact:
        case SessionOpened():
            # What another run opened is over: its tokens are worth nothing, so its rows may go.
            db.execute("DELETE FROM sessions WHERE boot <> ?", (fact.boot,))
            insert(
                db, "sessions", fact.session, fact.who, fact.screen, fact.token_hash, fact.boot, fact.up_ms, entry.at
            )
        case SessionEnded():
            db.execute("DELETE FROM sessions WHERE session = ?", (fact.session,))
        case BudgetSpent():
            put(db, "budgets", fact.budget, fact.failures, fact.wait_ms, fact.boot, fact.up_ms)
        case BudgetCleared():
            db.execute("DELETE FROM budgets WHERE budget = ?", (fact.budget,))
        case ConsentGiven():
            who = (fact.consent, fact.act, fact.asked_by, fact.given_by, ",".join(fact.roles), fact.screen)
            insert(db, "consents", *who, fact.life_ms, fact.boot, fact.up_ms, None)
        case ConsentUsed():
            db.execute("UPDATE consents SET used_at = ? WHERE consent = ?", (entry.at, fact.consent))
        case _:
            _fold_enrolment(db, entry, fact)


def insert(db: Connection, table: str, *values: str | int | None) -> None:
    """A new row; that its key is new was decided before."""
    marks = ", ".join("?" * len(values))
    db.execute(f"INSERT INTO {table} VALUES ({marks})", values)  # noqa: S608 - a name of our own tables


def put(db: Connection, table: str, *values: str | int | None) -> None:
    """A row, in place of an older one with its key."""
    marks = ", ".join("?" * len(values))
    db.execute(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", values)  # noqa: S608 - a name of our own tables


def _fold_enrolment(db: Connection, entry: Entry, fact: Fact) -> None:
    match fact:
        case SetupCodeIssued():
            put(db, "setup_codes", fact.who, fact.code_hash, fact.life_ms, fact.boot, fact.up_ms)
        case PinSet():
            db.execute("DELETE FROM setup_codes WHERE who = ?", (fact.who,))
            put(db, "pins", fact.who, fact.how, entry.at)
        case ScreenCodeIssued():
            look = (fact.screen, fact.screen_kind, fact.width_mm, fact.height_mm, fact.orientation)
            put(db, "screen_codes", *look, fact.code_hash, fact.life_ms, fact.boot, fact.up_ms)
        case ScreenEnrolled():
            db.execute(
                "INSERT OR REPLACE INTO screens SELECT screen, kind, width_mm, height_mm, orientation, ?, ?, NULL"
                " FROM screen_codes WHERE screen = ?",
                (fact.token_hash, entry.at, fact.screen),
            )
            db.execute("DELETE FROM screen_codes WHERE screen = ?", (fact.screen,))
        case ScreenRevoked():
            db.execute("UPDATE screens SET revoked_at = ? WHERE screen = ?", (entry.at, fact.screen))
            db.execute("DELETE FROM screen_codes WHERE screen = ?", (fact.screen,))


def setup_code(db: Connection, who: str) -> Coded | None:
    sql = "SELECT who, code_hash, life_ms, boot, up_ms FROM setup_codes WHERE who = ?"
    row = db.execute(sql, (who,)).fetchone()
    return None if row is None else Coded(row[0], row[1], row[2], Moment(row[3], row[4]))


def has_pin(db: Connection, who: str) -> bool:
    return db.execute("SELECT 1 FROM pins WHERE who = ?", (who,)).fetchone() is not None


_SESSION = "SELECT session, who, screen, boot, up_ms FROM sessions"


def session_by_token(db: Connection, token_hash: str) -> SessionRow | None:
    row = db.execute(f"{_SESSION} WHERE token_hash = ?", (token_hash,)).fetchone()
    return None if row is None else _session(row)


def sessions_at(db: Connection, screen: str) -> list[SessionRow]:
    return [_session(row) for row in db.execute(f"{_SESSION} WHERE screen = ?", (screen,))]


def sessions_of(db: Connection, who: str) -> list[SessionRow]:
    return [_session(row) for row in db.execute(f"{_SESSION} WHERE who = ?", (who,))]


def _session(row: tuple[str, str, str, str, int]) -> SessionRow:
    return SessionRow(row[0], row[1], row[2], Moment(row[3], row[4]))


def budget_row(db: Connection, budget: str) -> BudgetRow | None:
    sql = "SELECT failures, wait_ms, boot, up_ms FROM budgets WHERE budget = ?"
    row = db.execute(sql, (budget,)).fetchone()
    return None if row is None else BudgetRow(row[0], row[1], Moment(row[2], row[3]))


def consent_row(db: Connection, consent: str) -> ConsentRow | None:
    columns = "consent, act, asked_by, given_by, roles, screen, life_ms, boot, up_ms, used_at"
    row = db.execute(f"SELECT {columns} FROM consents WHERE consent = ?", (consent,)).fetchone()  # noqa: S608 - constant
    if row is None:
        return None
    consent, act, asked_by, given_by, roles, screen, life_ms, boot, up_ms, used_at = row
    since = Moment(boot, up_ms)
    return ConsentRow(consent, act, asked_by, given_by, frozenset(roles.split(",")), screen, life_ms, since, used_at)


def screen_codes(db: Connection) -> list[Coded]:
    sql = "SELECT screen, code_hash, life_ms, boot, up_ms FROM screen_codes"
    return [Coded(row[0], row[1], row[2], Moment(row[3], row[4])) for row in db.execute(sql)]


_SCREEN_ROW = "SELECT screen, kind, width_mm, height_mm, orientation, enrolled_at, revoked_at FROM screens"


def screens(db: Connection) -> list[Screen]:
    return [_screen(row) for row in db.execute(f"{_SCREEN_ROW} ORDER BY screen")]


def screen_row(db: Connection, screen: str) -> Screen | None:
    row = db.execute(f"{_SCREEN_ROW} WHERE screen = ?", (screen,)).fetchone()
    return None if row is None else _screen(row)


def screen_by_token(db: Connection, token_hash: str) -> Screen | None:
    """The screen whose browser holds this token, unless it was revoked."""
    row = db.execute(f"{_SCREEN_ROW} WHERE token_hash = ? AND revoked_at IS NULL", (token_hash,)).fetchone()
    return None if row is None else _screen(row)


def _screen(row: tuple[str, str, int, int, str, str, str | None]) -> Screen:
    return Screen(row[0], ScreenKind(row[1]), row[2], row[3], Orientation(row[4]), row[5], row[6])
