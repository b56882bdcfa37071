"""Staff at the desk: receive, hand over, remind, settle; and the paper that goes with it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from edge import eyes
from edge.notices import notices_about
from edge.parcels import flows
from edge.parcels.facts import Signature
from edge.parcels.tables import Where
from edge.refusal import Refusal
from edge.slips import SlipState, slip_row, slips_about
from tests.parcels.rig import SETTINGS, Rig, play


async def received(rig: Rig, number: str = "SF1") -> dict[str, str]:
    draft = rig.draft(number, deliverer="", deliverer_name="王师傅", signature=Signature.SLIP)
    return await flows.register(rig.house, rig.staff, rig.ask(rig.staff), draft, shelf="3")


@pytest.mark.rule("P1")
@pytest.mark.rule("P2")
def test_an_item_received_at_the_desk_is_registered_told_and_labelled(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        got = await received(rig)
        await rig.settled()
        row = rig.row(got["parcel"])
        assert (row.state, row.shelf, row.registered_by) == (Where.ON_SHELF, "3", rig.staff.id)
        with rig.house.ledger.reading() as db:
            (notice,) = notices_about(db, f"parcel:{got['parcel']}")
            slips = slips_about(db, f"parcel:{got['parcel']}")
        assert (notice.what, notice.state) == ("parcel_at_desk", "sent")
        assert notice.queued_at, "the date of the notice is kept"
        assert [slip.state for slip in slips] == [SlipState.ISSUED, SlipState.ISSUED]
        assert [slip.text.splitlines()[0] for slip in rig.stage.printer.slips] == ["L-000001", "D-000001"]

    play(tmp_path, scene)


@pytest.mark.rule("P1")
def test_without_a_shelf_or_a_signature_nothing_is_registered(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        for draft, shelf in ((rig.draft(), " "), (replace(rig.draft(), signature=None), "3")):
            with pytest.raises(Refusal, match="field_missing"):
                await flows.register(rig.house, rig.staff, rig.ask(rig.staff), draft, shelf=shelf)
        assert "parcel.registered" not in rig.kinds()

    play(tmp_path, scene)


@pytest.mark.rule("P3")
def test_the_family_signs_and_takes_it_a_stranger_does_not(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        parcel = (await received(rig))["parcel"]
        for taker, signature, code in (
            (rig.neighbour, "slip", "not_registered_here"),
            ("nobody", "slip", "not_registered_here"),
            (rig.family, "", "signature_missing"),
        ):
            with pytest.raises(Refusal, match=code):
                await flows.hand_over(
                    rig.house, rig.staff, rig.ask(rig.staff), (parcel,), taker=taker, signature=signature
                )
        slips = await flows.hand_over(
            rig.house, rig.staff, rig.ask(rig.staff), (parcel,), taker=rig.family, signature="slip"
        )
        await rig.settled()
        assert (rig.row(parcel).state, rig.row(parcel).collected_by) == (Where.COLLECTED, rig.family)
        with rig.house.ledger.reading() as db:
            assert slip_row(db, slips[parcel]).state is SlipState.ISSUED

    play(tmp_path, scene)


def test_several_are_handed_over_together_or_none_is(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        first, second = (await received(rig, "SF1"))["parcel"], (await received(rig, "SF2"))["parcel"]
        with pytest.raises(Refusal, match="no_such_parcel"):
            await flows.hand_over(
                rig.house,
                rig.staff,
                rig.ask(rig.staff),
                (first, second, "P999999"),
                taker=rig.resident,
                signature="slip",
            )
        assert {rig.row(first).state, rig.row(second).state} == {Where.ON_SHELF}

    play(tmp_path, scene)


@pytest.mark.rule("P2")
def test_a_reminder_brings_a_new_code_and_ends_the_old_one(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        parcel, _, old = await rig.stored()
        await flows.remind(rig.house, rig.staff, rig.ask(rig.staff), parcel)
        await rig.settled()
        new = rig.messages()[-1]["code"]
        assert new != old
        with pytest.raises(Refusal, match="wrong_code"):
            await rig.identify(old)
        assert await rig.identify(new)

    play(tmp_path, scene)


def test_a_message_that_the_gateway_refuses_goes_to_the_needs_eyes_list(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        rig.stage.pocket.down = True
        await received(rig)
        await rig.settled(3600)
        assert ("device:gateway", "not_told") in rig.eyes()
        rig.stage.pocket.down = False
        await rig.settled(3600)
        assert len(rig.messages()) == 1
        assert rig.eyes() == []

    play(tmp_path, scene)


@pytest.mark.rule("P9")
def test_an_empty_cell_is_settled_by_finding_the_parcel(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        parcel, cell, code = await rig.stored()
        visit = await rig.identify(code)
        await rig.collect(visit, parcel)
        await flows.dispute(rig.house, rig.kiosk, rig.ask(rig.kiosk), visit, parcel, "empty")
        rig.stage.locker.close(cell)
        await rig.settled()
        with rig.house.ledger.reading() as db:
            (entry,) = [row for row in eyes.waiting(db) if row.about == f"parcel:{parcel}"]
        with pytest.raises(Refusal, match="find_parcel_first"):
            await flows.settle_eyes(rig.house, rig.staff, rig.ask(rig.staff), entry.number, finding="looked", note="")
        with pytest.raises(Refusal, match="reason_missing"):
            await flows.found(
                rig.house, rig.staff, rig.ask(rig.staff), parcel, where=Where.ON_SHELF, note="", shelf="1"
            )
        await flows.found(
            rig.house, rig.staff, rig.ask(rig.staff), parcel, where=Where.ON_SHELF, note="放错格", shelf="1"
        )
        row = rig.row(parcel)
        assert (row.state, row.shelf, row.cell) == (Where.ON_SHELF, "1", "")
        assert rig.eyes() == []
        assert rig.kinds().count("parcel.registered") == 1

    play(tmp_path, scene)


@pytest.mark.rule("P9")
def test_what_staff_took_out_of_a_cell_is_asked_after_until_it_is_written_down(tmp_path: Path) -> None:
    policy = SETTINGS.policy.model_copy(update={"second_person_opens": False})

    async def scene(rig: Rig) -> None:
        parcel, cell, _ = await rig.stored()
        await flows.staff_open(rig.house, rig.staff, rig.ask(rig.staff), cell, reason="住户请求")
        await rig.settled()
        rig.stage.locker.take(cell)
        await rig.settled()
        assert rig.eyes() == [(f"parcel:{parcel}", "sensor_disagrees")]
        rig.stage.locker.put(cell, "box")
        await rig.settled()
        assert rig.eyes() == [], "it was put back"
        rig.stage.locker.take(cell)
        rig.stage.locker.close(cell)
        await rig.settled()
        await flows.found(rig.house, rig.staff, rig.ask(rig.staff), parcel, where=Where.COLLECTED, note="当面交给住户")
        assert (rig.row(parcel).state, rig.row(parcel).cell, rig.eyes()) == (Where.COLLECTED, "", [])

    play(tmp_path, scene, SETTINGS.model_copy(update={"policy": policy}))


def test_a_cell_that_failed_comes_back_when_someone_has_looked(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        ask = partial(rig.ask, rig.staff)
        await flows.take_out(rig.house, rig.staff, ask(), "A01", reason="铰链松动")
        opened = await rig.drop(await rig.begin_drop())
        assert opened["cell"] != "A01"
        await flows.bring_back(rig.house, rig.staff, ask(), "A01", note="已修好")
        with pytest.raises(Refusal, match="cell_in_service"):
            await flows.bring_back(rig.house, rig.staff, ask(), "A01", note="")

    play(tmp_path, scene)


@pytest.mark.parametrize("fault", ["printer.paper_out", "printer.cover_open"])
def test_paper_that_did_not_come_waits_for_a_person_and_never_prints_by_itself(tmp_path: Path, fault: str) -> None:
    async def scene(rig: Rig) -> None:
        rig.stage.printer.lay(fault)
        got = await received(rig)
        await rig.settled(120)
        with rig.house.ledger.reading() as db:
            slip = slip_row(db, got["label"])
        assert slip.state is SlipState.STALLED
        assert (f"slip:{got['label']}", "slip_stalled") in rig.eyes()
        printed = len(rig.stage.printer.slips)
        rig.stage.printer.clear(fault)
        rig.stage.printer.refill()
        await rig.settled(120)
        assert len(rig.stage.printer.slips) == printed
        await rig.house.slips.reprint(rig.ask(rig.staff), got["label"])
        with rig.house.ledger.reading() as db:
            slip = slip_row(db, got["label"])
        assert (slip.state, slip.copy) == (SlipState.ISSUED, 1)
        assert (f"slip:{got['label']}", "slip_stalled") not in rig.eyes()

    play(tmp_path, scene)


def test_a_torn_up_slip_is_spoiled_and_its_number_is_never_used_again(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        rig.stage.printer.lay("printer.paper_out")
        got = await received(rig)
        await rig.settled(120)
        await rig.house.slips.judge(rig.ask(rig.staff), got["label"], good=False, note="撕了")
        with pytest.raises(Refusal, match="already_settled"):
            await rig.house.slips.judge(rig.ask(rig.staff), got["label"], good=True)
        rig.stage.printer.clear("printer.paper_out")
        rig.stage.printer.refill()
        assert (await received(rig, "SF2"))["label"] == "L-000002"

    play(tmp_path, scene)
