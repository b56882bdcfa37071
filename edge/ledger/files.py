"""Where the parts of a ledger lie in its folder, and how a file of it is put there."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Places:
    folder: Path

    @property
    def database(self) -> Path:
        return self.folder / "ledger.db"

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    @property
    def lock(self) -> Path:
        return self.folder / "ledger.lock"

    @property
    def checkpoint(self) -> Path:
        """The last checkpoint that this box signed: beside the database, so that an older database is noticed."""
        return self.folder / "checkpoint.txt"


def put(path: Path, content: bytes) -> None:
    """Write a private file durably, whole or not at all: aside, then in place under its name."""
    aside = path.with_name(path.name + ".new")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(handle)
    aside.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
