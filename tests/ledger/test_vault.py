"""Personal data lie sealed beside the journal, and forgetting is final."""

from __future__ import annotations

import logging
from io import StringIO
from pathlib import Path

import pytest

from edge.chance import SeededChance
from edge.ledger import Ledger, LedgerUnusable, Tx, Unusable, commands

from .counter import COUNTER, Counted, StillClock, committed, count, open_ledger, tamper

NAME, PHONE = "陈大文", "13800138000"
RECORD = {"name": NAME, "phone": PHONE}


def kept(ledger: Ledger, person: str) -> dict[str, str] | None:
    with ledger.reading() as db:
        return ledger.vault.open(db, person)


def files_hold(folder: Path, text: str) -> bool:
    """Whether the text lies anywhere in the ledger's files, in the open."""
    return any(text.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_record_is_kept_and_can_be_put_anew(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        assert kept(ledger, "p1") is None
        committed(ledger, lambda tx: tx.vault.put("p1", RECORD))
        assert kept(ledger, "p1") == RECORD
        committed(ledger, lambda tx: tx.vault.put("p1", {"name": NAME}))
        assert kept(ledger, "p1") == {"name": NAME}
        assert committed(ledger, lambda tx: tx.vault.open("p1")) == {"name": NAME}
    with open_ledger(tmp_path) as ledger:
        assert kept(ledger, "p1") == {"name": NAME}


def test_no_personal_data_lies_open_in_any_file(tmp_path: Path) -> None:
    def decide(tx: Tx) -> None:
        tx.vault.put("p1", RECORD)
        tx.vault.put_secret("staff:s01", "pin", b"$argon2id$secret")
        tx.append(Counted(tx.vault.commitment("p1", RECORD)[:8], 1))

    with open_ledger(tmp_path) as ledger:
        committed(ledger, decide)
        assert not any(files_hold(tmp_path, text) for text in (NAME, PHONE, "$argon2id$"))
    assert not any(files_hold(tmp_path, text) for text in (NAME, PHONE, "$argon2id$"))


def test_a_forgotten_persons_key_is_in_no_file_any_more(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        committed(ledger, lambda tx: tx.vault.put("p1", RECORD))
        with ledger.reading() as db:
            wrapped, sealed = db.execute("SELECT wrapped_key, sealed FROM vault_person").fetchone()
        assert committed(ledger, lambda tx: tx.vault.forget("p1")) is True
        assert committed(ledger, lambda tx: tx.vault.forget("p1")) is False
        assert kept(ledger, "p1") is None
        holding = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert not any(piece in path.read_bytes() for path in holding for piece in (wrapped, sealed))


def test_a_commitment_proves_the_record_until_the_person_is_forgotten(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        committed(ledger, lambda tx: tx.vault.put("p1", RECORD))
        first = committed(ledger, lambda tx: tx.vault.commitment("p1", RECORD))
        assert committed(ledger, lambda tx: tx.vault.commitment("p1", dict(reversed(RECORD.items())))) == first
        assert committed(ledger, lambda tx: tx.vault.commitment("p1", {"name": NAME})) != first
        committed(ledger, lambda tx: tx.vault.put("p2", RECORD))
        assert committed(ledger, lambda tx: tx.vault.commitment("p2", RECORD)) != first
        committed(ledger, lambda tx: tx.vault.forget("p1"))
        with pytest.raises(LookupError):
            committed(ledger, lambda tx: tx.vault.commitment("p1", RECORD))
        committed(ledger, lambda tx: tx.vault.put("p1", RECORD))
        assert committed(ledger, lambda tx: tx.vault.commitment("p1", RECORD)) != first


def test_the_chain_still_verifies_after_forgetting_and_a_rebuild_leaves_the_vault_alone(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        committed(ledger, lambda tx: tx.vault.put("p1", RECORD))
        committed(ledger, lambda tx: tx.vault.put("p2", RECORD))
        committed(ledger, count("a", 1))
        committed(ledger, lambda tx: tx.vault.forget("p1"))
    out = StringIO()
    commands.verify(tmp_path, out, out, StillClock())
    commands.rebuild(tmp_path, "box-1", [COUNTER], SeededChance(1), out, out, StillClock())
    with open_ledger(tmp_path) as ledger:
        assert (kept(ledger, "p1"), kept(ledger, "p2")) == (None, RECORD)


def test_secrets_are_kept_replaced_and_dropped(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        committed(ledger, lambda tx: tx.vault.put_secret("staff:s01", "pin", b"one"))
        committed(ledger, lambda tx: tx.vault.put_secret("staff:s01", "pin", b"two"))
        assert committed(ledger, lambda tx: tx.vault.secret("staff:s01", "pin")) == b"two"
        with ledger.reading() as db:
            assert ledger.vault.secret(db, "staff:s01", "pin") == b"two"
            assert ledger.vault.secret(db, "staff:s01", "token") is None
        assert committed(ledger, lambda tx: tx.vault.drop_secret("staff:s01", "pin")) is True
        assert committed(ledger, lambda tx: tx.vault.drop_secret("staff:s01", "pin")) is False


@pytest.mark.parametrize(
    "swap",
    [
        "UPDATE vault_person SET sealed = (SELECT sealed FROM vault_person WHERE person = 'p2') WHERE person = 'p1'",
        "UPDATE vault_person SET version = 2 WHERE person = 'p1'",
        "UPDATE vault_person SET wrapped_key = (SELECT wrapped_key FROM vault_person WHERE person = 'p2')",
        "UPDATE vault_person SET wrapped_key = x'00'",
    ],
)
def test_a_record_that_was_put_in_anothers_place_does_not_open(tmp_path: Path, swap: str) -> None:
    with open_ledger(tmp_path) as ledger:
        committed(ledger, lambda tx: tx.vault.put("p1", RECORD))
        committed(ledger, lambda tx: tx.vault.put("p2", {"name": "x"}))
    tamper(tmp_path, swap)
    with open_ledger(tmp_path) as ledger:
        with pytest.raises(LedgerUnusable) as error:
            kept(ledger, "p1")
        assert error.value.code is Unusable.DAMAGED
        assert committed(ledger, count("a", 1)) == 1


def test_an_older_record_cannot_be_put_back_in_place(tmp_path: Path) -> None:
    """The version is sealed with the record: a row restored in part shows."""
    with open_ledger(tmp_path) as ledger:
        committed(ledger, lambda tx: tx.vault.put("p1", RECORD))
        with ledger.reading() as db:
            old = db.execute("SELECT hex(sealed) FROM vault_person").fetchone()[0]
        committed(ledger, lambda tx: tx.vault.put("p1", {"name": "new"}))
    tamper(tmp_path, f"UPDATE vault_person SET sealed = x'{old}'")
    with open_ledger(tmp_path) as ledger, pytest.raises(LedgerUnusable):
        kept(ledger, "p1")


def test_keys_are_in_no_log_and_no_text(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with open_ledger(tmp_path) as ledger:
        keys = [path.read_bytes() for path in (tmp_path / "keys").iterdir()]
        told = repr(ledger._opened) + repr(ledger.__dict__) + caplog.text
        assert not any(key.hex() in told or repr(key) in told for key in keys)
