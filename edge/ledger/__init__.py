"""The journal that is the truth, and everything that keeps it so."""

from edge.ledger.canonical import LARGEST_INT
from edge.ledger.entry import Entry, Head
from edge.ledger.errors import LedgerClosed, LedgerUnusable, NotCanonical, UnknownFact, Unusable
from edge.ledger.facts import Fact
from edge.ledger.feed import Subscription
from edge.ledger.guard import GuardStatus
from edge.ledger.ledger import Ledger
from edge.ledger.policy import Policy
from edge.ledger.projection import Projection
from edge.ledger.rebuild import entries
from edge.ledger.sqlite import Connection, Row
from edge.ledger.times import spell
from edge.ledger.tx import Request, Tx
from edge.ledger.vault import Vault, VaultTx

__all__ = [
    "LARGEST_INT",
    "Connection",
    "Entry",
    "Fact",
    "GuardStatus",
    "Head",
    "Ledger",
    "LedgerClosed",
    "LedgerUnusable",
    "NotCanonical",
    "Policy",
    "Projection",
    "Request",
    "Row",
    "Subscription",
    "Tx",
    "UnknownFact",
    "Unusable",
    "Vault",
    "VaultTx",
    "entries",
    "spell",
]
