"""What people write in their own words: a note, a reason. It may name somebody, so it never stands in the chain.

The words are sealed beside the journal under an id of their own; a fact carries that id. A stable word of ours
(`did_not_open`) is no remark and stands in the fact as it is.
"""

from __future__ import annotations

from edge.chance import new_id
from edge.ledger import Connection, Tx, Vault

MARK = "remark:"
_TEXT = "text"


def keep(tx: Tx, text: str) -> str:
    """Seal a person's words inside the decision that they belong to; what the fact carries (`""` for none)."""
    if not text.strip():
        return ""
    remark = MARK + new_id(tx.chance)
    tx.vault.put_secret(remark, _TEXT, text.strip().encode())
    return remark


def read(vault: Vault, db: Connection, carried: str) -> str:
    """What a fact's field says: the words behind a remark, `""` when they are gone; any other word as it is."""
    if not carried.startswith(MARK):
        return carried
    sealed = vault.secret(db, carried, _TEXT)
    return sealed.decode() if sealed is not None else ""
