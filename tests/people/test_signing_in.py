"""Who signs in is who they say, at the screen where they stand, and for as long as they stand there."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from edge.ledger import Request
from edge.people import access_tables, pin_flows, signing_in, worker_flows
from edge.people.access_facts import ScreenKind
from edge.people.who import BOX, Role, Who
from edge.people.writing import Worker
from tests.people.desk import OTHER_PIN, PIN, Desk, HandClock, desk_at, refused


def who_at(desk: Desk, screen: object, token: str, *, moved: bool = True) -> Who:
    with desk.ledger.reading() as db:
        return signing_in.who_is_signed_in(desk, db, screen, token, moved=moved)  # type: ignore[arg-type]


def test_staff_sign_in_with_number_and_pin_and_are_known_from_then_on(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        await desk.staff("S01", Role.FRONT_DESK, Role.KEY_KEEPER)
        screen, _ = await desk.screen()
        signed = await desk.sign_in(screen, "ｓ０１ ")  # a Chinese keyboard left in full width
        assert signed.who == Who("staff:s01", frozenset({Role.FRONT_DESK, Role.KEY_KEEPER}), "desk-1")
        assert who_at(desk, screen, signed.token) == signed.who

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_a_wrong_pin_an_unknown_number_and_somebody_without_a_pin_are_told_alike(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        await desk.staff("S01")
        await worker_flows.register_worker(desk, BOX, Worker("S02", "王芳", "13800130002", frozenset({Role.SECURITY})))
        screen, _ = await desk.screen()
        told = []
        for number in ("S01", "S99", "S02"):
            with refused("sign_in_failed") as caught:
                await desk.sign_in(screen, number, OTHER_PIN)
            told.append(caught.value.detail)
        assert told == [{"wait_s": 0}] * 3
        assert "session.opened" not in desk.kinds()

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_a_session_counts_only_at_the_screen_where_it_was_opened(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        await desk.staff("S01")
        first, _ = await desk.screen("desk-1")
        second, _ = await desk.screen("desk-2")
        signed = await desk.sign_in(first, "S01")
        with refused("sign_in_first"):
            who_at(desk, second, signed.token)
        assert who_at(desk, first, signed.token).screen == "desk-1"

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_each_sign_in_has_a_new_token_and_ends_whatever_was_open_at_that_screen(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        await desk.staff("S01")
        await desk.staff("S02", pin=OTHER_PIN)
        screen, _ = await desk.screen()
        planted = await desk.sign_in(screen, "S01")
        signed = await signing_in.switch_user(desk, screen, "S02", OTHER_PIN)
        assert signed.token != planted.token
        assert who_at(desk, screen, signed.token).id == "staff:s02"
        with refused("sign_in_first"):
            who_at(desk, screen, planted.token)

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_a_failed_switch_leaves_the_one_who_was_there_signed_in(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        await desk.staff("S01")
        await desk.staff("S02", pin=OTHER_PIN)
        screen, _ = await desk.screen()
        signed = await desk.sign_in(screen, "S01")
        with refused("sign_in_failed"):
            await signing_in.switch_user(desk, screen, "S02", "111222")
        assert who_at(desk, screen, signed.token).id == "staff:s01"

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_no_token_and_no_code_can_be_read_out_of_the_ledger(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> list[str]:
        who = await desk.staff("S01")
        await desk.staff("S09", Role.MANAGER)
        screen, screen_token = await desk.screen()
        signed = await desk.sign_in(screen, "S01")
        code = await pin_flows.issue_setup_code(desk, Who("staff:s09", frozenset({Role.MANAGER})), who)
        return [screen_token, signed.token, code.code, PIN]

    with desk_at(tmp_path) as desk:
        secrets = asyncio.run(scene(desk))
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("*.db*"))
    assert stored
    assert [secret for secret in secrets if secret.encode() in stored] == []


def test_a_session_ends_when_nobody_moves_and_a_live_view_is_no_movement(tmp_path: Path) -> None:
    clock = HandClock()

    async def scene(desk: Desk) -> None:
        idle_s = desk.credentials.policy.desk_idle_s
        await desk.staff("S01")
        screen, _ = await desk.screen()
        signed = await desk.sign_in(screen, "S01")
        clock.wait(idle_s - 1)
        assert who_at(desk, screen, signed.token).id == signed.who.id  # moves: the time begins anew
        clock.wait(idle_s - 1)
        assert who_at(desk, screen, signed.token, moved=False).id == signed.who.id
        clock.wait(1)
        with refused("session_over") as caught:
            who_at(desk, screen, signed.token)
        assert caught.value.detail == {"reason": "idle"}

    with desk_at(tmp_path, clock) as desk:
        asyncio.run(scene(desk))


def test_a_session_ends_after_a_long_shift_however_busy(tmp_path: Path) -> None:
    clock = HandClock()

    async def scene(desk: Desk) -> None:
        policy = desk.credentials.policy
        await desk.staff("S01")
        screen, _ = await desk.screen()
        signed = await desk.sign_in(screen, "S01")
        for _ in range(policy.longest_session_s // 600):
            assert who_at(desk, screen, signed.token).id == signed.who.id
            clock.wait(600)
        with refused("session_over") as caught:
            who_at(desk, screen, signed.token)
        assert caught.value.detail == {"reason": "too_long"}

    with desk_at(tmp_path, clock) as desk:
        asyncio.run(scene(desk))


def test_setting_the_wall_clock_neither_ends_nor_keeps_a_session(tmp_path: Path) -> None:
    clock = HandClock()

    async def scene(desk: Desk) -> None:
        await desk.staff("S01")
        screen, _ = await desk.screen()
        signed = await desk.sign_in(screen, "S01")
        clock.jump_wall(400)
        assert who_at(desk, screen, signed.token).id == signed.who.id
        clock.jump_wall(-800)
        clock.wait(desk.credentials.policy.desk_idle_s)
        with refused("session_over"):
            who_at(desk, screen, signed.token)

    with desk_at(tmp_path, clock) as desk:
        asyncio.run(scene(desk))


def test_a_restart_signs_everybody_out(tmp_path: Path) -> None:
    async def before(desk: Desk) -> tuple[object, str]:
        await desk.staff("S01")
        screen, _ = await desk.screen()
        return screen, (await desk.sign_in(screen, "S01")).token

    with desk_at(tmp_path, seed=1) as desk:
        screen, token = asyncio.run(before(desk))
    with desk_at(tmp_path, seed=2) as desk, refused("session_over"):
        who_at(desk, screen, token)


def test_signing_out_ends_only_a_session_of_that_screen(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        await desk.staff("S01")
        first, _ = await desk.screen("desk-1")
        second, _ = await desk.screen("desk-2")
        signed = await desk.sign_in(first, "S01")
        await signing_in.sign_out(desk, second, signed.token)
        assert who_at(desk, first, signed.token).id == signed.who.id
        await signing_in.sign_out(desk, first, signed.token)
        with refused("sign_in_first"):
            who_at(desk, first, signed.token)
        await signing_in.sign_out(desk, first, signed.token)
        assert desk.kinds().count("session.ended") == 1

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_who_leaves_is_out_at_once_and_for_good(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        who = await desk.staff("S01")
        screen, _ = await desk.screen()
        signed = await desk.sign_in(screen, "S01")
        await worker_flows.end_worker(desk, BOX, who, "retired")
        with refused("sign_in_first"):
            who_at(desk, screen, signed.token)
        with refused("sign_in_failed"):
            await desk.sign_in(screen, "S01")
        with desk.ledger.reading() as db:
            assert desk.ledger.vault.secret(db, who, "pin") is None
        again = await desk.staff("S01", pin=OTHER_PIN)
        assert again != who  # what the first one did is never taken for the second one's

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_roles_are_those_of_this_moment(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        who = await desk.staff("S01", Role.SUPERVISOR)
        screen, _ = await desk.screen()
        signed = await desk.sign_in(screen, "S01")
        less = Worker("S01", "陈敏", "13800130001", frozenset({Role.FRONT_DESK}))
        await worker_flows.change_worker(desk, BOX, who, less)
        assert who_at(desk, screen, signed.token).roles == {Role.FRONT_DESK}

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


@pytest.mark.parametrize("number", ["C03", "137 0013 7000", "+86-13700137000"])
def test_couriers_sign_in_at_the_kiosk_by_number_or_phone(tmp_path: Path, number: str) -> None:
    async def scene(desk: Desk) -> None:
        who = await desk.courier()
        kiosk, _ = await desk.screen("kiosk-1", ScreenKind.KIOSK)
        signed = await desk.sign_in(kiosk, number)
        assert signed.who == Who(who, frozenset({Role.COURIER}), "kiosk-1")

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_staff_cannot_be_guessed_at_from_a_kiosk_nor_couriers_sit_down_at_a_desk(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        await desk.staff("S01")
        await desk.courier()
        kiosk, _ = await desk.screen("kiosk-1", ScreenKind.KIOSK)
        screen, _ = await desk.screen("desk-1")
        for at, number in ((kiosk, "S01"), (screen, "C03"), (screen, "13700137000")):
            with refused("sign_in_failed"):
                await desk.sign_in(at, number)

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_two_tries_at_once_are_not_looked_at_together(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        await desk.staff("S01")
        screen, _ = await desk.screen()
        tries = [desk.sign_in(screen, "S01", f"11100{n}") for n in range(8)]
        told = [getattr(error, "code", "") for error in await asyncio.gather(*tries, return_exceptions=True)]
        assert sorted(told) == ["sign_in_failed"] + ["too_busy"] * 7
        assert desk.kinds().count("budget.spent") == 1

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_a_pin_that_dies_while_it_is_being_checked_opens_nothing(tmp_path: Path) -> None:
    """Hashing takes its time: what was true when it began is looked at again when it is done."""

    async def scene(desk: Desk) -> None:
        await desk.staff("S01")
        leaving = await desk.staff("S02", pin=OTHER_PIN)
        screen, _ = await desk.screen()
        new = await desk.credentials.pins.hash("615028")
        busy, free = threading.Barrier(3, timeout=30), threading.Event()
        loop = asyncio.get_running_loop()
        held = [loop.run_in_executor(desk.credentials.pins._pool, hold, busy, free) for _ in range(2)]
        await asyncio.to_thread(busy.wait)  # both threads are taken: the next PINs wait in line
        changing = asyncio.create_task(desk.sign_in(screen, "S01", PIN))
        going = asyncio.create_task(desk.sign_in(screen, "S02", OTHER_PIN))
        await asyncio.sleep(0)
        await desk.ledger.commit(Request(), lambda tx: tx.vault.put_secret("staff:s01", "pin", new))
        await worker_flows.end_worker(desk, BOX, leaving, "dismissed")
        free.set()
        answers = await asyncio.gather(changing, going, *held, return_exceptions=True)
        assert [getattr(answer, "code", "") for answer in answers[:2]] == ["sign_in_failed"] * 2
        assert "session.opened" not in desk.kinds()

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def hold(busy: threading.Barrier, free: threading.Event) -> None:
    busy.wait()
    free.wait(30)


def test_the_rows_of_ended_runs_do_not_pile_up(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> int:
        screen, _ = await desk.screen()
        await desk.sign_in(screen, "S01")
        with desk.ledger.reading() as db:
            return len(access_tables.sessions_at(db, "desk-1"))

    with desk_at(tmp_path) as desk:
        asyncio.run(desk.staff("S01"))
    for seed in (2, 3, 4):
        with desk_at(tmp_path, seed=seed) as desk:
            assert asyncio.run(scene(desk)) == 1
