"""What staff write in their own words may name somebody: it is sealed beside the journal, not written in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge import remarks
from edge.parcels import flows
from tests.parcels.rig import Rig, play


@pytest.mark.rule("H3")
def test_a_typed_reason_is_readable_and_stands_nowhere_in_the_journal(tmp_path: Path) -> None:
    async def scene(rig: Rig) -> None:
        typed = "张三 13800138000 说铰链松动"
        await flows.take_out(rig.house, rig.staff, rig.ask(rig.staff), "A01", reason=typed)
        with rig.house.ledger.reading() as db:
            (carried,) = db.execute("SELECT reason FROM cells_out WHERE cell = 'A01'").fetchone()
            assert remarks.read(rig.house.ledger.vault, db, carried) == typed
            assert remarks.read(rig.house.ledger.vault, db, "did_not_open") == "did_not_open"
            journal = b"".join(data for (data,) in db.execute("SELECT data FROM entry"))
        assert b"13800138000" not in journal
        for file in (rig.state / "ledger").glob("ledger.db*"):
            assert b"13800138000" not in file.read_bytes()

    play(tmp_path, scene)
