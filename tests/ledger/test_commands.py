"""What a person sees of the ledger on the command line."""

from __future__ import annotations

import json
import shutil
from io import BytesIO, StringIO
from pathlib import Path

import pytest

from edge.chance import SeededChance
from edge.ledger import LedgerUnusable, Request, Unusable, commands
from edge.ledger.entry import chained, encode, genesis

from .counter import COUNTER, Counted, StillClock, committed, count, filled, open_ledger, tamper


class TickingClock(StillClock):
    """A second passes at each look."""

    def mono_s(self) -> float:
        self.passed_s += 1.0
        return self.passed_s


def test_verify_says_what_is_whole_and_what_root_could_still_do(tmp_path: Path) -> None:
    filled(tmp_path, 3)
    out, progress = StringIO(), StringIO()
    with open_ledger(tmp_path) as ledger:  # also while the service has it open
        commands.verify(tmp_path, out, progress, TickingClock())
        head = ledger.head
    lines = out.getvalue().splitlines()
    assert lines[0] == "All 3 entries of the box box-1 are whole and in order (epoch 1)."
    assert lines[1] == f"chain   {head.hash.hex()}"
    assert lines[3].startswith("No checkpoint was signed yet. What no other machine has seen could still")
    assert progress.getvalue() == "100 %  verified 3 of 3, 3 entries/s\n"


def test_verify_holds_the_journal_against_the_last_checkpoint(tmp_path: Path) -> None:
    filled(tmp_path, 3)
    with open_ledger(tmp_path) as ledger:
        ledger.make_checkpoint()
        committed(ledger, count("a", 1))
    out = StringIO()
    commands.verify(tmp_path, out, StringIO(), StillClock())
    assert "The checkpoint at 3 fits." in out.getvalue()
    # The whole journal written anew by root, hashes and all: only the checkpoint tells.
    shutil.copytree(tmp_path, tmp_path / "aside")
    for path in (tmp_path / "ledger.db", tmp_path / "checkpoint.txt", tmp_path / "keys"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    with open_ledger(tmp_path) as ledger:
        for name in "abcd":
            committed(ledger, count(name, 9))
    shutil.copy(tmp_path / "aside" / "checkpoint.txt", tmp_path)
    with pytest.raises(LedgerUnusable, match="first 3 entries are not those of the last checkpoint"):
        commands.verify(tmp_path, StringIO(), StringIO(), StillClock())


def test_verify_names_the_damaged_entry(tmp_path: Path) -> None:
    filled(tmp_path, 30)
    tamper(tmp_path, "UPDATE entry SET actor = 'somebody' WHERE seq = 17")
    with pytest.raises(LedgerUnusable, match="entry 17 was changed") as error:
        commands.verify(tmp_path, StringIO(), StringIO(), StillClock())
    assert error.value.code is Unusable.DAMAGED


def test_a_folder_without_a_ledger(tmp_path: Path) -> None:
    with pytest.raises(LedgerUnusable, match=r"there is no ledger\.db in"):
        commands.show(tmp_path, StringIO())
    assert not list(tmp_path.iterdir())


def test_rebuild_needs_the_ledger_for_itself_and_tells_its_progress(tmp_path: Path) -> None:
    filled(tmp_path, 40)

    def rebuild(out: StringIO, progress: StringIO) -> None:
        commands.rebuild(tmp_path, "box-1", [COUNTER], SeededChance(1), out, progress, TickingClock())

    with open_ledger(tmp_path), pytest.raises(LedgerUnusable) as error:
        rebuild(StringIO(), StringIO())
    assert error.value.code is Unusable.BUSY
    out, progress = StringIO(), StringIO()
    rebuild(out, progress)
    assert out.getvalue().startswith("1 tables were folded again from 40 entries.")
    assert progress.getvalue() == "100 %  folded 40 of 40, 40 entries/s\n"


def test_show_prints_the_latest_entries_oldest_first(tmp_path: Path) -> None:
    clock = StillClock()
    with open_ledger(tmp_path, clock=clock) as ledger:
        committed(ledger, count("a", 1))
        committed(ledger, count("b", 2), Request(actor="staff:s01", cause=1))
    out = StringIO()
    commands.show(tmp_path, out, last=1)
    assert out.getvalue() == (
        "       2  2026-11-22T06:26:10.123Z  counter.counted  counter:b  by staff:s01 because of 1"
        '  {"by":2,"name":"b","note":""}\n'
        "1 earlier entry is not shown: --last N shows N.\n"
    )
    out = StringIO()
    commands.show(tmp_path, out, subject="counter:a")
    assert [line.split()[0] for line in out.getvalue().splitlines()] == ["1"]
    out = StringIO()
    commands.show(tmp_path, out, subject="counter:z")
    assert out.getvalue() == "No entry about counter:z.\n"


def test_show_says_how_many_earlier_entries_there_are_about_what_was_asked(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        for number in range(5):
            committed(ledger, count("a", number))
        committed(ledger, count("b", 1))
    out = StringIO()
    commands.show(tmp_path, out, last=2, subject="counter:a")
    *shown, last = out.getvalue().splitlines()
    assert [line.split()[0] for line in shown] == ["4", "5"]
    assert last == "3 earlier entries are not shown: --last N shows N."
    out = StringIO()
    commands.show(tmp_path, out, last=6)
    assert [line.split()[0] for line in out.getvalue().splitlines()] == ["1", "2", "3", "4", "5", "6"]


def test_an_export_is_enough_to_compute_the_chain_again(tmp_path: Path) -> None:
    filled(tmp_path, 2_500)
    out = BytesIO()
    assert commands.export(tmp_path, out, StringIO(), StillClock()) == 2_500
    before = genesis("box-1")
    for line in out.getvalue().splitlines():
        entry = json.loads(line)
        data = json.dumps(entry["data"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        texts = [entry[name].encode() for name in ("at", "clock_trust", "kind", "subject", "actor")]
        before = chained(before, encode(entry["seq"], entry["epoch"], entry["cause"], (*texts, data.encode())))
        assert entry["hash"] == before.hex()
    with open_ledger(tmp_path) as ledger:
        assert ledger.head.hash == before


def test_a_new_epoch_is_begun_by_a_person_with_a_reason(tmp_path: Path) -> None:
    filled(tmp_path, 3)
    shutil.copy(tmp_path / "ledger.db", tmp_path / "old.db")
    with open_ledger(tmp_path) as ledger:
        committed(ledger, lambda tx: tx.append(Counted("a", 1)))
        ledger.make_checkpoint()
    shutil.move(tmp_path / "old.db", tmp_path / "ledger.db")
    out = StringIO()
    commands.begin_epoch(tmp_path, "box-1", [COUNTER], SeededChance(1), "disk replaced", out, StillClock())
    assert out.getvalue().startswith("The journal goes on with entry 4 in epoch 2.\n")
    out = StringIO()
    commands.verify(tmp_path, out, StringIO(), StillClock())
    assert "All 4 entries of the box box-1 are whole and in order (epoch 2)." in out.getvalue()
