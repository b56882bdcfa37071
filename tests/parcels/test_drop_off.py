"""A courier at the kiosk, through the real driver, wire and board model, on virtual time."""

from __future__ import annotations

from pathlib import Path

import pytest

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
        rig.put_in_and_close(opened["cell"])
        await rig.settled(1)
        await flows.put_in(rig.house, rig.courier, rig.ask(), visit, opened["parcel"])
        await rig.settled()
        row = rig.row(opened["parcel"])
        assert (row.state, row.cell) == (Where.IN_CELL, opened["cell"])
        (message,) = rig.messages()
        assert message["what"] == "parcel_in_cell"
        assert message["code"].isdigit() and len(message["code"]) == 8
        assert rig.eyes() == []
        kinds = rig.kinds()
        assert kinds.index("act.requested") < kinds.index("act.actuated") < kinds.index("parcel.put_in_cell")

    play(tmp_path, scene)
