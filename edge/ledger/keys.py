"""The box's own keys: made at the first opening, in a folder that only its owner can read, never shown or logged."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from edge.chance import Chance
from edge.ledger.errors import LedgerUnusable, Unusable
from edge.ledger.files import put

KEY_BYTES = 32
_NAMES = ("checkpoint", "vault", "code")


@dataclass(frozen=True)
class Keys:
    """`checkpoint` signs the journal's head, `vault` wraps personal keys, `code` keys the hashes of codes."""

    checkpoint: bytes = field(repr=False)
    vault: bytes = field(repr=False)
    code: bytes = field(repr=False)

    def signer(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.checkpoint)

    def public(self) -> bytes:
        return self.signer().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def present(folder: Path) -> bool:
    """Whether any of the keys is there."""
    return any(_path(folder, name).exists() for name in _NAMES)


def load(folder: Path) -> Keys:
    """The keys of an existing ledger. Raises `LedgerUnusable` when one is missing or not a key."""
    return Keys(*(_read(_path(folder, name)) for name in _NAMES))


def make(folder: Path, chance: Chance) -> Keys:
    """New keys for an empty ledger; those that a cut-off first opening left behind are kept."""
    folder.mkdir(mode=0o700, exist_ok=True)
    for name in _NAMES:
        path = _path(folder, name)
        if not path.exists():
            put(path, chance.bytes(KEY_BYTES))
    return load(folder)


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name}.key"


def _read(path: Path) -> bytes:
    try:
        key = path.read_bytes()
    except FileNotFoundError as error:
        raise LedgerUnusable(Unusable.DAMAGED, f"the key {path.name} is missing") from error
    if len(key) != KEY_BYTES:
        raise LedgerUnusable(Unusable.DAMAGED, f"the key {path.name} is not {KEY_BYTES} bytes long")
    return key
