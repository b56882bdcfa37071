"""What somebody may try who knows the API better than the pages: nothing opens, nothing false is registered."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from edge.parcels import flows
from edge.parcels.facts import Signature
from edge.parcels.tables import Where
from edge.people.who import Role, Who
from edge.refusal import Refusal
from edge.slips import SlipRow, slips_about
from lobby.rehearsal import World, devices_running

from .rig import SETTINGS, Rig, play, running


@pytest.mark.rule("P3")
def test_digits_behind_the_mark_of_a_qr_are_no_token(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        _, _, code = await rig.stored()
        with pytest.raises(Refusal, match="wrong_code"):
            await rig.identify(f"LB1:{code}")
        assert await rig.identify(code)

    play(tmp_path, scene)


def test_many_wrong_codes_at_once_are_not_all_looked_at(tmp_path: Path) -> None:
    async def at_once() -> list[object]:
        world = World(SETTINGS)
        async with devices_running(world), running(world, tmp_path, real=True) as rig:
            tries = [rig.identify(f"{number:08}") for number in range(40)]
            return await asyncio.gather(*tries, return_exceptions=True)

    refused = [error.code for error in asyncio.run(at_once()) if isinstance(error, Refusal)]
    assert len(refused) == 40
    assert refused.count("wrong_code") == 1
    assert set(refused) == {"wrong_code", "too_busy"}


@pytest.mark.rule("P3")
def test_no_parcel_is_taken_or_missing_before_its_door_was_opened_in_this_visit(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        parcel, cell, code = await rig.stored()
        visit = await rig.identify(code)
        say = (rig.house, rig.kiosk, rig.ask(rig.kiosk), visit, parcel)
        for claim in (flows.took_it(*say), flows.dispute(*say, "empty"), flows.is_open(*say), flows.did_not_open(*say)):
            with pytest.raises(Refusal, match="door_not_open"):
                await claim
        assert (rig.row(parcel).state, rig.row(parcel).cell) == (Where.IN_CELL, cell)

        await rig.collect(visit, parcel)
        rig.stage.locker.close(cell)
        await rig.settled()
        await rig.house.visits.close(rig.ask(), visit, screen="kiosk-1")
        later = await rig.identify(code)
        with pytest.raises(Refusal, match="door_not_open"):
            await flows.took_it(rig.house, rig.kiosk, rig.ask(rig.kiosk), later, parcel)

    play(tmp_path, scene)


@pytest.mark.rule("P1")
@pytest.mark.parametrize(
    ("wrong", "refused"),
    [
        ({"unit": "x"}, "other_unit"),
        ({"addressee": "张三13800001111"}, "no_such_person"),
        ({"deliverer": "signature:P000012:in"}, "no_such_person"),
        ({"carrier": "打 13800001111"}, "invalid_input"),
        ({"carrier": "顺" * 21}, "invalid_input"),
    ],
)
def test_only_who_the_house_knows_comes_into_the_register(tmp_path: Path, wrong: dict[str, str], refused: str) -> None:
    async def scene(rig: Rig) -> None:
        before = rig.kinds()
        with pytest.raises(Refusal, match=refused):
            await flows.register(rig.house, rig.staff, rig.ask(rig.staff), rig.draft(**wrong), shelf="1")
        visit = await rig.begin_drop()
        with pytest.raises(Refusal, match=refused):
            await flows.drop_at_desk(rig.house, rig.courier, rig.ask(), visit, rig.draft(**wrong), "no_consent")
        assert rig.kinds() == [*before, "visit.opened"]

    play(tmp_path, scene)


@pytest.mark.rule("P1")
def test_the_register_knows_a_person_by_one_name_only(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        as_the_journal_says = f"resident:{rig.draft().addressee}"
        with pytest.raises(Refusal, match="no_such_person"):
            await flows.register(
                rig.house, rig.staff, rig.ask(rig.staff), rig.draft(addressee=as_the_journal_says), shelf="1"
            )

    play(tmp_path, scene)


def test_a_courier_does_not_work_in_another_couriers_visit(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        visit = await rig.begin_drop()
        opened = await rig.drop(visit)
        other = Who("courier:k02", frozenset({Role.COURIER}), rig.courier.screen)
        with pytest.raises(Refusal, match="visit_over"):
            await flows.not_put_in(rig.house, other, rig.ask(other), visit, opened["parcel"])
        with pytest.raises(Refusal, match="visit_over"):
            await flows.drop_at_desk(rig.house, other, rig.ask(other), visit, rig.draft("SF2"), "no_consent")

    play(tmp_path, scene)


@pytest.mark.rule("P2")
def test_a_parcel_found_in_its_cell_is_told_to_its_addressee_once(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        opened = await rig.drop(await rig.begin_drop())  # and leaves with the door open
        await rig.settled(300)
        assert (rig.row(opened["parcel"]).state, rig.messages()) == (Where.UNSURE, [])
        for _ in range(2):
            await flows.found(
                rig.house, rig.staff, rig.ask(rig.staff), opened["parcel"], where=Where.IN_CELL, note="看见了"
            )
            await rig.settled()
        [message] = rig.messages()
        assert await rig.identify(message["code"])

    play(tmp_path, scene)


@pytest.mark.rule("P9")
def test_a_parcel_that_came_back_under_a_number_in_use_is_not_found_twice(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        desk = (rig.house, rig.staff)
        first = await flows.register(*desk, rig.ask(rig.staff), rig.draft(), shelf="1")
        await flows.found(*desk, rig.ask(rig.staff), first["parcel"], where=Where.TAKEN_BACK, note="退回")
        await flows.register(*desk, rig.ask(rig.staff), rig.draft(), shelf="2")
        with pytest.raises(Refusal, match="already_registered"):
            await flows.found(
                *desk, rig.ask(rig.staff), first["parcel"], where=Where.ON_SHELF, note="又来了", shelf="3"
            )

    play(tmp_path, scene)


@pytest.mark.rule("P3")
def test_nobody_takes_a_parcel_at_the_desk_with_a_couriers_pin(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        got = await flows.register(rig.house, rig.staff, rig.ask(rig.staff), rig.draft(), shelf="1")
        with pytest.raises(Refusal, match="signature_missing"):
            await flows.hand_over(
                rig.house,
                rig.staff,
                rig.ask(rig.staff),
                (got["parcel"],),
                taker=rig.family,
                signature=Signature.PIN.value,
            )

    play(tmp_path, scene)


def test_a_slip_without_words_stops_no_other_slip(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        words = dict(rig.house.slips._data)
        rig.house.slips.form("parcel_label", _no_words)
        got = await flows.register(rig.house, rig.staff, rig.ask(rig.staff), rig.draft(), shelf="1")
        await rig.settled()
        rig.house.slips.form("parcel_label", words["parcel_label"])
        later = await flows.register(rig.house, rig.staff, rig.ask(rig.staff), rig.draft("SF2"), shelf="1")
        await rig.settled()
        with rig.house.ledger.reading() as db:
            states = [slip.state.value for slip in slips_about(db, f"parcel:{got['parcel']}") if slip.slip[0] == "L"]
            fine = {slip.state.value for slip in slips_about(db, f"parcel:{later['parcel']}")}
        assert (states, fine) == (["stalled"], {"issued"})
        assert (f"slip:{got['label']}", "slip_stalled") in rig.eyes()

    play(tmp_path, scene)


def _no_words(slip: SlipRow) -> dict[str, str]:
    raise KeyError(slip.slip)
