"""A browser that is not enrolled is nobody; one that is, is one screen, until it is revoked."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from edge.people import screens
from edge.people.access_facts import Orientation, ScreenKind
from edge.people.screens import ScreenPlan
from edge.people.signing_in import who_is_signed_in
from edge.people.who import BOX, Role, Who
from tests.people.desk import Desk, HandClock, desk_at, refused

KIOSK = ScreenPlan("kiosk-1", ScreenKind.KIOSK, 268, 476, Orientation.PORTRAIT)
SUPERVISOR = Who("staff:s05", frozenset({Role.SUPERVISOR}), "desk-1")


def known(desk: Desk, token: str) -> str:
    with desk.ledger.reading() as db:
        return screens.screen_of(db, token).name


def test_a_browser_enters_the_code_once_and_is_that_screen(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        issued = await screens.issue_screen_code(desk, SUPERVISOR, KIOSK)
        typed = " ".join((issued.code[:4], issued.code[4:8], issued.code[8:]))
        enrolled = await screens.enrol_screen(desk, typed)
        assert (enrolled.screen.name, enrolled.screen.kind) == ("kiosk-1", ScreenKind.KIOSK)
        assert (enrolled.screen.width_mm, enrolled.screen.height_mm) == (268, 476)
        assert known(desk, enrolled.token) == "kiosk-1"
        with refused("screen_code_wrong"):
            await screens.enrol_screen(desk, issued.code)

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


@pytest.mark.parametrize("token", ["", "0" * 64, "kiosk-1"])
def test_any_other_browser_is_nobody(tmp_path: Path, token: str) -> None:
    with desk_at(tmp_path) as desk:
        asyncio.run(desk.screen())
        with refused("not_enrolled"):
            known(desk, token)


def test_a_code_lives_ten_minutes_and_a_newer_one_voids_it(tmp_path: Path) -> None:
    clock = HandClock()

    async def scene(desk: Desk) -> None:
        old = await screens.issue_screen_code(desk, BOX, KIOSK)
        new = await screens.issue_screen_code(desk, BOX, KIOSK)
        with refused("screen_code_wrong"):
            await screens.enrol_screen(desk, old.code)
        clock.jump_wall(-1)
        clock.wait(new.life_s)
        with refused("screen_code_wrong"):
            await screens.enrol_screen(desk, new.code)

    with desk_at(tmp_path, clock) as desk:
        asyncio.run(scene(desk))


def test_a_code_made_while_the_service_was_down_works_after_its_start(tmp_path: Path) -> None:
    with desk_at(tmp_path, seed=1) as desk:
        issued = asyncio.run(screens.issue_screen_code(desk, BOX, KIOSK))
    with desk_at(tmp_path, seed=2) as desk:
        assert asyncio.run(screens.enrol_screen(desk, issued.code)).screen.name == "kiosk-1"


def test_a_new_browser_of_the_same_name_shuts_the_old_one_out_when_it_enrols_and_not_before(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        await desk.staff("S01")
        screen, first = await desk.screen("desk-1")
        signed = await desk.sign_in(screen, "S01")
        issued = await screens.issue_screen_code(
            desk, BOX, ScreenPlan("desk-1", ScreenKind.DESK, 600, 340, Orientation.LANDSCAPE)
        )
        assert known(desk, first) == "desk-1"
        enrolled = await screens.enrol_screen(desk, issued.code)
        assert enrolled.screen.width_mm == 600
        with refused("not_enrolled"):
            known(desk, first)
        with desk.ledger.reading() as db, refused("sign_in_first"):
            who_is_signed_in(desk, db, enrolled.screen, signed.token)

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_a_revoked_screen_gets_nothing_from_that_moment(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        await desk.staff("S01")
        screen, token = await desk.screen("desk-1")
        await desk.sign_in(screen, "S01")
        await screens.revoke_screen(desk, SUPERVISOR, "desk-1", "stolen")
        with refused("not_enrolled"):
            known(desk, token)
        assert desk.kinds()[-2:] == ["session.ended", "screen.revoked"]
        with refused("no_such_screen"):
            await screens.revoke_screen(desk, SUPERVISOR, "desk-1", "again")

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_an_enrolled_screen_survives_a_restart(tmp_path: Path) -> None:
    with desk_at(tmp_path, seed=1) as desk:
        _, token = asyncio.run(desk.screen())
    with desk_at(tmp_path, seed=2) as desk:
        assert known(desk, token) == "desk-1"


def test_only_seniors_make_screens(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        for roles in ({Role.FRONT_DESK}, {Role.SECURITY}, {Role.COURIER}, set[Role]()):
            who = Who("staff:s02", frozenset(roles), "desk-1")
            with refused("not_allowed"):
                await screens.issue_screen_code(desk, who, KIOSK)
            with refused("not_allowed"):
                await screens.revoke_screen(desk, who, "desk-1", "no")

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        (ScreenPlan("Kiosk 1", ScreenKind.KIOSK, 268, 476, Orientation.PORTRAIT), "screen_name"),
        (ScreenPlan("kiosk-1", ScreenKind.KIOSK, 0, 476, Orientation.PORTRAIT), "screen_size"),
    ],
)
def test_a_screen_has_a_name_and_a_size_that_can_be(tmp_path: Path, plan: ScreenPlan, code: str) -> None:
    with desk_at(tmp_path) as desk, refused(code):
        asyncio.run(screens.issue_screen_code(desk, BOX, plan))
