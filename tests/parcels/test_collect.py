"""A resident at the kiosk, through the real driver, wire and board model, on virtual time."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.parcels import flows
from edge.parcels.tables import Where
from edge.refusal import Refusal
from tests.parcels.rig import SETTINGS, Rig, play


@pytest.mark.rule("P3")
def test_a_code_opens_the_addressees_cell_and_the_register_says_who_took_it(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        parcel, cell, code = await rig.stored()
        visit = await rig.identify(code)
        await rig.collect(visit, parcel)
        assert rig.stage.locker.is_open(cell)
        rig.stage.locker.take(cell)
        await rig.settled(1)
        await flows.took_it(rig.house, rig.kiosk, rig.ask(rig.kiosk), visit, parcel)
        row = rig.row(parcel)
        assert (row.state, row.collected_by) == (Where.COLLECTED, rig.resident)
        rig.stage.locker.close(cell)
        await rig.settled()
        await rig.house.visits.close(rig.ask(), visit, screen="kiosk-1")
        assert rig.row(parcel).cell == "", "the cell is free again"
        assert rig.eyes() == []
        assert rig.acts(parcel)[-1].actor == f"resident:{rig.resident}"

    play(tmp_path, scene)


def test_taking_it_and_shutting_the_door_is_enough(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        parcel, cell, code = await rig.stored()
        visit = await rig.identify(code)
        await rig.collect(visit, parcel)
        rig.stage.locker.take(cell)
        rig.stage.locker.close(cell)
        await rig.settled()
        assert rig.row(parcel).state is Where.COLLECTED

    play(tmp_path, scene)


def test_what_went_while_the_board_had_no_power_is_known_when_the_door_shuts(tmp_path: Path) -> None:
    """Nobody heard that the cell was emptied; the closing door says what its sensor feels."""

    async def scene(rig: Rig) -> None:
        parcel, cell, code = await rig.stored()
        await rig.collect(await rig.identify(code), parcel)
        rig.stage.locker.power_off()
        rig.stage.locker.take(cell)
        rig.stage.locker.power_on()
        await rig.settled()
        rig.stage.locker.close(cell)
        await rig.settled()
        assert rig.acts(parcel)[-1].last_occupied is False
        assert rig.row(parcel).state is Where.COLLECTED

    play(tmp_path, scene)


def test_what_went_through_a_forced_door_while_the_board_had_no_power_is_missed_afterwards(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        parcel, cell, _ = await rig.stored()
        rig.stage.locker.pull(cell)
        rig.stage.locker.power_off()
        rig.stage.locker.take(cell)
        rig.stage.locker.close(cell)
        rig.stage.locker.power_on()
        await rig.settled()
        assert (f"parcel:{parcel}", "sensor_disagrees") in rig.eyes()

    play(tmp_path, scene)


def test_what_is_taken_after_its_door_had_stayed_shut_is_collected_like_any_other(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        parcel, cell, code = await rig.stored()
        rig.stage.locker.set_fault("locker.jam", slot=cell)
        visit = await rig.identify(code)
        for _ in range(rig.house.settings.policy.tries_per_door):
            await rig.collect(visit, parcel)
            await flows.did_not_open(rig.house, rig.kiosk, rig.ask(rig.kiosk), visit, parcel)
        assert rig.row(parcel).dispute == "did_not_open"
        rig.stage.locker.set_fault("locker.jam", on=False, slot=cell)
        await rig.collect(await rig.identify(code), parcel)
        rig.stage.locker.take(cell)
        rig.stage.locker.close(cell)
        await rig.settled()
        assert rig.row(parcel).state is Where.COLLECTED

    play(tmp_path, scene)


def test_a_code_works_once_and_a_wrong_one_never(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        parcel, cell, code = await rig.stored()
        visit = await rig.identify(code)
        await rig.collect(visit, parcel)
        rig.stage.locker.take(cell)
        rig.stage.locker.close(cell)
        await rig.settled()
        for wrong in (code, "00000000", "", "LB1:" + "0" * 26):
            with pytest.raises(Refusal, match="wrong_code"):
                await rig.identify(wrong)

    play(tmp_path, scene)


def test_guessing_codes_locks_this_kiosks_keypad_and_nothing_else(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        _, _, code = await rig.stored()
        token = rig.messages()[-1]["token"]
        for attempt in range(6):
            with pytest.raises(Refusal, match="wrong_code"):
                await rig.identify(f"1234567{attempt}")
        with pytest.raises(Refusal, match="wait"):
            await rig.identify(code)
        assert await rig.identify(token), "a QR code is never locked out"
        await rig.settled(rig.house.settings.policy.wrong_codes_first_wait_s + 1)
        assert await rig.identify(code)

    play(tmp_path, scene)


def test_where_policy_asks_for_it_the_code_needs_the_phones_last_four(tmp_path: Path) -> None:
    policy = SETTINGS.policy.model_copy(update={"code_digits": 6, "code_needs_phone_tail": True})

    async def scene(rig: Rig) -> None:
        _, _, code = await rig.stored()
        assert len(code) == 6
        for tail in ("", "9999"):
            with pytest.raises(Refusal, match="wrong_code"):
                await flows.identify(rig.house, rig.kiosk, rig.ask(rig.kiosk), code, phone_tail=tail)
        assert await flows.identify(rig.house, rig.kiosk, rig.ask(rig.kiosk), code, phone_tail="1234")

    play(tmp_path, scene, SETTINGS.model_copy(update={"policy": policy}))


def test_several_parcels_are_collected_in_one_visit(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        first, cell_1, _ = await rig.stored("SF1")
        second, cell_2, code = await rig.stored("SF2")
        found = await flows.identify(rig.house, rig.kiosk, rig.ask(rig.kiosk), code)
        assert found["parcels"] == [first, second]
        for parcel, cell in ((first, cell_1), (second, cell_2)):
            await rig.collect(str(found["visit"]), parcel)
            rig.stage.locker.take(cell)
            rig.stage.locker.close(cell)
            await rig.settled()
        assert {rig.row(first).state, rig.row(second).state} == {Where.COLLECTED}

    play(tmp_path, scene)


def test_nobody_elses_parcel_opens_in_my_visit(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        _, _, code = await rig.stored("SF1")
        neighbours = rig.house.directory.person(rig.neighbour)
        theirs, cell, _ = await rig.stored("SF2", addressee=neighbours.id, unit=neighbours.unit)
        visit = await rig.identify(code)
        with pytest.raises(Refusal, match="not_yours"):
            await rig.collect(visit, theirs)
        assert not rig.stage.locker.is_open(cell)

    play(tmp_path, scene)


def test_the_door_opens_again_within_the_grace_time_of_the_same_visit(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        parcel, cell, code = await rig.stored()
        visit = await rig.identify(code)
        await rig.collect(visit, parcel)
        rig.stage.locker.take(cell)
        rig.stage.locker.close(cell)
        await rig.settled()
        await flows.open_again(rig.house, rig.kiosk, rig.ask(rig.kiosk), visit, parcel)
        await rig.settled()
        assert rig.stage.locker.is_open(cell)
        rig.stage.locker.close(cell)
        await rig.settled(rig.house.settings.policy.reopen_grace_s)
        with pytest.raises(Refusal, match="grace_over"):
            await flows.open_again(rig.house, rig.kiosk, rig.ask(rig.kiosk), visit, parcel)

    play(tmp_path, scene)


def test_after_the_visit_the_cell_is_nobodys_to_open(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        parcel, cell, code = await rig.stored()
        visit = await rig.identify(code)
        await rig.collect(visit, parcel)
        rig.stage.locker.take(cell)
        rig.stage.locker.close(cell)
        await rig.settled()
        await rig.house.visits.close(rig.ask(), visit, screen="kiosk-1")
        with pytest.raises(Refusal, match="visit_over"):
            await flows.open_again(rig.house, rig.kiosk, rig.ask(rig.kiosk), visit, parcel)

    play(tmp_path, scene)


def test_a_door_that_does_not_open_is_tried_again_then_the_desk_is_asked(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        parcel, cell, code = await rig.stored()
        rig.stage.locker.set_fault("locker.jam", slot=cell)
        visit = await rig.identify(code)
        for again in (True, False):
            await rig.collect(visit, parcel)
            said = await flows.did_not_open(rig.house, rig.kiosk, rig.ask(rig.kiosk), visit, parcel)
            assert said["again"] is again
        assert (f"slot:locker-1/{cell}", "did_not_open") in rig.eyes()
        assert rig.row(parcel).state is Where.IN_CELL, "it still lies there"
        with pytest.raises(Refusal, match="tried_enough"):
            await rig.collect(visit, parcel)

    play(tmp_path, scene)


@pytest.mark.parametrize(
    ("what", "state"), [("empty", Where.UNSURE), ("not_mine", Where.IN_CELL), ("damaged", Where.IN_CELL)]
)
def test_what_is_wrong_behind_the_door_goes_to_the_needs_eyes_list(tmp_path: Path, what: str, state: Where) -> None:
    async def scene(rig: Rig) -> None:
        parcel, cell, code = await rig.stored()
        visit = await rig.identify(code)
        await rig.collect(visit, parcel)
        await flows.dispute(rig.house, rig.kiosk, rig.ask(rig.kiosk), visit, parcel, what)
        rig.stage.locker.close(cell)
        await rig.settled()
        assert (f"parcel:{parcel}", what) in rig.eyes()
        assert (rig.row(parcel).state, rig.row(parcel).cell) == (state, cell), (
            "the cell stays claimed until it is settled"
        )

    play(tmp_path, scene)


def test_a_damaged_parcel_can_still_be_taken(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        parcel, cell, code = await rig.stored()
        visit = await rig.identify(code)
        await rig.collect(visit, parcel)
        await flows.dispute(rig.house, rig.kiosk, rig.ask(rig.kiosk), visit, parcel, "damaged")
        rig.stage.locker.take(cell)
        await rig.settled(1)
        await flows.took_it(rig.house, rig.kiosk, rig.ask(rig.kiosk), visit, parcel)
        assert rig.row(parcel).state is Where.COLLECTED

    play(tmp_path, scene)


def test_who_walks_away_with_the_door_open_has_it_and_the_desk_shuts_the_door(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        parcel, cell, code = await rig.stored()
        visit = await rig.identify(code)
        await rig.collect(visit, parcel)
        rig.stage.locker.take(cell)
        await rig.settled(rig.house.settings.policy.visit_idle_s + 10)
        assert rig.row(parcel).state is Where.COLLECTED
        assert (f"slot:locker-1/{cell}", "left_open") in rig.eyes()

    play(tmp_path, scene)


def test_who_walks_away_without_it_may_come_back(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        parcel, cell, code = await rig.stored()
        visit = await rig.identify(code)
        await rig.collect(visit, parcel)
        rig.stage.locker.close(cell)
        await rig.house.visits.close(rig.ask(), visit, screen="kiosk-1")
        assert rig.row(parcel).state is Where.IN_CELL
        await rig.settled()
        visit = await rig.identify(code)
        await rig.collect(visit, parcel)
        assert rig.stage.locker.is_open(cell)

    play(tmp_path, scene)


@pytest.mark.rule("P9")
def test_a_door_that_stayed_shut_is_tried_anew_in_the_next_visit(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        parcel, cell, code = await rig.stored()
        rig.stage.locker.set_fault("locker.jam", slot=cell)
        visit = await rig.identify(code)
        for last in (False, True):
            await rig.collect(visit, parcel)
            said = await flows.did_not_open(rig.house, rig.kiosk, rig.ask(rig.kiosk), visit, parcel)
            assert said["again"] is not last
        with pytest.raises(Refusal, match="tried_enough"):
            await rig.collect(visit, parcel)
        jams = [about for about, reason in rig.eyes() if reason == "jammed"]
        assert jams == [f"act:{rig.acts(parcel)[-1].act}"], "one door, one line, however often it was tried"
        rig.stage.locker.set_fault("locker.jam", on=False, slot=cell)
        visit = await rig.identify(code)
        await rig.collect(visit, parcel)
        assert rig.stage.locker.is_open(cell)

    play(tmp_path, scene)


@pytest.mark.rule("P9")
def test_a_door_that_could_not_be_asked_was_not_tried(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        parcel, cell, code = await rig.stored()
        visit = await rig.identify(code)
        rig.stage.locker.power_off()
        await rig.board_goes_offline()
        for _ in range(SETTINGS.policy.tries_per_door + 1):
            await rig.collect(visit, parcel)
            assert rig.acts(parcel)[-1].state == "refused"
        rig.stage.locker.power_on()
        await rig.online()
        await rig.collect(visit, parcel)
        assert rig.stage.locker.is_open(cell)

    play(tmp_path, scene)
