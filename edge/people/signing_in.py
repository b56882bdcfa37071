"""Signing in and out. A session belongs to one screen and one run of the service; its token is kept as a hash."""

from __future__ import annotations

from dataclasses import dataclass

from edge.chance import new_id
from edge.ledger import Connection, Request, Tx
from edge.people import access_tables, rules, tables
from edge.people.access_facts import ScreenKind, SessionEnded, SessionOpened
from edge.people.known import Screen, SessionRow, WorkerRow
from edge.people.parts import PeopleParts
from edge.people.proving import prove
from edge.people.tokens import new_token, token_hash
from edge.people.who import Who
from edge.refusal import Refusal


@dataclass(frozen=True)
class SignedIn:
    """`token` is told once, to the browser at which they signed in."""

    session: str
    token: str
    who: Who


async def sign_in(parts: PeopleParts, screen: Screen, number: str, pin: str) -> SignedIn:
    """Sign in at a screen: staff at a desk, couriers (by number or phone) at a kiosk. Whoever was there is signed out.

    Always a new token, whatever the browser held before. Raises Refusal `wait`, `sign_in_failed`, `wrong_screen`.
    """
    token = new_token(parts.chance)
    courier = screen.kind is ScreenKind.KIOSK

    def decide(tx: Tx, account: WorkerRow) -> str:
        rules.check_may_sign_in_at(screen.kind, account.roles)
        end_sessions(parts, tx, access_tables.sessions_at(tx.db, screen.name), "switched")
        return _open_session(parts, tx, screen, account, token)

    def answer(tx: Tx, account: WorkerRow) -> tuple[str, Who]:
        return decide(tx, account), Who(account.id, account.roles, screen.name)

    session, who = await prove(parts, screen, number, pin, courier=courier, request=Request(), then=answer)
    parts.credentials.moved(session)
    return SignedIn(session, token, who)


async def switch_user(parts: PeopleParts, screen: Screen, number: str, pin: str) -> SignedIn:
    """The next one takes over the desk in one step; a wrong PIN leaves the first one signed in."""
    return await sign_in(parts, screen, number, pin)


async def sign_out(parts: PeopleParts, screen: Screen, token: str) -> None:
    """End this session; an unknown or ended one is fine."""

    def decide(tx: Tx) -> None:
        session = access_tables.session_by_token(tx.db, token_hash(token))
        if session is not None and session.screen == screen.name:
            end_sessions(parts, tx, [session], "signed_out")

    await parts.ledger.commit(Request(actor=f"{screen.kind}:{screen.name}"), decide)


def who_is_signed_in(parts: PeopleParts, db: Connection, screen: Screen, token: str, *, moved: bool = True) -> Who:
    """The person of a session, with the roles they have at this moment.

    `moved`: this request is something that they did, so the idle time begins anew (a live view's is not). Raises
    Refusal `sign_in_first`, `session_over` (with the reason).
    """
    session = access_tables.session_by_token(db, token_hash(token)) if token else None
    if session is None or session.screen != screen.name:
        raise Refusal("sign_in_first")
    credentials = parts.credentials
    idle_s, now = credentials.idle_s(session.session), credentials.moment()
    over = rules.session_over(session, screen.kind, idle_s, now, credentials.policy)
    if over:
        raise Refusal("session_over", reason=over)
    account = tables.worker(db, session.who)
    if account is None or account.left_at is not None:
        raise Refusal("sign_in_first")
    if moved:
        credentials.moved(session.session)
    return Who(account.id, account.roles, screen.name)


def end_sessions(parts: PeopleParts, tx: Tx, sessions: list[SessionRow], reason: str) -> None:
    """End some sessions inside a decision. Their tokens are worth nothing from its commit on."""
    for session in sessions:
        tx.append(SessionEnded(session.session, reason))
        parts.credentials.over(session.session)


def _open_session(parts: PeopleParts, tx: Tx, screen: Screen, account: WorkerRow, token: str) -> str:
    session, now = new_id(tx.chance), parts.credentials.moment()
    tx.append(SessionOpened(session, account.id, screen.name, token_hash(token), now.boot, now.up_ms))
    return session
