"""A PIN is its owner's: nobody is given one, nobody can guess it, and it is never on the event loop's time."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.chance import SeededChance
from edge.people import pin_flows, signing_in
from edge.people.access_facts import ScreenKind
from edge.people.pins import LONGEST_QUEUE, Cost, PinHasher, check_new_pin
from edge.people.who import BOX, Role, Who
from edge.refusal import Refusal
from tests.people.desk import CHEAP, OTHER_PIN, PIN, THIRD_PIN, Desk, HandClock, desk_at, refused

MANAGER = Who("staff:s09", frozenset({Role.MANAGER}), "desk-1")
SUPERVISOR = Who("staff:s05", frozenset({Role.SUPERVISOR}), "desk-1")
FRONT_DESK = Who("staff:s02", frozenset({Role.FRONT_DESK}), "desk-1")


@pytest.mark.parametrize(
    "pin",
    [
        "000000",
        "111111",
        "123456",
        "654321",
        "890123",
        "135791",
        "121212",
        "123123",
        "112233",
        "123321",
        "202020",
        "12341234",
        "520131",
        "147258",
        "246802",
        "001100",
    ],
)
def test_a_pin_that_is_tried_first_is_refused(pin: str) -> None:
    with refused("pin_too_easy"):
        check_new_pin(pin)


@pytest.mark.parametrize("pin", ["123498", "800138", "001380", "138001380"])
def test_a_pin_out_of_the_own_phone_is_refused(pin: str) -> None:
    with refused("pin_too_easy"):
        check_new_pin(pin, known=("13800138001", "S123498"))


@pytest.mark.parametrize(("pin", "code"), [("48291", "pin_too_short"), ("4" * 13, "pin_too_long")])
def test_a_pin_has_six_to_twelve_digits(pin: str, code: str) -> None:
    with refused(code):
        check_new_pin(pin)


@pytest.mark.parametrize("pin", ["48291a", "４８２９１３", "", "482 913", "٤٨٢٩١٣"])
def test_a_pin_is_typed_on_a_pad_of_ten_digits(pin: str) -> None:
    with refused("pin_not_digits"):
        check_new_pin(pin)


@given(st.integers(0, 999_999))
def test_few_pins_are_refused(start: int) -> None:
    """A rule that refused many would make the rest easier to guess."""
    pins = [f"{(start + step * 7919) % 1_000_000:06d}" for step in range(200)]
    refusals = 0
    for pin in pins:
        try:
            check_new_pin(pin)
        except Refusal:
            refusals += 1
    assert refusals <= 10


def test_argon2id_is_used_and_a_hash_has_its_own_salt() -> None:
    hasher = PinHasher(SeededChance(1), CHEAP, inline=True)

    async def scene() -> None:
        one, other = await hasher.hash(PIN), await hasher.hash(PIN)
        assert one.startswith(b"$argon2id$")
        assert one != other
        assert await hasher.verify(one, PIN)
        assert not await hasher.verify(one, OTHER_PIN)
        for pin in (PIN, "", "a PIN that nobody can have"):
            assert not await hasher.verify(None, pin)

    asyncio.run(scene())


def test_hashing_never_happens_on_the_event_loops_thread() -> None:
    hasher = PinHasher(SeededChance(1), CHEAP)
    seen: set[str] = set()

    def where() -> bool:
        seen.add(threading.current_thread().name)
        return True

    async def scene() -> None:
        assert await hasher._run(where)
        assert await hasher.verify(await hasher.hash(PIN), PIN)

    try:
        asyncio.run(scene())
    finally:
        hasher.close()
    assert all(name.startswith("argon2") for name in seen)


def test_the_loop_goes_on_while_pins_are_hashed_and_the_line_has_an_end() -> None:
    hasher = PinHasher(SeededChance(1), Cost(passes=1, memory_kib=8192, lanes=1))

    async def scene() -> None:
        hashing = [asyncio.create_task(hasher.hash(PIN)) for _ in range(LONGEST_QUEUE + 3)]
        await asyncio.sleep(0)
        answers = await asyncio.gather(*hashing, return_exceptions=True)
        assert [getattr(answer, "code", "") for answer in answers].count("too_busy") == 3
        assert await hasher.hash(PIN)

    try:
        asyncio.run(scene())
    finally:
        hasher.close()


def test_a_seed_gives_the_same_hashes_however_the_threads_finish() -> None:
    def hashes() -> list[bytes]:
        hasher = PinHasher(SeededChance(7), CHEAP)

        async def scene() -> list[bytes]:
            return list(await asyncio.gather(*(hasher.hash(f"48291{n}") for n in range(6))))

        try:
            return asyncio.run(scene())
        finally:
            hasher.close()

    assert hashes() == hashes()


def test_a_setup_code_sets_a_pin_once(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        who = await desk.courier(pin="")
        kiosk, _ = await desk.screen("kiosk-1", ScreenKind.KIOSK)
        issued = await pin_flows.issue_setup_code(desk, FRONT_DESK, who)
        assert len(issued.code) == 8
        spaced = f"{issued.code[:4]} {issued.code[4:]}"
        await pin_flows.redeem_setup_code(desk, kiosk, "13700137000", spaced, PIN)
        assert (await desk.sign_in(kiosk, "C03", PIN)).token
        with refused("sign_in_failed"):
            await pin_flows.redeem_setup_code(desk, kiosk, "C03", issued.code, OTHER_PIN)
        assert (await desk.sign_in(kiosk, "C03", PIN)).token

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_a_setup_code_is_one_persons_and_a_newer_one_voids_it(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        first, second = await desk.staff("S01"), await desk.staff("S02")
        screen, _ = await desk.screen()
        old = await pin_flows.issue_setup_code(desk, MANAGER, first)
        new = await pin_flows.issue_setup_code(desk, MANAGER, first)
        other = await pin_flows.issue_setup_code(desk, MANAGER, second)
        for wrong in (old.code, other.code, ""):
            with refused("sign_in_failed"):
                await pin_flows.redeem_setup_code(desk, screen, "S01", wrong, OTHER_PIN)
        await pin_flows.redeem_setup_code(desk, screen, "S01", new.code, OTHER_PIN)

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_a_setup_code_dies_after_its_time_and_survives_a_restart_before(tmp_path: Path) -> None:
    clock = HandClock()

    async def issue(desk: Desk) -> str:
        who = await desk.staff("S01")
        await desk.screen()
        return (await pin_flows.issue_setup_code(desk, MANAGER, who)).code

    async def redeem(desk: Desk, code: str) -> None:
        screen, _ = await desk.screen()
        await pin_flows.redeem_setup_code(desk, screen, "S01", code, THIRD_PIN)

    with desk_at(tmp_path / "a", clock, seed=1) as desk:
        code = asyncio.run(issue(desk))
        clock.wait(desk.credentials.policy.setup_code_life_s)
        with refused("sign_in_failed"):
            asyncio.run(redeem(desk, code))
    with desk_at(tmp_path / "b", seed=1) as desk:
        code = asyncio.run(issue(desk))
    with desk_at(tmp_path / "b", seed=2) as desk:
        asyncio.run(redeem(desk, code))


def test_guessing_a_setup_code_costs_what_guessing_a_pin_costs(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        who = await desk.staff("S01")
        screen, _ = await desk.screen()
        issued = await pin_flows.issue_setup_code(desk, MANAGER, who)
        for guess in range(desk.credentials.policy.staff_pin.free + 1):
            with refused("sign_in_failed"):
                await pin_flows.redeem_setup_code(desk, screen, "S01", f"{guess:08d}", OTHER_PIN)
        with refused("wait"):
            await pin_flows.redeem_setup_code(desk, screen, "S01", issued.code, OTHER_PIN)

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


@pytest.mark.parametrize(
    ("roles", "by", "code"),
    [
        ({Role.MANAGER}, SUPERVISOR, "not_allowed"),
        ({Role.SUPERVISOR}, SUPERVISOR, "not_allowed"),
        ({Role.FRONT_DESK}, FRONT_DESK, "not_allowed"),
        ({Role.FRONT_DESK}, SUPERVISOR, ""),
        ({Role.SUPERVISOR}, MANAGER, ""),
        ({Role.MANAGER}, BOX, ""),
    ],
)
def test_nobody_becomes_somebody_above_them_by_resetting_a_pin(
    tmp_path: Path, roles: set[Role], by: Who, code: str
) -> None:
    async def scene(desk: Desk) -> None:
        whose = await desk.staff("S01", *roles)
        if not code:
            assert (await pin_flows.issue_setup_code(desk, by, whose)).code
            return
        with refused(code):
            await pin_flows.issue_setup_code(desk, by, whose)

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_nobody_issues_themselves_a_code(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        await desk.staff("S09", Role.MANAGER)
        with refused("not_for_oneself"):
            await pin_flows.issue_setup_code(desk, MANAGER, "staff:s09")

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_changing_the_own_pin_needs_the_old_one_and_ends_every_session(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        await desk.staff("S01")
        here, _ = await desk.screen("desk-1")
        there, _ = await desk.screen("desk-2")
        signed, elsewhere = await desk.sign_in(here, "S01"), await desk.sign_in(there, "S01")
        with refused("sign_in_failed"):
            await pin_flows.change_pin(desk, signed.who, OTHER_PIN, THIRD_PIN)
        await pin_flows.change_pin(desk, signed.who, PIN, THIRD_PIN)
        with desk.ledger.reading() as db, refused("sign_in_first"):
            signing_in.who_is_signed_in(desk, db, there, elsewhere.token)
        with refused("sign_in_failed"):
            await desk.sign_in(here, "S01", PIN)
        assert (await desk.sign_in(here, "S01", THIRD_PIN)).token

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_only_the_boxs_own_shell_sets_a_pin_without_the_old_one(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        who = await desk.staff("S01")
        with refused("not_allowed"):
            await pin_flows.set_pin(desk, who, OTHER_PIN, MANAGER)
        with refused("pin_too_easy"):
            await pin_flows.set_pin(desk, who, "123456", BOX)

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))
