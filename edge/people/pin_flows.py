"""How a PIN comes to be. There are no default PINs: a one-time code, printed or read out, lets its owner set one."""

from __future__ import annotations

from edge.ledger import Connection, Request, Tx
from edge.people import access_tables, budgets, rules, tables
from edge.people.access_facts import PinSet, ScreenKind, SetupCodeIssued
from edge.people.known import Screen, WorkerRow
from edge.people.moment import whole_seconds
from edge.people.parts import PeopleParts
from edge.people.pins import SEALED_AS, check_new_pin
from edge.people.plain import plain_digits
from edge.people.proving import budget_of, fail, find_account, prove
from edge.people.screens import IssuedCode
from edge.people.signing_in import end_sessions
from edge.people.tokens import SETUP_CODE_DIGITS, code_fits, code_hash, new_code
from edge.people.who import Who
from edge.refusal import Refusal

PURPOSE = "setup code"


async def issue_setup_code(parts: PeopleParts, who: Who, whose: str) -> IssuedCode:
    """A code with which `whose` (staff or courier) sets a first or forgotten PIN. An older code of theirs is void.

    The present PIN stays good until the code is used. Raises Refusal `no_such_person`, `not_allowed`,
    `not_for_oneself`, `no_longer_here`.
    """
    code = new_code(parts.chance, SETUP_CODE_DIGITS)
    life_ms = parts.credentials.policy.setup_code_life_s * 1000
    hashed = code_hash(parts.ledger, f"{PURPOSE} {whose}", code)

    def decide(tx: Tx) -> None:
        rules.check_may_issue_setup_code(who, known_worker(tx.db, whose))
        now = parts.credentials.moment()
        tx.append(SetupCodeIssued(whose, hashed, life_ms, now.boot, now.up_ms))

    await parts.ledger.commit(Request(actor=who.id), decide)
    return IssuedCode(code, whole_seconds(life_ms))


async def redeem_setup_code(parts: PeopleParts, screen: Screen, number: str, code: str, new_pin: str) -> None:
    """The owner of a setup code chooses a PIN. A wrong code counts like a wrong PIN.

    Raises Refusal `wait`, `sign_in_failed` (wrong number, wrong or dead code), `pin_…` for a PIN that will not do.
    """
    courier = screen.kind is ScreenKind.KIOSK
    with parts.ledger.reading() as db:
        account = find_account(parts, db, number, courier=courier)
    budget = budget_of(parts, screen, account, number)
    with parts.credentials.one_try(budget):
        with parts.ledger.reading() as db:
            budgets.check(db, budget, parts.credentials.moment())
            good = account is not None and _code_is(parts, db, account.id, code)
        if account is None or not good:
            await fail(parts, budget, courier=courier, at=screen)
        pin = _checked(parts, account, new_pin)
        hashed = await parts.credentials.pins.hash(pin)

        def decide(tx: Tx) -> None:
            if not _code_is(parts, tx.db, account.id, code):
                raise Refusal("sign_in_failed")
            budgets.clear(tx, budget)
            _set(parts, tx, account.id, hashed, "setup_code")

        await parts.ledger.commit(Request(actor=account.id), decide)


async def change_pin(parts: PeopleParts, who: Who, old_pin: str, new_pin: str) -> None:
    """Change one's own PIN. Every session of theirs ends, this one too. Raises as `redeem_setup_code`."""
    with parts.ledger.reading() as db:
        account = known_worker(db, who.id)
        screen = access_tables.screen_row(db, who.screen)
    if screen is None:
        raise Refusal("not_enrolled")
    pin = _checked(parts, account, new_pin)
    hashed = await parts.credentials.pins.hash(pin)

    def decide(tx: Tx, proven: WorkerRow) -> None:
        if proven.id != who.id:
            raise Refusal("sign_in_failed")
        _set(parts, tx, proven.id, hashed, "own")

    courier = screen.kind is ScreenKind.KIOSK
    await prove(parts, screen, account.number, old_pin, courier=courier, request=Request(), then=decide)


async def set_pin(parts: PeopleParts, whose: str, new_pin: str, by: Who) -> None:
    """Set a PIN without the old one: only for whoever has a shell on the box (the command line, the sample house)."""
    if not by.is_box:
        raise Refusal("not_allowed")
    with parts.ledger.reading() as db:
        account = known_worker(db, whose)
    pin = _checked(parts, account, new_pin)
    hashed = await parts.credentials.pins.hash(pin)
    await parts.ledger.commit(Request(actor=by.id), lambda tx: _set(parts, tx, whose, hashed, "cli"))


def known_worker(db: Connection, who: str) -> WorkerRow:
    """Raises Refusal `no_such_person`."""
    account = tables.worker(db, who)
    if account is None:
        raise Refusal("no_such_person")
    return account


def _checked(parts: PeopleParts, account: WorkerRow, pin: str) -> str:
    pin = plain_digits(pin)
    person = parts.directory.find(account.id)
    check_new_pin(pin, known=(account.number, person.phone if person else ""))
    return pin


def _code_is(parts: PeopleParts, db: Connection, who: str, code: str) -> bool:
    coded = access_tables.setup_code(db, who)
    return code_fits(parts.ledger, f"{PURPOSE} {who}", coded, code, parts.credentials.moment())


def _set(parts: PeopleParts, tx: Tx, who: str, hashed: bytes, how: str) -> None:
    account = known_worker(tx.db, who)
    if account.left_at is not None:
        raise Refusal("no_longer_here")
    tx.vault.put_secret(who, SEALED_AS, hashed)
    tx.append(PinSet(who, how))
    end_sessions(parts, tx, access_tables.sessions_of(tx.db, who), "pin_changed")
