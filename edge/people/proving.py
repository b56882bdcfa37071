"""Proving by PIN that somebody is who they say, with a budget, and then deciding something in their name."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn, TypeVar

from edge.ledger import Connection, Request, Tx
from edge.people import budgets, tables
from edge.people.known import Screen, WorkerRow
from edge.people.parts import PeopleParts
from edge.people.pins import SEALED_AS
from edge.people.plain import plain_digits, plain_number
from edge.refusal import Refusal

T = TypeVar("T")


def find_account(parts: PeopleParts, db: Connection, number: str, *, courier: bool) -> WorkerRow | None:
    """Who signs in with this number; couriers also with their phone."""
    number = plain_number(number)
    if not courier:
        return tables.staff_by_number(db, number)
    person = parts.directory.courier_by_phone(number)
    return tables.courier_by_number(db, number) or (tables.worker(db, person.id) if person else None)


def budget_of(parts: PeopleParts, screen: Screen, account: WorkerRow | None, number: str) -> str:
    """One a screen and number. Numbers of nobody have one too, or waiting would tell which numbers exist."""
    if account is not None:
        return f"pin:{screen.name}:{account.id}"
    return f"pin:{screen.name}:{parts.ledger.hmac('unknown number', plain_number(number).encode()).hex()[:16]}"


async def prove(
    parts: PeopleParts,
    screen: Screen,
    number: str,
    pin: str,
    *,
    courier: bool,
    request: Request,
    then: Callable[[Tx, WorkerRow], T],
) -> T:
    """Check number and PIN; commit `then` in that person's name, or a spent try.

    Raises Refusal `wait` (too many tries), `sign_in_failed` (with `wait_s` when one must wait now), `too_busy`, and
    whatever `then` refuses.
    """
    with parts.ledger.reading() as db:
        account = find_account(parts, db, number, courier=courier)
        stored = parts.ledger.vault.secret(db, account.id, SEALED_AS) if account else None
    budget = budget_of(parts, screen, account, number)
    credentials = parts.credentials
    with credentials.one_try(budget):
        with parts.ledger.reading() as db:
            budgets.check(db, budget, credentials.moment())
        good = await credentials.pins.verify(stored, plain_digits(pin))
        if account is None or not good:
            await fail(parts, budget, courier=courier, at=screen)

        def decide(tx: Tx) -> T:
            known = tables.worker(tx.db, account.id)
            if known is None or known.left_at is not None or tx.vault.secret(account.id, SEALED_AS) != stored:
                raise Refusal("sign_in_failed")  # they left, or changed the PIN, while this one was being hashed
            budgets.clear(tx, budget)
            return then(tx, known)

        return await parts.ledger.commit(request._replace(actor=account.id), decide)


async def fail(parts: PeopleParts, budget: str, *, courier: bool, at: Screen) -> NoReturn:
    """Count a wrong try, durably, and only then say so. Raises Refusal `sign_in_failed`."""
    policy = parts.credentials.policy
    limits = policy.courier_pin if courier else policy.staff_pin
    now = parts.credentials.moment()
    request = Request(actor=f"{at.kind}:{at.name}")
    wait_s = await parts.ledger.commit(request, lambda tx: budgets.spend(tx, budget, now, limits))
    raise Refusal("sign_in_failed", wait_s=wait_s)
