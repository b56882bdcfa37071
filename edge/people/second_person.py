"""A second person's consent: given on the spot with number and PIN, for one act, once, and not for long."""

from __future__ import annotations

from collections.abc import Iterable

from edge.chance import new_id
from edge.ledger import Request, Tx
from edge.people import access_tables, rules
from edge.people.access_facts import ConsentGiven, ConsentUsed
from edge.people.known import WorkerRow
from edge.people.parts import PeopleParts
from edge.people.proving import prove
from edge.people.who import SENIOR_ROLES, Role, Who
from edge.refusal import Refusal

LONGEST_ACT = 200


async def give_consent(
    parts: PeopleParts,
    who: Who,
    number: str,
    pin: str,
    act: str,
    *,
    roles: Iterable[Role] = SENIOR_ROLES,
    request: Request | None = None,
) -> str:
    """A colleague agrees, at `who`'s own screen, to what `who` is about to do; the consent's id.

    `act` describes it in stable words and ids (`parcel.staff_open cell=B05 reason=jam`), never in names; the capability
    that asks and the one that uses must spell it alike. Raises Refusal `consent_same_person`, `consent_role` (who
    agreed may not), `wait`, `sign_in_failed`.
    """
    wanted = frozenset(roles)
    if not act or len(act) > LONGEST_ACT:
        raise Refusal("consent_needed")
    with parts.ledger.reading() as db:
        screen = access_tables.screen_row(db, who.screen)
    if screen is None or screen.revoked_at is not None:
        raise Refusal("not_enrolled")

    def decide(tx: Tx, giver: WorkerRow) -> str:
        if giver.id == who.id:
            raise Refusal("consent_same_person")
        if not giver.roles & wanted:
            raise Refusal("consent_role", needed=", ".join(sorted(wanted)))
        consent, now = new_id(tx.chance), parts.credentials.moment()
        life_ms = parts.credentials.policy.consent_life_s * 1000
        given_with = tuple(sorted(giver.roles))
        tx.append(ConsentGiven(consent, act, who.id, giver.id, given_with, who.screen, life_ms, now.boot, now.up_ms))
        return consent

    return await prove(parts, screen, number, pin, courier=False, request=request or Request(), then=decide)


def use_consent(
    parts: PeopleParts, tx: Tx, consent: str, act: str, who: Who, *, roles: Iterable[Role] = SENIOR_ROLES
) -> str:
    """Use a consent up inside the decision that needed it; who gave it.

    Raises Refusal `consent_needed` (none, for another act or another asker, or from too low a role),
    `consent_same_person`, `consent_used`, `consent_expired`.
    """
    row = access_tables.consent_row(tx.db, consent) if consent else None
    rules.check_consent(row, who, act, roles, parts.credentials.moment())
    tx.append(ConsentUsed(consent))
    return row.given_by if row is not None else ""
