"""The latest lines of the journal, read beside the service from its file, which cannot be written from here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from edge.ledger.sqlite import Connection, Error, open_reader

LINES = 10
_TELLING = ("slot", "cell", "number", "name", "table", "screen")
"""What says more than an id does, where an entry holds it."""


class Journal:
    """Opened when it is there; a file that goes or is made anew is opened again."""

    def __init__(self, ledger: Path) -> None:
        self._file = ledger / "ledger.db"
        self._db: Connection | None = None
        self._version = -1
        self._doors: dict[str, str] = {}
        self.latest: list[dict[str, Any]] = []

    def look(self) -> bool:
        """Read what is new; whether there was anything."""
        try:
            return self._look()
        except Error:
            self.close()
            return False

    def close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None

    def _look(self) -> bool:
        if self._db is None:
            if not self._file.exists():
                return False
            self._db = open_reader(self._file)
            self._version = -1
        version = self._db.execute("PRAGMA data_version").fetchone()[0]
        if version == self._version:
            return False
        sql = "SELECT seq, at, kind, subject, data FROM entry ORDER BY seq DESC LIMIT ?"
        found = [self._line(*row) for row in reversed(self._db.execute(sql, (LINES,)).fetchall())]
        self._version, changed, self.latest = version, found != self.latest, found
        return changed

    def _line(self, seq: int, at: str, kind: str, subject: str, data: bytes) -> dict[str, Any]:
        return {"seq": seq, "at": at, "kind": kind, "subject": self._about(subject, data)}

    def _about(self, subject: str, data: bytes) -> str:
        """A door by its name, also in what follows its request; else the subject."""
        telling = _telling(data)
        what, _, ident = subject.partition(":")
        if what == "act":
            return telling or self._door(subject) or ident
        return telling or ident or what

    def _door(self, act: str) -> str:
        """The door that an act was asked for, which only its request names; that may have been before the demo's."""
        if act not in self._doors and self._db is not None:
            sql = "SELECT data FROM entry WHERE subject = ? AND kind = 'act.requested' ORDER BY seq DESC LIMIT 1"
            found = self._db.execute(sql, (act,)).fetchone()
            self._doors[act] = _telling(found[0]) if found else ""
        return self._doors.get(act, "")


def _telling(data: bytes) -> str:
    said = orjson.loads(data)
    return next((str(said[name]) for name in _TELLING if said.get(name)), "")
