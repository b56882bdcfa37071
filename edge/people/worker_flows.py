"""Staff and couriers: taken on, changed, gone."""

from __future__ import annotations

from dataclasses import replace

from edge import remarks
from edge.ledger import Connection, Request, Tx
from edge.people import access_tables, rules, tables, writing
from edge.people.known import WorkerRow
from edge.people.parts import PeopleParts
from edge.people.plain import plain_number
from edge.people.signing_in import end_sessions
from edge.people.who import Role, Who, require
from edge.people.writing import Worker
from edge.refusal import Refusal


async def register_worker(parts: PeopleParts, who: Who, worker: Worker, request: Request | None = None) -> str:
    """A new member of staff (by a manager) or courier (by the desk); their id. They have no PIN yet.

    Raises Refusal `number_taken`, `phone_taken` (couriers sign in by phone), `not_allowed`, `role_unknown`.
    """
    _check_may_write(who, worker)

    def decide(tx: Tx) -> str:
        _refuse_taken(tx, worker, "")
        return writing.register_worker(tx, replace(worker, number=plain_number(worker.number)))

    whose = await parts.ledger.commit(_asked(who, request), decide)
    parts.directory.refresh(parts.ledger, whose)
    return whose


async def change_worker(
    parts: PeopleParts, who: Who, whose: str, worker: Worker, request: Request | None = None
) -> None:
    """Another name, phone, post or carrier. The number stays: it is what the journal knows them by."""
    _check_may_write(who, worker)

    def decide(tx: Tx) -> None:
        known = _here(tx.db, whose)
        if known.number != plain_number(worker.number) or (Role.COURIER in known.roles) != _is_courier(worker):
            raise Refusal("number_stays")
        _refuse_taken(tx, worker, whose)
        writing.change_worker(tx, known, replace(worker, number=known.number))

    await parts.ledger.commit(_asked(who, request), decide)
    parts.directory.refresh(parts.ledger, whose)


async def end_worker(parts: PeopleParts, who: Who, whose: str, reason: str, request: Request | None = None) -> None:
    """They left, or were barred: sessions end and the PIN is worth nothing from this commit on."""
    if not reason.strip():
        raise Refusal("reason_missing")
    if who.id == whose:
        raise Refusal("not_for_oneself")

    def decide(tx: Tx) -> None:
        known = _here(tx.db, whose)
        require(who, *(rules.DESK_ROLES if Role.COURIER in known.roles else (Role.MANAGER,)))
        writing.end_worker(tx, known, remarks.keep(tx, reason))
        end_sessions(parts, tx, access_tables.sessions_of(tx.db, whose), "left")

    await parts.ledger.commit(_asked(who, request), decide)
    parts.directory.refresh(parts.ledger, whose)


def _check_may_write(who: Who, worker: Worker) -> None:
    if worker.roles == {Role.COURIER}:
        require(who, *rules.DESK_ROLES)
    else:
        rules.check_may_give_roles(who, worker.roles)


def _is_courier(worker: Worker) -> bool:
    return Role.COURIER in worker.roles


def _here(db: Connection, whose: str) -> WorkerRow:
    known = tables.worker(db, whose)
    if known is None:
        raise Refusal("no_such_person")
    if known.left_at is not None:
        raise Refusal("no_longer_here")
    return known


def _refuse_taken(tx: Tx, worker: Worker, whose: str) -> None:
    """Two who sign in alike could not be told apart."""
    number = plain_number(worker.number)
    if not _is_courier(worker):
        other = tables.staff_by_number(tx.db, number)
    else:
        other = tables.courier_by_number(tx.db, number)
        for row in tables.couriers(tx.db):
            record = tx.vault.open(row.id) or {}
            if row.left_at is None and row.id != whose and record.get("phone") == worker.phone:
                raise Refusal("phone_taken")
    if other is not None and other.id != whose:
        raise Refusal("number_taken")


def _asked(who: Who, request: Request | None) -> Request:
    return (request or Request())._replace(actor=who.id)
