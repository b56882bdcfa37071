"""A checkpoint is a signed note that any transparency-log tool can read, and no other hand can make."""

from __future__ import annotations

import base64
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from edge.ledger import Tx
from edge.ledger.checkpoint import (
    BadNote,
    Checkpoint,
    Note,
    cosign,
    key_id_of,
    parse_checkpoint,
    parse_note,
    sign,
    verifier_key,
    verify,
    verify_cosignature,
)
from edge.ledger.entry import encode

from .counter import Counted, committed, open_ledger
from .test_merkle import naive

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
CHECKPOINT = Checkpoint("lobby/v1/box-1", 7, sha256(b"root").digest(), 2)

# The example of golang.org/x/mod/sumdb/note, made by another program.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_a_note_of_another_program_is_read_and_its_signature_holds() -> None:
    name, key_id, encoded = GO_KEY.split("+", 2)
    public = base64.b64decode(encoded)[1:]
    assert key_id_of(name, public).hex() == key_id
    assert verifier_key(name, public) == GO_KEY
    note = parse_note(GO_NOTE)
    assert str(note) == GO_NOTE
    with pytest.raises(BadNote, match="an origin, a size and a root"):  # signed rightly, but no checkpoint
        verify(note, name, public)
    forged = Note(note.text.replace("your", "their"), note.signatures)
    with pytest.raises(BadNote, match="the signature is wrong"):
        verify(forged, name, public)


def test_the_key_id_is_the_specs() -> None:
    expected = sha256(b"lobby/v1/box-1\n\x01" + PUBLIC).digest()[:4]
    assert key_id_of("lobby/v1/box-1", PUBLIC) == expected
    assert sign(CHECKPOINT, KEY).signatures[0].key_id == expected


def test_a_checkpoint_is_three_lines_and_the_epoch() -> None:
    root = base64.b64encode(CHECKPOINT.root).decode()
    assert sign(CHECKPOINT, KEY).text == f"lobby/v1/box-1\n7\n{root}\nepoch 2\n"


def test_a_signed_checkpoint_reads_back_as_it_was() -> None:
    note = parse_note(str(sign(CHECKPOINT, KEY)))
    assert verify(note, CHECKPOINT.origin, PUBLIC) == CHECKPOINT


@pytest.mark.parametrize(("old", "new"), [("\n7\n", "\n8\n"), ("epoch 2", "epoch 3"), ("box-1\n7", "box-2\n7")])
def test_a_changed_checkpoint_does_not_verify(old: str, new: str) -> None:
    forged = str(sign(CHECKPOINT, KEY)).replace(old, new, 1)
    with pytest.raises(BadNote):
        verify(parse_note(forged), CHECKPOINT.origin, PUBLIC)


def test_a_checkpoint_of_another_origin_does_not_verify_under_ours() -> None:
    other = Checkpoint("lobby/v1/box-2", 7, CHECKPOINT.root)
    with pytest.raises(BadNote, match="no signature by"):
        verify(sign(other, KEY), CHECKPOINT.origin, PUBLIC)
    lent = Note(other.text(), (sign(CHECKPOINT, KEY).signatures[0],))
    with pytest.raises(BadNote, match="wrong"):
        verify(lent, CHECKPOINT.origin, PUBLIC)
    signed_for = sign(Checkpoint(CHECKPOINT.origin, 7, CHECKPOINT.root), KEY).signatures[0]
    text = other.text()
    forged = Note(text, (type(signed_for)(CHECKPOINT.origin, signed_for.key_id, KEY.sign(text.encode())),))
    with pytest.raises(BadNote, match="another than its origin"):
        verify(forged, CHECKPOINT.origin, PUBLIC)


def test_a_witness_adds_its_line_and_says_when() -> None:
    witness = Ed25519PrivateKey.from_private_bytes(bytes(32))
    public = witness.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    note = parse_note(str(cosign(sign(CHECKPOINT, KEY), "central.example", witness, 1_790_000_000)))
    assert verify(note, CHECKPOINT.origin, PUBLIC) == CHECKPOINT
    assert verify_cosignature(note, "central.example", public) == 1_790_000_000
    assert note.signatures[1].key_id == sha256(b"central.example\n\x04" + public).digest()[:4]
    with pytest.raises(BadNote):
        verify_cosignature(note, "central.example", PUBLIC)
    with pytest.raises(BadNote, match="wrong"):
        verify_cosignature(Note(note.text.replace("7", "8"), note.signatures), "central.example", public)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no divider\n",
        "text\n\n— name notbase64!\n",
        "text\n\n— name AAA=\n",
        "text\n\n- name AAAAAAAA\n",
        "text\n\n— name AAAAAAAA",
        "text\n\n— na me AAAAAAAA\n",
    ],
)
def test_what_is_no_signed_note_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        parse_note(text)


@pytest.mark.parametrize(
    "text", ["", "o\n", "o\n07\nAAAA\n", "o\n-1\nAAAA\n", "o\n7\nAAAA\n", "\n7\n" + "A" * 44 + "\n"]
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        parse_checkpoint(text)


def test_the_ledgers_checkpoint_is_its_head_of_the_moment(tmp_path: Path) -> None:
    def decide(tx: Tx) -> list[int]:
        return [tx.append(Counted("a", 1)).seq for _ in range(5)]

    with open_ledger(tmp_path) as ledger:
        empty = verify(ledger.make_checkpoint(), "lobby/v1/box-1", ledger.public_key)
        assert (empty.size, empty.root) == (0, sha256(b"").digest())
        committed(ledger, decide)
        made = verify(ledger.make_checkpoint(), "lobby/v1/box-1", ledger.public_key)
        assert (made.size, made.epoch) == (5, 1)
        with ledger.reading() as db:
            leaves = [
                encode(row["seq"], row["epoch"], row["cause"], tuple(
                    row[name] if name == "data" else row[name].encode()
                    for name in ("at", "clock_trust", "kind", "subject", "actor", "data")
                ))
                for row in db.execute("SELECT * FROM entry")
            ]  # fmt: skip
        assert made.root == naive(leaves)
    kept = parse_note((tmp_path / "checkpoint.txt").read_text("utf-8"))
    assert verify(kept, "lobby/v1/box-1", ledger.public_key) == made
