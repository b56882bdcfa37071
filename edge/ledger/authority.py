"""Decisions read; only the ledger itself, the folds and the vault write."""

from __future__ import annotations

from edge.ledger.sqlite import Connection, driver

_READING = frozenset({driver.SQLITE_READ, driver.SQLITE_SELECT, driver.SQLITE_FUNCTION, driver.SQLITE_RECURSIVE})


class Authority:
    """Asked by SQLite whenever it prepares a statement on the writing connection.

    While `writing` is false, anything but reading is refused ("not authorized"): a decision that changed a table or
    ended the transaction would leave tables that no fold of the journal gives. Asking costs nothing where a statement
    is prepared already.
    """

    def __init__(self, db: Connection) -> None:
        self.writing = True
        db.set_authorizer(self._may)

    def _may(self, action: int, *_: str | None) -> int:
        return driver.SQLITE_OK if self.writing or action in _READING else driver.SQLITE_DENY
