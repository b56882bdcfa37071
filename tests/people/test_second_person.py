"""What needs two people is done by two people: another one, who may, for this act, once, and now."""

from __future__ import annotations

import asyncio
from pathlib import Path

from edge.ledger import Request, Tx
from edge.people import second_person
from edge.people.known import Screen
from edge.people.who import Role, Who
from tests.people.desk import OTHER_PIN, PIN, THIRD_PIN, Desk, HandClock, desk_at, refused

ACT = "open_cell:B05"


async def asker_at(desk: Desk) -> tuple[Who, Screen]:
    """S01 of the front desk sits at desk-1; S05 is the supervisor, S08 a guard."""
    await desk.staff("S01", Role.FRONT_DESK)
    await desk.staff("S05", Role.SUPERVISOR, pin=OTHER_PIN)
    await desk.staff("S08", Role.SECURITY, pin=THIRD_PIN)
    screen, _ = await desk.screen()
    return (await desk.sign_in(screen, "S01")).who, screen


async def use(desk: Desk, who: Who, consent: str, act: str = ACT) -> str:
    def decide(tx: Tx) -> str:
        return second_person.use_consent(desk, tx, consent, act, who)

    return await desk.ledger.commit(Request(actor=who.id), decide)


def test_a_supervisor_consents_on_the_spot_and_the_journal_names_both(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        who, _ = await asker_at(desk)
        consent = await second_person.give_consent(desk, who, "S05", OTHER_PIN, ACT)
        assert await use(desk, who, consent) == "staff:s05"
        assert desk.kinds()[-2:] == ["consent.given", "consent.used"]
        assert '"asked_by":"staff:s01"' in desk.journal()
        assert '"given_by":"staff:s05"' in desk.journal()

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_a_consent_opens_once(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        who, _ = await asker_at(desk)
        consent = await second_person.give_consent(desk, who, "S05", OTHER_PIN, ACT)
        first, second = await asyncio.gather(use(desk, who, consent), use(desk, who, consent), return_exceptions=True)
        assert first == "staff:s05"
        assert getattr(second, "code", "") == "consent_used"

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_a_refused_act_does_not_use_its_consent_up(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        who, _ = await asker_at(desk)
        consent = await second_person.give_consent(desk, who, "S05", OTHER_PIN, ACT)

        def refuse_after(tx: Tx) -> None:
            second_person.use_consent(desk, tx, consent, ACT, who)
            second_person.use_consent(desk, tx, "", ACT, who)

        with refused("consent_needed"):
            await desk.ledger.commit(Request(), refuse_after)
        assert await use(desk, who, consent)

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_a_consent_for_one_door_opens_no_other_and_serves_nobody_else(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        who, _ = await asker_at(desk)
        consent = await second_person.give_consent(desk, who, "S05", OTHER_PIN, ACT)
        with refused("consent_needed"):
            await use(desk, who, consent, "open_cell:B06")
        with refused("consent_needed"):
            await use(desk, Who("staff:s08", frozenset({Role.SECURITY}), "desk-1"), consent)
        with refused("consent_needed"):
            await use(desk, who, "made-up")
        assert await use(desk, who, consent)

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_nobody_is_their_own_second_person(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        await desk.staff("S05", Role.SUPERVISOR)
        screen, _ = await desk.screen()
        who = (await desk.sign_in(screen, "S05")).who
        with refused("consent_same_person"):
            await second_person.give_consent(desk, who, "S05", PIN, ACT)

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_a_guard_cannot_consent_to_what_a_supervisor_must(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        who, _ = await asker_at(desk)
        with refused("consent_role"):
            await second_person.give_consent(desk, who, "S08", THIRD_PIN, ACT)
        lower = await second_person.give_consent(desk, who, "S08", THIRD_PIN, ACT, roles={Role.SECURITY})
        with refused("consent_needed"):
            await use(desk, who, lower)

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_a_consent_is_good_for_two_minutes_whatever_the_wall_clock_says(tmp_path: Path) -> None:
    clock = HandClock()

    async def scene(desk: Desk) -> None:
        who, _ = await asker_at(desk)
        good = await second_person.give_consent(desk, who, "S05", OTHER_PIN, ACT)
        clock.jump_wall(30)
        clock.wait(119)
        assert await use(desk, who, good)
        late = await second_person.give_consent(desk, who, "S05", OTHER_PIN, ACT)
        clock.jump_wall(-60)
        clock.wait(120)
        with refused("consent_expired"):
            await use(desk, who, late)

    with desk_at(tmp_path, clock) as desk:
        asyncio.run(scene(desk))


def test_a_consent_does_not_outlive_a_restart(tmp_path: Path) -> None:
    async def give(desk: Desk) -> tuple[Who, str]:
        who, _ = await asker_at(desk)
        return who, await second_person.give_consent(desk, who, "S05", OTHER_PIN, ACT)

    with desk_at(tmp_path, seed=1) as desk:
        who, consent = asyncio.run(give(desk))
    with desk_at(tmp_path, seed=2) as desk, refused("consent_expired"):
        asyncio.run(use(desk, who, consent))


def test_guessing_a_colleagues_pin_for_a_consent_costs_the_sign_in_budget_of_that_screen(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        who, screen = await asker_at(desk)
        for _ in range(desk.credentials.policy.staff_pin.free + 1):
            with refused("sign_in_failed"):
                await second_person.give_consent(desk, who, "S05", "111222", ACT)
        with refused("wait"):
            await second_person.give_consent(desk, who, "S05", OTHER_PIN, ACT)
        with refused("wait"):
            await desk.sign_in(screen, "S05", OTHER_PIN)

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_no_consent_is_given_from_a_revoked_screen_or_from_nowhere(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        who, _ = await asker_at(desk)
        nowhere = Who(who.id, who.roles, "")
        with refused("not_enrolled"):
            await second_person.give_consent(desk, nowhere, "S05", OTHER_PIN, ACT)

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))
