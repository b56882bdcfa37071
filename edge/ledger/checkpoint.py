"""Checkpoints: the journal's head as a signed note that a witness can keep and cosign.

Format: C2SP tlog-checkpoint (https://c2sp.org/tlog-checkpoint) in a signed note (https://c2sp.org/signed-note) with
Ed25519; cosignatures as in https://c2sp.org/tlog-cosignature. One extension line says the epoch.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ED25519 = 0x01
COSIGNATURE_V1 = 0x04
_SIGNATURE_LINE = re.compile(r"— (\S+) (\S+)")
_TIMESTAMP_BYTES = 8
_KEY_ID_BYTES = 4


class BadNote(ValueError):
    """A note that is malformed, or not signed by the key that it was held against."""


@dataclass(frozen=True)
class Signature:
    """One line below a note. `key_id` is a hint only; `raw` is what the algorithm wrote."""

    name: str
    key_id: bytes
    raw: bytes


@dataclass(frozen=True)
class Note:
    """A text with signatures. `text` ends with a newline and is exactly what was signed."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(_line(one) for one in self.signatures)


@dataclass(frozen=True)
class Checkpoint:
    """How long a journal was, and the root of its Merkle tree."""

    origin: str
    size: int
    root: bytes
    epoch: int = 1

    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\nepoch {self.epoch}\n"


def origin_of(box: str) -> str:
    """The name under which a box signs."""
    return f"lobby/v1/{box}"


def sign(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> Note:
    text = checkpoint.text()
    key_id = key_id_of(checkpoint.origin, _raw(key.public_key()))
    return Note(text, (Signature(checkpoint.origin, key_id, key.sign(text.encode())),))


def parse_note(note: str) -> Note:
    """Raises `BadNote`."""
    text, divider, below = note.rpartition("\n\n")
    if not divider or not below.endswith("\n"):
        raise BadNote("a signed note has a blank line and then whole signature lines")
    return Note(text + "\n", tuple(_signature(line) for line in below.splitlines()))


def parse_checkpoint(text: str) -> Checkpoint:
    """The checkpoint that a note's text says. Raises `BadNote`; extension lines that are not ours are ignored."""
    lines = text.splitlines()
    if len(lines) < 3 or not lines[0] or not re.fullmatch(r"0|[1-9][0-9]{0,17}", lines[1]):
        raise BadNote("a checkpoint has an origin, a size and a root")
    root = _decoded(lines[2])
    if len(root) != sha256().digest_size:
        raise BadNote("a checkpoint's root is a SHA-256 hash")
    epochs = [int(line[6:]) for line in lines[3:] if re.fullmatch(r"epoch [1-9][0-9]{0,8}", line)]
    return Checkpoint(lines[0], int(lines[1]), root, *epochs[:1])


def verify(note: Note, origin: str, public_key: bytes) -> Checkpoint:
    """The checkpoint, when this origin's key signed it. Raises `BadNote`."""
    signature = _find(note.signatures, origin, key_id_of(origin, public_key))
    _check(public_key, signature.raw, note.text.encode())
    checkpoint = parse_checkpoint(note.text)
    if checkpoint.origin != origin:
        raise BadNote("the note is signed by another than its origin")
    return checkpoint


def verify_cosignature(note: Note, witness: str, public_key: bytes) -> int:
    """When (POSIX seconds) the witness says that it saw the checkpoint. Raises `BadNote`."""
    signature = _find(note.signatures, witness, key_id_of(witness, public_key, COSIGNATURE_V1))
    stamp, raw = signature.raw[:_TIMESTAMP_BYTES], signature.raw[_TIMESTAMP_BYTES:]
    seen_at = int.from_bytes(stamp, "big")
    _check(public_key, raw, f"cosignature/v1\ntime {seen_at}\n{note.text}".encode())
    return seen_at


def cosign(note: Note, witness: str, key: Ed25519PrivateKey, seen_at: int) -> Note:
    """The note with a witness' line added; what central does."""
    raw = key.sign(f"cosignature/v1\ntime {seen_at}\n{note.text}".encode())
    key_id = key_id_of(witness, _raw(key.public_key()), COSIGNATURE_V1)
    line = Signature(witness, key_id, seen_at.to_bytes(_TIMESTAMP_BYTES, "big") + raw)
    return Note(note.text, (*note.signatures, line))


def key_id_of(name: str, public_key: bytes, algorithm: int = ED25519) -> bytes:
    return sha256(name.encode() + b"\n" + bytes([algorithm]) + public_key).digest()[:_KEY_ID_BYTES]


def verifier_key(name: str, public_key: bytes) -> str:
    """The public key as witnesses are given it: `name+id+key`."""
    encoded = base64.b64encode(bytes([ED25519]) + public_key).decode()
    return f"{name}+{key_id_of(name, public_key).hex()}+{encoded}"


def _find(signatures: Iterable[Signature], name: str, key_id: bytes) -> Signature:
    for one in signatures:
        if one.name == name and one.key_id == key_id:
            return one
    raise BadNote(f"no signature by {name}")


def _check(public_key: bytes, raw: bytes, signed: bytes) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(raw, signed)
    except InvalidSignature as error:
        raise BadNote("the signature is wrong") from error


def _signature(line: str) -> Signature:
    match = _SIGNATURE_LINE.fullmatch(line)
    if match is None:
        raise BadNote("a signature line is an em dash, a name and base64")
    decoded = _decoded(match[2])
    if len(decoded) <= _KEY_ID_BYTES:
        raise BadNote("a signature is longer than its key id")
    return Signature(match[1], decoded[:_KEY_ID_BYTES], decoded[_KEY_ID_BYTES:])


def _line(signature: Signature) -> str:
    return f"— {signature.name} {base64.b64encode(signature.key_id + signature.raw).decode()}\n"


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise BadNote("not base64") from error


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)
