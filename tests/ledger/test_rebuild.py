"""Tables are what the journal folds into, whenever they are folded."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database, Migrations

from edge.chance import SeededChance
from edge.ledger import Connection, Entry, Fact, LedgerUnusable, Projection, Request, Unusable, commands, rebuild
from edge.ledger.facts import Vocabulary
from edge.ledger.opening import open_store

from .counter import COUNTER, Counted, StillClock, committed, count, filled, fold, open_ledger, tamper, total

LARGEST = Migrations("largest")


@LARGEST()
def largest(db: Database) -> None:
    db.execute("CREATE TABLE largest (by INTEGER NOT NULL, REFERENCED TEXT REFERENCES counter (name)) STRICT")


def fold_largest(db: Connection, entry: Entry, fact: Fact) -> None:
    assert isinstance(fact, Counted)
    row = db.execute("SELECT max(by) FROM largest").fetchone()
    if row[0] is None or fact.by > row[0]:
        db.execute("DELETE FROM largest")
        db.execute("INSERT INTO largest VALUES (?, ?)", (fact.by, fact.name))


WITH_LARGEST = (COUNTER, Projection("largest", (Counted,), LARGEST, ("largest",), fold_largest))


def rebuilt(folder: Path, *projections: Projection) -> str:
    out = StringIO()
    commands.rebuild(folder, "box-1", projections or (COUNTER,), SeededChance(1), out, StringIO(), StillClock())
    return out.getvalue()


@settings(max_examples=15)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(14, 99)), max_size=30))
def test_tables_are_the_fold_of_the_journal(
    tmp_path_factory: pytest.TempPathFactory, counted: list[tuple[str, int]]
) -> None:
    folder = tmp_path_factory.mktemp("ledger")
    with open_ledger(folder, inline=True) as ledger:
        for name, by in counted:
            committed(ledger, count(name, by))
        before = total(ledger)
        assert before == sum(by for _, by in counted)
        assert ledger.compare() == {}
    rebuilt(folder)
    with open_ledger(folder, inline=True) as ledger:
        assert total(ledger) == before
        assert ledger.compare() == {}


@pytest.mark.parametrize(
    ("statement", "rows"),
    [
        ("UPDATE counter SET total = total + 1 WHERE name = 'c1'", 2),
        ("DELETE FROM counter WHERE name = 'c1'", 1),
        ("INSERT INTO counter VALUES ('ghost', 1)", 1),
    ],
)
def test_a_table_that_went_its_own_way_is_found_and_a_rebuild_mends_it(
    tmp_path: Path, statement: str, rows: int
) -> None:
    filled(tmp_path, 20)
    tamper(tmp_path, statement)
    with open_ledger(tmp_path) as ledger:
        assert ledger.compare() == {"counter": rows}
    assert rebuilt(tmp_path) == (
        "1 tables were folded again from 20 entries. The journal and the vault were not touched.\n"
    )
    with open_ledger(tmp_path) as ledger:
        assert ledger.compare() == {}


def test_a_new_projection_is_folded_from_the_whole_journal_at_the_next_opening(tmp_path: Path) -> None:
    filled(tmp_path, 20)
    with open_ledger(tmp_path, projections=WITH_LARGEST) as ledger:
        with ledger.reading() as db:
            assert db.execute("SELECT by FROM largest").fetchone()[0] == 5
        assert ledger.compare() == {}
    rebuilt(tmp_path, *WITH_LARGEST)  # tables that refer to each other are dropped in any order
    with open_ledger(tmp_path, projections=WITH_LARGEST) as ledger:
        assert ledger.compare() == {}


def test_a_fold_that_changed_its_mind_is_folded_anew_when_it_says_so(tmp_path: Path) -> None:
    def double(db: Connection, entry: Entry, fact: Fact) -> None:
        fold(db, entry, fact)
        fold(db, entry, fact)

    filled(tmp_path, 20)
    with open_ledger(tmp_path) as ledger:
        before = total(ledger)
    with open_ledger(tmp_path, projections=(replace(COUNTER, fold=double, version=2),)) as ledger:
        assert total(ledger) == 2 * before


def test_an_unchanged_projection_is_not_folded_again(tmp_path: Path) -> None:
    def never(db: Connection, entry: Entry, fact: Fact) -> None:
        raise AssertionError("folded again without need")

    filled(tmp_path, 20)
    open_ledger(tmp_path, projections=(replace(COUNTER, fold=never),)).close()


def test_a_rebuild_that_was_cut_off_is_done_again_at_the_next_opening(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(done: int, all_of_them: int) -> None:
        if done > 10:
            raise KeyboardInterrupt

    filled(tmp_path, 40)
    with open_ledger(tmp_path) as ledger:
        before = total(ledger)
    monkeypatch.setattr(rebuild, "ENTRIES_A_COMMIT", 7)
    opened = open_store(tmp_path, "box-1", SeededChance(1))
    with pytest.raises(KeyboardInterrupt):
        rebuild.fold_again(opened.db, Vocabulary([Counted]), [COUNTER], cut_off)
    opened.close()
    with open_ledger(tmp_path) as ledger:
        assert total(ledger) == before
        assert ledger.compare() == {}


def test_a_fact_that_this_program_does_not_know_stops_the_fold(tmp_path: Path) -> None:
    filled(tmp_path, 5)
    with pytest.raises(LedgerUnusable, match="entry 1 is not known to this program") as error:
        rebuilt(tmp_path, Projection("other", (), Migrations("other"), (), fold))
    assert error.value.code is Unusable.TOO_NEW


def test_idempotency_answers_survive_a_rebuild(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        committed(ledger, count("a", 1), Request(key="k"))
    rebuilt(tmp_path)
    with open_ledger(tmp_path) as ledger:
        assert committed(ledger, count("a", 1), Request(key="k")) == 1
        assert total(ledger) == 1
