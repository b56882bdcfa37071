"""SQLite's and the system's errors in the ledger's words."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from edge.ledger.errors import LedgerUnusable, Unusable
from edge.ledger.sqlite import Error, driver, primary_code

_SQLITE = {
    driver.SQLITE_CORRUPT: Unusable.DAMAGED,
    driver.SQLITE_NOTADB: Unusable.DAMAGED,
    driver.SQLITE_IOERR: Unusable.DAMAGED,
    driver.SQLITE_READONLY: Unusable.READ_ONLY,
    driver.SQLITE_CANTOPEN: Unusable.READ_ONLY,
    driver.SQLITE_PERM: Unusable.READ_ONLY,
    driver.SQLITE_FULL: Unusable.DISK_FULL,
    driver.SQLITE_BUSY: Unusable.BUSY,
    driver.SQLITE_LOCKED: Unusable.BUSY,
}
_SYSTEM = {
    errno.EACCES: Unusable.READ_ONLY,
    errno.EPERM: Unusable.READ_ONLY,
    errno.EROFS: Unusable.READ_ONLY,
    errno.ENOSPC: Unusable.DISK_FULL,
    errno.EDQUOT: Unusable.DISK_FULL,
    errno.EIO: Unusable.DAMAGED,
}


def unusable(error: BaseException) -> LedgerUnusable | None:
    """What an error says of the ledger as a whole; None where it says nothing."""
    if isinstance(error, LedgerUnusable):
        return error
    if isinstance(error, Error):
        code = _SQLITE.get(primary_code(error))
        return None if code is None else LedgerUnusable(code, f"SQLite says: {error}")
    if isinstance(error, OSError):
        code = _SYSTEM.get(error.errno or 0)
        return None if code is None else LedgerUnusable(code, f"{error.strerror}: {error.filename}")
    return None


@contextmanager
def as_unusable() -> Iterator[None]:
    """Raise `LedgerUnusable` for errors that say the ledger cannot be used; others pass through."""
    try:
        yield
    except (Error, OSError) as error:
        known = unusable(error)
        if known is None:
            raise
        raise known from error
