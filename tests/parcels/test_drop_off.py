"""A courier at the kiosk, through the real driver, wire and board model, on virtual time."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge import eyes
from edge.acts import ActState
from edge.parcels import flows
from edge.parcels.tables import Where
from edge.refusal import Refusal
from edge.wall import Size
from tests.parcels.rig import Rig, play


@pytest.mark.rule("P1")
@pytest.mark.rule("P2")
def test_a_parcel_goes_into_a_cell_and_its_addressee_is_told_at_once(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        visit = await rig.begin_drop()
        opened = await rig.drop(visit)
        assert rig.stage.locker.is_open(opened["cell"])
        await rig.put_in_and_close(opened["cell"])
        await rig.settled(1)
        await flows.put_in(rig.house, rig.courier, rig.ask(), visit, opened["parcel"])
        await rig.settled()
        row = rig.row(opened["parcel"])
        assert (row.state, row.cell) == (Where.IN_CELL, opened["cell"])
        (message,) = rig.messages()
        assert message["what"] == "parcel_in_cell"
        assert message["code"].isdigit()
        assert len(message["code"]) == 8
        assert rig.eyes() == []
        kinds = rig.kinds()
        assert kinds.index("act.requested") < kinds.index("act.actuated") < kinds.index("parcel.put_in_cell")

    play(tmp_path, scene)


@pytest.mark.rule("P8")
def test_without_consent_the_item_goes_to_the_desk_registered_once(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        visit = await rig.begin_drop()
        with pytest.raises(Refusal, match="no_consent"):
            await rig.drop(visit, addressee=rig.family)
        assert "parcel.registered" not in rig.kinds(), "a refused drop-off leaves nothing behind"
        draft = rig.draft(addressee=rig.family)
        parcel = await flows.drop_at_desk(rig.house, rig.courier, rig.ask(), visit, draft, "no_consent")
        assert rig.row(parcel).state is Where.TO_DESK
        await flows.shelve(rig.house, rig.staff, rig.ask(rig.staff), parcel, shelf="2")
        assert (rig.row(parcel).state, rig.row(parcel).shelf) == (Where.ON_SHELF, "2")
        await rig.settled()
        assert rig.messages()[-1]["what"] == "parcel_at_desk"

    play(tmp_path, scene)


def test_the_same_number_is_not_registered_twice(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        await rig.stored("SF77")
        visit = await rig.begin_drop()
        with pytest.raises(Refusal, match="already_registered"):
            await rig.drop(visit, "sf-77")

    play(tmp_path, scene)


def test_a_double_tap_opens_one_door(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        visit = await rig.begin_drop()
        request = rig.ask(key="one-tap")
        first = await flows.drop_off(rig.house, rig.courier, request, visit, rig.draft(), size=Size.S, statement=True)
        again = await flows.drop_off(rig.house, rig.courier, request, visit, rig.draft(), size=Size.S, statement=True)
        await rig.settled()
        assert first == again
        assert rig.kinds().count("act.requested") == 1
        assert [cell for cell in ("A01", "A02", "B01") if rig.stage.locker.is_open(cell)] == [first["cell"]]

    play(tmp_path, scene)


def test_what_does_not_fit_gets_a_bigger_cell_and_the_first_one_back(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        visit = await rig.begin_drop()
        small = await rig.drop(visit)
        rig.stage.locker.close(small["cell"])
        bigger = await flows.does_not_fit(rig.house, rig.courier, rig.ask(), visit, small["parcel"], Size.S)
        await rig.settled()
        assert rig.house.wall.cell(bigger["cell"]).size is Size.M  # type: ignore[union-attr]
        assert bigger["parcel"] == small["parcel"]
        await rig.put_in_and_close(bigger["cell"])
        await rig.settled()
        row = rig.row(small["parcel"])
        assert (row.state, row.cell) == (Where.IN_CELL, bigger["cell"])
        assert rig.kinds().count("parcel.registered") == 1

    play(tmp_path, scene)


def test_an_item_that_the_courier_keeps_leaves_no_claim(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        visit = await rig.begin_drop()
        opened = await rig.drop(visit)
        rig.stage.locker.put(opened["cell"], "box")
        await rig.settled(1)
        with pytest.raises(Refusal, match="cell_not_empty"):
            await flows.not_put_in(rig.house, rig.courier, rig.ask(), visit, opened["parcel"])
        rig.stage.locker.take(opened["cell"])
        await rig.settled(1)
        rig.stage.locker.close(opened["cell"])
        await rig.settled(1)
        await flows.not_put_in(rig.house, rig.courier, rig.ask(), visit, opened["parcel"])
        row = rig.row(opened["parcel"])
        assert (row.state, row.cell) == (Where.TAKEN_BACK, "")
        assert rig.messages() == []

    play(tmp_path, scene)


def test_a_courier_who_walks_away_is_settled_by_the_sensors(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        visit = await rig.begin_drop()
        put = await rig.drop(visit, "SF1")
        await rig.put_in_and_close(put["cell"])
        await rig.settled(1)
        kept = await rig.drop(visit, "SF2")
        rig.stage.locker.close(kept["cell"])
        await rig.settled(rig.house.settings.policy.visit_idle_s + 10)
        assert rig.row(put["parcel"]).state is Where.IN_CELL
        assert rig.row(kept["parcel"]).state is Where.TAKEN_BACK
        assert rig.eyes() == []

    play(tmp_path, scene)


def test_a_door_left_open_goes_to_the_needs_eyes_list_until_it_is_shut(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        visit = await rig.begin_drop()
        opened = await rig.drop(visit)
        await rig.house.visits.close(rig.ask(), visit, screen="kiosk-1")
        assert rig.row(opened["parcel"]).state is Where.UNSURE, "it may still be put in"
        slot = f"slot:locker-1/{opened['cell']}"
        assert (slot, "left_open") in rig.eyes()
        rig.stage.locker.close(opened["cell"])
        await rig.settled()
        assert rig.row(opened["parcel"]).state is Where.TAKEN_BACK
        assert rig.eyes() == []

    play(tmp_path, scene)


def test_what_a_person_saw_in_a_cell_that_was_left_open_stays_on_the_list(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        slot = "slot:locker-1/E05"

        async def looked(finding: str) -> None:
            await rig.house.ledger.commit(rig.ask(), lambda tx: eyes.raise_(tx, slot, "left_open", "locker-1", "E05"))
            with rig.house.ledger.reading() as db:
                (entry,) = eyes.waiting(db)
            await flows.settle_eyes(rig.house, rig.staff, rig.ask(rig.staff), entry.number, finding=finding, note="")

        await looked("nothing_in_it")
        assert rig.eyes() == []
        await looked("something_in_it")
        assert rig.eyes() == [(slot, "unclaimed")]

    play(tmp_path, scene)


def test_what_is_put_in_after_the_visit_ended_is_found_when_the_door_shuts(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        visit = await rig.begin_drop()
        opened = await rig.drop(visit)
        await rig.house.visits.close(rig.ask(), visit, screen="kiosk-1")
        await rig.put_in_and_close(opened["cell"])
        await rig.settled()
        assert rig.row(opened["parcel"]).state is Where.IN_CELL
        assert len(rig.messages()) == 1
        assert rig.eyes() == []

    play(tmp_path, scene)


@pytest.mark.rule("P9")
def test_a_jammed_cell_is_tried_twice_then_another_opens_under_the_same_number(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        rig.stage.locker.set_fault("locker.jam", slot="A01")
        visit = await rig.begin_drop()
        opened = await rig.drop(visit)
        parcel = opened["parcel"]
        assert opened["cell"] == "A01"
        assert rig.acts(parcel)[-1].state is ActState.JAMMED
        await flows.try_again(rig.house, rig.courier, rig.ask(), visit, parcel)
        await rig.settled()
        with pytest.raises(Refusal, match="tried_enough"):
            await flows.try_again(rig.house, rig.courier, rig.ask(), visit, parcel)
        other = await flows.door_did_not_open(rig.house, rig.courier, rig.ask(), visit, parcel, Size.S)
        await rig.settled()
        assert other["cell"] != "A01"
        assert rig.stage.locker.is_open(other["cell"])
        assert ("slot:locker-1/A01", "did_not_open") in rig.eyes()
        await rig.put_in_and_close(other["cell"])
        await rig.settled()
        assert rig.row(parcel).state is Where.IN_CELL
        assert rig.kinds().count("parcel.registered") == 1

    play(tmp_path, scene)


@pytest.mark.rule("P9")
def test_when_no_cell_works_the_item_goes_to_the_shelf_without_a_second_registration(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        rig.stage.locker.set_fault("locker.jam")
        visit = await rig.begin_drop()
        opened = await rig.drop(visit)
        await flows.to_desk(rig.house, rig.courier, rig.ask(), visit, opened["parcel"])
        row = rig.row(opened["parcel"])
        assert (row.state, row.cell, row.why) == (Where.TO_DESK, "", "cell_failed")
        await flows.shelve(rig.house, rig.staff, rig.ask(rig.staff), opened["parcel"], shelf="1")
        assert rig.row(opened["parcel"]).state is Where.ON_SHELF
        assert rig.kinds().count("parcel.registered") == 1

    play(tmp_path, scene)


def test_a_full_locker_says_so_and_a_dead_board_too(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        visit = await rig.begin_drop()
        for number, size in (("SF1", Size.XL), ("SF2", Size.L)):
            opened = await rig.drop(visit, number, size)
            await rig.put_in_and_close(opened["cell"])
            await rig.settled(1)
        with pytest.raises(Refusal, match="locker_full"):
            await rig.drop(visit, "SF3", Size.L)
        rig.stage.locker.power_off()
        await rig.settled(20)
        visit = await rig.begin_drop()
        with pytest.raises(Refusal, match="locker_offline"):
            await rig.drop(visit, "SF4")

    play(tmp_path, scene)


def test_put_in_against_the_sensor_is_believed_and_looked_at(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        rig.stage.locker.set_fault("locker.occupied_wrong", slot="A01")
        visit = await rig.begin_drop()
        opened = await rig.drop(visit)
        await rig.put_in_and_close("A01")
        await rig.settled(1)
        await flows.put_in(rig.house, rig.courier, rig.ask(), visit, opened["parcel"])
        assert rig.row(opened["parcel"]).state is Where.IN_CELL
        assert (f"parcel:{opened['parcel']}", "sensor_disagrees") in rig.eyes()

    play(tmp_path, scene)


def test_another_screen_cannot_carry_on_a_visit(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        from dataclasses import replace

        visit = await rig.begin_drop()
        elsewhere = replace(rig.courier, screen="kiosk-2")
        with pytest.raises(Refusal, match="visit_over"):
            await flows.drop_off(rig.house, elsewhere, rig.ask(), visit, rig.draft(), size=Size.S, statement=True)

    play(tmp_path, scene)


def test_something_in_a_cell_that_no_parcel_claims_is_looked_at(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        visit = await rig.begin_drop()
        opened = await rig.drop(visit)
        await flows.not_put_in(rig.house, rig.courier, rig.ask(), visit, opened["parcel"])
        await rig.put_in_and_close(opened["cell"], "somebody's bag")
        await rig.settled()
        assert (f"slot:locker-1/{opened['cell']}", "unclaimed") in rig.eyes()
        other = await rig.drop(visit, "SF2")
        assert other["cell"] != opened["cell"], "nothing else is put on top of it"

    play(tmp_path, scene)
