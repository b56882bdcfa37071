"""Each fault of the printer's menu on each flow that prints: nobody waits for paper, and no paper is claimed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from edge.parcels import flows
from edge.parcels.facts import Signature
from edge.slips import SlipRow, slips_about
from simulators.printer import faults
from simulators.printer.faults import FAULTS

from .rig import Rig, play

PROVEN = {
    faults.PAPER_OUT: ("stalled", "paper"),
    faults.PAPER_LOW: ("issued", ""),
    faults.COVER_OPEN: ("stalled", "cover"),
    faults.CUTTER_ERROR: ("stalled", "cutter"),
    faults.SLOW: ("issued", ""),
    faults.SILENT: ("stalled", "silent"),
    faults.NO_PROCESS_ID: ("unknown", "parsed"),
    faults.LINK_DROP: ("issued", ""),
}
"""What the box knows of the paper when the fault was there before the slip."""


async def receives(rig: Rig) -> str:
    draft = rig.draft(deliverer="", deliverer_name="王师傅", signature=Signature.SLIP)
    got = await flows.register(rig.house, rig.staff, rig.ask(rig.staff), draft, shelf="1")
    return got["parcel"]


async def drops_off(rig: Rig) -> str:
    parcel, _, _ = await rig.stored()
    return parcel


async def hands_over(rig: Rig) -> str:
    parcel = await receives(rig)
    await flows.hand_over(rig.house, rig.staff, rig.ask(rig.staff), (parcel,), taker=rig.family, signature="slip")
    return parcel


FLOWS: dict[str, tuple[Callable[[Rig], Awaitable[str]], str]] = {
    "desk receipt": (receives, "on_shelf"),
    "courier's drop-off": (drops_off, "in_cell"),
    "hand-over": (hands_over, "collected"),
}


def slips_of(rig: Rig, parcel: str) -> list[SlipRow]:
    with rig.house.ledger.reading() as db:
        return slips_about(db, f"parcel:{parcel}")


@pytest.mark.rule("P8")
@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize("fault", [fault.name for fault in FAULTS])
def test_a_flow_goes_on_and_its_paper_is_what_was_proven(tmp_path: Path, fault: str, flow: str) -> None:
    do, ends_as = FLOWS[flow]

    async def scene(rig: Rig) -> None:
        rig.stage.printer.lay(fault)
        parcel = await do(rig)
        await rig.settled(1)
        assert rig.row(parcel).state == ends_as
        assert rig.messages(), "the resident was told without waiting for paper"
        await rig.settled(600)
        slips = slips_of(rig, parcel)
        assert slips
        assert {(slip.state.value, slip.reason) for slip in slips} == {PROVEN[fault]}
        unproven = {slip.slip for slip in slips if slip.state != "issued"}
        assert {about.removeprefix("slip:") for about, reason in rig.eyes() if reason.startswith("slip_")} == unproven

    play(tmp_path, scene)
