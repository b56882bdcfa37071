"""A ledger that does not fit is refused with a reason, and nothing of it is touched."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edge.chance import SeededChance
from edge.ledger import Ledger, LedgerUnusable, Unusable
from edge.ledger.sqlite import driver

from .counter import committed, count, filled, open_ledger, tamper, total

NOBODY = 65534


def refused(folder: Path, code: Unusable, saying: str, **options: str) -> None:
    """Opening is refused, twice the same way, and not a byte of what counts has changed."""
    before = contents(folder)
    for _ in range(2):
        with pytest.raises(LedgerUnusable, match=saying) as error:
            open_ledger(folder, **options).close()  # type: ignore[arg-type]
        assert error.value.code is code
    assert contents(folder) == before


def contents(folder: Path) -> dict[str, bytes]:
    """All files but the lock and SQLite's own index of the WAL."""
    beside = {"ledger.lock", "ledger.db-shm", "ledger.db-wal"}
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in beside
    }


def test_a_new_ledger_is_private_and_empty(tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    with open_ledger(folder) as ledger:
        assert ledger.head.seq == 0
        assert stat.S_IMODE((folder / "keys").stat().st_mode) == 0o700
        assert [stat.S_IMODE(path.stat().st_mode) for path in (folder / "keys").iterdir()] == [0o600] * 3
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_first_opening_that_was_cut_off_before_its_tables_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").touch()
    with open_ledger(tmp_path) as ledger:
        assert committed(ledger, count("a", 1)) == 1


def test_a_first_opening_that_was_cut_off_among_its_keys_goes_on(tmp_path: Path) -> None:
    open_ledger(tmp_path).close()
    (tmp_path / "keys" / "code.key").unlink()
    db = driver.connect(str(tmp_path / "ledger.db"), isolation_level=None)
    db.execute("UPDATE identity SET public_key = NULL")
    db.close()
    kept = (tmp_path / "keys" / "vault.key").read_bytes()
    with open_ledger(tmp_path, chance=SeededChance(9)) as ledger:
        assert committed(ledger, count("a", 1)) == 1
    assert (tmp_path / "keys" / "vault.key").read_bytes() == kept


def test_a_box_name_is_checked(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no box name"):
        open_ledger(tmp_path, box="Box 1")
    assert not list(tmp_path.iterdir())


def test_two_openers_of_one_folder(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        with pytest.raises(LedgerUnusable, match=f"process {os.getpid()}") as error:
            open_ledger(tmp_path)
        assert error.value.code is Unusable.BUSY
        assert committed(ledger, count("a", 1)) == 1
    open_ledger(tmp_path).close()


def test_another_process_has_it_open(tmp_path: Path) -> None:
    holder = (
        "import sys; from pathlib import Path; from tests.ledger.counter import open_ledger\n"
        "ledger = open_ledger(Path(sys.argv[1])); print('open', flush=True); sys.stdin.read(); ledger.close()"
    )
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        with pytest.raises(LedgerUnusable, match=f"process {process.pid}") as error:
            open_ledger(tmp_path)
        assert error.value.code is Unusable.BUSY
    open_ledger(tmp_path).close()


def test_the_ledger_of_another_box(tmp_path: Path) -> None:
    filled(tmp_path, 3)
    refused(tmp_path, Unusable.FOREIGN, "belongs to the box 'box-1', not to 'box-2'", box="box-2")


def test_a_database_of_another_program(tmp_path: Path) -> None:
    db = driver.connect(str(tmp_path / "ledger.db"), isolation_level=None)
    db.execute("CREATE TABLE notes (text)")
    db.close()
    with pytest.raises(LedgerUnusable, match="another program") as error:
        open_ledger(tmp_path)
    assert error.value.code is Unusable.FOREIGN


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_bytes(b"Dear sir or madam, " * 500)
    refused(tmp_path, Unusable.DAMAGED, "not a database")


def test_a_newer_programs_schema(tmp_path: Path) -> None:
    filled(tmp_path, 3)
    db = driver.connect(str(tmp_path / "ledger.db"), isolation_level=None)
    db.execute("PRAGMA user_version = 99")
    db.close()
    refused(tmp_path, Unusable.TOO_NEW, "schema version 99")


def test_the_keys_of_another_ledger(tmp_path: Path) -> None:
    filled(tmp_path / "one", 3)
    open_ledger(tmp_path / "two", chance=SeededChance(8)).close()
    shutil.rmtree(tmp_path / "one" / "keys")
    shutil.copytree(tmp_path / "two" / "keys", tmp_path / "one" / "keys")
    refused(tmp_path / "one", Unusable.FOREIGN, "do not belong to this ledger.db")


@pytest.mark.parametrize("name", ["checkpoint", "vault", "code"])
def test_a_key_that_is_lost_is_never_replaced(tmp_path: Path, name: str) -> None:
    filled(tmp_path, 3)
    (tmp_path / "keys" / f"{name}.key").unlink()
    refused(tmp_path, Unusable.DAMAGED, f"{name}.key is missing")


def test_a_key_that_was_cut_short(tmp_path: Path) -> None:
    filled(tmp_path, 3)
    (tmp_path / "keys" / "vault.key").write_bytes(b"short")
    refused(tmp_path, Unusable.DAMAGED, "vault.key is not 32 bytes")


def test_a_lost_database_is_never_begun_anew_under_old_keys(tmp_path: Path) -> None:
    filled(tmp_path, 3)
    (tmp_path / "ledger.db").unlink()
    refused(tmp_path, Unusable.DAMAGED, "ledger.db is gone")


@pytest.mark.parametrize(
    ("statement", "saying"),
    [
        (
            "UPDATE entry SET data = cast(replace(data, 'c', 'd') AS BLOB) WHERE seq = 40",
            "entry 40 does not have the hash",
        ),
        ("UPDATE head SET hash = x'00'", "entry 40 does not have the hash"),
        ("DELETE FROM entry WHERE seq = 40", "the head stands at entry 40, the journal ends at 39"),
        ("UPDATE head SET frontier = x''", "frontier does not fit 40 entries"),
        ("DELETE FROM head", "head of the journal is missing"),
        ("DELETE FROM identity", "does not say whose it is"),
    ],
)
def test_a_head_that_does_not_fit_the_journal(tmp_path: Path, statement: str, saying: str) -> None:
    filled(tmp_path, 40)
    tamper(tmp_path, statement)
    refused(tmp_path, Unusable.DAMAGED, saying)


def test_a_file_that_was_cut_off(tmp_path: Path) -> None:
    filled(tmp_path, 2_000)
    with (tmp_path / "ledger.db").open("r+b") as file:
        file.truncate(file.seek(0, 2) - 3 * 4096)
    refused(tmp_path, Unusable.DAMAGED, "malformed")


def test_an_older_copy_of_the_database_under_a_later_checkpoint(tmp_path: Path) -> None:
    filled(tmp_path, 5)
    shutil.copy(tmp_path / "ledger.db", tmp_path / "old.db")
    with open_ledger(tmp_path) as ledger:
        committed(ledger, count("a", 1))
        ledger.make_checkpoint()
    shutil.move(tmp_path / "old.db", tmp_path / "ledger.db")
    refused(tmp_path, Unusable.DAMAGED, "journal ends at entry 5, but this box signed a checkpoint at 6")


def test_a_journal_of_the_same_length_that_is_not_what_was_signed(tmp_path: Path) -> None:
    filled(tmp_path, 5)
    shutil.copy(tmp_path / "ledger.db", tmp_path / "old.db")
    with open_ledger(tmp_path) as ledger:
        committed(ledger, count("a", 1))
        ledger.make_checkpoint()
    shutil.move(tmp_path / "old.db", tmp_path / "ledger.db")
    (tmp_path / "checkpoint.txt").rename(tmp_path / "aside")
    with open_ledger(tmp_path) as ledger:
        committed(ledger, count("b", 1))
    (tmp_path / "aside").rename(tmp_path / "checkpoint.txt")
    refused(tmp_path, Unusable.DAMAGED, "first 6 entries are not those that this box signed")


def test_a_checkpoint_that_somebody_else_signed(tmp_path: Path) -> None:
    filled(tmp_path / "one", 3)
    with open_ledger(tmp_path / "two", chance=SeededChance(8)) as other:
        other.make_checkpoint()
    shutil.copy(tmp_path / "two" / "checkpoint.txt", tmp_path / "one" / "checkpoint.txt")
    refused(tmp_path / "one", Unusable.DAMAGED, "checkpoint.txt is not what this box signed")


def test_a_person_may_let_an_older_copy_go_on_in_a_new_epoch(tmp_path: Path) -> None:
    filled(tmp_path, 5)
    shutil.copy(tmp_path / "ledger.db", tmp_path / "old.db")
    with open_ledger(tmp_path) as ledger:
        committed(ledger, count("a", 1))
        ledger.make_checkpoint()
    shutil.move(tmp_path / "old.db", tmp_path / "ledger.db")
    with open_ledger(tmp_path, new_epoch=True) as ledger:
        entry = committed(ledger, lambda tx: tx.begin_epoch("disk replaced"))
        assert (entry.seq, entry.epoch) == (6, 2)
        ledger.make_checkpoint()
    with open_ledger(tmp_path) as ledger:
        assert ledger.head.epoch == 2
        assert committed(ledger, count("a", 1)) == 7


@pytest.mark.parametrize("closed", ["folder", "database"])
def test_a_folder_or_a_file_that_cannot_be_written(closed: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        filled(folder, 3)
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o777 if path.is_dir() else 0o666)
        if closed == "folder":
            folder.chmod(0o555)
            (folder / "ledger.lock").unlink()
        else:
            (folder / "ledger.db").chmod(0o444)
        with nobody(), pytest.raises(LedgerUnusable) as error:
            open_ledger(folder)
        assert error.value.code is Unusable.READ_ONLY
        with open_ledger(folder) as ledger:  # nothing was harmed
            assert total(ledger) > 0


@contextmanager
def nobody() -> Iterator[None]:
    """Root may write anywhere: look with the eyes of somebody who may not."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_refusal_says_what_happened_what_is_safe_and_what_to_do() -> None:
    lines = str(LedgerUnusable(Unusable.BUSY, "the process 17 has this ledger open")).splitlines()
    assert lines == [
        "the ledger cannot be used (busy): the process 17 has this ledger open.",
        "Nothing was changed or repaired.",
        "Stop the service first (systemctl stop lobby-edge), or look at what it is doing.",
    ]


def test_a_ledger_is_closed_twice_without_harm(tmp_path: Path) -> None:
    ledger: Ledger = open_ledger(tmp_path)
    ledger.close()
    ledger.close()
