"""Tables that are folded from the journal, and can be dropped and folded again at any time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlite_utils import Database, Migrations

from edge.ledger.canonical import canonical
from edge.ledger.entry import Entry
from edge.ledger.facts import Fact
from edge.ledger.sqlite import Connection


@dataclass(frozen=True)
class Projection:
    """One capability's tables. `fold` writes what one fact changes, and reads nothing but these tables and the fact.

    Raise `version` when `fold` changes its mind: the tables are then folded anew at the next opening. A change of
    the migrations, the tables or the kinds of fact is noticed without it.
    """

    name: str
    facts: tuple[type[Fact], ...]
    migrations: Migrations
    tables: tuple[str, ...]
    fold: Callable[[Connection, Entry, Fact], None]
    version: int = 1

    def shape(self) -> str:
        """A digest of everything that decides what the tables hold, as far as it can be seen from outside."""
        steps = [step.name for step in self.migrations._migrations]  # noqa: SLF001 - there is no public list of names
        kinds = sorted(fact.kind for fact in self.facts)
        return sha256(canonical([self.name, self.version, steps, list(self.tables), kinds])).hexdigest()

    def create(self, db: Connection) -> None:
        self.migrations.apply(Database(db))

    def drop(self, db: Connection) -> None:
        for table in self.tables:
            db.execute(f'DROP TABLE IF EXISTS "{table}"')
        applied = db.execute("SELECT 1 FROM sqlite_schema WHERE name = '_sqlite_migrations'").fetchone()
        if applied is not None:
            db.execute("DELETE FROM _sqlite_migrations WHERE migration_set = ?", (self.migrations.name,))


class Folder:
    """Folds each fact into every projection that declares its kind."""

    def __init__(self, projections: Sequence[Projection]) -> None:
        self.folds: dict[str, list[Callable[[Connection, Entry, Fact], None]]] = {}
        for projection in projections:
            for fact in projection.facts:
                self.folds.setdefault(fact.kind, []).append(projection.fold)

    def fold(self, db: Connection, entry: Entry, fact: Fact) -> None:
        for fold in self.folds.get(entry.kind, ()):
            fold(db, entry, fact)
