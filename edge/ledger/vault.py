"""Personal data and secrets, sealed, beside the journal and never in it.

Each person has an AES-256-GCM key of their own, wrapped by the box's vault key; destroying it makes their record, and
every commitment to it in the journal, say nothing any more. The vault is not derived: a rebuild does not touch it.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from edge.chance import Chance
from edge.ledger.authority import Authority, Role
from edge.ledger.canonical import canonical, read
from edge.ledger.errors import LedgerUnusable, Unusable
from edge.ledger.sqlite import Connection

KEY_BYTES = 32
NONCE_BYTES = 12


class Vault:
    """Reads the vault through any connection."""

    def __init__(self, vault_key: bytes) -> None:
        self._box = AESGCM(vault_key)

    def open(self, db: Connection, person: str) -> dict[str, str] | None:
        """What is kept of a person; None for a stranger and for somebody forgotten."""
        row = _person(db, person)
        if row is None:
            return None
        wrapped, version, sealed = row
        plain = read(_unseal(AESGCM(self.unwrap(person, wrapped)), sealed, _record_label(person, version)))
        return {str(name): str(value) for name, value in plain.items()} if isinstance(plain, dict) else None

    def secret(self, db: Connection, owner: str, name: str) -> bytes | None:
        row = db.execute("SELECT sealed FROM vault_secret WHERE owner = ? AND name = ?", (owner, name)).fetchone()
        return None if row is None else _unseal(self._box, row[0], _label("secret", owner, name))

    def person_key(self, db: Connection, person: str) -> bytes | None:
        row = _person(db, person)
        return None if row is None else self.unwrap(person, row[0])

    def wrap(self, person: str, key: bytes, nonce: bytes) -> bytes:
        return _seal(self._box, key, _label("person key", person), nonce)

    def seal_secret(self, owner: str, name: str, secret: bytes, nonce: bytes) -> bytes:
        return _seal(self._box, secret, _label("secret", owner, name), nonce)

    def unwrap(self, person: str, wrapped: bytes) -> bytes:
        return _unseal(self._box, wrapped, _label("person key", person))


class VaultTx:
    """The vault inside a decision: what is written here is kept or rolled back with the decision."""

    def __init__(self, vault: Vault, db: Connection, authority: Authority, chance: Chance) -> None:
        self._vault = vault
        self._db = db
        self._authority = authority
        self._chance = chance
        self._forgot = False

    def put(self, person: str, record: Mapping[str, str]) -> None:
        """Keep this record of the person, in place of an earlier one."""
        row = _person(self._db, person)
        if row is None:
            key = self._chance.bytes(KEY_BYTES)
            wrapped, version = self._vault.wrap(person, key, self._nonce()), 1
        else:
            wrapped, version = row[0], row[1] + 1
            key = self._vault.unwrap(person, wrapped)
        sealed = _seal(AESGCM(key), canonical(dict(record)), _record_label(person, version), self._nonce())
        self._write(
            "INSERT INTO vault_person (person, wrapped_key, version, sealed) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (person) DO UPDATE SET version = excluded.version, sealed = excluded.sealed",
            (person, wrapped, version, sealed),
        )

    def open(self, person: str) -> dict[str, str] | None:
        return self._vault.open(self._db, person)

    def forget(self, person: str) -> bool:
        """Destroy the person's key, record and secrets; False when nothing was known of them."""
        self._forgot = True
        self._write("DELETE FROM vault_secret WHERE owner = ?", (person,))
        return self._write("DELETE FROM vault_person WHERE person = ?", (person,)) > 0

    def take_forgot(self) -> bool:
        """Whether a key was destroyed since this was last asked: its old pages must not stay in the WAL either."""
        forgot, self._forgot = self._forgot, False
        return forgot

    def commitment(self, person: str, record: Mapping[str, str]) -> str:
        """A hex digest that proves what the record was, as long as the person's key is kept. Raises `LookupError`."""
        key = self._vault.person_key(self._db, person)
        if key is None:
            raise LookupError("nothing is kept of this person, so nothing can be committed to")
        salt = hmac.digest(key, b"lobby commitment salt v1", sha256)
        return hmac.digest(salt, canonical(dict(record)), sha256).hex()

    def put_secret(self, owner: str, name: str, secret: bytes) -> None:
        sealed = self._vault.seal_secret(owner, name, secret, self._nonce())
        self._write(
            "INSERT INTO vault_secret (owner, name, sealed) VALUES (?, ?, ?)"
            " ON CONFLICT (owner, name) DO UPDATE SET sealed = excluded.sealed",
            (owner, name, sealed),
        )

    def secret(self, owner: str, name: str) -> bytes | None:
        return self._vault.secret(self._db, owner, name)

    def drop_secret(self, owner: str, name: str) -> bool:
        return self._write("DELETE FROM vault_secret WHERE owner = ? AND name = ?", (owner, name)) > 0

    def _write(self, statement: str, values: tuple[str | int | bytes, ...]) -> int:
        """Rows changed."""
        self._authority.role = Role.LEDGER
        try:
            return self._db.execute(statement, values).rowcount
        finally:
            self._authority.role = Role.DECISION

    def _nonce(self) -> bytes:
        return self._chance.bytes(NONCE_BYTES)


def _person(db: Connection, person: str) -> tuple[bytes, int, bytes] | None:
    row = db.execute("SELECT wrapped_key, version, sealed FROM vault_person WHERE person = ?", (person,)).fetchone()
    return None if row is None else (row[0], row[1], row[2])


def _label(*parts: str) -> bytes:
    """Associated data: what this ciphertext is for, so that it cannot stand in for another."""
    return canonical(["lobby vault v1", *parts])


def _record_label(person: str, version: int) -> bytes:
    return _label("record", person, str(version))


def _seal(key: AESGCM, plain: bytes, label: bytes, nonce: bytes) -> bytes:
    return nonce + key.encrypt(nonce, plain, label)


def _unseal(key: AESGCM, sealed: bytes, label: bytes) -> bytes:
    try:
        return key.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], label)
    except (InvalidTag, ValueError) as error:  # ValueError: not even long enough for a nonce
        raise LedgerUnusable(
            Unusable.DAMAGED, "a sealed record of the vault does not open with this box's key"
        ) from error
