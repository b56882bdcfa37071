"""How often somebody may be wrong before they have to wait, and that a restart or a set clock changes nothing about it.

A budget belongs to one screen and one purpose, never to a person alone: `codes:kiosk-1` for the codes entered at a
kiosk, `pin:desk-1:staff:s01` for one number at one screen. So whoever plays with a kiosk can shut out nobody elsewhere,
and what is scanned (QR) or signed in at the desk never waits for it.

`spend` must be committed, so it belongs into a decision that answers "wrong" instead of refusing (a refusal is rolled
back, and would be a free try).
"""

from __future__ import annotations

from edge.ledger import Connection, Tx
from edge.people.access_facts import BudgetCleared, BudgetSpent
from edge.people.access_tables import budget_row
from edge.people.known import BudgetRow
from edge.people.moment import Moment, elapsed_ms, remaining_ms, whole_seconds
from edge.people.policy import BudgetPolicy
from edge.refusal import Refusal


def remaining_lockout_s(db: Connection, budget: str, now: Moment) -> int:
    """Seconds until the next try is looked at; 0 when it may be made now."""
    row = budget_row(db, budget)
    return 0 if row is None else whole_seconds(remaining_ms(row.since, row.wait_ms, now))


def check(db: Connection, budget: str, now: Moment) -> None:
    """Raises Refusal `wait` with `wait_s` while the budget is locked."""
    wait_s = remaining_lockout_s(db, budget, now)
    if wait_s:
        raise Refusal("wait", wait_s=wait_s)


def spend(tx: Tx, budget: str, now: Moment, policy: BudgetPolicy) -> int:
    """Count one failure; the seconds that must pass now. Commit it, whatever the answer to the person is."""
    row = budget_row(tx.db, budget)
    failures = 1 if row is None or _forgotten(row, now, policy) else row.failures + 1
    wait_s = policy.wait_s(failures)
    tx.append(BudgetSpent(budget, failures, wait_s * 1000, now.boot, now.up_ms))
    return wait_s


def clear(tx: Tx, budget: str) -> None:
    """The right one came: forget the failures."""
    if budget_row(tx.db, budget) is not None:
        tx.append(BudgetCleared(budget))


def _forgotten(row: BudgetRow, now: Moment, policy: BudgetPolicy) -> bool:
    return elapsed_ms(row.since, now) >= row.wait_ms + policy.forget_after_s * 1000
