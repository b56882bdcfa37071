"""What can be wrong with a ledger as a whole."""

from __future__ import annotations

from enum import StrEnum


class Unusable(StrEnum):
    """Why a ledger cannot be used. Nothing was changed, and nothing was repaired by guess."""

    DAMAGED = "damaged"
    TOO_NEW = "too_new"
    FOREIGN = "foreign"
    READ_ONLY = "read_only"
    DISK_FULL = "disk_full"
    BUSY = "busy"


class LedgerUnusable(Exception):
    """The ledger cannot be opened or written. `code` is an `Unusable`, `detail` says what was seen, in one sentence."""

    def __init__(self, code: Unusable, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class LedgerClosed(Exception):
    """The ledger was closed before this decision was taken; nothing of it was written."""


class NotCanonical(ValueError):
    """A value that the journal's canonical JSON does not know: a float, a huge integer, a wrong type."""


class UnknownFact(LookupError):
    """No projection of this ledger declares that kind of fact."""
