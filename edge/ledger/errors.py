"""What can be wrong with a ledger as a whole, and what a person does about it."""

from __future__ import annotations

from enum import StrEnum


class Unusable(StrEnum):
    """Why a ledger cannot be used."""

    DAMAGED = "damaged"
    TOO_NEW = "too_new"
    FOREIGN = "foreign"
    READ_ONLY = "read_only"
    DISK_FULL = "disk_full"
    BUSY = "busy"


_SAFE = "Nothing was changed or repaired."
_WHAT_TO_DO = {
    Unusable.DAMAGED: "Keep a copy of the whole folder as it is; then bring back the newest backup, or ask for help.",
    Unusable.TOO_NEW: "Run the version of lobby-edge that wrote it, or a newer one.",
    Unusable.FOREIGN: "Put this box's own folder in place, or correct the box's name in the settings.",
    Unusable.READ_ONLY: "Make the folder and the files in it writable for the service, or mount the disk for writing.",
    Unusable.DISK_FULL: "Free space on this disk (old exports, logs), never by removing files of the ledger.",
    Unusable.BUSY: "Stop the service first (systemctl stop lobby-edge), or look at what it is doing.",
}


class LedgerUnusable(Exception):
    """The ledger cannot be opened, read or written; nothing was repaired by guess.

    `code` is an `Unusable`, `detail` one sentence without a full stop that says what was seen. As text: what happened,
    what is safe and what to do, for the command line and the log.
    """

    def __init__(self, code: Unusable, detail: str) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail

    @property
    def what_to_do(self) -> str:
        return _WHAT_TO_DO[self.code]

    def __str__(self) -> str:
        return f"the ledger cannot be used ({self.code}): {self.detail}.\n{_SAFE}\n{self.what_to_do}"


class LedgerClosed(Exception):
    """The ledger was closed before this decision was taken; nothing of it was written."""


class NotCanonical(ValueError):
    """A value that the journal's canonical JSON does not know: a float, a huge integer, a wrong type."""


class UnknownFact(LookupError):
    """No projection of this ledger declares that kind of fact."""
