"""How often somebody may be wrong: counted durably, on a clock that nobody sets, and never at another's expense."""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.ledger import Request
from edge.people import budgets, signing_in
from edge.people.access_facts import ScreenKind
from edge.people.policy import COURIER_PIN, STAFF_PIN, BudgetPolicy
from edge.refusal import Refusal
from tests.people.desk import OTHER_PIN, PIN, Desk, HandClock, desk_at, refused

POLICY = BudgetPolicy(free=2, first_wait_s=10, longest_wait_s=60, forget_after_s=600)
CODES = "codes:kiosk-1"


async def spend(desk: Desk, budget: str = CODES) -> int:
    now = desk.credentials.moment()
    return await desk.ledger.commit(Request(), lambda tx: budgets.spend(tx, budget, now, POLICY))


def locked_s(desk: Desk, budget: str = CODES) -> int:
    with desk.ledger.reading() as db:
        return budgets.remaining_lockout_s(db, budget, desk.credentials.moment())


@given(st.integers(0, 200))
def test_waits_only_grow_and_have_an_end(failures: int) -> None:
    for policy in (POLICY, STAFF_PIN, COURIER_PIN):
        assert policy.wait_s(failures) <= policy.wait_s(failures + 1) <= policy.longest_wait_s
        assert (policy.wait_s(failures) == 0) == (failures <= policy.free)


@pytest.mark.parametrize("policy", [STAFF_PIN, COURIER_PIN])
def test_a_six_digit_pin_is_not_found_in_a_year_of_trying(policy: BudgetPolicy) -> None:
    year_s = 365 * 24 * 3600
    tries = year_s / policy.longest_wait_s + policy.free
    assert tries / 900_000 < 0.13  # 900,000 PINs are left when the easy ones are refused


def test_the_first_wrong_tries_are_free_and_then_one_waits_longer_and_longer(tmp_path: Path) -> None:
    clock = HandClock()

    async def scene(desk: Desk) -> list[int]:
        waits = []
        for _ in range(7):
            waits.append(await spend(desk))
            clock.wait(waits[-1])
            assert locked_s(desk) == 0
        return waits

    with desk_at(tmp_path, clock) as desk:
        assert asyncio.run(scene(desk)) == [0, 0, 10, 20, 40, 60, 60]


def test_after_a_quiet_time_it_begins_anew(tmp_path: Path) -> None:
    clock = HandClock()

    async def scene(desk: Desk) -> None:
        for _ in range(3):
            await spend(desk)
        clock.wait(10 + POLICY.forget_after_s - 1)
        assert await spend(desk) == 20
        clock.wait(20 + POLICY.forget_after_s)
        assert await spend(desk) == 0

    with desk_at(tmp_path, clock) as desk:
        asyncio.run(scene(desk))


@pytest.mark.parametrize("days", [-4000, 4000])
def test_setting_the_wall_clock_neither_opens_nor_locks(tmp_path: Path, days: int) -> None:
    clock = HandClock()

    async def scene(desk: Desk) -> None:
        for _ in range(3):
            await spend(desk)
        clock.jump_wall(days)
        assert locked_s(desk) == 10
        clock.wait(10)
        assert locked_s(desk) == 0
        clock.jump_wall(-days)
        assert locked_s(desk) == 0

    with desk_at(tmp_path, clock) as desk:
        asyncio.run(scene(desk))


def test_a_restart_never_shortens_a_lockout_whatever_the_monotonic_clock_begins_at(tmp_path: Path) -> None:
    async def lock(desk: Desk) -> None:
        for _ in range(4):
            await spend(desk)

    first = HandClock(up_s=50_000)
    with desk_at(tmp_path, first, seed=1) as desk:
        first.wait(7200)
        asyncio.run(lock(desk))
        assert locked_s(desk) == 20
    for seed in (2, 3):  # a plug that is pulled again and again
        clock = HandClock(up_s=3)
        with desk_at(tmp_path, clock, seed=seed) as desk:
            assert locked_s(desk) == 20
            clock.wait(15)
            assert locked_s(desk) == 5
    with desk_at(tmp_path, HandClock(up_s=3), seed=4) as desk:
        assert asyncio.run(spend(desk)) == 40  # the failures of before the restart still count


def test_a_locked_sign_in_does_not_look_at_the_pin_not_even_the_right_one(tmp_path: Path) -> None:
    clock = HandClock()

    async def scene(desk: Desk) -> None:
        await desk.staff("S01")
        screen, _ = await desk.screen()
        for _ in range(STAFF_PIN.free):
            with refused("sign_in_failed"):
                await desk.sign_in(screen, "S01", OTHER_PIN)
        with refused("sign_in_failed") as caught:
            await desk.sign_in(screen, "S01", OTHER_PIN)
        assert caught.value.detail == {"wait_s": STAFF_PIN.first_wait_s}
        with refused("wait") as waiting:
            await desk.sign_in(screen, "S01", PIN)
        assert waiting.value.detail == {"wait_s": STAFF_PIN.first_wait_s}
        clock.wait(STAFF_PIN.first_wait_s)
        assert (await desk.sign_in(screen, "S01", PIN)).token
        assert desk.kinds()[-2:] == ["budget.cleared", "session.opened"]

    with desk_at(tmp_path, clock) as desk:
        asyncio.run(scene(desk))


def test_whoever_plays_with_one_screen_shuts_nobody_out_at_another(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        await desk.staff("S01")
        await desk.staff("S02", pin=OTHER_PIN)
        await desk.courier()
        kiosk, _ = await desk.screen("kiosk-1", ScreenKind.KIOSK)
        first, _ = await desk.screen("desk-1")
        second, _ = await desk.screen("desk-2")
        for _ in range(40):  # the kiosk's player tries everybody's numbers
            for number in ("S01", "S02", "C03", "13700137000"):
                with refused_or_waiting():
                    await desk.sign_in(kiosk, number, "111222")
        for _ in range(40):  # and another one sits at the first desk
            with refused_or_waiting():
                await desk.sign_in(first, "S01", "111222")
        assert (await desk.sign_in(second, "S01", PIN)).token
        assert (await desk.sign_in(first, "S02", OTHER_PIN)).token  # a colleague's number at that very desk
        other, _ = await desk.screen("kiosk-2", ScreenKind.KIOSK)
        assert (await signing_in.sign_in(desk, other, "C03", PIN)).token

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_waiting_does_not_tell_which_numbers_exist(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> list[list[tuple[str, dict[str, str | int]]]]:
        await desk.staff("S01")
        screen, _ = await desk.screen()
        told = []
        for number in ("S01", "S77"):
            answers = []
            for _ in range(STAFF_PIN.free + 3):
                with refused_or_waiting() as caught:
                    await desk.sign_in(screen, number, "111222")
                answers.append((caught.value.code, caught.value.detail))
            told.append(answers)
        return told

    with desk_at(tmp_path) as desk:
        known, unknown = asyncio.run(scene(desk))
        assert known == unknown
        assert "S77" not in desk.journal()


def refused_or_waiting() -> AbstractContextManager[pytest.ExceptionInfo[Refusal]]:
    return pytest.raises(Refusal, match=r"sign_in_failed|wait")
