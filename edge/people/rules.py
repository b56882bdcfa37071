"""Who may do what with people, sign-ins and screens. Pure: what is known and asked goes in, a Refusal may come out."""

from __future__ import annotations

from collections.abc import Iterable

from edge.people.access_facts import ScreenKind
from edge.people.known import ConsentRow, SessionRow, WorkerRow
from edge.people.moment import Moment, elapsed_ms
from edge.people.policy import AccessPolicy
from edge.people.who import SENIOR_ROLES, STAFF_ROLES, Role, Who, require
from edge.refusal import Refusal

DESK_ROLES = (Role.FRONT_DESK, Role.KEY_KEEPER, Role.SUPERVISOR, Role.MANAGER)
SENIORS = tuple(sorted(SENIOR_ROLES))
EVERY_STAFF_ROLE = tuple(sorted(STAFF_ROLES))


def check_may_look_up(who: Who, reason: str) -> None:
    """A full record is for those who serve residents, with a reason that is written down (H3)."""
    require(who, *DESK_ROLES, Role.SECURITY, rule="H3")
    if not reason.strip():
        raise Refusal("reason_missing", "H3")


def check_may_give_roles(who: Who, roles: Iterable[Role]) -> None:
    """Only a manager makes staff, so that nobody promotes themselves."""
    require(who, Role.MANAGER)
    wanted = set(roles)
    if not wanted or not wanted <= STAFF_ROLES:
        raise Refusal("role_unknown")


def check_may_issue_setup_code(who: Who, whose: WorkerRow) -> None:
    """Whoever can reset a PIN can become that person: never upwards, never for oneself."""
    if who.id == whose.id:
        raise Refusal("not_for_oneself")
    if whose.left_at is not None:
        raise Refusal("no_longer_here")
    if Role.COURIER in whose.roles:
        require(who, *DESK_ROLES)
    elif whose.roles & SENIOR_ROLES:
        require(who, Role.MANAGER)
    else:
        require(who, *SENIORS)


def check_may_sign_in_at(kind: ScreenKind, roles: frozenset[Role]) -> None:
    """Staff at a desk, couriers at a kiosk: a PIN that opens the registers is never typed in public."""
    wanted = ScreenKind.KIOSK if Role.COURIER in roles else ScreenKind.DESK
    if kind is not wanted:
        raise Refusal("wrong_screen", kind=kind.value)


def session_over(session: SessionRow, kind: ScreenKind, idle_s: float | None, now: Moment, policy: AccessPolicy) -> str:
    """Why a session is over: `restarted`, `idle`, `too_long`; `""` while it is good."""
    if session.since.boot != now.boot or idle_s is None:
        return "restarted"
    longest_idle_s = policy.kiosk_idle_s if kind is ScreenKind.KIOSK else policy.desk_idle_s
    if idle_s >= longest_idle_s:
        return "idle"
    return "too_long" if elapsed_ms(session.since, now) >= policy.longest_session_s * 1000 else ""


def check_consent(consent: ConsentRow | None, who: Who, act: str, roles: Iterable[Role], now: Moment) -> None:
    """A consent counts once, briefly, for this act and the one who asked, from another with a sufficient role.

    It dies with a restart: nobody knows then how long ago it was given.
    """
    if consent is None or consent.act != act or consent.asked_by != who.id:
        raise Refusal("consent_needed")
    if consent.given_by == who.id:
        raise Refusal("consent_same_person")
    if not consent.roles.intersection(roles):
        raise Refusal("consent_needed")
    if consent.used_at is not None:
        raise Refusal("consent_used")
    if consent.since.boot != now.boot or elapsed_ms(consent.since, now) >= consent.life_ms:
        raise Refusal("consent_expired")
