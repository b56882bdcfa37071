"""Who may do what on the writing connection: decisions read tables, folds write them, the rest is the ledger's."""

from __future__ import annotations

from enum import IntEnum

from edge.ledger.sqlite import Connection, driver


class Role(IntEnum):
    LEDGER = 0
    FOLD = 1
    DECISION = 2


_READING = frozenset({driver.SQLITE_READ, driver.SQLITE_SELECT, driver.SQLITE_FUNCTION, driver.SQLITE_RECURSIVE})
_MAY = {
    Role.FOLD: _READING | {driver.SQLITE_INSERT, driver.SQLITE_UPDATE, driver.SQLITE_DELETE},
    Role.DECISION: _READING,
}


class Authority:
    """Asked by SQLite whenever it prepares a statement; refuses ("not authorized", "prohibited") what the role may not.

    A decision that changed a table or ended the transaction would leave tables that no fold of the journal gives. And
    neither a decision nor a fold reads the journal itself: its rows are written once a batch, so that what it shows
    would depend on who else was waiting. Asking costs nothing where a statement is prepared already.
    """

    def __init__(self, db: Connection) -> None:
        self.role = Role.LEDGER
        db.set_authorizer(self._may)

    def _may(self, action: int, table: str | None, *_: str | None) -> int:
        if self.role is Role.LEDGER:
            return driver.SQLITE_OK
        if action not in _MAY[self.role] or table in {"entry", "head"}:
            return driver.SQLITE_DENY
        return driver.SQLITE_OK
